"""Claims on the multiverse: how often each contrast holds over all defensible choices, on either side of the firewall."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from wijkanalyse.effects.multiverse.schemas import MECHANICAL, NOT_MECHANICAL
from wijkanalyse.frames import rows
from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.words import CONTRASTS

FOLDER = "data/processed/estimates/multiverse"
UNITS = {"percent": "percent", "days": "days", "percentage points": "points"}
SIDE_WORDS = {MECHANICAL: "mechanisch", NOT_MECHANICAL: "niet mechanisch"}
SHORT = {MECHANICAL: "mechanical", NOT_MECHANICAL: "other"}


def summaries(summary: pd.DataFrame, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims ``multiverse.<contrast>.<mechanical|other>.*``: counts, quantiles and shares of the curve."""
    for row in rows(summary):
        name = f"multiverse.{row.contrast}.{SHORT[row.side]}"
        label = f"Multiversum, {CONTRASTS[row.contrast].lower()}, {SIDE_WORDS[row.side]}"
        unit = "points" if row.unit == "percent" else UNITS[row.unit]
        origin = Origin(
            f"{FOLDER}/summary.parquet", f"contrast={row.contrast}, side={row.side}", tables[row.contrast], "gather_multiverse"
        )
        for leaf in ("specifications", "estimated", "comparable", "within_rounding"):
            yield Claim(f"{name}.{leaf}", getattr(row, leaf), "count", f"{label}: {leaf}", origin)
        for leaf in ("q05", "q25", "median", "q75", "q95"):
            yield Claim(f"{name}.{leaf}", getattr(row, leaf), unit, f"{label}: {leaf}", origin)
        for leaf in ("share_in_direction", "share_significant", "share_opposite", "share_as_large"):
            yield Claim(f"{name}.{leaf}", 100 * getattr(row, leaf), "percent", f"{label}: {leaf}", origin, decimals=0)
    total = float(summary["specifications"].sum())
    origin = Origin(f"{FOLDER}/summary.parquet", "all", "all", "gather_multiverse")
    yield Claim("multiverse.specifications", total, "count", "Specificaties in het multiversum", origin)


def joint_tests(tests: pd.DataFrame, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims ``multiverse.<contrast>.<side>.p_<statistic>``: the whole curve against permuted ones."""
    for row in rows(tests):
        origin = Origin(
            f"{FOLDER}/joint_test.parquet",
            f"contrast={row.contrast}, side={row.side}, statistic={row.statistic}",
            tables[row.contrast],
            "gather_multiverse",
        )
        name = f"multiverse.{row.contrast}.{SHORT[row.side]}.p_{row.statistic}"
        label = f"Gezamenlijke toets ({row.statistic}), {CONTRASTS[row.contrast].lower()}, {SIDE_WORDS[row.side]}"
        yield Claim(name, row.p, "p", label, origin)
    origin = Origin(f"{FOLDER}/joint_test.parquet", "permutations", "all", "gather_multiverse")
    yield Claim("multiverse.permutations", float(tests["permutations"].max()), "count", "Permutaties", origin)


def admissible(sizes: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``multiverse.admissible`` and, where the frozen primary was changed, ``multiverse.deviation``."""
    origin = Origin(f"{FOLDER}/sizes.parquet", "all", "all", "declare_multiverse")
    yield Claim("multiverse.admissible", float(sizes["admissible"].sum()), "count", "Toelaatbare specificaties", origin)
    changed = [text for text in sizes["deviation"].unique() if text]
    words = changed[0] if changed else "ongewijzigd sinds ze is vastgelegd"
    yield Claim("multiverse.deviation", math.nan, "text", "De hoofdspecificatie", origin, words=words)


def influential(shares: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``multiverse.<contrast>.<side>.choice_<1..3>``: the choices that go with most of the differences."""
    for (contrast, side), group in shares.groupby(["contrast", "side"], sort=False):
        largest = group.dropna(subset=["eta2"]).nlargest(3, "eta2")
        for place in range(3):
            origin = Origin(f"{FOLDER}/branch_shares.parquet", f"contrast={contrast}, side={side}", "all", "gather_multiverse")
            name = f"multiverse.{contrast}.{SHORT[str(side)]}.choice_{place + 1}"
            known = place < len(largest)
            words = str(largest["label"].iloc[place]) if known else "geen"
            label = f"Keuze die veel verschil maakt, {place + 1}"
            yield Claim(name, math.nan, "text", label, origin, words=words)
            share = 100 * float(largest["eta2"].iloc[place]) if known else math.nan
            yield Claim(f"{name}_share", share, "percent", f"{label}: deel van de spreiding", origin, decimals=0)

"""Claims on the multiverse: how often each contrast holds over all defensible choices, on either side of the firewall."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from wijkanalyse.effects.multiverse.schemas import MECHANICAL, NOT_MECHANICAL
from wijkanalyse.frames import rows
from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.words import CONTRASTS

FOLDER = "data/processed/estimates/multiverse"
UNITS = {"percent": "points", "days": "days", "percentage points": "points"}
"""Unit of a difference, by the unit of its contrast: between two percentages it is in percentage points."""

DECIMALS = {"use": 1, "duration": 0, "crisis": 2}
SIDE_WORDS = Words({MECHANICAL: "mechanisch", NOT_MECHANICAL: "niet mechanisch"})
SHORT = {MECHANICAL: "mechanical", NOT_MECHANICAL: "other"}
COUNTS = Words(
    {
        "specifications": "berekende specificaties",
        "estimated": "geschatte specificaties",
        "comparable": "met de publicatie te vergelijken specificaties",
        "within_rounding": "specificaties die op de gepubliceerde cijfers afronden",
    }
)
QUANTILES = Words(
    {
        "q05": "vijf procent ligt lager",
        "q25": "een kwart ligt lager",
        "median": "mediaan",
        "q75": "een kwart ligt hoger",
        "q95": "vijf procent ligt hoger",
    }
)
SHARES = Words(
    {
        "share_in_direction": "aandeel in de richting van de publicatie",
        "share_significant": "aandeel aantoonbaar in de richting van de publicatie",
        "share_opposite": "aandeel aantoonbaar in de andere richting",
        "share_as_large": "aandeel minstens zo groot als gepubliceerd",
    }
)
STATISTICS = Words(
    {
        "median_statistic": "mediane toetsgrootheid",
        "median_estimate": "mediane schatting",
        "share_negative": "aandeel onder nul",
        "share_significant": "aandeel aantoonbaar",
    }
)


def summaries(summary: pd.DataFrame, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims ``multiverse.<contrast>.<mechanical|other>.*``: counts, quantiles and shares of the curve."""
    for row in rows(summary):
        name, label = f"multiverse.{row.contrast}.{SHORT[row.side]}", curve_in_words(row.contrast, row.side)
        origin = Origin(
            f"{FOLDER}/summary.parquet", f"contrast={row.contrast}, side={row.side}", tables[row.contrast], "gather_multiverse"
        )
        for leaf, words in COUNTS.items():
            yield Claim(f"{name}.{leaf}", getattr(row, leaf), "count", f"{label}: {words}", origin)
        for leaf, words in QUANTILES.items():
            value, decimals = getattr(row, leaf), DECIMALS[row.contrast]
            yield Claim(f"{name}.{leaf}", value, UNITS[row.unit], f"{label}: {words}", origin, decimals=decimals)
        for leaf, words in SHARES.items():
            yield Claim(f"{name}.{leaf}", 100 * getattr(row, leaf), "percent", f"{label}: {words}", origin, decimals=0)
    total = float(summary["specifications"].sum())
    origin = Origin(f"{FOLDER}/summary.parquet", "all", "all", "gather_multiverse")
    yield Claim("multiverse.specifications", total, "count", tr("Specificaties in het multiversum"), origin)


def curve_in_words(contrast: str, side: str) -> str:
    """Say which curve: the contrast, and the side of the firewall."""
    return tr("Multiversum, {contrast}, {side}", contrast=CONTRASTS[contrast].lower(), side=SIDE_WORDS[side])


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
        test = tr("p-waarde van de hele curve ({statistic})", statistic=STATISTICS[row.statistic])
        yield Claim(name, row.p, "p", f"{curve_in_words(row.contrast, row.side)}: {test}", origin)
    origin = Origin(f"{FOLDER}/joint_test.parquet", "permutations", "all", "gather_multiverse")
    yield Claim("multiverse.permutations", float(tests["permutations"].max()), "count", tr("Permutaties"), origin)


def admissible(sizes: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``multiverse.admissible`` and ``multiverse.deviation``: whether the primary is still the frozen one."""
    origin = Origin(f"{FOLDER}/sizes.parquet", "all", "all", "declare_multiverse")
    number = float(sizes["admissible"].sum())
    yield Claim("multiverse.admissible", number, "count", tr("Toelaatbare specificaties"), origin)
    is_changed = sizes["deviation"].ne("").any()
    words = tr("gewijzigd nadat ze was vastgelegd") if is_changed else tr("ongewijzigd sinds ze is vastgelegd")
    yield Claim("multiverse.deviation", math.nan, "text", tr("De hoofdspecificatie"), origin, words=words)


def influential(shares: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``multiverse.<contrast>.<side>.choice_<1..3>``: the choices that go with most of the differences."""
    for (contrast, side), group in shares.groupby(["contrast", "side"], sort=False):
        largest = group.dropna(subset=["eta2"]).nlargest(3, "eta2")
        for place in range(3):
            origin = Origin(f"{FOLDER}/branch_shares.parquet", f"contrast={contrast}, side={side}", "all", "gather_multiverse")
            name = f"multiverse.{contrast}.{SHORT[str(side)]}.choice_{place + 1}"
            known = place < len(largest)
            words = tr(str(largest["label"].iloc[place])) if known else tr("geen")
            curve = curve_in_words(str(contrast), str(side))
            label = tr("{curve}: keuze die veel verschil maakt, {place}", curve=curve, place=place + 1)
            yield Claim(name, math.nan, "text", label, origin, words=words)
            share = 100 * float(largest["eta2"].iloc[place]) if known else math.nan
            of_spread = tr("{label}: deel van de spreiding", label=label)
            yield Claim(f"{name}_share", share, "percent", of_spread, origin, decimals=0)

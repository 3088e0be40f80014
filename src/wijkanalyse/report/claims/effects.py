"""Claims on the estimates: what the construction does, what is left, how sure that is and how far it moves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from wijkanalyse.effects.estimands import Estimands
from wijkanalyse.effects.results import PERCENT
from wijkanalyse.frames import rows
from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.words import CONTRASTS, difference_in_words

ESTIMATES = "data/processed/estimates/effects.parquet"
DECOMPOSITION = "data/processed/estimates/decomposition.parquet"
SENSITIVITY = "data/processed/estimates/sensitivity.parquet"
SWITCHERS = "data/processed/estimates/switchers.parquet"
BALANCE = "data/processed/estimates/balance.parquet"

PARTS = Words(
    {
        "difference": "het hele verschil",
        "team": "doordat de hulp van het team meetelt",
        "others": "binnen de hulp van anderen",
    }
)
INFERENCE = Words(
    {
        "p": "p-waarde, één gemeente tegelijk weglaten (CR3)",
        "p_cr1": "p-waarde, clusters van gemeenten (CR1)",
        "p_bootstrap": "p-waarde, wilde clusterbootstrap",
        "p_permutation": "p-waarde, activiteit verwisseld binnen grootte en landsdeel",
        "p_region": "p-waarde, clusters van jeugdregio's",
        "p_holm": "p-waarde voor de drie hoofdvragen samen (Holm)",
        "p_maxt": "p-waarde voor de drie hoofdvragen samen (Westfall-Young)",
    }
)
"""The p values of an estimate, one per kind of inference."""

OUTCOMES = {"trajectories_niet_wijkteam": "use", "trajectories_zonder_verblijf": "total"}
ERAS = {"2017-2020": "early", "2021-2025": "late"}
FOLLOWED = Words({"use": "hulp van anderen", "total": "alle hulp zonder verblijf"})
"""What is followed around the year in which a team became active."""


def flagged(label: str, is_mechanical: bool) -> str:
    """Return the label of a number; of one that contains what the groups were formed on it says so."""
    return tr("{label} (mechanisch)", label=label) if is_mechanical else label


def estimates(effects: pd.DataFrame, estimands: Estimands, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims ``effect.<estimand>.value`` (percent) and ``.points``, with p values, detectable effect and verdict."""
    labels = {estimand.id: tr(estimand.label) for estimand in estimands.estimands}
    for row in rows(effects):
        label = flagged(labels[row.estimand], row.is_mechanical)
        origin = Origin(ESTIMATES, f"estimand={row.estimand}, unit={row.unit}", tables[row.estimand], "estimate_effects")
        leaf = "value" if row.unit == PERCENT else "points"
        name = f"effect.{row.estimand}"
        yield Claim(f"{name}.{leaf}", row.value, row.unit, label, origin, row.lower, row.upper, 1 if row.unit == PERCENT else 2)
        if row.unit != PERCENT:
            continue
        words = tr("niet te vergelijken met") if row.reason else difference_in_words(row.lower, row.upper)
        said = tr("Wat het interval toelaat te zeggen: {label}", label=label)
        yield Claim(f"{name}.verdict", math.nan, "text", said, origin, words=words)
        for key, words in INFERENCE.items():
            yield Claim(f"{name}.{key}", float(getattr(row, key)), "p", f"{label}: {words}", origin)
        for key, unit, words in (
            ("detectable", "percent", tr("kleinste aantoonbare verschil")),
            ("e_value", "ratio", tr("E-waarde")),
            ("municipalities", "count", tr("gemeenten")),
            ("active", "count", tr("waarvan actief")),
        ):
            yield Claim(f"{name}.{key}", getattr(row, key), unit, f"{label}: {words}", origin)


def decomposition(table: pd.DataFrame, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims ``split.<contrast>.<part>``: the difference, what counting the team makes of it, and what is within other help."""
    for row in rows(split_in_two(table)):
        origin = Origin(DECOMPOSITION, f"contrast={row.contrast}, part={row.part}", tables[row.contrast], "decompose_contrasts")
        label = flagged(f"{CONTRASTS[row.contrast]}: {PARTS[row.part]}", row.is_mechanical)
        decimals = 0 if row.unit == "days" else 1
        yield Claim(f"split.{row.contrast}.{row.part}", row.value, row.unit, label, origin, row.lower, row.upper, decimals)


def split_in_two(table: pd.DataFrame) -> pd.DataFrame:
    """Return contrast, part (difference, team, others), value, lower, upper, unit and is_mechanical, pooled."""
    pooled = table[table["weighting"].eq("pooled")]
    keys = {"difference": ("difference", "all"), "team": ("rest", "niet_wijkteam"), "others": ("within", "niet_wijkteam")}
    parts = [
        pooled[pooled["component"].eq(component) & pooled["form"].eq(form)].assign(part=part)
        for part, (component, form) in keys.items()
    ]
    order = ["contrast", "part", "value", "lower", "upper", "unit", "is_mechanical"]
    return pd.concat(parts).sort_values(["contrast", "part"], kind="stable", ignore_index=True)[order]


def sensitivity(table: pd.DataFrame, estimands: Estimands, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims ``sensitivity.<estimand>.*``: how many other choices, their range, and how many keep the sign."""
    for estimand in estimands.primary:
        chosen = table[table["estimand"].eq(estimand.id) & table["p"].notna() & ~table["is_main"]]
        main = table[table["estimand"].eq(estimand.id) & table["is_main"]]["value"]
        origin = Origin(SENSITIVITY, f"estimand={estimand.id}", tables[estimand.id], "probe_sensitivity")
        values = chosen["value"]
        same = float((values * (float(main.iloc[0]) if len(main) else math.nan) > 0).sum())
        clear = float(((chosen["lower"] > 0) | (chosen["upper"] < 0)).sum())
        for leaf, value, unit, words in (
            ("n", len(values), "count", tr("andere keuzes")),
            ("lowest", values.min(), "percent", tr("laagste bij andere keuzes")),
            ("highest", values.max(), "percent", tr("hoogste bij andere keuzes")),
            ("same_sign", same, "count", tr("andere keuzes met hetzelfde teken")),
            ("clear", clear, "count", tr("andere keuzes met een interval zonder nul")),
        ):
            yield Claim(f"sensitivity.{estimand.id}.{leaf}", value, unit, f"{tr(estimand.label)}: {words}", origin)


def switchers(table: pd.DataFrame, tables: str) -> Iterator[Claim]:
    """Claims ``switchers.<use|total>.<early|late>``: the mean change after becoming active, and how many switched."""
    for row in rows(table[table["event_time"].isna()]):
        outcome = OUTCOMES[row.outcome]
        name = f"switchers.{outcome}.{ERAS[row.era]}"
        origin = Origin(SWITCHERS, f"outcome={row.outcome}, era={row.era}", tables, "estimate_switchers")
        label = tr("Verandering na actief worden, {outcome}, {years}", outcome=FOLLOWED[outcome], years=row.era)
        label = flagged(label, row.is_mechanical)
        yield Claim(f"{name}.value", row.value, "percent", label, origin, row.lower, row.upper, 1)
        yield Claim(f"{name}.n", row.switchers, "count", tr("Gemeenten die actief werden, {years}", years=row.era), origin)


def balance(table: pd.DataFrame, tables: str) -> Iterator[Claim]:
    """Claims ``balance.before`` and ``.after``: the largest standardised difference of a baseline covariate."""
    origin = Origin(BALANCE, "all", tables, "estimate_effects")
    for leaf, column, when in (("before", "smd_before", tr("voor weging")), ("after", "smd_after", tr("na weging"))):
        label = tr("Grootste gestandaardiseerde verschil in achtergrond, {when}", when=when)
        yield Claim(f"balance.{leaf}", table[column].abs().max(), "ratio", label, origin)

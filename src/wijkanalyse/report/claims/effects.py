"""Claims on the estimates: what the construction does, what is left, how sure that is and how far it moves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from wijkanalyse.effects.estimands import Estimands
from wijkanalyse.effects.results import PERCENT
from wijkanalyse.frames import rows
from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.words import CONTRASTS, difference_in_words

ESTIMATES = "data/processed/estimates/effects.parquet"
DECOMPOSITION = "data/processed/estimates/decomposition.parquet"
SENSITIVITY = "data/processed/estimates/sensitivity.parquet"
SWITCHERS = "data/processed/estimates/switchers.parquet"
BALANCE = "data/processed/estimates/balance.parquet"

PARTS = {
    "difference": "het hele verschil",
    "team": "doordat de hulp van het team meetelt",
    "others": "binnen de hulp van anderen",
}


def estimates(effects: pd.DataFrame, estimands: Estimands, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims ``effect.<estimand>.value`` (percent) and ``.points``, with p values, detectable effect and verdict."""
    labels = {estimand.id: estimand.label for estimand in estimands.estimands}
    for row in rows(effects):
        label = labels[row.estimand]
        origin = Origin(ESTIMATES, f"estimand={row.estimand}, unit={row.unit}", tables[row.estimand], "estimate_effects")
        leaf = "value" if row.unit == PERCENT else "points"
        name = f"effect.{row.estimand}"
        yield Claim(f"{name}.{leaf}", row.value, row.unit, label, origin, row.lower, row.upper, 1 if row.unit == PERCENT else 2)
        if row.unit != PERCENT:
            continue
        words = "niet te vergelijken met" if row.reason else difference_in_words(row.lower, row.upper)
        yield Claim(f"{name}.verdict", math.nan, "text", f"Wat het interval toelaat te zeggen: {label}", origin, words=words)
        for key, words in {
            "p": "p-waarde (CR3)",
            "p_cr1": "p-waarde (CR1)",
            "p_bootstrap": "p-waarde (bootstrap)",
            "p_permutation": "p-waarde (permutatie)",
            "p_region": "p-waarde (jeugdregio's als clusters)",
            "p_holm": "p-waarde (Holm)",
            "p_maxt": "p-waarde (Westfall-Young)",
        }.items():
            value = float(getattr(row, key))
            yield Claim(f"{name}.{key}", value, "p", f"{label}: {words}", origin)
        yield Claim(f"{name}.detectable", row.detectable, "percent", f"{label}: kleinste aantoonbare verschil", origin)
        yield Claim(f"{name}.e_value", row.e_value, "ratio", f"{label}: E-waarde", origin)
        yield Claim(f"{name}.municipalities", row.municipalities, "count", f"{label}: gemeenten", origin)
        yield Claim(f"{name}.active", row.active, "count", f"{label}: waarvan actief", origin)


def decomposition(table: pd.DataFrame, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims ``split.<contrast>.<part>``: the difference, what counting the team makes of it, and what is within other help."""
    for row in rows(split_in_two(table)):
        origin = Origin(DECOMPOSITION, f"contrast={row.contrast}, part={row.part}", tables[row.contrast], "decompose_contrasts")
        label = f"{CONTRASTS[row.contrast]}: {PARTS[row.part]}"
        decimals = 0 if row.unit == "days" else 1
        yield Claim(f"split.{row.contrast}.{row.part}", row.value, row.unit, label, origin, row.lower, row.upper, decimals)


def split_in_two(table: pd.DataFrame) -> pd.DataFrame:
    """Return contrast, part (difference, team, others), value, lower, upper and unit of the pooled decomposition."""
    pooled = table[table["weighting"].eq("pooled")]
    keys = {"difference": ("difference", "all"), "team": ("rest", "niet_wijkteam"), "others": ("within", "niet_wijkteam")}
    parts = [
        pooled[pooled["component"].eq(component) & pooled["form"].eq(form)].assign(part=part)
        for part, (component, form) in keys.items()
    ]
    order = ["contrast", "part", "value", "lower", "upper", "unit"]
    return pd.concat(parts).sort_values(["contrast", "part"], kind="stable", ignore_index=True)[order]


def sensitivity(table: pd.DataFrame, estimands: Estimands, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims ``sensitivity.<estimand>.*``: how many other choices, their range, and how many keep the sign."""
    for estimand in estimands.primary:
        chosen = table[table["estimand"].eq(estimand.id) & table["p"].notna() & ~table["is_main"]]
        main = table[table["estimand"].eq(estimand.id) & table["is_main"]]["value"]
        origin = Origin(SENSITIVITY, f"estimand={estimand.id}", tables[estimand.id], "probe_sensitivity")
        values = chosen["value"]
        same = float((values * (float(main.iloc[0]) if len(main) else math.nan) > 0).sum())
        name = f"sensitivity.{estimand.id}"
        yield Claim(f"{name}.n", len(values), "count", f"{estimand.label}: andere keuzes", origin)
        yield Claim(f"{name}.lowest", values.min(), "percent", f"{estimand.label}: laagste bij andere keuzes", origin)
        yield Claim(f"{name}.highest", values.max(), "percent", f"{estimand.label}: hoogste bij andere keuzes", origin)
        yield Claim(f"{name}.same_sign", same, "count", f"{estimand.label}: andere keuzes met hetzelfde teken", origin)
        clear = float(((chosen["lower"] > 0) | (chosen["upper"] < 0)).sum())
        yield Claim(f"{name}.clear", clear, "count", f"{estimand.label}: andere keuzes met een interval zonder nul", origin)


def switchers(table: pd.DataFrame, tables: str) -> Iterator[Claim]:
    """Claims ``switchers.<use|total>.<early|late>``: the mean change after becoming active, and how many switched."""
    names = {"trajectories_niet_wijkteam": "use", "trajectories_zonder_verblijf": "total"}
    eras = {"2017-2020": "early", "2021-2025": "late"}
    for row in rows(table[table["event_time"].isna()]):
        name = f"switchers.{names[row.outcome]}.{eras[row.era]}"
        origin = Origin(SWITCHERS, f"outcome={row.outcome}, era={row.era}", tables, "estimate_switchers")
        label = f"Verandering na actief worden, {row.era}"
        yield Claim(f"{name}.value", row.value, "percent", label, origin, row.lower, row.upper, 1)
        yield Claim(f"{name}.n", row.switchers, "count", f"Gemeenten die actief werden, {row.era}", origin)


def balance(table: pd.DataFrame, tables: str) -> Iterator[Claim]:
    """Claims ``balance.before`` and ``.after``: the largest standardised difference of a baseline covariate."""
    origin = Origin(BALANCE, "all", tables, "estimate_effects")
    for leaf, column, words in (("before", "smd_before", "voor weging"), ("after", "smd_after", "na weging")):
        largest = table[column].abs().max()
        label = f"Grootste gestandaardiseerde verschil in achtergrond, {words}"
        yield Claim(f"balance.{leaf}", largest, "ratio", label, origin)

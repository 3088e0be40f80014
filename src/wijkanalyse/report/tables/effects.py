"""Tables of the estimates: the primary ones with all their inference, what each is and is not, and how far they move."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from wijkanalyse.effects.estimands import Estimand, Estimands
from wijkanalyse.frames import rows as records
from wijkanalyse.report.numbers import interval, number, with_unit
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table, marked
from wijkanalyse.report.words import ROLES

INFERENCE = {
    "p": "p-waarde, één gemeente tegelijk weglaten (CR3)",
    "p_cr1": "p-waarde, clusters van gemeenten (CR1)",
    "p_bootstrap": "p-waarde, wilde clusterbootstrap",
    "p_permutation": "p-waarde, activiteit verwisseld binnen grootte en landsdeel",
    "p_region": "p-waarde, clusters van jeugdregio's",
    "p_holm": "p-waarde voor de drie hoofdvragen samen (Holm)",
    "p_maxt": "p-waarde voor de drie hoofdvragen samen (Westfall-Young)",
}


def primary(ledger: Ledger, estimands: Estimands, mark: bool) -> str:
    """The primary estimates side by side: estimate, interval, every p value, and what could have been found."""
    chosen = estimands.primary
    names = [f"effect.{estimand.id}" for estimand in chosen]
    rows = [
        ["**Verschil** (%)", *(f"**{ledger.with_interval(f'{name}.value')}**" for name in names)],
        ["in procentpunten", *(ledger.with_interval(f"{name}.points") for name in names)],
        *([words, *(ledger.text(f"{name}.{key}") for name in names)] for key, words in INFERENCE.items()),
        ["kleinste verschil dat meestal was gevonden (%)", *(ledger.bare(f"{name}.detectable") for name in names)],
        ["E-waarde", *(ledger.text(f"{name}.e_value") for name in names)],
        ["gemeenten (waarvan actief)", *(_municipalities(ledger, name) for name in names)],
    ]
    caption = "De drie hoofdvragen: verschil van eerder actieve met andere gemeenten, met achtergrondkenmerken in het model."
    header = ["", *(estimand.label for estimand in chosen)]
    return markdown_table(header, rows, caption + marked(mark), "tbl-hoofdvragen", [46, *[18] * len(chosen)], len(chosen))


def _municipalities(ledger: Ledger, name: str) -> str:
    return f"{ledger.text(f'{name}.municipalities')} ({ledger.text(f'{name}.active')})"


def methods(estimands: Estimands) -> str:
    """What is estimated and what it is not, one row per estimand, from config/estimands.yaml."""
    rows = [
        [
            f"{estimand.label} ({ROLES[estimand.role]})",
            estimand.question,
            how(estimand),
            estimand.is_not,
        ]
        for estimand in estimands.estimands
    ]
    header = ["Schatting", "Vraag", "Hoe", "Wat het niet is"]
    return markdown_table(header, rows, "Wat er is geschat, en wat het niet is.", "tbl-schattingen", [24, 26, 26, 26], 0)


MODELS = {
    "rate": "aantal per jongere (quasi-Poisson)",
    "share": "aandeel (binomiaal)",
    "mean": "logaritme van het gemiddelde, gewogen naar aantal",
    "mean_gamma": "gemiddelde (gamma)",
}
ADJUSTMENTS = {
    "none": "zonder achtergrondkenmerken",
    "regression": "met achtergrondkenmerken",
    "entropy": "vergelijkingsgemeenten gewogen",
    "doubly_robust": "dubbel robuust",
}


def how(estimand: Estimand) -> str:
    """Design, model and years of an estimand in words."""
    years = _span(estimand.years)
    if estimand.design == "change":
        design = f"verandering van {estimand.years[0]} op {estimand.years[1]}"
    elif estimand.design == "yearly":
        before = {0: "hetzelfde jaar", 1: "een jaar eerder"}.get(estimand.lag, f"{estimand.lag} jaar eerder")
        design = f"elke gemeente met zichzelf vergeleken, {years}, actief in {before}"
    elif estimand.design == "adoption":
        design = f"actief worden in {years}, naar het jaar ervoor"
    else:
        design = f"{years} samen"
    parts = [design, MODELS[estimand.model]]
    if estimand.activity:
        parts.append(f"ingedeeld over {_span(estimand.activity)}")
    return "; ".join([*parts, ADJUSTMENTS[estimand.adjustment]])


def _span(years: list[int]) -> str:
    is_run = list(years) == list(range(years[0], years[-1] + 1))
    return f"{years[0]}-{years[-1]}" if is_run and len(years) > 1 else ", ".join(map(str, years))


def estimates(effects: pd.DataFrame, estimands: Estimands, mark: bool) -> str:
    """Every estimate with its interval; those that cannot be made, with their reason."""
    rows = []
    for row in records(effects[effects["unit"].eq("percent")]):
        estimand = estimands.named(row.estimand)
        found = f"niet geschat: {row.reason}" if row.reason else with_unit(row.value, "percent", 1)
        span = NOTHING if row.reason else interval(row.lower, row.upper, "percent", 1)
        p = NOTHING if row.reason else with_unit(row.p, "p")
        rows.append([estimand.label, f"`{row.estimand}`", found, span, p, "mechanisch" if row.is_mechanical else ""])
    header = ["Schatting", "Naam", "Verschil", "Interval", "p", ""]
    caption = "Alle schattingen. Mechanisch: de uitkomst bevat waarop gemeenten zijn ingedeeld."
    return markdown_table(header, rows, caption + marked(mark), "tbl-alle-schattingen", [30, 29, 13, 17, 9, 13], 0)


def balance(table: pd.DataFrame, mark: bool) -> str:
    """Baseline covariates of the groups of the first primary estimand, before and after weighting."""
    first = table[table["estimand"].eq(table["estimand"].iloc[0])]
    rows = [
        [row.label, *(_or_nothing(value) for value in (row.active, row.others, row.smd_before, row.smd_after))]
        for row in records(first)
    ]
    header = ["Kenmerk", "Actief", "Andere", "Verschil voor weging", "Verschil na weging"]
    caption = "Achtergrond van de gemeenten; verschillen in standaarddeviaties."
    return markdown_table(header, rows, caption + marked(mark), "tbl-balans", [40, 14, 14, 16, 16], 4)


def _or_nothing(value: float) -> str:
    return NOTHING if pd.isna(value) else number(value, 2)


def trend_bounds(bounds: pd.DataFrame, eras: Mapping[str, str], mark: bool) -> str:
    """What is left of the change in the year of the switch when trends differed, per bound on the difference."""
    chosen = bounds[bounds["outcome"].eq("trajectories_niet_wijkteam")]
    found = {(row.m_bar, row.era): row for row in records(chosen)}
    rows = [
        [number(m_bar, 1), *(_bound(found.get((m_bar, era))) for era in eras)] for m_bar in sorted(chosen["m_bar"].unique())
    ]
    caption = (
        "Verandering van het gebruik buiten het team in het jaar waarin het team actief werd, als trends verschilden. Eerste "
        "kolom: het grootste verschil in trend erna, als veelvoud van het grootste ervoor."
    )
    header = ["Verschil in trend", *eras.values()]
    return markdown_table(header, rows, caption + marked(mark), "tbl-trends", [30, 35, 35], 2)


def _bound(row: Any) -> str:
    if row is None or math.isnan(row.lower):
        return "te weinig jaren ervoor"
    return interval(row.lower, row.upper, "percent", 1)

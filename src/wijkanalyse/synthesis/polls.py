"""Polls among municipalities: how many have wijkteams over the years, and what the teams do and run into.

Three readings of the uncertainty stand side by side. The Wilson interval is that of a simple random sample. Municipalities
are a finite population of which more than half answered, so as sampling error it is too wide: the second interval has the
correction for that. Neither covers that municipalities chose to answer: the last two columns say how low and how high the
share of all municipalities asked can be, whatever those that did not answer would have said.
"""

from __future__ import annotations

import math
from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.contracts import Contract
from wijkanalyse.errors import WijkanalyseError, listing, nearest
from wijkanalyse.evidence.codes import PRECISIONS
from wijkanalyse.synthesis.meta import LEVEL
from wijkanalyse.synthesis.proportions import wilson

HAS_TEAM: Final = "has_wijkteam"

ANSWERS: Final = {
    HAS_TEAM: ("presence", "heeft een wijkteam"),
    "will_start_soon": ("presence", "begint binnenkort met een wijkteam"),
    "target_group_teams": ("form", "teams voor een doelgroep"),
    "model_broad_all_questions": ("form", "breed team voor alle vragen"),
    "model_broad_complex_only": ("form", "breed team voor complexe vragen"),
    "model_domain_specific": ("form", "team voor een domein"),
    "team_gives_help_itself": ("task", "team geeft zelf hulp"),
    "team_gives_short_help": ("task", "team geeft kortdurende hulp"),
    "task_vraagverheldering": ("task", "taak: vraagverheldering"),
    "task_preventie": ("task", "taak: preventie"),
    "task_work_income": ("task", "taak: werk en inkomen"),
    "has_poh_jeugd": ("task", "praktijkondersteuner jeugd bij de huisarts"),
    "fixed_gp_contact": ("task", "vast contact met huisartsen"),
    "too_little_time_prevention": ("bottleneck", "komt te weinig toe aan preventie"),
    "no_neighbourhood_analysis": ("bottleneck", "geen wijkanalyse"),
    "no_monitoring_method_yet": ("bottleneck", "nog geen manier van monitoren"),
    "changed_much": ("change", "veel veranderd in drie jaar"),
    "changed_way_of_working": ("change", "veranderd: de werkwijze"),
    "changed_cooperation": ("change", "veranderd: de samenwerking"),
    "contributes_to_goals": ("judgement", "draagt bij aan de doelen"),
    "wants_to_evaluate": ("judgement", "wil evalueren"),
    "agreements_hours_fte": ("agreement", "afspraken over uren en fte"),
    "agreements_social_change": ("agreement", "afspraken over maatschappelijk resultaat"),
    "agreements_output": ("agreement", "afspraken over aantallen"),
}
"""Kind and Dutch name of what polls asked; an indicator that is not here keeps its own name and the kind `other`."""


class Polls(Contract):
    """One row per poll and indicator."""

    indicator: Series[str] = pa.Field(description="what was asked")
    kind: Series[str] = pa.Field(description="presence, form, task, bottleneck, change, judgement, agreement or other")
    label_nl: Series[str] = pa.Field(description="its Dutch name")
    year: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="year of the poll, where known")
    percent: Series[float] = pa.Field(ge=0, le=100, description="share of the municipalities that answered (NJI2024: of teams)")
    n: Series[pd.Int64Dtype] = pa.Field(nullable=True, ge=1, description="that number, missing where not stated")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the Wilson interval from percent x n, percent")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of it")
    precision: Series[str] = pa.Field(
        isin=list(PRECISIONS), description="of percent; an interval lies around the number as printed"
    )
    response_pct: Series[pd.Float64Dtype] = pa.Field(nullable=True, description="response, percent")
    asked: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="municipalities asked: n over the response, rounded")
    finite_lower: Series[float] = pa.Field(nullable=True, description="lower end of Wilson with finite-population correction")
    finite_upper: Series[float] = pa.Field(nullable=True, description="upper end of it")
    lowest_pct: Series[float] = pa.Field(nullable=True, description="share of all asked, had nobody else said yes")
    highest_pct: Series[float] = pa.Field(nullable=True, description="share of all asked, had everybody else said yes")
    poll_id: Series[str] = pa.Field(description="poll")
    source: Series[str] = pa.Field(description="who held it")
    url: Series[str] = pa.Field(description="page, or source-texts/... for a text that is not kept")
    note: Series[str] = pa.Field(description="why there is no interval, or empty")


def poll_series(polls: pd.DataFrame, indicator: str = HAS_TEAM, level: float = LEVEL) -> pd.DataFrame:
    """Return one indicator over the years, one row per poll, sorted by year and poll; polls without a year are left out.

    polls: tidy `municipal_polls`. A frame as in `Polls`.
    """
    known = sorted(set(polls["indicator"]))
    if indicator not in known:
        raise WijkanalyseError(
            f'No poll has the indicator "{indicator}"{nearest(indicator, known)} (known: {listing(known, 30)}).'
        )
    rows = polls[polls["indicator"].eq(indicator) & polls["year"].notna()].sort_values(["year", "poll_id"])
    return _with_intervals(rows, level)


def poll_answers(polls: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Return every other answer: tasks, bottlenecks, changes; sorted by kind, poll and as recorded. A frame as in `Polls`."""
    rows = polls[polls["indicator"].ne(HAS_TEAM)]
    answers = _with_intervals(rows, level)
    kinds = list(dict.fromkeys([*(kind for kind, _ in ANSWERS.values()), "other"]))
    order = answers["kind"].map(kinds.index)
    return answers.assign(order=order).sort_values(["order", "year"], kind="stable", ignore_index=True).drop(columns="order")


def _with_intervals(rows: pd.DataFrame, level: float) -> pd.DataFrame:
    n = rows["n_municipalities"].astype("Float64").to_numpy("float64", na_value=math.nan)
    response = rows["response_pct"].astype("Float64").to_numpy("float64", na_value=math.nan)
    percent = rows["percent"].to_numpy("float64")
    asked = pd.Series(100 * n / response).round()
    plain = [wilson(float(share / 100 * base), float(base), level) for share, base in zip(percent, n, strict=True)]
    finite = [_finite(float(row[0]), float(row[1]), float(row[2]), level) for row in zip(percent, n, asked, strict=True)]
    names = [ANSWERS.get(indicator, ("other", indicator)) for indicator in rows["indicator"]]
    lowest = percent * response / 100
    return pd.DataFrame(
        {
            "indicator": rows["indicator"].to_numpy(),
            "kind": [kind for kind, _ in names],
            "label_nl": [label for _, label in names],
            "year": rows["year"].astype("Int64").to_numpy(),
            "percent": percent,
            "n": rows["n_municipalities"].to_numpy(),
            "lower": [lower for lower, _ in plain],
            "upper": [upper for _, upper in plain],
            "precision": rows["precision"].to_numpy(),
            "response_pct": rows["response_pct"].to_numpy(),
            "asked": asked.astype("Int64").to_numpy(),
            "finite_lower": [lower for lower, _ in finite],
            "finite_upper": [upper for _, upper in finite],
            "lowest_pct": lowest,
            "highest_pct": lowest + 100 - response,
            "poll_id": rows["poll_id"].to_numpy(),
            "source": rows["source"].to_numpy(),
            "url": rows["url"].to_numpy(),
            "note": ["no interval: number of municipalities not stated" if math.isnan(base) else "" for base in n],
        }
    )


def _finite(percent: float, n: float, population: float, level: float) -> tuple[float, float]:
    """Wilson with the sample size that has the same variance without replacement: n (N - 1) / (N - n) (Cochran 1977)."""
    if math.isnan(population) or math.isnan(n):
        return math.nan, math.nan
    if population <= n:
        return percent, percent
    effective = n * (population - 1) / (population - n)
    return wilson(percent / 100 * effective, effective, level)

"""Business cases: what a case cost before and costs with the team, for whom, and on which assumptions that rests.

No page that was seen prints both amounts of one case, so of the records there is nothing to compare and they are listed as
they stand. A municipality's own cases (``own_business_cases.csv``) do have both, and go through the same sums.

The model is the plainest that answers the question of the Effectencalculator. Recorded amounts become amounts a year
(divided by the period they are about), times the percentage of them that counts. Over a horizon the year repeats itself,
discounted from the second year on; of the difference with the approach before, a part may fade every further year. A
difference is with the team minus before: negative is cheaper with the team. What was before is an estimate of those who know
the case, and cases are chosen: no interval speaks of either.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from wijkanalyse.config import BusinessCases, Inference
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.evidence.codes import CASE_LEVELS, CASE_RESULTS, PERIOD
from wijkanalyse.synthesis.business_tables import (
    ASSUMPTIONS,
    MEASURES,
    ORIGINS,
    REASONS,
    CasePayers,
    CaseSummary,
    CaseTornado,
    ComparedCases,
    ListedCases,
)
from wijkanalyse.synthesis.proportions import wilson

FEWEST_CASES: Final = 5
"""With fewer cases there is no bootstrap interval: four cases have no more than 35 different samples."""

FEW_CASES: Final = 20
"""Below this many cases the interval is said to be too narrow."""

NOT_RECORDED: Final = "not recorded"

_REASON_OF: Final = {
    "aggregate": "set_of_cases",
    "unit_cost": "no_comparison",
    "programme_cost": "no_comparison",
    "related_intervention": "other_intervention",
    "case": "amount_missing",
}


def value_business_cases(
    cases: pd.DataFrame, own: pd.DataFrame, choices: BusinessCases, inference: Inference
) -> dict[str, pd.DataFrame]:
    """Return every table of `business_tables.CONTRACTS`; cases and own are tidy `business_case` and `own_business_cases`.

    own: may have no rows. Cases are valued on the assumptions of `choices`; level, draws and seed are those of `inference`.
    """
    records = _together(cases, own)
    compared = compare_cases(records, choices)
    return {
        "business_cases": compared,
        "business_summary": summarise_cases(compared, inference),
        "business_payers": who_pays_who_gains(records, compared),
        "business_tornado": tornado(compared, choices),
        "business_listed": list_cases(records),
    }


def present_value(
    yearly: float | NDArray[np.float64], *, horizon_years: int, discount_rate_pct: float, fade_pct: float = 0.0
) -> Any:
    """Return the value today of an amount that is due at the start of each of `horizon_years` years, shaped as `yearly`.

    Year t (from 0) counts for ((1 - fade) / (1 + rate)) ** t. At a rate and fade of 0 this is the plain sum.
    """
    if horizon_years < 1:
        raise WijkanalyseError(f"found a horizon of {horizon_years} years, expected 1 or more; see config business_cases")
    kept = (1 - fade_pct / 100) / (1 + discount_rate_pct / 100)
    return yearly * math.fsum(kept**year for year in range(horizon_years))


def compare_cases(records: pd.DataFrame, choices: BusinessCases) -> pd.DataFrame:
    """Return the cases with both amounts, valued on the assumptions of `choices`: a table of `ComparedCases`.

    records: rows of `business_case` and `own_business_cases` with their `origin`.
    """
    rows = records[_has_both(records)].copy()
    rows["period_years"] = [_period_years(str(text)) for text in rows["horizon"]]
    rows = rows.rename(columns={"cost_wijkteam_eur": "cost_team_eur"})
    rows = rows.astype({"cost_before_eur": "float64", "cost_team_eur": "float64", "period_years": "float64"})
    before, with_team = _values(rows, choices)
    difference = with_team - before
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(before > 0, 100 * difference / before, np.nan)
    rows = rows.assign(
        value_before_eur=before,
        value_team_eur=with_team,
        difference_eur=difference,
        difference_pct=percent,
        is_cheaper=difference < 0,
    )
    return rows[list(ComparedCases.to_schema().columns)].reset_index(drop=True)


def summarise_cases(compared: pd.DataFrame, inference: Inference) -> pd.DataFrame:
    """Return means, the difference with its interval, and the share of cases cheaper, per origin: a table of `CaseSummary`.

    The difference in euros is the mean of paired differences; that in percent is of the totals, so that no case with little
    cost before outweighs the others. Their intervals are BCa bootstraps over cases (Efron 1987; `inference.draws`, seeded):
    cost is skewed, and BCa follows the skew where the percentile interval does not. With few cases both are too narrow (in
    simulations of skewed cost with 8 to 15 cases a 95 % BCa covered 70 to 89 %), which the note says; below `FEWEST_CASES`
    there is none. The share has the Wilson interval.
    """
    rows = []
    for origin in ORIGINS:
        group = _of(compared, origin)
        before, with_team = (group[name].to_numpy("float64") for name in ("value_before_eur", "value_team_eur"))
        k = len(group)
        for measure, (unit, label) in MEASURES.items():
            value, lower, upper, interval, note = math.nan, math.nan, math.nan, "none", ""
            if k == 0:
                note = "no case with both amounts"
            elif measure == "share_cheaper_pct":
                cheaper = int(group["is_cheaper"].sum())
                value, interval = 100 * cheaper / k, "wilson"
                lower, upper = wilson(cheaper, k, inference.level)
            else:
                value = _statistic(measure, before, with_team)
            if k and measure in {"mean_difference_eur", "difference_pct"}:
                rng = np.random.default_rng([inference.seed, list(MEASURES).index(measure)])
                lower, upper, note = _bootstrap(measure, before, with_team, inference, rng)
                interval = "none" if math.isnan(lower) else "bca"
            rows.append((origin, measure, label, unit, k, value, lower, upper, interval, note))
    return pd.DataFrame(rows, columns=list(CaseSummary.to_schema().columns))


def who_pays_who_gains(records: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    """Return how many records name which payer and which gainer, with what result: a table of `CasePayers`."""
    difference = compared.set_index("case_id")["difference_eur"]
    rows = records.assign(
        **{name: records[name].astype("str").fillna(NOT_RECORDED) for name in ("who_pays", "who_gains")},
        difference_eur=records["case_id"].map(difference),
        result=records["result"].astype("str").fillna("no_result"),
    )
    keys = ["origin", "level", "who_pays", "who_gains"]
    found = []
    for key, group in rows.groupby(keys, sort=True):
        pays, gains = key[2], key[3]
        results = group["result"].value_counts()
        found.append(
            {
                **dict(zip(keys, key, strict=True)),
                "is_same": None if NOT_RECORDED in (pays, gains) else pays == gains,
                "rows": len(group),
                "compared": int(group["difference_eur"].notna().sum()),
                "difference_eur": group["difference_eur"].sum(min_count=1),
                **{word: int(results.get(word, 0)) for word in (*CASE_RESULTS, "no_result")},
            }
        )
    table = pd.DataFrame(found, columns=list(CasePayers.to_schema().columns)).astype({"is_same": "boolean"})
    first = table["origin"].map({"own": 0, "recorded": 1})
    return (
        table.assign(first=first).sort_values(["first", "rows"], ascending=[True, False], kind="stable").drop(columns="first")
    )


def tornado(compared: pd.DataFrame, choices: BusinessCases) -> pd.DataFrame:
    """Return the mean difference with each assumption low and high, the others as chosen: a table of `CaseTornado`.

    Assumptions stand in order of spread, largest first. At a horizon of one year discounting and fading do nothing.
    """
    rows = []
    for origin in ORIGINS:
        group = _of(compared, origin)
        if group.empty:
            continue
        at_base = _mean_difference(group, choices)
        found: list[tuple[Any, ...]] = []
        for assumption, (low, high) in choices.ranges.items():
            unit, label = ASSUMPTIONS[assumption]
            ends = [_mean_difference(group, _with(choices, assumption, value)) for value in (low, high)]
            three = [ends[0], at_base, ends[1]]
            spread = max(three) - min(three)
            changes_sign = min(three) < 0 < max(three)
            base = float(getattr(choices, assumption))
            found.append((assumption, label, unit, low, base, high, *three, spread, changes_sign))
        found.sort(key=lambda row: (-row[9], list(ASSUMPTIONS).index(row[0])))
        rows += [(origin, rank, *row) for rank, row in enumerate(found, start=1)]
    return pd.DataFrame(rows, columns=list(CaseTornado.to_schema().columns))


def list_cases(records: pd.DataFrame) -> pd.DataFrame:
    """Return the records that cannot be compared, own first, then by level: a table of `ListedCases`."""
    rows = records[~_has_both(records)].rename(columns={"cost_wijkteam_eur": "cost_team_eur"})
    savings = rows["savings"].astype("str").fillna("").str.split("-", expand=False)
    amounts = ["cost_before_eur", "cost_team_eur", "savings", "benefit_cost_ratio"]
    reason = rows["level"].map(_REASON_OF)
    rows = rows.assign(
        savings_low=[float(ends[0]) if ends[0] else math.nan for ends in savings],
        savings_high=[float(ends[-1]) if ends[-1] else math.nan for ends in savings],
        has_amount=rows[amounts].notna().any(axis=1),
        reason=reason,
        reason_nl=reason.map(REASONS),
        benefit_cost_ratio=rows["benefit_cost_ratio"].to_numpy("float64", na_value=math.nan),
        order=[
            (origin != "own", CASE_LEVELS.index(level)) for origin, level in zip(rows["origin"], rows["level"], strict=True)
        ],
    )
    return rows.sort_values("order", kind="stable")[list(ListedCases.to_schema().columns)].reset_index(drop=True)


def _together(cases: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    recorded = cases.assign(origin="recorded", who_gains=pd.Series(pd.NA, index=cases.index, dtype=own["who_gains"].dtype))
    return pd.concat([recorded, own.assign(origin="own")[recorded.columns]], ignore_index=True)


def _has_both(records: pd.DataFrame) -> Any:
    amounts = records["cost_before_eur"].notna() & records["cost_wijkteam_eur"].notna()
    return records["level"].eq("case").fillna(False).astype(bool) & amounts


def _period_years(text: str) -> float:
    """The years of a period such as ``year``, ``6 months`` or ``2 years``."""
    match = re.fullmatch(PERIOD, text)
    if match is None:
        raise WijkanalyseError(f'found the horizon "{text}", expected a period such as 6 months, 1 year or 2 years')
    return float(match[1] or 1) / (12 if "month" in text else 1)


def _values(rows: pd.DataFrame, choices: BusinessCases) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cost before and with the team of each row over the horizon, euro."""
    years = rows["period_years"].to_numpy("float64")
    before = rows["cost_before_eur"].to_numpy("float64") / years * (choices.cost_before_pct / 100)
    with_team = rows["cost_team_eur"].to_numpy("float64") / years * (choices.cost_team_pct / 100)
    over: dict[str, Any] = {"horizon_years": choices.horizon_years, "discount_rate_pct": choices.discount_rate_pct}
    value_before = present_value(before, **over)
    difference = present_value(with_team - before, **over, fade_pct=choices.fade_pct)
    return value_before, value_before + difference


def _mean_difference(rows: pd.DataFrame, choices: BusinessCases) -> float:
    before, with_team = _values(rows, choices)
    return _statistic("mean_difference_eur", before, with_team)


def _with(choices: BusinessCases, assumption: str, value: float) -> BusinessCases:
    return choices.model_copy(update={assumption: int(value) if assumption == "horizon_years" else value})


def _of(compared: pd.DataFrame, origin: str) -> pd.DataFrame:
    return compared if origin == "all" else compared[compared["origin"].eq(origin)]


def _statistic(measure: str, before: NDArray[np.float64], with_team: NDArray[np.float64], axis: int = -1) -> Any:
    match measure:
        case "mean_before_eur":
            return np.mean(before, axis=axis)
        case "mean_team_eur":
            return np.mean(with_team, axis=axis)
        case "mean_difference_eur":
            return np.mean(with_team - before, axis=axis)
    total = np.sum(before, axis=axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, 100 * (np.sum(with_team, axis=axis) / total - 1), np.nan)


def _bootstrap(
    measure: str,
    before: NDArray[np.float64],
    with_team: NDArray[np.float64],
    inference: Inference,
    rng: np.random.Generator,
) -> tuple[float, float, str]:
    """Lower, upper and what must be said of them; NaN where there is no interval."""
    k = len(before)
    if k < FEWEST_CASES:
        return math.nan, math.nan, f"no interval: fewer than {FEWEST_CASES} cases"
    if measure == "difference_pct" and not np.all(before > 0):
        return math.nan, math.nan, "no interval: a case without cost before"
    left_out = [_statistic(measure, np.delete(before, case), np.delete(with_team, case)) for case in range(k)]
    if np.ptp(left_out) <= 1e-12 * max(1.0, float(np.max(np.abs(left_out)))):
        value = float(_statistic(measure, before, with_team))
        return value, value, "all cases differ by the same: the interval has no width"

    def statistic(before: NDArray[np.float64], with_team: NDArray[np.float64], axis: int = -1) -> Any:
        return _statistic(measure, before, with_team, axis)

    found = stats.bootstrap(
        (before, with_team),
        statistic,
        n_resamples=inference.draws,
        paired=True,
        vectorized=True,
        confidence_level=inference.level,
        method="BCa",
        rng=rng,
    ).confidence_interval
    note = f"too narrow: fewer than {FEW_CASES} cases" if k < FEW_CASES else "as if the cases were drawn at random"
    return float(found.low), float(found.high), note

"""Municipalities that became active, against those that never were: the effect by years since."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from wijkanalyse.config import Classification, Inference
from wijkanalyse.effects.designs.pretrends import EventStudy, relative_magnitudes
from wijkanalyse.effects.designs.switchers import OVERALL, Aggregate, GroupTimeEffects, aggregate, group_time_effects
from wijkanalyse.effects.estimands import Baseline, mechanical
from wijkanalyse.effects.results import Switchers, TrendBounds
from wijkanalyse.effects.rows import activity_by_year, baseline_covariates, share_figures
from wijkanalyse.errors import WijkanalyseError

ERAS = {"2017-2020": list(range(2017, 2021)), "2021-2025": list(range(2021, 2026))}
"""2015 and 2016 are left out: not all municipalities delivered their teams' help then, so a switch may be registration only."""

OUTCOMES = ("trajectories_niet_wijkteam", "trajectories_zonder_verblijf")
PER = "population_0_22"
M_BARS = (0.0, 0.5, 1.0, 1.5, 2.0)
SMALLEST_GROUP = 2
ANTICIPATION = 1
"""The year before the switch may already hold its beginning: changes are measured from the year before that."""


def estimate_switchers(
    panel: pd.DataFrame, long: pd.DataFrame, choices: Classification, baseline: Baseline, inference: Inference
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate the change after becoming active by outcome and era (Callaway and Sant'Anna 2021, doubly robust).

    Only switches for good count: a municipality that stops within the era takes no part. Returns `Switchers`, and what is
    left of the change in the year of the switch if the trends had differed (`TrendBounds`).
    """
    tables, bounds = [], []
    long = share_figures(long, choices)
    covariates, _ = baseline_covariates(panel, baseline)
    for outcome in OUTCOMES:
        for era, years in ERAS.items():
            table, bound = _of_an_era(panel, long, choices, years, outcome, covariates, inference)
            verdict = mechanical(outcome, PER, years, choices, years)
            tables.append(table.assign(outcome=outcome, era=era, is_mechanical=verdict.is_mechanical))
            bounds.append(bound.assign(outcome=outcome, era=era))
    source = str(panel["source"].iloc[0])
    table, bound = (pd.concat(parts, ignore_index=True).assign(source=source) for parts in (tables, bounds))
    return table[list(Switchers.to_schema().columns)], bound[list(TrendBounds.to_schema().columns)]


def _of_an_era(
    panel: pd.DataFrame,
    long: pd.DataFrame,
    choices: Classification,
    years: list[int],
    outcome: str,
    covariates: pd.DataFrame,
    inference: Inference,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of one outcome and era in `Switchers` and in `TrendBounds`; a row with the reason where nothing can be said."""
    try:
        rows = switching_rows(panel, long, choices, years, outcome)
    except WijkanalyseError as error:
        return _nothing(str(error), 0, 0), _no_bounds(str(error))
    known = rows[rows["log_rate"].notna()]
    switchers = known.loc[known["first_active"].gt(min(years)), "unit"].nunique()
    comparison = known.loc[known["first_active"].isna(), "unit"].nunique()
    if min(switchers, comparison) < SMALLEST_GROUP:
        reason = (
            f"{switchers} municipalities became active and {comparison} never were, among those with figures; "
            f"{SMALLEST_GROUP} of each needed"
        )
        return _nothing(reason, switchers, comparison), _no_bounds(reason)
    rows = rows.join(covariates, on="unit")
    effects = _effects(rows, list(covariates.columns), inference)
    study = aggregate(effects, "dynamic", level=inference.level, draws=inference.draws, seed=inference.seed)
    return _table(study, effects), _bounds(study, inference.level)


def switching_rows(
    panel: pd.DataFrame, long: pd.DataFrame, choices: Classification, years: list[int], outcome: str
) -> pd.DataFrame:
    """Return unit, jeugdregio_code, year, first_active and log_rate of the municipalities that were classified in every year.

    ``first_active`` is the year from which the municipality stayed active, empty for one that never was; one that stopped
    being active within `years` has no rows.
    """
    active = activity_by_year(panel, long, choices, years).pivot(index="gm_code", columns="year", values="treated").dropna()
    stays = active.diff(axis=1).iloc[:, 1:].ge(0).all(axis=1)
    active = active[stays]
    first = active.eq(1).idxmax(axis=1).where(active.any(axis=1)).astype(float) if len(active) else pd.Series(dtype=float)
    rows = panel[panel["year"].isin(years) & panel["gm_code"].isin(active.index)]
    rate = rows[outcome].where(rows[outcome] > 0) / rows[PER].where(rows[PER] > 0)
    return pd.DataFrame(
        {
            "unit": rows["gm_code"],
            "jeugdregio_code": rows["jeugdregio_code"],
            "year": rows["year"],
            "first_active": rows["gm_code"].map(first),
            "log_rate": np.log(rate),
        }
    ).reset_index(drop=True)


def _effects(rows: pd.DataFrame, covariates: list[str], inference: Inference) -> GroupTimeEffects:
    usable = rows[rows[covariates].notna().all(axis=1)].copy()
    spread = usable[covariates].std(ddof=0)
    usable[covariates] = (usable[covariates] - usable[covariates].mean()) / spread.where(spread > 0, 1.0)
    cluster = None if inference.cluster == "gm_code" else "jeugdregio_code"
    settings = {"outcome": "log_rate", "anticipation": ANTICIPATION, "base": "universal", "cluster": cluster}
    with_covariates = group_time_effects(usable, covariates=covariates, smallest_group=5, **settings)  # type: ignore[arg-type]
    if with_covariates.cells["reason"].eq("").sum() > len(with_covariates.cells["group"].unique()):
        return with_covariates
    # few municipalities switch in one year: too few for covariates, so compared as they are
    return group_time_effects(rows, smallest_group=SMALLEST_GROUP, **settings)  # type: ignore[arg-type]


def _bounds(study: Aggregate, level: float) -> pd.DataFrame:
    """Bounds on the change in the year of the switch, for trends that differ after it at most m_bar times as much as before."""
    times, values, matrix = study.event_study()
    base = -1 - ANTICIPATION
    # the years next to each other around the base year; far ones rest on few municipalities
    near = (times >= base - 2) & (times <= 1)
    try:
        event_study = EventStudy(times[near], values[near], matrix[np.ix_(near, near)], base=base)
    except WijkanalyseError as error:
        return _no_bounds(str(error))
    year_of_switch = (event_study.times[event_study.times > base] == 0).astype(float)
    found = relative_magnitudes(event_study, M_BARS, lags=year_of_switch, level=level)
    ends = {name: 100 * np.expm1(found[name]) for name in ("lower", "upper")}
    return pd.DataFrame({"m_bar": found["mbar"], **ends, "reason": ""})


def _no_bounds(reason: str) -> pd.DataFrame:
    return pd.DataFrame({"m_bar": list(M_BARS), "lower": np.nan, "upper": np.nan, "reason": reason})


def _nothing(reason: str, switchers: int, comparison: int) -> pd.DataFrame:
    numbers = dict.fromkeys(("event_time", "value", "lower", "upper", "se", "p"), np.nan)
    return pd.DataFrame([numbers | {"switchers": switchers, "comparison": comparison, "reason": reason}])


def _table(study: Aggregate, effects: GroupTimeEffects) -> pd.DataFrame:
    rows = study.table
    z = rows["att"] / rows["standard_error"].where(rows["standard_error"] > 0)
    return pd.DataFrame(
        {
            "event_time": pd.to_numeric(rows["label"].where(rows["label"].ne(OVERALL)), errors="coerce"),
            "value": 100 * np.expm1(rows["att"]),
            "lower": 100 * np.expm1(rows["lower"]),
            "upper": 100 * np.expm1(rows["upper"]),
            "se": rows["standard_error"],
            "p": 2 * stats.t.sf(z.abs(), max(len(effects.units) - 1, 1)),
            "switchers": int(np.isfinite(effects.groups).sum()),
            "comparison": int(np.isinf(effects.groups).sum()),
            "reason": rows["reason"],
        }
    )

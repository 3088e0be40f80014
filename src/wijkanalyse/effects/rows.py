"""From the panel to the rows of a model: outcome, exposure, treatment and baseline covariates by municipality and year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wijkanalyse.classification import ACTIVE, groups, team_shares
from wijkanalyse.config import Classification, crosses_break
from wijkanalyse.effects.estimands import Baseline, Estimand
from wijkanalyse.errors import WijkanalyseError

BIG_FOUR = ("GM0363", "GM0599", "GM0518", "GM0344")
"""Amsterdam, Rotterdam, Den Haag, Utrecht."""

PARTS_OF_THE_COUNTRY = {
    **dict.fromkeys(("PV20", "PV21", "PV22"), "noord"),
    **dict.fromkeys(("PV23", "PV24", "PV25"), "oost"),
    **dict.fromkeys(("PV26", "PV27", "PV28", "PV29"), "west"),
    **dict.fromkeys(("PV30", "PV31"), "zuid"),
}
"""Provinces by part of the country (landsdeel), for strata that are large enough to permute in."""

ALIKE = 1e-12
"""A covariate that varies by no more than this of its size varies by rounding only."""


@dataclass(frozen=True)
class Rows:
    """The rows of one estimand.

    `frame` has one row per municipality and year: gm_code, jeugdregio_code, province_code, year, outcome, per, treated (0/1, of
    the municipality or, in a yearly design, of the year), after (1 where the treatment can show) and one standardised
    column per covariate. `left_out` counts the classified municipalities without usable figures; `without` names
    covariates that this run does not have. With a `reason` there are no rows.
    """

    frame: pd.DataFrame
    covariates: list[str]
    left_out: int
    without: tuple[str, ...] = ()
    reason: str = ""


def rows_of(panel: pd.DataFrame, long: pd.DataFrame, estimand: Estimand, baseline: Baseline, choices: Classification) -> Rows:
    """Return the rows of `estimand`. `panel` and `long` as in `panel.schemas`; `choices` give the rule of classification.

    A panel without figures to classify by in some year of activity gives a reason instead of rows.
    """
    keys = ["gm_code", "jeugdregio_code", "province_code", "year"]
    # what came before becoming active is of the year before
    earlier = 1 if estimand.design == "adoption" else 0
    figures = panel["year"].isin([year - earlier for year in estimand.years])
    frame = panel.loc[figures, [*keys, estimand.outcome, estimand.per]]
    frame = frame.rename(columns={estimand.outcome: "outcome", estimand.per: "per"}).assign(year=frame["year"] + earlier)
    try:
        frame = _with_treatment(frame, panel, long, estimand, choices)
    except WijkanalyseError as error:
        return Rows(frame.iloc[:0].assign(treated=0.0, after=0.0), [], 0, reason=str(error))
    covariates, without = baseline_covariates(panel, baseline) if estimand.adjustment != "none" else (pd.DataFrame(), ())
    if len(covariates):
        frame = frame.merge(covariates, left_on="gm_code", right_index=True, how="left", validate="m:1")
    classified = frame["gm_code"].nunique()
    usable = frame["per"].gt(0) & frame[["outcome", "per", *covariates.columns]].notna().all(axis=1)
    if estimand.model in ("mean", "mean_gamma"):
        usable &= frame["outcome"].gt(0)
    if estimand.design == "change":
        # a change needs both years, and a count of nothing in both says nothing about a ratio
        counted = frame[usable].groupby("gm_code")["outcome"].agg(["size", "sum"])
        usable &= frame["gm_code"].isin(counted.index[counted["size"].eq(2) & counted["sum"].gt(0)])
    if estimand.design == "adoption":
        # what came before enters as a logarithm; a year in which nobody became active says nothing beside its own effect
        usable &= frame["outcome"].gt(0)
        usable &= frame["year"].isin(frame.loc[usable & frame["treated"].eq(1), "year"])
    frame = frame[usable].sort_values(["gm_code", "year"], ignore_index=True)
    frame[covariates.columns] = _standardised(frame, list(covariates.columns))
    varying = [name for name in covariates.columns if frame[name].notna().all()]
    last = frame["year"].eq(max(estimand.years)) if estimand.design == "change" else True
    frame["after"] = np.where(last, 1.0, 0.0)
    return Rows(frame, varying, classified - frame["gm_code"].nunique(), without)


def baseline_covariates(panel: pd.DataFrame, baseline: Baseline) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the covariates by gm_code in their own units, and the labels of those without any figure in the baseline year."""
    parts = [name for covariate in baseline.covariates.values() for name in (covariate.part, *covariate.whole)]
    year = panel[["gm_code", *dict.fromkeys(parts)]][panel["year"].eq(baseline.year)].set_index("gm_code")
    columns: dict[str, pd.Series] = {}
    without = []
    for name, covariate in baseline.covariates.items():
        values = year[covariate.part].astype(float)
        if covariate.whole:
            whole = year[covariate.whole].sum(axis=1, skipna=False)
            values = values / whole.where(whole > 0)
        if covariate.log:
            values = values.where(values > 0).apply(np.log)
        if values.notna().any():
            columns[name] = values
        else:
            without.append(covariate.label)
    return pd.DataFrame(columns, index=year.index), tuple(without)


def strata(panel: pd.DataFrame) -> pd.Series:
    """Return by gm_code the stratum within which activity is permuted: third of the size x part of the country."""
    young = panel.groupby("gm_code")["population_0_22"].mean().fillna(0)
    size = pd.qcut(young.rank(method="first"), 3, labels=["klein", "middel", "groot"]).astype(str)
    province = panel.drop_duplicates("gm_code").set_index("gm_code")["province_code"]
    part = province.map(PARTS_OF_THE_COUNTRY).fillna("onbekend")
    return (size + "-" + part.reindex(size.index)).rename("stratum")


def share_figures(long: pd.DataFrame, choices: Classification) -> pd.DataFrame:
    """Return the rows of the long panel that the classification rests on; classifying many times is quick on these."""
    names = [f"{choices.measure}_{form}" for form in (choices.numerator, *choices.denominator)]
    return long[long["variable"].isin(names)]


def activity(panel: pd.DataFrame, long: pd.DataFrame, choices: Classification, years: list[int]) -> pd.Series:
    """Return by gm_code whether the municipality is active (1.0) or not (0.0) over `years`; unclassified ones are absent."""
    rule = choices.model_copy(update={"years": years, "across_break": crosses_break(years)})
    # columns of text that nobody asks for make every selection of rows slow
    shares = team_shares(long[["gm_code", "year", "variable", "value", "low", "high"]], rule)
    group = groups(shares[shares.index.isin(panel["gm_code"].unique())], rule).dropna()
    return group.eq(ACTIVE).astype(float)


def activity_by_year(panel: pd.DataFrame, long: pd.DataFrame, choices: Classification, years: list[int]) -> pd.DataFrame:
    """Return gm_code, year and treated for every year by itself."""
    parts = [activity(panel, long, choices, [year]).rename("treated").reset_index().assign(year=year) for year in years]
    return pd.concat(parts, ignore_index=True)


def _with_treatment(
    frame: pd.DataFrame, panel: pd.DataFrame, long: pd.DataFrame, estimand: Estimand, choices: Classification
) -> pd.DataFrame:
    """Return `frame` with the column treated; a municipality (in a yearly design: and year) without a group has no rows."""
    if estimand.design in ("level", "change"):
        treated = frame["gm_code"].map(activity(panel, long, choices, list(estimand.activity)))
        return frame.assign(treated=treated.astype(float))[treated.notna()]
    return frame.merge(_treatment_by_year(panel, long, estimand, choices), on=["gm_code", "year"], validate="1:1")


def _treatment_by_year(panel: pd.DataFrame, long: pd.DataFrame, estimand: Estimand, choices: Classification) -> pd.DataFrame:
    """Return gm_code, year and treated for the years of the estimand."""
    years = list(estimand.years)
    if estimand.design == "yearly":
        treated = activity_by_year(panel, long, choices, [year - estimand.lag for year in years])
        return treated.assign(year=treated["year"] + estimand.lag)
    # adoption: who was not active the year before, and became so
    now = activity_by_year(panel, long, choices, years)
    before = activity_by_year(panel, long, choices, [year - 1 for year in years]).rename(columns={"treated": "before"})
    both = now.merge(before.assign(year=before["year"] + 1), on=["gm_code", "year"])
    return both.loc[both["before"].eq(0), ["gm_code", "year", "treated"]]


def _standardised(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Mean nil and spread one over municipalities, so that a model's numbers are of like size; empty where all are alike."""
    once = frame.drop_duplicates("gm_code")[names]
    spread = once.std(ddof=0)
    return (frame[names] - once.mean()) / spread.where(spread > ALIKE * once.abs().max())

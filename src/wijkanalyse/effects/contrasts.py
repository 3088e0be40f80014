"""The published comparisons, made again: active against not active municipalities.

Each contrast is a difference between two means of municipal ratios (a change, a share or a mean). Weighted with the
denominators, such a mean equals the ratio of the pooled counts; with equal weights it is the mean of the municipalities. So
one regression serves both: weighted least squares on two group indicators, with cluster-robust (CR1) errors and t(G-1).

These are descriptions of groups, not effects: the groups differ in more than their teams, and where a form of help
includes the team's own trajectories the outcome contains what the groups were formed on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pandera.pandas as pa
import statsmodels.api as sm
from pandera.typing.pandas import Series

from wijkanalyse.classification import ACTIVE, NOT_ACTIVE
from wijkanalyse.config import Contrast, Inference
from wijkanalyse.contracts import SOURCE_COLUMN, Contract
from wijkanalyse.errors import WijkanalyseError, nearest

POOLED, MEAN_OF_MUNICIPALITIES = "pooled", "mean_of_municipalities"
DIFFERENCE = "difference"
UNITS = {"change": "percent", "share": "percent", "mean": "days"}


class Estimates(Contract):
    """One row per contrast, form of help, weighting and term (active, not_active, difference)."""

    contrast: Series[str] = pa.Field(description="use, duration, crisis or reach")
    form: Series[str] = pa.Field(description="form of help that the outcome covers")
    weighting: Series[str] = pa.Field(isin=[POOLED, MEAN_OF_MUNICIPALITIES], description="what the mean is taken over")
    term: Series[str] = pa.Field(isin=[ACTIVE, NOT_ACTIVE, DIFFERENCE], description="group, or active minus not active")
    value: Series[float] = pa.Field(description="estimate in `unit` (difference of percentages: percentage points)")
    lower: Series[float] = pa.Field(description="lower end of the interval")
    upper: Series[float] = pa.Field(description="upper end of the interval")
    unit: Series[str] = pa.Field(isin=["percent", "days"], description="unit of the estimate")
    municipalities: Series[int] = pa.Field(ge=0, description="municipalities in the term")
    clusters: Series[int] = pa.Field(ge=2, description="clusters of the standard error")
    weight: Series[float] = pa.Field(ge=0, description="sum of the denominators in the term")
    left_out: Series[int] = pa.Field(ge=0, description="classified municipalities without usable figures")
    contains_team_help: Series[bool] = pa.Field(description="the outcome counts what the groups were formed on")
    years: Series[str] = pa.Field(description="years of the contrast")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


class Observations(Contract):
    """The municipal values behind the estimates, one row per contrast, form, municipality and year."""

    contrast: Series[str] = pa.Field(description="use, duration, crisis or reach")
    form: Series[str] = pa.Field(description="form of help that the outcome covers")
    gm_code: Series[str] = pa.Field(description="municipality")
    jeugdregio_code: Series[str] = pa.Field(description="youth region, JZ..")
    year: Series[int] = pa.Field(description="year, or last year of the change")
    group: Series[str] = pa.Field(isin=[ACTIVE, NOT_ACTIVE], description="active or not_active")
    value: Series[float] = pa.Field(description="change or share in percent, or mean in days")
    weight: Series[float] = pa.Field(gt=0, description="denominator of the ratio")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


def municipal_values(
    panel: pd.DataFrame, classification: pd.DataFrame, name: str, contrast: Contrast, form: str
) -> pd.DataFrame:
    """Return the value and the weight of each classified municipality (and year) for one contrast and form.

    ``value`` is in percent or days, ``weight`` the denominator, so that the weighted mean is the pooled ratio. Frame as in
    `Observations`; municipalities without a usable figure are left out.
    """
    outcome = _column(panel, contrast.outcome, form)
    rows = panel[panel["year"].isin(contrast.years)]
    if contrast.kind == "change":
        before, after = (rows[rows["year"].eq(year)].set_index("gm_code") for year in contrast.years)
        table = after[["year"]].assign(weight=before[outcome], value=100 * (after[outcome] / before[outcome] - 1))
    else:
        assert contrast.denominator is not None
        weight = rows[_column(panel, contrast.denominator, form)]
        value = rows[outcome] if contrast.kind == "mean" else 100 * rows[outcome] / weight
        table = rows[["gm_code", "year"]].assign(weight=weight, value=value).set_index("gm_code")
    table = table[table["weight"].gt(0) & np.isfinite(table["value"])].reset_index()
    groups = classification.loc[classification["group"].notna(), ["gm_code", "jeugdregio_code", "group", "source"]]
    values = table.merge(groups, on="gm_code", validate="m:1").assign(contrast=name, form=form)
    return values[list(Observations.to_schema().columns)].sort_values(["gm_code", "year"], ignore_index=True)


def estimate_contrasts(
    panel: pd.DataFrame,
    classification: pd.DataFrame,
    contrasts: Mapping[str, Contrast],
    forms: list[str],
    inference: Inference,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate every contrast for every form, pooled and as mean of municipalities.

    Returns (`Estimates`, `Observations`). A form whose columns the service does not offer is left out; a contrast that cannot
    be estimated for any form raises `WijkanalyseError`.
    """
    estimates, observations = [], []
    for name, contrast in contrasts.items():
        usable = 0
        for form in forms:
            values = municipal_values(panel, classification, name, contrast, form)
            # with one cluster in a group its standard error would be zero, whatever the figures
            if values["group"].nunique() < 2 or values.groupby("group")[inference.cluster].nunique().min() < 2:
                continue
            usable += 1
            observations.append(values)
            classified = int(classification["group"].notna().sum())
            for weighting in (POOLED, MEAN_OF_MUNICIPALITIES):
                rows = compare_groups(values, weighting, inference)
                estimates.append(
                    rows.assign(
                        contrast=name,
                        form=form,
                        weighting=weighting,
                        unit=UNITS[contrast.kind],
                        left_out=classified - values["gm_code"].nunique(),
                        contains_team_help=form != "niet_wijkteam",
                        years=("-" if contrast.kind == "change" else ", ").join(map(str, contrast.years)),
                    )
                )
        if not usable:
            raise WijkanalyseError(
                f"contrasts.{name}: no form has figures of at least two active and two not active municipalities (with "
                f"inference.cluster {inference.cluster}: in two clusters each) for {contrast.outcome} in {contrast.years}. "
                f"Choose other years (the panel has {int(panel['year'].min())}-{int(panel['year'].max())}; crisis starts "
                "exist from 2019) or another outcome."
            )
    source = str(classification["source"].iloc[0])
    order = list(Estimates.to_schema().columns)
    return pd.concat(estimates, ignore_index=True).assign(source=source)[order], pd.concat(observations, ignore_index=True)


def compare_groups(values: pd.DataFrame, weighting: str, inference: Inference) -> pd.DataFrame:
    """Return the mean of each group and their difference, with cluster-robust intervals.

    `values` as in `Observations`. Weighted least squares on the two group indicators; standard errors CR1 (small-sample
    factor G/(G-1) x (N-1)/(N-K)) over ``inference.cluster``, t distribution with G-1 degrees of freedom (statsmodels).
    Columns term, value, lower, upper, municipalities, clusters, weight.
    """
    is_active = values["group"].eq(ACTIVE).to_numpy(dtype=float)
    design = np.column_stack([is_active, 1 - is_active])
    # every municipality counts once, also when it brings the values of several years
    each_once = 1 / values.groupby("gm_code")["gm_code"].transform("size")
    weights = (values["weight"] if weighting == POOLED else each_once).to_numpy(dtype=float)
    clusters = pd.factorize(values[inference.cluster])[0]
    fitted = sm.WLS(values["value"].to_numpy(dtype=float), design, weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True
    )
    test = fitted.t_test(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]]))
    interval = test.conf_int(alpha=1 - inference.level)
    masks = [is_active == 1, is_active == 0, np.ones(len(values), dtype=bool)]
    return pd.DataFrame(
        {
            "term": [ACTIVE, NOT_ACTIVE, DIFFERENCE],
            "value": test.effect,
            "lower": interval[:, 0],
            "upper": interval[:, 1],
            "municipalities": [values.loc[mask, "gm_code"].nunique() for mask in masks],
            "clusters": int(clusters.max()) + 1,
            "weight": [values.loc[mask, "weight"].sum() for mask in masks],
        }
    )


def _column(panel: pd.DataFrame, measure: str, form: str) -> str:
    """The measure of this form of help, or the measure itself where it is the same for all forms (population)."""
    for name in (f"{measure}_{form}", measure):
        if name in panel.columns:
            return name
    raise WijkanalyseError(
        f"contrasts: the panel has neither {measure}_{form} nor {measure}{nearest(f'{measure}_{form}', panel.columns)}. A "
        "contrast names variables of config/tables.yaml without their form"
    )

"""Municipalities that became active: the effect by year of switching and by year (Callaway & Sant'Anna 2021).

ATT(g, t) is the average effect in year t on the municipalities that switched in year g, against municipalities that never
switched or had not yet. Unlike two-way fixed effects, municipalities that switched earlier never serve as a control.
J. Econometrics 225(2), 200-230; aggregation as in their section 3 and in the R package did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wijkanalyse.effects.designs.influence import (
    covariance,
    critical_value,
    standard_errors,
    uniform_critical_value,
)
from wijkanalyse.effects.designs.two_periods import Method, effect_on_treated
from wijkanalyse.errors import WijkanalyseError, listing

Array = NDArray[np.float64]
Controls = Literal["never", "not_yet"]
Base = Literal["varying", "universal"]
Kind = Literal["simple", "dynamic", "group", "calendar"]
OVERALL = "overall"
COLUMNS = ["kind", "label", "att", "standard_error", "lower", "upper", "lower_uniform", "upper_uniform", "cells", "reason"]


@dataclass(frozen=True)
class GroupTimeEffects:
    """ATT(g, t) with influence functions.

    `cells`: one row per group and year with group, year, base_year, is_post, att, standard_error, treated, controls and
    reason (empty when there is an estimate). `influence` (units, cells), zero for cells without an estimate. `groups` and
    `weights` (units,): year of the switch (inf: never) and weight with mean 1. `clusters`: (units,) or None.
    `left_out`: units that were active from the first year on, and units without figures.
    """

    cells: pd.DataFrame
    influence: Array
    units: pd.Index
    groups: Array
    weights: Array
    clusters: NDArray[np.object_] | None
    left_out: int


@dataclass(frozen=True)
class Aggregate:
    """Averages of ATT(g, t): `table` with the columns in `COLUMNS`, and the influence function (units, rows) of each row."""

    table: pd.DataFrame
    influence: Array
    clusters: NDArray[np.object_] | None

    def event_study(self) -> tuple[NDArray[np.int64], Array, Array]:
        """Return event times, coefficients and covariance matrix of a dynamic aggregate, as `pretrends` takes them.

        The base period (coefficient 0, no variance) and years without an estimate are left out.
        """
        has_estimate = self.table["label"].ne(OVERALL) & self.table["standard_error"].gt(0)
        times = np.asarray(self.table.loc[has_estimate, "label"], dtype=np.int64)
        matrix = covariance(self.influence[:, has_estimate.to_numpy()], self.clusters)
        return times, self.table.loc[has_estimate, "att"].to_numpy(dtype=np.float64), matrix


def group_time_effects(
    panel: pd.DataFrame,
    *,
    outcome: str,
    covariates: Sequence[str] = (),
    controls: Controls = "never",
    method: Method = "doubly_robust",
    anticipation: int = 0,
    base: Base = "varying",
    weight: str | None = None,
    cluster: str | None = None,
    smallest_group: int = 2,
) -> GroupTimeEffects:
    """Estimate ATT(g, t) for every group of switchers and every year but the first.

    `panel`: one row per unit and year with the columns unit, year, first_active (year of the switch, NaN: never; the same in
    all rows of a unit) and `outcome`; optionally covariates (taken in the earlier of the two years compared), a weight
    and a cluster (both taken from the first row of a unit). A unit takes part in each comparison of two years for which it has
    figures, so gaps cost only the cells that they touch. Units that were active in the first year are left out.

    From `anticipation` years before the switch on, a year is compared with the last one before that (anticipation + 1 years
    before the switch). Earlier years are compared with the year before them (base "varying", as did does by default) or
    with that same year (base "universal", what an event study and `pretrends` need; its own cell is then 0).

    A cell gets a reason instead of an estimate when fewer than `smallest_group` switchers or controls have figures, when no
    base year exists, or when regression or logit cannot be fitted. Raises `WijkanalyseError` for a row that occurs twice.
    """
    columns = ["unit", "year", "first_active", outcome, *covariates, *filter(None, (weight, cluster))]
    rows = panel[list(dict.fromkeys(columns))]
    if rows.duplicated(["unit", "year"]).any():
        twice = rows.loc[rows.duplicated(["unit", "year"]), "unit"]
        raise WijkanalyseError(
            f"switchers: {listing(twice.unique())} occur twice in a year; expected one row per unit and year"
        )
    years = np.sort(rows["year"].unique())
    first = rows.sort_values(["unit", "year"]).groupby("unit").first()
    switch = first["first_active"].astype(np.float64).fillna(np.inf)
    usable = rows[outcome].notna().groupby(rows["unit"]).any() & switch.gt(years[0])
    units = usable.index[usable]
    switch = switch[units]
    groups = np.asarray(switch.where(switch <= years[-1], np.inf), dtype=np.float64)
    weights = np.ones(len(units)) if weight is None else first.loc[units, weight].to_numpy(dtype=np.float64)
    setting = _Setting(
        outcomes=rows.pivot(index="unit", columns="year", values=outcome).loc[units, years].to_numpy(dtype=np.float64),
        covariates=[rows.pivot(index="unit", columns="year", values=name).loc[units, years].to_numpy() for name in covariates],
        years=years,
        groups=groups,
        weights=weights / weights.mean() if len(weights) else weights,
        controls=controls,
        method=method,
        anticipation=anticipation,
        smallest_group=smallest_group,
    )
    cells, influence = [], []
    for group in np.unique(groups[np.isfinite(groups)]):
        for place in range(0 if base == "universal" else 1, len(years)):
            cell, psi = setting.cell(group, place, base)
            cells.append(cell)
            influence.append(psi)
    matrix = np.column_stack(influence) if influence else np.zeros((len(units), 0))
    clusters = None if cluster is None else first.loc[units, cluster].to_numpy(dtype=object)
    table = pd.DataFrame(cells, columns=_CELL_COLUMNS)
    errors = standard_errors(matrix, clusters) if len(table) else np.zeros(0)
    table.insert(5, "standard_error", np.where(table["reason"].eq(""), errors, np.nan))
    left_out = first.shape[0] - len(units)
    return GroupTimeEffects(table, matrix, units, groups, setting.weights, clusters, left_out)


def aggregate(effects: GroupTimeEffects, kind: Kind, *, level: float = 0.95, draws: int = 9_999, seed: int = 0) -> Aggregate:
    """Average ATT(g, t): simple (over all), dynamic (by years since the switch), group or calendar (by year).

    The last row is the overall effect: of dynamic the mean over the years from the switch on, of calendar the mean
    over the years, of group the mean over the groups weighted with their size, of simple the mean over all cells after the
    switch weighted with the size of their group. The standard errors count that group sizes are estimated. Intervals with
    t(units or clusters - 1); the uniform bands hold for all rows but the overall one together. Cells without an estimate
    are left out; a row without any cell has a reason.
    """
    cells = effects.cells
    has_estimate = cells["reason"].eq("").to_numpy()
    group, year = cells["group"].to_numpy(), cells["year"].to_numpy()
    is_post = cells["is_post"].to_numpy(dtype=bool)
    labels, masks = _rows_of(kind, group, year, is_post)
    parts = [_average(effects, mask & has_estimate) for mask in masks]
    overall = _overall(effects, kind, labels, parts, is_post & has_estimate)
    values = np.array([part[0] for part in [*parts, overall]])
    influence = np.column_stack([part[1] for part in [*parts, overall]])
    errors = np.where(np.isfinite(values), standard_errors(influence, effects.clusters), np.nan)
    independent = len(influence) if effects.clusters is None else len(set(effects.clusters))
    wide = uniform_critical_value(influence[:, :-1], level, draws, seed, effects.clusters) if parts else np.nan
    bands = np.append(np.full(len(parts), wide), np.nan)
    counts = [int((mask & has_estimate).sum()) for mask in [*masks, is_post]]
    table = pd.DataFrame({"kind": kind, "label": [*map(str, labels), OVERALL], "att": values, "standard_error": errors})
    pointwise = critical_value(level, independent) * errors
    table = table.assign(
        lower=values - pointwise,
        upper=values + pointwise,
        lower_uniform=values - bands * errors,
        upper_uniform=values + bands * errors,
        cells=counts,
        reason=np.where(np.isfinite(values), "", "no group and year with an estimate"),
    )
    return Aggregate(table[COLUMNS], influence, effects.clusters)


_CELL_COLUMNS = ["group", "year", "base_year", "is_post", "att", "treated", "controls", "reason"]


@dataclass(frozen=True)
class _Setting:
    """The panel as matrices (units, years), and the choices."""

    outcomes: Array
    covariates: list[Array]
    years: NDArray[np.int64]
    groups: Array
    weights: Array
    controls: Controls
    method: Method
    anticipation: int
    smallest_group: int

    def cell(self, group: float, place: int, base: Base) -> tuple[tuple[object, ...], Array]:
        """ATT of `group` in the year at `place`: its row, and its influence function over all units."""
        year = self.years[place]
        before = np.flatnonzero(self.years + self.anticipation < group)
        is_long = base == "universal" or year >= group - self.anticipation
        base_place = before[-1] if is_long and len(before) else place - 1
        nothing = np.zeros(len(self.groups))
        head = (int(group), int(year), int(self.years[base_place]), bool(year >= group))
        if is_long and not len(before):
            reason = f"no year more than {self.anticipation} before the switch"
            return (head[0], head[1], pd.NA, head[3], np.nan, 0, 0, reason), nothing
        has_figures = np.isfinite(self.outcomes[:, [place, base_place]]).all(axis=1)
        earlier = min(place, base_place)
        design = np.column_stack([np.ones(len(self.groups)), *(values[:, earlier] for values in self.covariates)]).astype(
            np.float64
        )
        has_figures &= np.isfinite(design).all(axis=1)
        is_treated = (self.groups == group) & has_figures
        is_control = self._is_control(group, max(place, base_place)) & has_figures
        counts = (int(is_treated.sum()), int(is_control.sum()))
        if place == base_place:
            return (*head, 0.0, *counts, ""), nothing
        if min(counts) < self.smallest_group:
            reason = (
                f"{counts[0]} switchers and {counts[1]} controls with figures; at least {self.smallest_group} of each needed"
            )
            return (*head, np.nan, *counts, reason), nothing
        chosen = is_treated | is_control
        weights = self.weights[chosen]
        found = effect_on_treated(
            (self.outcomes[:, place] - self.outcomes[:, base_place])[chosen],
            is_treated[chosen].astype(np.float64),
            design[chosen],
            weights / weights.mean(),
            self.method,
        )
        if isinstance(found, str):
            return (*head, np.nan, *counts, found), nothing
        influence = nothing
        influence[chosen] = found.influence * len(chosen) / chosen.sum()
        return (*head, found.effect, *counts, ""), influence

    def _is_control(self, group: float, last_place: int) -> NDArray[np.bool_]:
        never = np.isinf(self.groups)
        if self.controls == "never":
            return never
        is_later = self.groups > self.years[last_place] + self.anticipation
        return never | (is_later & (self.groups != group))


def _rows_of(
    kind: Kind, group: NDArray[np.int64], year: NDArray[np.int64], is_post: NDArray[np.bool_]
) -> tuple[list[int], list[NDArray[np.bool_]]]:
    """The labels of the rows of an aggregate and the cells that each takes together."""
    if kind == "simple":
        return [], []
    by = {"dynamic": year - group, "group": group, "calendar": year}[kind]
    among = np.ones(len(by), dtype=bool) if kind == "dynamic" else is_post
    labels = [int(label) for label in np.unique(by[among])]
    return labels, [among & (by == label) for label in labels]


def _overall(
    effects: GroupTimeEffects, kind: Kind, labels: list[int], parts: list[tuple[float, Array]], post: NDArray[np.bool_]
) -> tuple[float, Array]:
    if kind == "simple":
        return _average(effects, post)
    known = [i for i, part in enumerate(parts) if np.isfinite(part[0]) and (kind != "dynamic" or labels[i] >= 0)]
    if not known:
        return np.nan, np.zeros(len(effects.groups))
    values = np.array([parts[i][0] for i in known])
    influence = np.column_stack([parts[i][1] for i in known])
    if kind == "group":
        return _weighted(effects, values, influence, np.array([labels[i] for i in known], dtype=np.float64))
    return float(values.mean()), influence.mean(axis=1)


def _average(effects: GroupTimeEffects, chosen: NDArray[np.bool_]) -> tuple[float, Array]:
    """Mean of the chosen cells, weighted with the size of their group; of one group: their plain mean."""
    if not chosen.any():
        return np.nan, np.zeros(len(effects.groups))
    cells = effects.cells[chosen]
    groups = cells["group"].to_numpy(dtype=np.float64)
    return _weighted(effects, cells["att"].to_numpy(dtype=np.float64), effects.influence[:, chosen], groups)


def _weighted(effects: GroupTimeEffects, values: Array, influence: Array, groups: Array) -> tuple[float, Array]:
    """Mean of `values` weighted with the size of `groups`, and its influence function, estimated sizes included."""
    in_group = effects.weights[:, None] * (effects.groups[:, None] == groups)
    size = in_group.mean(axis=0)
    shares = size / size.sum()
    mean = float(values @ shares)
    # d(sum v_k p_k / sum p_k) = sum (v_k - mean) dp_k / sum p_k
    of_sizes = (in_group - size) @ (values - mean) / size.sum()
    return mean, influence @ shares + of_sizes


def clusters_of(effects: GroupTimeEffects, names: ArrayLike) -> GroupTimeEffects:
    """Return the same effects with other clusters (one name per unit, in the order of ``effects.units``)."""
    clusters = np.asarray(names, dtype=object)
    errors = standard_errors(effects.influence, clusters)
    cells = effects.cells.assign(standard_error=np.where(effects.cells["reason"].eq(""), errors, np.nan))
    return GroupTimeEffects(
        cells, effects.influence, effects.units, effects.groups, effects.weights, clusters, effects.left_out
    )

"""Splitting a difference between two groups of municipalities into composition and what happens within a form of help.

Two groups can differ in mean duration because their help lasts longer, or because they give more of the forms that always
last long. Kitagawa (1955) divides the difference exactly in two: composition = sum (s1-s0)(m1+m0)/2 and
within = sum (s1+s0)/2 (m1-m0), with shares s and levels m of the forms. Das Gupta (1993) does the same for any number of
factors and any rate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
POOLED, MEAN_OF_MUNICIPALITIES = "pooled", "mean_of_municipalities"
ALL_FORMS = "all"
COLUMNS = ["component", "form", "value", "standard_error", "lower", "upper", "draws", "reason"]


@dataclass(frozen=True)
class Split:
    """A difference of means and its parts: group 1 minus group 0. Arrays end with the axis of the forms."""

    difference: Array
    composition_by_form: Array
    within_by_form: Array

    @property
    def composition(self) -> Array:
        """What other shares of the forms make of the difference."""
        return self.composition_by_form.sum(axis=-1)

    @property
    def within(self) -> Array:
        """What other levels within the forms make of the difference."""
        return self.within_by_form.sum(axis=-1)


def kitagawa(weights: ArrayLike, levels: ArrayLike) -> Split:
    """Split the difference of the weighted means of two groups (Kitagawa 1955, JASA 50, two components).

    `weights` and `levels`, shape (..., 2, forms): group 0, then group 1. A form that a group does not give has weight 0 and no
    level there (NaN or anything else): it takes the level of the other group, so that all of it counts as composition.
    A group without any weight makes the split NaN.
    """
    weights = np.asarray(weights, dtype=np.float64)
    given = weights > 0
    levels = np.where(given, np.asarray(levels, dtype=np.float64), 0.0)
    levels = np.where(given, levels, levels[..., ::-1, :])
    with np.errstate(invalid="ignore"):
        shares = weights / weights.sum(axis=-1, keepdims=True)
    (s0, s1), (m0, m1) = np.moveaxis(shares, -2, 0), np.moveaxis(levels, -2, 0)
    return Split(
        difference=(s1 * m1).sum(axis=-1) - (s0 * m0).sum(axis=-1),
        composition_by_form=(s1 - s0) * (m1 + m0) / 2,
        within_by_form=(s1 + s0) / 2 * (m1 - m0),
    )


def kitagawa_with_intervals(
    cells: pd.DataFrame, *, weighting: str = POOLED, level: float = 0.95, draws: int = 9_999, seed: int = 0
) -> pd.DataFrame:
    """Split the difference between two groups of municipalities, with cluster-bootstrap intervals.

    `cells`: one row per municipality (and year) and form with unit, cluster, is_active (bool), form, weight (denominator, such
    as ended trajectories) and value (the level, such as mean days; NaN where the weight is 0). With `weighting` pooled the
    means are those of all trajectories; with mean_of_municipalities every municipality counts once.

    The bootstrap draws clusters with replacement within each group; where clusters hold municipalities of both groups
    (youth regions), it draws from all clusters. Percentile interval at `level`. Returns the columns in `COLUMNS`: component
    difference, composition and within for form "all", then composition, within and rest (the difference without what differs
    within the form) of each form. With fewer than two clusters
    in a group: missing numbers and a reason.
    """
    rows = cells[cells["weight"].gt(0) & cells["value"].notna()]
    weight = rows["weight"].to_numpy(dtype=np.float64)
    if weighting == MEAN_OF_MUNICIPALITIES:
        weight = weight / rows.groupby("unit")["weight"].transform("sum").to_numpy(dtype=np.float64)
    forms = sorted(cells["form"].unique())
    reason = _why_not(rows)
    if reason:
        return _table(forms, None, None, 0, level, reason)
    totals, strata = _totals_per_cluster(rows, weight, forms)
    estimate = _split_of_totals(totals.sum(axis=0))
    drawn = _split_of_totals(_bootstrap_sums(totals, strata, draws, seed))
    return _table(forms, estimate, drawn, draws, level, "")


def das_gupta(group0: Mapping[str, ArrayLike], group1: Mapping[str, ArrayLike], rate: Callable[..., float]) -> dict[str, float]:
    """Return what each factor makes of rate(group 1) - rate(group 0) (Das Gupta 1993, Current Population Reports P23-186).

    `group0`, `group1`: the same factors by name, each a number or an array over categories; `rate` takes them as keyword
    arguments and returns a number. The effect of a factor is its change, averaged over which of the other factors have
    changed before it; the effects add up to the difference. With the two factors share and level this is Kitagawa's split.
    """
    names = list(group0)
    others_of = {name: [other for other in names if other != name] for name in names}
    zero = {name: np.asarray(group0[name], dtype=np.float64) for name in names}
    one = {name: np.asarray(group1[name], dtype=np.float64) for name in names}
    effects = dict.fromkeys(names, 0.0)
    for name, others in others_of.items():
        for size in range(len(names)):
            # of all orders of the factors, the part in which exactly these come before
            share = math.factorial(size) * math.factorial(len(others) - size) / math.factorial(len(names))
            for changed in combinations(others, size):
                factors = {other: (one if other in changed else zero)[other] for other in others}
                step = rate(**factors, **{name: one[name]}) - rate(**factors, **{name: zero[name]})
                effects[name] += share * float(step)
    return effects


def _why_not(rows: pd.DataFrame) -> str:
    """Why the split of these cells cannot be made; empty when it can."""
    counts = rows.groupby("is_active")["cluster"].nunique()
    for is_active, group in ((True, "active"), (False, "not active")):
        if counts.get(is_active, 0) < 2:
            return f"{counts.get(is_active, 0)} clusters with figures in the group {group}; at least 2 are needed"
    return ""


def _totals_per_cluster(rows: pd.DataFrame, weight: Array, forms: list[str]) -> tuple[Array, NDArray[np.int64]]:
    """Sums of weight and of weight x value, shape (clusters, 2 sums, 2 groups, forms), and the stratum of each cluster."""
    names, cluster = np.unique(rows["cluster"].to_numpy(), return_inverse=True)
    group = np.asarray(rows["is_active"], dtype=np.intp)
    form = np.asarray(pd.Categorical(rows["form"], categories=forms).codes, dtype=np.intp)
    totals = np.zeros((len(names), 2, 2, len(forms)))
    np.add.at(totals[:, 0], (cluster, group, form), weight)
    np.add.at(totals[:, 1], (cluster, group, form), weight * rows["value"].to_numpy(dtype=np.float64))
    has_group = totals[:, 0].sum(axis=2) > 0
    is_nested = not has_group.all(axis=1).any()
    return totals, np.argmax(has_group, axis=1) if is_nested else np.zeros(len(names), dtype=np.int64)


def _bootstrap_sums(totals: Array, strata: NDArray[np.int64], draws: int, seed: int) -> Array:
    """The sums of `totals` over clusters drawn with replacement within strata, shape (draws, 2, 2, forms)."""
    rng = np.random.default_rng(seed)
    sums = np.zeros((draws, int(np.prod(totals.shape[1:]))))
    for stratum in np.unique(strata):
        members = totals[strata == stratum].reshape((strata == stratum).sum(), -1)
        times_drawn = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), size=draws)
        sums += times_drawn.astype(np.float64) @ members
    return sums.reshape(draws, *totals.shape[1:])


def _split_of_totals(totals: Array) -> Split:
    weights, products = totals[..., 0, :, :], totals[..., 1, :, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        return kitagawa(weights, products / weights)


def _table(
    forms: list[str], estimate: Split | None, drawn: Split | None, draws: int, level: float, reason: str
) -> pd.DataFrame:
    labels = [(part, ALL_FORMS) for part in ("difference", "composition", "within")]
    labels += [(part, form) for part in ("composition", "within", "rest") for form in forms]
    table = pd.DataFrame(labels, columns=["component", "form"])
    if estimate is None or drawn is None:
        return table.assign(value=np.nan, standard_error=np.nan, lower=np.nan, upper=np.nan, draws=0, reason=reason)[COLUMNS]
    samples = _columns(drawn)
    # with youth regions as clusters a draw may leave a group without any help
    samples = samples[np.isfinite(samples).all(axis=1)]
    lower, upper = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return table.assign(
        value=_columns(estimate),
        standard_error=samples.std(axis=0, ddof=1),
        lower=lower,
        upper=upper,
        draws=len(samples),
        reason=reason,
    )[COLUMNS]


def _columns(split: Split) -> Array:
    """The parts of a split side by side, in the order of `_table`."""
    totals = np.stack([split.difference, split.composition, split.within], axis=-1)
    rest = split.difference[..., None] - split.within_by_form
    return np.concatenate([totals, split.composition_by_form, split.within_by_form, rest], axis=-1)

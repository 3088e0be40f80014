"""What suppression and rounding leave open: the lowest and highest contrast that the published figures allow.

Every cell lies between its bounds (Manski 2003, Partial Identification of Probability Distributions). The municipalities of
the two groups share no cells, so a difference or ratio of the groups is extreme where each group is, and a group is extreme
where each municipality is. All bounds here are exact: some completion of the cells reaches them. They are exact for means
of a group without covariates; what a regression with covariates, or an estimate with weights that depend on all cells, can
become at most lies outside what they say. Bounds across cells that printed totals tie together are still valid, but may be
wider than needed; narrow the cells first (panel/bounds.py).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
POOLED, MEAN_OF_MUNICIPALITIES = "pooled", "mean_of_municipalities"
COLUMNS = ["weighting", "term", "low", "high", "reason"]
TERMS = ("active", "not_active", "difference", "ratio")


def suppression_bounds(cells: pd.DataFrame, *, is_part: bool = False) -> pd.DataFrame:
    """Return the bounds of both groups, their difference and their ratio, pooled and as mean of municipalities.

    `cells`: one row per municipality with is_active, numerator_low, numerator_high, denominator_low and denominator_high.
    With `is_part` the numerator is a part of the denominator (crisis starts among all starts), and rest_low and rest_high,
    the bounds of the rest, take the place of the denominator: a share is highest with the highest part and the lowest
    rest. Columns as in `COLUMNS`; ratios, not percentages. A municipality whose denominator can be 0 has no bounded ratio of
    its own: the mean of municipalities then has a reason, the pooled ratio need not.
    """
    below = "rest" if is_part else "denominator"
    bounds: dict[tuple[str, bool], tuple[float, float]] = {}
    for is_active in (True, False):
        group = cells[cells["is_active"].astype(bool).eq(is_active)]
        columns = [f"{name}_{end}" for name in ("numerator", below) for end in ("low", "high")]
        part_low, part_high, low, high = (group[name].to_numpy(dtype=np.float64) for name in columns)
        own = _ratio(part_low, high, is_part), _ratio(part_high, low, is_part)
        pooled = _ratio(part_low.sum(), high.sum(), is_part), _ratio(part_high.sum(), low.sum(), is_part)
        bounds[POOLED, is_active] = float(pooled[0]), float(pooled[1])
        means = [float(ratios.mean()) if len(group) else np.nan for ratios in own]
        bounds[MEAN_OF_MUNICIPALITIES, is_active] = means[0], means[1]
    rows = []
    for weighting in (POOLED, MEAN_OF_MUNICIPALITIES):
        active, other = (bounds[weighting, group] for group in (True, False))
        for term, ends in zip(TERMS, _contrasts(active, other), strict=True):
            is_known = np.isfinite(ends).all()
            reason = "" if is_known else "a group is empty, or a denominator can be 0"
            rows.append((weighting, term, *(ends if is_known else (np.nan, np.nan)), reason))
    return pd.DataFrame(rows, columns=COLUMNS)


def weighted_mean_bounds(values: ArrayLike, low: ArrayLike, high: ArrayLike) -> tuple[float, float]:
    """Return the lowest and highest sum(w v) / sum(w) when each weight w lies between `low` and `high` (n,).

    For a mean duration whose number of ended trajectories is suppressed. The extreme gives weight `high` to the values beyond
    a limit and `low` to the others (linear-fractional programming, Charnes & Cooper 1962), so trying each limit is exact.
    NaN, NaN when all weights can be 0.
    """
    order = np.argsort(np.asarray(values, dtype=np.float64), kind="stable")
    v, a, b = (np.asarray(x, dtype=np.float64)[order] for x in (values, low, high))
    if not a.sum() > 0:
        return np.nan, np.nan

    def extreme(first: Array, rest: Array) -> Array:
        """The mean with the first 0, 1, ..., n values weighted `first` and the others `rest`."""
        total = np.concatenate([[0.0], np.cumsum(first)]) + np.concatenate([np.cumsum(rest[::-1])[::-1], [0.0]])
        product = np.concatenate([[0.0], np.cumsum(first * v)]) + np.concatenate([np.cumsum((rest * v)[::-1])[::-1], [0.0]])
        return product / total

    return float(extreme(b, a).min()), float(extreme(a, b).max())


def contrast_bounds(active: tuple[float, float], other: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """Return (low, high) of each of `TERMS`, given (low, high) of both groups; both must be positive for the ratio."""
    return dict(zip(TERMS, _contrasts(active, other), strict=True))


def _ratio(part: Array, rest: Array, is_part: bool) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(part / (part + rest) if is_part else part / rest)


def _contrasts(active: tuple[float, float], other: tuple[float, float]) -> list[tuple[float, float]]:
    is_positive = other[0] > 0 and active[0] >= 0
    ratio = (active[0] / other[1], active[1] / other[0]) if is_positive else (np.nan, np.nan)
    return [active, other, (active[0] - other[1], active[1] - other[0]), ratio]

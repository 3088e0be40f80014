"""The team's share of the help as a dose: a smooth curve instead of one threshold, and the curve over all thresholds.

Restricted cubic splines after Stone & Koo (1985) in the basis of Harrell (Regression Modeling Strategies, 2nd ed., 2.4.5):
cubic between the knots, a straight line outside them, so that the few largest shares do not bend the curve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from wijkanalyse.errors import WijkanalyseError

Array = NDArray[np.float64]
KNOT_QUANTILES = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.50, 0.6583, 0.8167, 0.975),
}
"""Where Harrell puts the knots (Regression Modeling Strategies, table 2.3)."""


def spline_knots(doses: ArrayLike, number: int = 4, *, positive_only: bool = True) -> Array:
    """Return the knots: Harrell's quantiles of the known doses, those above 0 only unless `positive_only` is false.

    Many municipalities have no team help at all; with them most knots would lie at 0. Knots that coincide become one. Fewer
    than 3 give no knots: `spline_basis` is then a straight line.
    """
    if number not in KNOT_QUANTILES:
        raise WijkanalyseError(f"dose: found {number} knots; expected one of {list(KNOT_QUANTILES)}")
    values = np.asarray(doses, dtype=np.float64)
    values = values[np.isfinite(values) & ((values > 0) | (not positive_only))]
    knots = np.unique(np.quantile(values, KNOT_QUANTILES[number])) if len(values) else np.zeros(0)
    return knots if len(knots) >= 3 else np.zeros(0)


def spline_basis(doses: ArrayLike, knots: Array) -> Array:
    """Return the basis (n, knots - 1) of `doses` (n,): the dose itself, then knots - 2 bends divided by (last - first)^2."""
    return _basis(doses, knots, lambda x: np.clip(x, 0, None) ** 3, np.asarray(doses, dtype=np.float64))


def spline_slope(doses: ArrayLike, knots: Array) -> Array:
    """Return the derivative (n, knots - 1) of `spline_basis` to the dose."""
    return _basis(doses, knots, lambda x: 3 * np.clip(x, 0, None) ** 2, np.ones(np.shape(doses)))


def dose_curve(
    grid: ArrayLike,
    knots: Array,
    coefficients: ArrayLike,
    covariance: ArrayLike,
    *,
    reference: float = 0.0,
    level: float = 0.95,
    degrees_of_freedom: float = np.inf,
    is_log: bool = False,
) -> pd.DataFrame:
    """Return the outcome at each dose of `grid` against that at the dose `reference`, with a pointwise band.

    `coefficients` (k,) and `covariance` (k, k): those of the columns of `spline_basis`, of any model and with any errors
    (clusters). Columns dose, value, standard_error, lower, upper, slope (change per unit of dose) and slope_standard_error.
    With `is_log` (log link) value, lower and upper are ratios; the errors and the slope stay on the log scale.
    """
    beta, matrix = np.asarray(coefficients, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    doses = np.asarray(grid, dtype=np.float64)
    difference = spline_basis(doses, knots) - spline_basis([reference], knots)
    steep = spline_slope(doses, knots)
    value, error = difference @ beta, _errors(difference, matrix)
    half = stats.t.ppf((1 + level) / 2, degrees_of_freedom) * error
    ends = {"value": value, "lower": value - half, "upper": value + half}
    if is_log:
        ends = {name: np.exp(end) for name, end in ends.items()}
    table = pd.DataFrame({"dose": doses, **ends, "standard_error": error, "slope": steep @ beta})
    table["slope_standard_error"] = _errors(steep, matrix)
    return table[["dose", "value", "standard_error", "lower", "upper", "slope", "slope_standard_error"]]


def wald_test_of_bends(
    coefficients: ArrayLike, covariance: ArrayLike, degrees_of_freedom: float = np.inf
) -> tuple[float, float]:
    """Return the F statistic and p value that the curve is a straight line (all coefficients but the first are 0).

    `degrees_of_freedom` of the denominator: clusters - 1. NaN, NaN for a curve without bends.
    """
    beta = np.asarray(coefficients, dtype=np.float64)[1:]
    if not len(beta):
        return np.nan, np.nan
    matrix = np.asarray(covariance, dtype=np.float64)[1:, 1:]
    statistic = float(beta @ np.linalg.solve(matrix, beta)) / len(beta)
    if np.isinf(degrees_of_freedom):
        return statistic, float(stats.chi2.sf(statistic * len(beta), len(beta)))
    return statistic, float(stats.f.sf(statistic, len(beta), degrees_of_freedom))


@dataclass(frozen=True)
class Threshold:
    """Who is active at one threshold: `is_active` (n,) is 1.0 or 0.0, NaN where the share is unknown."""

    percent: float
    is_active: Array
    active: int
    not_active: int


def thresholds(shares_pct: ArrayLike, percents: Iterable[float] = range(1, 21)) -> Iterator[Threshold]:
    """Yield who is active at each threshold: a share (in percent) above it, as the published definition has it."""
    shares = np.asarray(shares_pct, dtype=np.float64)
    for percent in percents:
        indicator = np.where(np.isfinite(shares), (shares > percent).astype(np.float64), np.nan)
        yield Threshold(float(percent), indicator, int((indicator == 1).sum()), int((indicator == 0).sum()))


def _basis(doses: ArrayLike, knots: Array, power: Callable[[Array], Array], first: Array) -> Array:
    """The first column, then for each knot but the last two its power, made straight beyond the last knot."""
    columns = [first]
    if len(knots):
        x = np.asarray(doses, dtype=np.float64)
        *early, before_last, last = knots
        scale = (last - knots[0]) ** 2
        for knot in early:
            bend = power(x - knot)
            bend = bend - power(x - before_last) * (last - knot) / (last - before_last)
            bend = bend + power(x - last) * (before_last - knot) / (last - before_last)
            columns.append(bend / scale)
    return np.column_stack(columns)


def _errors(rows: Array, covariance: Array) -> Array:
    return np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance, rows))

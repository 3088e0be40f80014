"""The result of a fit: numbers, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan, sqrt

import numpy as np
from scipy.stats import t as student

from wijkanalyse.effects.models.groups import FloatArray


@dataclass(frozen=True, eq=False)
class Fit:
    """Coefficients with their cluster-robust (CR1) covariance; NaN throughout where `reason` says why there are none.

    params (k,) in the order of `names`; covariance (k, k): CR1, that is with the factor G/(G-1) x (N-1)/(N-K) that Stata
    and statsmodels use (clubSandwich calls it CR1S); K as in `Design.parameters`. df = G-1 degrees of freedom of the t
    distribution. n and clusters count what carries information. `reason` begins with one of
    `wijkanalyse.effects.models.problems.REASONS`.
    """

    names: tuple[str, ...]
    params: FloatArray
    covariance: FloatArray
    df: int
    n: int
    clusters: int
    converged: bool
    reason: str | None = None

    @staticmethod
    def failed(names: tuple[str, ...], reason: str, n: int, clusters: int) -> Fit:
        """Return a fit without numbers."""
        k = len(names)
        return Fit(names, np.full(k, nan), np.full((k, k), nan), max(clusters - 1, 0), n, clusters, False, reason)

    def contrast(self, term: str) -> FloatArray:
        """Return the vector that picks one coefficient, (k,)."""
        return (np.array(self.names) == term).astype(float)

    def estimate(self, term: str) -> float:
        """Return one coefficient."""
        return float(self.params[self.names.index(term)])

    def error(self, term: str) -> float:
        """Return the CR1 standard error of one coefficient."""
        at = self.names.index(term)
        return sqrt(self.covariance[at, at]) if isfinite(self.covariance[at, at]) else nan

    def interval(self, term: str, level: float = 0.95) -> tuple[float, float]:
        """Return the interval of one coefficient, t(G-1)."""
        return interval(self.estimate(term), self.error(term), self.df, level)

    def p_value(self, term: str) -> float:
        """Return the two-sided p value of one coefficient being zero, t(G-1)."""
        return p_value(self.estimate(term), self.error(term), self.df)


def interval(estimate: float, error: float, df: float, level: float) -> tuple[float, float]:
    """Return estimate -/+ the t quantile times its error; NaN where the degrees of freedom are not above zero."""
    reach = float(student.ppf((1 + level) / 2, df)) * error if df > 0 else nan
    return estimate - reach, estimate + reach


def p_value(estimate: float, error: float, df: float) -> float:
    """Return the two-sided p value of t = estimate / error; NaN where the error is not above zero."""
    return float(2 * student.sf(abs(estimate / error), df)) if error > 0 and df > 0 else nan

"""A regression of counts of which only bounds are known: negative binomial with interval censoring.

A printed count stands for the counts that round to it, a '.' for 0 to 7. The likelihood of a cell is the probability of
its whole interval (Cameron & Trivedi 2013, Regression Analysis of Count Data, ch. 4, for the censored likelihood; NB2 with
variance mu + alpha mu^2). In simulations this beats filling in a number (RMSE) and keeps coverage where few clusters matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from wijkanalyse.effects.designs.influence import covariance
from wijkanalyse.errors import WijkanalyseError

Array = NDArray[np.float64]
LOG_ALPHA = (-10.0, 4.0)
"""Range of log alpha; at the lower end the counts are Poisson for all purposes."""
WIDEST = 1_000
"""More counts than this in one interval are refused: such a cell is unknown, not suppressed."""


@dataclass(frozen=True)
class CensoredFit:
    """Coefficients (k,), their cluster-robust covariance (k, k), overdispersion alpha, log-likelihood; or a reason."""

    coefficients: Array
    covariance: Array
    alpha: float
    log_likelihood: float
    reason: str


def fit_censored_counts(
    low: ArrayLike,
    high: ArrayLike,
    design: ArrayLike,
    *,
    log_exposure: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
) -> CensoredFit:
    """Fit log E(count) = log_exposure + design b by maximum likelihood for counts between `low` and `high` (n,), inclusive.

    design (n, k) with its constant. Bounds are taken to the whole numbers within them; low = high is an exact count.
    Sandwich covariance over `clusters` (default: the rows) with G/(G-1). The score of a cell is the mean score of the counts
    in its interval, weighted with their probabilities (the missing-information principle, Louis 1982), so no approximation is
    made. Raises `WijkanalyseError` for an interval without a whole number or wider than `WIDEST`; when the maximum is not
    found, or the design has dependent columns, the fit has a reason.
    """
    first = np.ceil(np.maximum(np.asarray(low, dtype=np.float64), 0))
    last = np.floor(np.asarray(high, dtype=np.float64))
    width = last - first
    if not ((width >= 0) & (width < WIDEST)).all():
        wrong = int(np.flatnonzero(~((width >= 0) & (width < WIDEST)))[0])
        raise WijkanalyseError(
            f"censored counts: row {wrong} lies between {np.asarray(low)[wrong]} and {np.asarray(high)[wrong]}; expected at "
            f"least one and at most {WIDEST} whole numbers. Leave unknown cells out"
        )
    model = _Model(first, width.astype(np.int64), np.asarray(design, dtype=np.float64), log_exposure)
    n, k = model.design.shape
    nothing = np.full(k, np.nan), np.full((k, k), np.nan)
    if np.linalg.matrix_rank(model.design) < k:
        return CensoredFit(*nothing, np.nan, np.nan, "the columns of the design depend on each other")
    theta, free = _maximise(model)
    log_likelihood, scores = model.evaluate(theta)
    gradient = np.abs(scores[:, free].sum(axis=0)).max() / n
    if not gradient < 1e-6:
        return CensoredFit(*nothing, np.nan, np.nan, f"no maximum of the likelihood found (gradient {gradient:.1e})")
    bread = np.linalg.inv(-model.hessian(theta)[np.ix_(free, free)] / n)
    influence = scores[:, free] @ bread
    robust = covariance(influence, np.arange(n) if clusters is None else clusters)[:k, :k]
    return CensoredFit(theta[:-1], robust, float(np.exp(theta[-1])), log_likelihood, "")


class _Model:
    """The likelihood at theta: coefficients, then log alpha. The counts of all intervals lie in one long array."""

    def __init__(self, first: Array, width: NDArray[np.int64], design: Array, log_exposure: ArrayLike | None) -> None:
        self.design = design
        self.log_exposure = np.zeros(len(first)) if log_exposure is None else np.asarray(log_exposure, dtype=np.float64)
        self.row = np.repeat(np.arange(len(first)), width + 1)
        self.begin = np.concatenate([[0], np.cumsum(width + 1)[:-1]])
        self.count = first[self.row] + np.arange(len(self.row)) - self.begin[self.row]
        self.middle = first + width / 2

    def start(self) -> Array:
        """The Poisson fit on the middles of the intervals (statsmodels), and a moderate overdispersion."""
        family = sm.families.Poisson()
        fitted = sm.GLM(self.middle, self.design, family=family, offset=self.log_exposure).fit()
        return np.append(np.asarray(fitted.params, dtype=np.float64), np.log(0.2))

    def evaluate(self, theta: Array) -> tuple[float, Array]:
        """The log-likelihood, and its derivative by row, shape (n, k + 1)."""
        log_probability = self._log_probabilities(theta)
        of_interval = self._interval(log_probability)
        share = np.exp(log_probability - of_interval[self.row])
        mu, r = self._mean(theta), np.exp(-theta[-1])
        expected = np.add.reduceat(share * self.count, self.begin)
        of_mean = (expected - mu) / (1 + mu / r)
        of_r = np.add.reduceat(share * digamma(self.count + r), self.begin) - digamma(r)
        of_r += np.log(r / (r + mu)) + 1 - (expected + r) / (r + mu)
        return float(of_interval.sum()), np.column_stack([of_mean[:, None] * self.design, -r * of_r])

    def hessian(self, theta: Array) -> Array:
        """Second derivatives of the log-likelihood, by central differences of the scores."""
        steps = 1e-5 * np.maximum(np.abs(theta), 1e-2)
        columns = []
        for j, step in enumerate(steps):
            move = np.zeros(len(theta))
            move[j] = step
            columns.append((self.evaluate(theta + move)[1] - self.evaluate(theta - move)[1]).sum(axis=0) / (2 * step))
        matrix = np.column_stack(columns)
        return (matrix + matrix.T) / 2

    def _mean(self, theta: Array) -> Array:
        return np.exp(np.clip(self.log_exposure + self.design @ theta[:-1], -300, 300))

    def _log_probabilities(self, theta: Array) -> Array:
        mu, r, y = self._mean(theta)[self.row], np.exp(-theta[-1]), self.count
        choose = gammaln(y + r) - gammaln(r) - gammaln(y + 1)
        return choose - r * np.log1p(mu / r) + y * (np.log(mu) - np.log(r + mu))

    def _interval(self, log_probability: Array) -> Array:
        largest = np.maximum.reduceat(log_probability, self.begin)
        return np.log(np.add.reduceat(np.exp(log_probability - largest[self.row]), self.begin)) + largest


def _maximise(model: _Model) -> tuple[Array, NDArray[np.int64]]:
    """The maximum of the likelihood, and which parameters are free there: log alpha is not at the edge of its range."""
    start = model.start()
    n = len(model.middle)
    # columns of the design in their own units would make the search slow
    scale = np.append(1 / np.maximum(np.abs(model.design).max(axis=0), 1e-12), 1.0)

    def objective(scaled: Array) -> tuple[float, Array]:
        value, scores = model.evaluate(scaled * scale)
        return -value / n, -scores.sum(axis=0) * scale / n

    found = minimize(
        objective,
        start / scale,
        jac=True,
        bounds=[(None, None)] * (len(start) - 1) + [LOG_ALPHA],
        method="L-BFGS-B",
        options={"maxiter": 1_000, "ftol": 1e-12, "gtol": 1e-7},
    )
    theta = np.asarray(found.x * scale, dtype=np.float64)
    inside = LOG_ALPHA[0] + 1e-6 < theta[-1] < LOG_ALPHA[1] - 1e-6
    free = np.arange(len(theta) if inside else len(theta) - 1)
    value, scores = model.evaluate(theta)
    # a few steps of Newton bring the gradient to rounding
    for _ in range(5):
        gradient = scores[:, free].sum(axis=0)
        if np.abs(gradient).max() / n < 1e-10:
            break
        trial = theta.copy()
        trial[free] -= np.linalg.solve(model.hessian(theta)[np.ix_(free, free)], gradient)
        new_value, new_scores = model.evaluate(trial)
        if not new_value >= value - 1e-9:
            break
        theta, value, scores = trial, new_value, new_scores
    return theta, free

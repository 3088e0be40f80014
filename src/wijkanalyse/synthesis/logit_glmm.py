"""Random-effects model for proportions: binomial within studies, normal on the logit scale between them.

The exact model (Stijnen, Hamza & Ozdemir 2010; `rma.glmm` of R's metafor), without a normal approximation within studies and
without a transformation that has to be undone (Freeman-Tukey misleads: Schwarzer e.a. 2019, Rover & Friede 2022). The
likelihood is integrated with adaptive Gauss-Hermite quadrature, a handful of nodes around the mode of each study.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import t

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.synthesis.meta import LEVEL, Pooled, i_squared, prediction_interval, q_profile, tau_squared

NODES: Final = 15
_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(NODES)
# weights of the quadrature with the density of the nodes taken out again: they stand at other places in each study
_LOG_WEIGHTS: Final = np.log(_WEIGHTS) + _POINTS**2 / 2


def logit_glmm(successes: np.ndarray, n: np.ndarray, level: float = LEVEL) -> Pooled:
    """Return the mean logit over studies and its uncertainty; `expit` of it is the proportion of a typical (median) study.

    successes, n: one per study, 0 <= successes <= n; successes need not be whole (a published percentage of n).
    Maximum likelihood in mean and tau; standard error from the observed information; interval t(k-1) as metafor's
    ``test="t"``; prediction interval t(k-2). `tau2`, `i2_pct` on the logit scale; I2 as metafor (tau2 against the typical
    variance of the empirical logits), and the interval of tau2 is the Q-profile of those: an approximation.
    Where every study has no or only successes the logit is infinite, and all else NaN.
    """
    x, size = np.asarray(successes, float), np.asarray(n, float)
    if x.shape != size.shape or x.ndim != 1 or not len(x):
        raise WijkanalyseError(f"Expected as many numbers of successes as sizes; found {x.shape} and {size.shape}.")
    if not ((size > 0) & (x >= 0) & (x <= size)).all():
        raise WijkanalyseError("Expected sizes above 0 and 0 to n successes; leave out the studies that lack one.")
    nan, k = math.nan, len(x)
    overall = float(x.sum() / size.sum())
    if overall in (0.0, 1.0):
        return Pooled(k, math.copysign(math.inf, overall - 0.5), nan, nan, nan, nan, nan, nan, nan, nan, nan)
    if k == 1:
        return Pooled(1, math.log(overall / (1 - overall)), nan, nan, nan, nan, nan, nan, nan, nan, nan)
    y, v = empirical_logits(x, size)
    mean, tau = _maximum(x, size, y, v)
    se = _standard_error(mean, tau, x, size)
    half = float(t.ppf(0.5 + level / 2, k - 1)) * se
    between = q_profile(y, v, level)
    prediction = prediction_interval(mean, se, tau**2, k, level)
    return Pooled(k, mean, se, mean - half, mean + half, tau**2, *between, i_squared(y, v, tau**2), *prediction)


def empirical_logits(successes: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the logit of each proportion and its variance; half a success and failure is added where one of them is 0."""
    x, size = np.asarray(successes, float), np.asarray(n, float)
    add = np.where((x == 0) | (x == size), 0.5, 0.0)
    yes, no = x + add, size - x + add
    return np.log(yes / no), 1 / yes + 1 / no


def _maximum(x: np.ndarray, n: np.ndarray, y: np.ndarray, v: np.ndarray) -> tuple[float, float]:
    tau2 = tau_squared(y, v, "DL")
    start = np.array([float(np.average(y, weights=1 / (v + tau2))), math.sqrt(max(tau2, 1e-2))])

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        value, score = _likelihood(parameters[0], parameters[1], x, n)
        return -value, -score

    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(None, None), (0, 20)], options={"ftol": 1e-14, "gtol": 1e-8}
    )
    mean, tau = (float(parameter) for parameter in found.x)
    if not math.isfinite(mean) or np.abs(found.jac)[[0] if tau == 0 else [0, 1]].max() > 1e-3 * math.sqrt(n.sum()):
        raise WijkanalyseError("The model for proportions does not settle; look for a percentage or a number in error.")
    return mean, tau


def _likelihood(mean: float, tau: float, x: np.ndarray, n: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the marginal log-likelihood (without binomial coefficients) and its derivatives to mean and tau."""
    mode = np.zeros(len(x))
    for _ in range(100):
        p = expit(mean + tau * mode)
        curvature = 1 + tau**2 * n * p * (1 - p)
        step = (tau * (x - n * p) - mode) / curvature
        # Newton's method on a concave function; a long step is cut, so that it cannot jump to and fro
        mode = mode + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    width = 1 / np.sqrt(1 + tau**2 * n * expit(mean + tau * mode) * expit(-mean - tau * mode))
    u = mode[:, None] + width[:, None] * _POINTS
    logit = mean + tau * u
    terms = x[:, None] * logit - n[:, None] * np.logaddexp(0, logit) - u**2 / 2 + _LOG_WEIGHTS
    highest = terms.max(axis=1)
    weight = np.exp(terms - highest[:, None])
    total = weight.sum(axis=1)
    weight /= total[:, None]
    surplus = x[:, None] - n[:, None] * expit(logit)
    value = float(np.sum(highest + np.log(total) + np.log(width)))
    return value, np.array([np.sum(weight * surplus), np.sum(weight * surplus * u)])


def _standard_error(mean: float, tau: float, x: np.ndarray, n: np.ndarray) -> float:
    """Standard error of the mean from the observed information; at tau = 0 that of the mean alone."""
    step = 1e-4
    columns = []
    for shift in ((step, 0.0), (0.0, step)):
        above = _likelihood(mean + shift[0], tau + shift[1], x, n)[1]
        below = _likelihood(mean - shift[0], tau - shift[1], x, n)[1]
        columns.append((below - above) / (2 * step))
    information = (np.array(columns) + np.array(columns).T) / 2
    if tau < 10 * step or np.linalg.det(information) <= 0:
        return float(1 / math.sqrt(information[0, 0]))
    return float(math.sqrt(np.linalg.inv(information)[0, 0]))

"""Meta-analysis of effects with known variances: one mean for many studies, and how much the studies differ.

Fixed effect, DerSimonian-Laird and Paule-Mandel come from statsmodels; what it lacks is written here in short form and held
against published answers: REML (Fisher scoring), the Knapp-Hartung interval, the Q-profile interval of the variance between
studies, and the prediction interval. Proportions have their own model in `logit_glmm`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, norm, t
from statsmodels.stats.meta_analysis import combine_effects

from wijkanalyse.errors import WijkanalyseError

LEVEL: Final = 0.95
"""Confidence level where none is given."""

Between = Literal["REML", "DL", "PM"]
Interval = Literal["normal", "knapp-hartung", "modified knapp-hartung"]


@dataclass(frozen=True)
class Pooled:
    """A mean over studies. All on the scale of the effects; NaN where too few studies leave it open.

    `prediction_lower` and `prediction_upper` say where the true effect of one further study lies: mean +- t(k-2) x
    sqrt(tau2 + se^2) (Higgins, Thompson & Spiegelhalter 2009), from three studies on; `se` is that of the interval used.
    """

    k: int
    mean: float
    se: float
    lower: float
    upper: float
    tau2: float
    tau2_lower: float
    tau2_upper: float
    i2_pct: float
    prediction_lower: float
    prediction_upper: float


def fixed_effect(effects: np.ndarray, variances: np.ndarray, level: float = LEVEL) -> Pooled:
    """Pool as if all studies estimate one and the same effect: inverse-variance weights, normal interval (statsmodels)."""
    y, v = _checked(effects, variances)
    if len(y) == 1:
        mean, se = float(y[0]), math.sqrt(v[0])
    else:
        combined = _combined(y, v, method_re="chi2")
        mean, se = float(combined.mean_effect_fe), float(combined.sd_eff_w_fe)
    half = float(norm.ppf(0.5 + level / 2)) * se
    nan = math.nan
    return Pooled(len(y), mean, se, mean - half, mean + half, nan, nan, nan, i_squared(y, v), nan, nan)


def random_effects(
    effects: np.ndarray,
    variances: np.ndarray,
    method: Between = "REML",
    interval: Interval = "knapp-hartung",
    level: float = LEVEL,
) -> Pooled:
    """Pool studies whose true effects differ; the mean is that of the distribution they come from.

    effects, variances: one per study, finite, variances above 0 (sampling variance, taken as known).
    method: estimator of the variance between studies. REML (Viechtbauer 2005), DL (DerSimonian & Laird 1986) or PM (Paule &
    Mandel 1982).
    interval: `normal` (Wald); `knapp-hartung` (Knapp & Hartung 2003: t(k-1), variance scaled by what the studies show); or
    `modified knapp-hartung`, which is never narrower than with variances as given (Rover, Knapp & Friede 2015): three studies
    that happen to agree then do not give an interval of no width.
    """
    y, v = _checked(effects, variances)
    k = len(y)
    if k == 1:
        nan = math.nan
        return Pooled(1, float(y[0]), nan, nan, nan, nan, nan, nan, nan, nan, nan)
    tau2 = tau_squared(y, v, method)
    w = 1 / (v + tau2)
    mean = float(np.sum(w * y) / np.sum(w))
    scale = 1.0
    if interval != "normal":
        scale = float(np.sum(w * (y - mean) ** 2) / (k - 1))
        scale = max(scale, 1.0) if interval == "modified knapp-hartung" else scale
    se = math.sqrt(scale / np.sum(w))
    quantile = float(norm.ppf(0.5 + level / 2) if interval == "normal" else t.ppf(0.5 + level / 2, k - 1))
    low, high = q_profile(y, v, level)
    prediction = prediction_interval(mean, se, tau2, k, level)
    return Pooled(k, mean, se, mean - quantile * se, mean + quantile * se, tau2, low, high, i_squared(y, v, tau2), *prediction)


def tau_squared(effects: np.ndarray, variances: np.ndarray, method: Between = "REML") -> float:
    """Return the variance between studies, 0 or more, in squared units of the effects."""
    y, v = _checked(effects, variances)
    if method == "REML":
        return _reml(y, v)
    options = {"method_re": "chi2"} if method == "DL" else {"method_re": "iterated", "atol": 1e-12}
    return max(float(_combined(y, v, **options).tau2), 0.0)


def q_profile(effects: np.ndarray, variances: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Return the interval of the variance between studies (Viechtbauer 2007): where Q(tau2) fits chi-squared(k-1)."""
    y, v = _checked(effects, variances)
    freedom = len(y) - 1

    def solve(probability: float) -> float:
        target = chi2.ppf(probability, freedom)
        if _q(y, v, 0.0) <= target:
            return 0.0
        high = max(float(np.var(y)), float(v.max()))
        while _q(y, v, high) > target:
            high *= 2
        return float(brentq(lambda tau2: _q(y, v, tau2) - target, 0.0, high, xtol=1e-12))

    if freedom < 1:
        return math.nan, math.nan
    return solve(0.5 + level / 2), solve(0.5 - level / 2)


def i_squared(effects: np.ndarray, variances: np.ndarray, tau2: float | None = None) -> float:
    """Return the share of the variance of effects that is between studies, percent (Higgins & Thompson 2002).

    From `tau2` and the typical sampling variance, as metafor does; without `tau2` from Cochran's Q. NaN for one study.
    """
    y, v = np.asarray(effects, float), np.asarray(variances, float)
    k, w = len(y), 1 / v
    if k == 1:
        return math.nan
    if tau2 is None:
        q = _q(y, v, 0.0)
        return 100 * max((q - (k - 1)) / q, 0.0) if q > 0 else 0.0
    typical = (k - 1) / (w.sum() - (w**2).sum() / w.sum())
    return float(100 * tau2 / (tau2 + typical))


def prediction_interval(mean: float, se: float, tau2: float, k: int, level: float = LEVEL) -> tuple[float, float]:
    """Return where the true effect of a further study lies: t with k-2 degrees of freedom; NaN below three studies."""
    if k < 3:
        return math.nan, math.nan
    half = float(t.ppf(0.5 + level / 2, k - 2)) * math.sqrt(tau2 + se**2)
    return mean - half, mean + half


def _combined(y: np.ndarray, v: np.ndarray, **options: Any) -> Any:
    """statsmodels' meta-analysis; with a variance below zero it takes roots of negative numbers that nobody uses."""
    with np.errstate(all="ignore"):
        return combine_effects(y, v, **options)


def _reml(y: np.ndarray, v: np.ndarray) -> float:
    """REML by Fisher scoring (Viechtbauer 2005), begun at the moment estimator of Hedges; never below 0.

    The slope of the likelihood also brackets its top: a step beyond the bracket, or the fiftieth (scoring can go round in
    circles), is replaced by halving it.
    """
    typical = float(v.mean())
    low, high = 0.0, math.inf
    tau2 = max(float(np.var(y, ddof=1)) - typical, 0.0)
    for iteration in range(200):
        w = 1 / (v + tau2)
        total = w.sum()
        residual = y - np.sum(w * y) / total
        score = float(np.sum((w * residual) ** 2) - (total - (w**2).sum() / total))
        information = float((w**2).sum() - 2 * (w**3).sum() / total + (w**2).sum() ** 2 / total**2)
        if score > 0:
            low = tau2
        else:
            high = tau2
        if high < 1e-9 * typical:
            return 0.0
        following = tau2 + score / information
        if math.isfinite(high) and (iteration > 50 or not low < following < high):
            following = (low + high) / 2
        if abs(following - tau2) < 1e-11 * (following + typical):
            break
        tau2 = following
    return tau2


def _q(y: np.ndarray, v: np.ndarray, tau2: float) -> float:
    w = 1 / (v + tau2)
    return float(np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2))


def _checked(effects: np.ndarray, variances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, v = np.asarray(effects, float), np.asarray(variances, float)
    if y.shape != v.shape or y.ndim != 1 or not len(y):
        raise WijkanalyseError(f"Expected as many effects as variances, at least one; found {y.shape} and {v.shape}.")
    if not (np.isfinite(y).all() and np.isfinite(v).all() and (v > 0).all()):
        raise WijkanalyseError("Expected finite effects and variances above 0; leave out the studies that lack one.")
    return y, v

"""Standardisation (g-computation): the mean outcome had all been treated, and had none.

A coefficient of a GLM speaks of odds or log means at given covariates; a reader wants the share of crisis starts with and
without. Both follow from the predictions of the model for the same municipalities, averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, nan, sqrt

import numpy as np

from wijkanalyse.effects.models import fitted
from wijkanalyse.effects.models.design import Design
from wijkanalyse.effects.models.fitted import Fit
from wijkanalyse.effects.models.groups import FloatArray


@dataclass(frozen=True)
class Standardised:
    """Mean outcome under treatment and without, their difference and ratio, with delta-method errors.

    Binomial: per trial, so that a difference of 0.01 is one percentage point; poisson: per unit of exp(offset) (per person).
    difference_error from the covariance given; log_ratio_error is that of the log of the ratio.
    """

    treated: float
    untreated: float
    difference: float
    difference_error: float
    ratio: float
    log_ratio_error: float
    df: float
    reason: str | None = None

    def difference_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the interval of the difference, t(df)."""
        return fitted.interval(self.difference, self.difference_error, self.df, level)

    def ratio_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the interval of the ratio, made on its log scale."""
        if not self.ratio > 0:
            return nan, nan
        lower, upper = fitted.interval(log(self.ratio), self.log_ratio_error, self.df, level)
        with np.errstate(over="ignore"):  # hardly anything known: the interval has no end
            return float(np.exp(lower)), float(np.exp(upper))


def with_term(design: Design, term: str, value: float) -> FloatArray:
    """Return the regressors (n, k) with one of them set to `value` in all rows."""
    x = design.x.copy()
    x[:, design.position(term)] = value
    return x


def standardise(
    design: Design,
    fit: Fit,
    treated: FloatArray,
    untreated: FloatArray,
    weights: FloatArray | None = None,
    covariance: FloatArray | None = None,
) -> Standardised:
    """Return the standardised means under two sets of regressors (n, k), such as `with_term` makes.

    Means are taken over all rows with `weights` (n,): by default the trials (binomial), exp(offset) (poisson) or the design's
    weights. Errors by the delta method with `covariance` (k, k), by default CR1; the rows count as given (Lane & Nelder 1982;
    Muller & MacLehose 2014). Models with unit effects say nothing about levels: ValueError; their ratio is exp(coefficient).
    """
    if design.units is not None:
        raise ValueError("standardise: a model with unit effects has no predictions of its own; its ratio is exp(coefficient)")
    if fit.reason:
        return Standardised(nan, nan, nan, nan, nan, nan, nan, fit.reason)
    covariance = fit.covariance if covariance is None else covariance
    weights = _exposure(design) if weights is None else weights
    one, one_slope = _mean(design, fit.params, treated, weights)
    none, none_slope = _mean(design, fit.params, untreated, weights)
    slope = one_slope - none_slope
    log_slope = one_slope / one - none_slope / none if one != 0 and none != 0 else np.full_like(slope, nan)
    return Standardised(
        treated=one,
        untreated=none,
        difference=one - none,
        difference_error=sqrt(slope @ covariance @ slope),
        ratio=one / none if none != 0 else nan,
        log_ratio_error=sqrt(log_slope @ covariance @ log_slope) if np.isfinite(log_slope).all() else nan,
        df=fit.df,
    )


def _mean(design: Design, params: FloatArray, x: FloatArray, weights: FloatArray) -> tuple[float, FloatArray]:
    """Weighted mean prediction, and its gradient (k,) to the coefficients."""
    eta = x @ params
    if design.offset is not None and design.family != "poisson":
        eta = eta + design.offset
    if design.family == "gaussian":
        mean, slope = eta, np.ones_like(eta)
    elif design.family == "binomial":
        mean = 1 / (1 + np.exp(-eta))
        slope = mean * (1 - mean)
    else:
        mean = slope = np.exp(eta)
    total = weights.sum()
    return float(weights @ mean / total), (weights * slope) @ x / total


def _exposure(design: Design) -> FloatArray:
    """What the mean is taken over: trials, persons, or else the weights of the model."""
    if design.trials is not None:
        return design.trials
    return np.exp(design.offset) if design.family == "poisson" and design.offset is not None else design.w

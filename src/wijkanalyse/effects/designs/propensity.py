"""The probability of being active, given what was known before: logit by statsmodels, with a reason where it cannot be used."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

Array = NDArray[np.float64]

LARGEST = 0.999
"""From here on nothing comparable is left, and one control could get all the weight; the R package did draws the same line."""


@dataclass(frozen=True)
class Propensity:
    """A fitted logit: probabilities (n,), coefficients (k,) and their model-based covariance (k, k)."""

    probabilities: Array
    coefficients: Array
    covariance: Array


def fit_propensity(design: Array, is_treated: Array, weights: Array) -> Propensity | str:
    """Fit P(treated | design) by weighted maximum likelihood; return the reason instead when that says nothing.

    design (n, k) with its constant, is_treated (n,) of 0 and 1, weights (n,) >= 0.
    """
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return "the covariates are linearly dependent among these municipalities"
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        model = sm.GLM(is_treated, design, family=sm.families.Binomial(), freq_weights=weights)
        try:
            fitted = model.fit(tol=1e-12, tol_criterion="params")
        except np.linalg.LinAlgError:
            return "the covariates tell the active municipalities apart from the others without error"
        probabilities = np.asarray(fitted.fittedvalues)
    if not fitted.converged or probabilities.max() >= LARGEST:
        return f"the covariates leave no overlap: a probability of being active is {probabilities.max():.4f}"
    return Propensity(probabilities, np.asarray(fitted.params), np.asarray(fitted.normalized_cov_params))

"""The effect on the treated of a change between two periods, adjusted for covariates.

Sant'Anna & Zhao (2020, J. Econometrics 219), the estimators for panel data with their influence functions: doubly robust
with logit and least squares (their equation 3.1, the default of the R packages DRDID and did), outcome regression
(Heckman, Ichimura & Todd 1997) and inverse probability weighting with weights that add up to one (Abadie 2005; Hajek).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wijkanalyse.effects.designs.propensity import fit_propensity

Array = NDArray[np.float64]
Method = Literal["doubly_robust", "regression", "weighting"]


@dataclass(frozen=True)
class TwoPeriods:
    """The average effect on the treated and its influence function (n,)."""

    effect: float
    influence: Array


def effect_on_treated(
    change: Array, is_treated: Array, design: Array, weights: Array, method: Method = "doubly_robust"
) -> TwoPeriods | str:
    """Return the effect on the treated, or the reason why there is none.

    change (n,): outcome after minus before (or an outcome in levels, which makes it an adjustment for covariates only);
    is_treated (n,) of 0 and 1; design (n, k) with its constant; weights (n,) with mean 1.
    """
    n, k = design.shape
    if k == 1:
        # without covariates the three methods are the same difference of means
        method = "regression"
    others = weights * (1 - is_treated)
    is_other = is_treated == 0
    if np.linalg.matrix_rank(design[is_other]) < k:
        return f"{is_other.sum()} controls are too few for {k} coefficients"
    fitted, of_regression = np.zeros(n), np.zeros((n, k))
    if method != "weighting":
        gram = design.T @ (others[:, None] * design)
        fitted = design @ np.linalg.solve(gram, design.T @ (others * change))
        of_regression = (others * (change - fitted))[:, None] * design @ np.linalg.inv(gram / n)
    rest = change - fitted
    treated = weights * is_treated
    of_treated = treated * rest
    effect = of_treated.sum() / treated.sum()
    influence = of_treated - treated * effect - of_regression @ (treated @ design / n)
    influence /= treated.mean()
    if method != "regression":
        propensity = fit_propensity(design, is_treated, weights)
        if isinstance(propensity, str):
            return propensity
        odds = others * propensity.probabilities / (1 - propensity.probabilities)
        of_score = (weights * (is_treated - propensity.probabilities))[:, None] * design @ (propensity.covariance * n)
        mean = (odds * rest).sum() / odds.sum()
        control = odds * (rest - mean) + of_score @ ((odds * (rest - mean)) @ design / n)
        control -= of_regression @ (odds @ design / n)
        effect -= mean
        influence -= control / odds.mean()
    return TwoPeriods(float(effect), influence)

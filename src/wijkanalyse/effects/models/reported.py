"""The fits whose numbers are reported: statsmodels."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning, SpecificationWarning

from wijkanalyse.effects.models.design import Design
from wijkanalyse.effects.models.engine import contributions as cluster_contributions
from wijkanalyse.effects.models.engine import demean, estimate, linearise, small_sample
from wijkanalyse.effects.models.fitted import Fit
from wijkanalyse.effects.models.groups import FloatArray
from wijkanalyse.effects.models.problems import NO_CONVERGENCE, after_fit, before_fit

FAMILIES = {
    "poisson": lambda: sm.families.Poisson(),
    "binomial": lambda: sm.families.Binomial(),
    "gamma": lambda: sm.families.Gamma(sm.families.links.Log()),
}


def fit(design: Design, term: str | None = None) -> Fit:
    """Fit the model with statsmodels: WLS or GLM, cluster-robust (CR1) errors, t(G-1).

    Poisson is quasi-Poisson: the coefficients rest on the mean alone, and the sandwich needs no dispersion (statsmodels gives
    the same errors under ``scale="X2"``). Binomial is on counts, gamma with `weights` as variance weights. With unit
    effects, statsmodels fits the model after they are partialled out at the solution (Frisch-Waugh-Lovell with the curvature
    as weights); that has the estimates and the covariance of the model with a dummy per unit, of ConditionalPoisson and of
    pyfixest's ``fepois``, up to the K of the small-sample factor (`Design.parameters`).

    `term`: the coefficient that is asked for. It must vary, and must not rest on one cluster. Data that cannot be fitted
    give a `Fit` with a `reason`, never an exception.
    """
    design = design.informative
    n, clusters = len(design.y), design.cluster_groups.size
    reason = before_fit(design, term)
    if reason:
        return Fit.failed(design.names, reason, n, clusters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # becomes a reason
        warnings.simplefilter("ignore", PerfectSeparationWarning)  # looked for before, exactly
        warnings.simplefilter("ignore", SpecificationWarning)  # "not fully supported with var_weights": tests hold it true
        # columns of like size: statsmodels' convergence and rank tolerances suppose it, and populations beside shares are not
        size = np.sqrt((design.x**2).mean(axis=0))
        fitted = _fitted(replace(design, x=design.x / size))
    if fitted is None or not np.isfinite(fitted.cov_params()).all():
        return Fit.failed(design.names, f"{NO_CONVERGENCE}: statsmodels' iterations did not settle", n, clusters)
    params: FloatArray = np.asarray(fitted.params, dtype=float) / size
    reason = after_fit(design, cluster_contributions(design, params).information, term)
    if reason:
        return Fit.failed(design.names, reason, n, clusters)
    # statsmodels counts the columns of x as K
    factor = small_sample(design) / (clusters / (clusters - 1) * (n - 1) / (n - design.k))
    covariance = factor * np.asarray(fitted.cov_params()) / np.outer(size, size)
    return Fit(design.names, params, covariance, clusters - 1, n, clusters, True)


def _fitted(design: Design) -> sm.GLM | None:
    """The fitted statsmodels result, or None where it did not converge."""
    if design.units is not None:
        solution = _partialled_out(design)
        if solution is None:
            return None
        design = solution
    robust = {"cov_type": "cluster", "cov_kwds": {"groups": design.cluster_groups.codes}}
    offset = np.zeros(len(design.y)) if design.offset is None else design.offset
    if design.family == "gaussian":
        return sm.WLS(design.y - offset, design.x, weights=design.w).fit(**robust, use_t=True)
    outcome = design.y if design.trials is None else np.column_stack([design.y, design.trials - design.y])
    model = sm.GLM(outcome, design.x, family=FAMILIES[design.family](), offset=offset, var_weights=design.w)
    try:
        fitted = model.fit(**robust, tol=1e-11, tol_criterion="params", maxiter=100)
    except (np.linalg.LinAlgError, ValueError):  # a gamma outcome that is the same in all rows has no deviance
        return None
    return fitted if fitted.converged else None


def _partialled_out(design: Design) -> Design | None:
    """The same model without unit effects: they move to the offset, and x keeps what they leave of it at the solution."""
    assert design.unit_groups is not None
    if design.family == "gaussian":
        offset = np.zeros(len(design.y)) if design.offset is None else design.offset
        y = demean((design.y - offset)[:, None], design.w, design.unit_groups)[:, 0]
        return replace(design, y=y, x=demean(design.x, design.w, design.unit_groups), offset=None, units=None)
    params, converged = estimate(design)
    if not converged:
        return None
    rows = linearise(design, params)
    return replace(design, x=rows.x, offset=rows.eta - rows.x @ params, units=None)

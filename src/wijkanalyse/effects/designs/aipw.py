"""Augmented inverse probability weighting: an adjusted comparison that holds when one of its two models is right.

Robins, Rotnitzky & Zhao (1994); normalised weights as in Sant'Anna & Zhao (2020). The outcome is modelled with a GLM per
group, being active with a logit; statsmodels fits both. Standard errors from the stacked estimating equations of all models
(Stefanski & Boos 2002, American Statistician 56(1)), so they hold too when one of the models is wrong, summed per cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray

from wijkanalyse.effects.designs.influence import covariance, critical_value
from wijkanalyse.effects.designs.propensity import fit_propensity

Array = NDArray[np.float64]
Family = Literal["gaussian", "poisson", "binomial"]
Estimand = Literal["att", "ate"]
COLUMNS = ["term", "value", "standard_error", "lower", "upper", "municipalities", "clusters", "reason"]
TERMS = ("active", "not_active", "difference", "ratio")


@dataclass(frozen=True)
class Adjusted:
    """`table`: the columns in `COLUMNS` for each of `TERMS`; `propensity` (n,): for `balance.overlap_table`."""

    table: pd.DataFrame
    propensity: Array


def augmented_weighting(
    outcome: ArrayLike,
    is_active: ArrayLike,
    covariates: ArrayLike,
    *,
    estimand: Estimand = "att",
    family: Family = "gaussian",
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Adjusted:
    """Estimate the mean outcome of municipalities as active and as not active, their difference and their ratio.

    outcome (n,), is_active (n,), covariates (n, k) without constant, all without missing values; `weights` (n,) such as
    inhabitants: with a count per inhabitant as outcome, family poisson and inhabitants as weights the outcome model is the
    Poisson regression with an offset. `estimand` att: for the active municipalities; ate: for all. Clusters default to the
    rows. Standard error and interval of the ratio: on the log scale, transformed back (standard_error is that of the log).
    Interval with t(clusters - 1), variance with G/(G-1). Without overlap, or with too few municipalities for a model, all
    terms have a reason.
    """
    y, active = np.asarray(outcome, dtype=np.float64), np.asarray(is_active, dtype=np.float64)
    design = np.column_stack([np.ones(len(y)), np.asarray(covariates, dtype=np.float64)])
    weight = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    weight = weight / weight.mean()
    groups = np.arange(len(y)) if clusters is None else np.asarray(clusters)
    modelled = (1.0, 0.0) if estimand == "ate" else (0.0,)
    for group in modelled:
        rows = design[active == group]
        if np.linalg.matrix_rank(rows) < design.shape[1]:
            return _without(f"{len(rows)} municipalities in a group are too few for {design.shape[1]} coefficients", len(y))
    propensity = fit_propensity(design, active, weight)
    if isinstance(propensity, str):
        return _without(propensity, len(y))
    of_family = {"gaussian": sm.families.Gaussian, "poisson": sm.families.Poisson, "binomial": sm.families.Binomial}
    parameters = [propensity.coefficients]
    for group in modelled:
        chosen = active == group
        model = sm.GLM(y[chosen], design[chosen], family=of_family[family](), freq_weights=weight[chosen])
        parameters.append(np.asarray(model.fit(tol=1e-12, tol_criterion="params").params))
    equations = _Equations(y, active, design, weight, family, estimand)
    means = equations.means(np.concatenate(parameters))
    stacked = np.concatenate([*parameters, means])
    influence = equations.influence(stacked)[:, -2:]
    return Adjusted(_table(means[-2:], influence, groups, level), propensity.probabilities)


@dataclass(frozen=True)
class _Equations:
    """The estimating equations, stacked: logit, outcome model(s), mean residual(s) and the two means."""

    y: Array
    active: Array
    design: Array
    weight: Array
    family: Family
    estimand: Estimand

    def means(self, models: Array) -> Array:
        """The residual means and the two means that solve their equations, given the coefficients of the models."""
        _, fitted, odds = self._parts(models)
        shifts = [(weight * (self.y - mean)).sum() / weight.sum() for weight, mean in zip(odds, fitted, strict=True)]
        if self.estimand == "ate":
            both = [np.average(mean + shift, weights=self.weight) for mean, shift in zip(fitted, shifts, strict=True)]
        else:
            treated = self.weight * self.active
            both = [np.average(self.y, weights=treated), np.average(fitted[0] + shifts[0], weights=treated)]
        return np.array([*shifts, *both])

    def scores(self, parameters: Any) -> Any:
        """One row per municipality, one column per parameter; their mean is 0 at the estimates."""
        k = self.design.shape[1]
        count = 2 if self.estimand == "ate" else 1
        coefficients, fitted, odds = self._parts(parameters[: k * (1 + count)])
        shifts, (mean_active, mean_other) = parameters[k * (1 + count) : -2], parameters[-2:]
        chance = _inverse("binomial", self.design @ coefficients[0])
        columns = [(self.weight * (self.active - chance))[:, None] * self.design]
        groups = (self.active, 1 - self.active) if count == 2 else (1 - self.active,)
        for in_group, mean in zip(groups, fitted, strict=True):
            columns.append((self.weight * in_group * (self.y - mean))[:, None] * self.design)
        for weight, mean, shift in zip(odds, fitted, shifts, strict=True):
            columns.append((weight * (self.y - mean - shift))[:, None])
        if count == 2:
            columns.append((self.weight * (fitted[0] + shifts[0] - mean_active))[:, None])
            columns.append((self.weight * (fitted[1] + shifts[1] - mean_other))[:, None])
        else:
            columns.append((self.weight * self.active * (self.y - mean_active))[:, None])
            columns.append((self.weight * self.active * (fitted[0] + shifts[0] - mean_other))[:, None])
        return np.concatenate(columns, axis=1)

    def influence(self, parameters: Array) -> Array:
        """Influence functions (n, p): minus the inverse of the mean derivative of the scores, times the scores."""
        p = len(parameters)
        derivative = np.empty((p, p))
        for j in range(p):
            # complex-step derivative: exact to rounding, no step size to choose (Squire & Trapp 1998)
            moved = parameters.astype(complex)
            moved[j] += 1e-30j
            derivative[:, j] = self.scores(moved).imag.mean(axis=0) / 1e-30
        return -np.linalg.solve(derivative, self.scores(parameters).T).T

    def _parts(self, models: Any) -> tuple[list[Any], list[Any], list[Any]]:
        """Coefficients per model, fitted outcomes per modelled group, and the weights that make that group like the target."""
        coefficients = np.split(models, len(models) // self.design.shape[1])
        chance = _inverse("binomial", self.design @ coefficients[0])
        fitted = [_inverse(self.family, self.design @ b) for b in coefficients[1:]]
        if self.estimand == "ate":
            return (
                coefficients,
                fitted,
                [
                    self.weight * self.active / chance,
                    self.weight * (1 - self.active) / (1 - chance),
                ],
            )
        return coefficients, fitted, [self.weight * (1 - self.active) * chance / (1 - chance)]


def _inverse(family: Family, linear: Any) -> Any:
    """The inverse of the canonical link; takes complex numbers too."""
    if family == "poisson":
        return np.exp(linear)
    return 1 / (1 + np.exp(-linear)) if family == "binomial" else linear


def _table(means: Array, influence: Array, clusters: NDArray[Any], level: float) -> pd.DataFrame:
    of_means = covariance(influence, clusters)
    contrast = np.array([1.0, -1.0])
    number = len(np.unique(clusters))
    values = np.array([means[0], means[1], means[0] - means[1], np.nan])
    errors = np.sqrt([of_means[0, 0], of_means[1, 1], contrast @ of_means @ contrast, np.nan])
    half = critical_value(level, number) * errors
    lower, upper = values - half, values + half
    if (means > 0).all():
        values[3] = means[0] / means[1]
        relative = contrast / means
        errors[3] = np.sqrt(relative @ of_means @ relative)
        factor = np.exp(critical_value(level, number) * errors[3])
        lower[3], upper[3] = values[3] / factor, values[3] * factor
    reason = ["" if np.isfinite(value) else "a mean is not positive" for value in values]
    table = pd.DataFrame({"term": TERMS, "value": values, "standard_error": errors, "lower": lower, "upper": upper})
    return table.assign(municipalities=len(influence), clusters=number, reason=reason)[COLUMNS]


def _without(reason: str, n: int) -> Adjusted:
    table = pd.DataFrame({"term": TERMS}).assign(value=np.nan, standard_error=np.nan, lower=np.nan, upper=np.nan)
    return Adjusted(table.assign(municipalities=n, clusters=0, reason=reason)[COLUMNS], np.full(n, np.nan))

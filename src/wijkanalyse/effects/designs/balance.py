"""Making municipalities without active teams comparable, on what was known before: weights, and how well they balance.

Entropy balancing (Hainmueller 2012, Political Analysis 20(1)) finds the weights nearest to equal ones (or to given base
weights) with which the others have exactly the covariate means of the active municipalities. Covariates must date from
before the teams: balancing on what teams changed would take their effect away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

from wijkanalyse.errors import listing

Array = NDArray[np.float64]
TOLERANCE = 1e-10
"""Largest imbalance left, in standard deviations of the covariate among all municipalities."""
BALANCE_COLUMNS = ["covariate", "mean_active", "mean_before", "mean_after", "smd_before", "smd_after"]
BALANCE_COLUMNS += ["variance_ratio_before", "variance_ratio_after"]


@dataclass(frozen=True)
class EntropyBalance:
    """Weights (n,) for the effect on the active: base weights for them, balancing weights with the same sum for the others.

    `largest_imbalance` is the largest difference of means left, in standard deviations; `effective_sample_size` that of the
    others (Kish). With a `reason` the weights are missing.
    """

    weights: Array
    largest_imbalance: float
    effective_sample_size: float
    reason: str


def entropy_balance(covariates: pd.DataFrame, is_active: ArrayLike, base_weights: ArrayLike | None = None) -> EntropyBalance:
    """Balance the others to the active municipalities on the means of `covariates` (n rows, no missing values).

    Newton's method on the dual, log sum q_i exp(z_i'l), which is convex (Hainmueller 2012, eq. 8). Standardised columns and
    least-squares steps make the weights the same for any full-rank linear change of the covariates, and let columns repeat
    each other. Balance exact to `TOLERANCE`. When the means of the active lie outside what any weights of the others
    can reach (their convex hull), there is a reason.
    """
    active = np.asarray(is_active, dtype=bool)
    base = np.ones(len(active)) if base_weights is None else np.asarray(base_weights, dtype=np.float64)
    missing = np.full(len(active), np.nan)
    if not active.any() or active.all():
        return EntropyBalance(missing, np.nan, 0.0, f"{active.sum()} active of {len(active)}: nothing to balance")
    values = covariates.to_numpy(dtype=np.float64)
    spread = values.std(axis=0)
    target = np.average(values[active], axis=0, weights=base[active])
    distance = (values[~active] - target) / np.where(spread > 0, spread, 1.0)
    shares, imbalance = _minimise(distance, base[~active] / base[~active].sum())
    if imbalance > TOLERANCE:
        return EntropyBalance(missing, imbalance, 0.0, _why_not(covariates, active, target, distance))
    weights = base.copy()
    weights[~active] = shares * base[active].sum()
    return EntropyBalance(weights, imbalance, effective_sample_size(shares), "")


def effective_sample_size(weights: ArrayLike) -> float:
    """Return (sum w)^2 / sum w^2 (Kish 1965): how many equally weighted municipalities tell as much."""
    values = np.asarray(weights, dtype=np.float64)
    return float(values.sum() ** 2 / (values**2).sum())


def balance_table(
    covariates: pd.DataFrame, is_active: ArrayLike, weights: ArrayLike, base_weights: ArrayLike | None = None
) -> pd.DataFrame:
    """Return one row per covariate with the columns in `BALANCE_COLUMNS`, before (base weights) and after weighting.

    smd: mean of the active minus mean of the others, divided by the standard deviation of the active before weighting, the
    same before and after (Stuart 2010, Statistical Science 25(1)); variance ratio: active over others.
    """
    active = np.asarray(is_active, dtype=bool)
    after = np.asarray(weights, dtype=np.float64)
    before = np.ones(len(active)) if base_weights is None else np.asarray(base_weights, dtype=np.float64)
    values = covariates.to_numpy(dtype=np.float64)
    mean_active, variance_active = _moments(values[active], before[active])
    scale = np.sqrt(variance_active)
    table = pd.DataFrame({"covariate": covariates.columns, "mean_active": mean_active})
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, weight in (("before", before), ("after", after)):
            mean, variance = _moments(values[~active], weight[~active])
            weighted_active, variance_of_active = _moments(values[active], weight[active])
            table[f"mean_{name}"] = mean
            table[f"smd_{name}"] = (weighted_active - mean) / scale
            table[f"variance_ratio_{name}"] = variance_of_active / variance
    return table[BALANCE_COLUMNS]


def overlap_table(propensity: ArrayLike, is_active: ArrayLike, bins: int = 20) -> pd.DataFrame:
    """Return how the probability of being active is spread in both groups, for an overlap plot.

    One row per group and bin of equal width between 0 and 1: is_active, lower, upper, municipalities, share_of_group, and
    the municipalities of the group outside the range of the other group (the same number in all rows of a group).
    """
    probabilities, active = np.asarray(propensity, dtype=np.float64), np.asarray(is_active, dtype=bool)
    edges = np.linspace(0, 1, bins + 1)
    frames = []
    for group in (True, False):
        own, other = probabilities[active == group], probabilities[active != group]
        counts, _ = np.histogram(own, bins=edges)
        outside = int(((own < other.min()) | (own > other.max())).sum()) if len(other) else len(own)
        frames.append(
            pd.DataFrame(
                {
                    "is_active": group,
                    "lower": edges[:-1],
                    "upper": edges[1:],
                    "municipalities": counts,
                    "share_of_group": counts / max(len(own), 1),
                    "outside_other_group": outside,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _minimise(distance: Array, base: Array) -> tuple[Array, float]:
    """Shares (adding up to 1) with mean `distance` 0 and least entropy relative to `base`, and the imbalance left."""
    multipliers = np.zeros(distance.shape[1])
    log_sum, shares = _tilt(distance, base, multipliers)
    for _ in range(100):
        gradient = shares @ distance
        if np.abs(gradient).max(initial=0.0) <= TOLERANCE / 1000:
            break
        centred = distance - gradient
        step = -np.linalg.lstsq(centred.T @ (shares[:, None] * centred), gradient, rcond=1e-13)[0]
        size = 1.0
        while size > 1e-10:
            new_log_sum, new_shares = _tilt(distance, base, multipliers + size * step)
            # near the solution the objective no longer changes in floating point, but the gradient still does
            is_lower = new_log_sum < log_sum + 1e-4 * size * float(gradient @ step)
            if is_lower or np.abs(new_shares @ distance).max() < 0.5 * np.abs(gradient).max():
                break
            size /= 2
        else:
            break
        multipliers, log_sum, shares = multipliers + size * step, new_log_sum, new_shares
    return shares, float(np.abs(shares @ distance).max(initial=0.0))


def _tilt(distance: Array, base: Array, multipliers: Array) -> tuple[float, Array]:
    exponents = distance @ multipliers
    largest = exponents.max()
    tilted = base * np.exp(exponents - largest)
    return float(np.log(tilted.sum()) + largest), tilted / tilted.sum()


def _why_not(covariates: pd.DataFrame, active: NDArray[np.bool_], target: Array, distance: Array) -> str:
    values = covariates.to_numpy(dtype=np.float64)[~active]
    outside = (target < values.min(axis=0)) | (target > values.max(axis=0))
    if outside.any():
        names = listing(covariates.columns[outside])
        return f"the mean of the active lies outside the range of the others for {names}"
    equalities = np.vstack([distance.T, np.ones(len(distance))])
    goal = np.append(np.zeros(distance.shape[1]), 1.0)
    if linprog(np.zeros(len(distance)), A_eq=equalities, b_eq=goal, bounds=(0, None), method="highs").status == 2:
        return "no weights of the others reach the means of the active: they lie outside the convex hull"
    return "the means of the active lie on the edge of what the others can reach; leave out a covariate"


def _moments(values: Array, weights: Array) -> tuple[Array, Array]:
    mean = np.average(values, axis=0, weights=weights)
    correction = 1 - (weights**2).sum() / weights.sum() ** 2
    return mean, np.average((values - mean) ** 2, axis=0, weights=weights) / correction

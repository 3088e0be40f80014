"""Standard errors and uniform bands from influence functions.

An estimator with influence function psi has estimate - truth = mean(psi) + smaller terms, so its variance follows from the
sums of psi over independent units or clusters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Array = NDArray[np.float64]


def covariance(influence: Array, clusters: ArrayLike | None = None) -> Array:
    """Return the covariance matrix (k, k) of estimates with influence functions `influence` (n, k).

    Without `clusters` the n rows are independent and the matrix is psi'psi / n^2, as in the R package did. With `clusters`
    (n,) the rows are added up per cluster first and the matrix is multiplied with G/(G-1).
    """
    n = len(influence)
    if clusters is None:
        return influence.T @ influence / n**2
    sums = cluster_sums(influence, clusters)
    return sums.T @ sums / n**2 * len(sums) / (len(sums) - 1)


def standard_errors(influence: Array, clusters: ArrayLike | None = None) -> Array:
    """Return the standard errors (k,) that belong to `covariance`."""
    return np.sqrt(np.diag(covariance(influence, clusters)))


def critical_value(level: float, n: int) -> float:
    """Return the two-sided quantile of t with n-1 degrees of freedom, n being the independent units or clusters."""
    return float(stats.t.ppf((1 + level) / 2, n - 1))


def uniform_critical_value(influence: Array, level: float, draws: int, seed: int, clusters: ArrayLike | None = None) -> float:
    """Return c for which all k intervals estimate +- c x standard error hold together with probability `level`.

    Multiplier bootstrap of Callaway & Sant'Anna (2021, algorithm 1) with the two-point weights of Mammen (1993), one per
    unit or cluster; the (level)-quantile of the largest absolute t value over the k estimates, and at least the value for one
    estimate. Estimates without variance (a base period) are left aside. NaN when nothing is left.
    """
    sums = influence if clusters is None else cluster_sums(influence, clusters)
    scale = np.sqrt((sums**2).sum(axis=0))
    sums, scale = sums[:, scale > 0], scale[scale > 0]
    if not sums.size:
        return float("nan")
    golden = (1 + np.sqrt(5)) / 2
    rng = np.random.default_rng(seed)
    is_low = rng.random((draws, len(sums))) < golden / np.sqrt(5)
    multipliers = np.where(is_low, 1 - golden, golden)
    largest = np.abs(multipliers @ (sums / scale)).max(axis=1)
    return max(float(np.quantile(largest, level)), critical_value(level, len(sums)))


def cluster_sums(rows: Array, clusters: ArrayLike) -> Array:
    """Return the sums (G, k) of `rows` (n, k) over the clusters, in the order of the sorted cluster names."""
    _, number = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.zeros((number.max() + 1, rows.shape[1]))
    np.add.at(sums, number, rows)
    return sums

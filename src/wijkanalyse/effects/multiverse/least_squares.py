"""Weighted least squares with cluster-robust errors, for thousands of specifications at once.

Every specification has the same form: a value by municipality, weights, active or not, and perhaps covariates and fixed
effects. What they share (covariates, regions, clusters) is one set of matrices, so that all moments of a batch are a handful of
matrix products; fixed effects are swept out by region, the small systems are solved side by side, and the scores of the
coefficient of interest are again products. Errors are CR1: G/(G-1) x (N-1)/(N-K) times the sandwich over clusters, as
statsmodels computes them (Cameron and Miller 2015), K counting the fixed effects.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from wijkanalyse.effects.multiverse.figures import Bools, Floats, Ints
from wijkanalyse.effects.multiverse.treatments import ACTIVE, MISSING, Groups

BATCH = 256
"""Specifications that are worked on together: their arrays stay in the processor's cache."""

COLLINEAR = 1e-9
"""A column that keeps less than this part of its variance beside the others cannot be told from them (in single precision: than
what rounding leaves)."""


@dataclass(frozen=True)
class Fits:
    """One entry per specification; the first four are NaN where it cannot be estimated."""

    estimate: Floats
    error: Floats
    active: Floats
    not_active: Floats
    municipalities: Ints
    n_active: Ints
    clusters: Ints

    def around(self, centre: Floats) -> Fits:
        """The same fits of values that lie `centre` higher."""
        return replace(self, active=self.active + centre, not_active=self.not_active + centre)

    @staticmethod
    def empty(count: int) -> Fits:
        """Nothing estimated, `count` times."""
        numbers = [np.full(count, np.nan) for _ in range(4)]
        return Fits(*numbers, *(np.zeros(count, dtype=np.int64) for _ in range(3)))

    def put(self, places: Ints, part: Fits) -> None:
        """Write the fits of a part in their places."""
        for each in fields(Fits):
            getattr(self, each.name)[places] = getattr(part, each.name)

    @staticmethod
    def joined(parts: list[Fits]) -> Fits:
        """The fits of several batches, one after the other."""
        return Fits(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Fits)))


class Structure:
    """What specifications share, as matrices: covariates (G x k, NaN where unknown), the region and cluster of each of G."""

    def __init__(self, covariates: Floats, within: Ints, cluster: Ints, precision: type = np.float64) -> None:
        self.known: Bools = np.asarray(np.isfinite(covariates).all(axis=1))
        self.x: Floats = np.where(self.known[:, None], covariates, 0.0).astype(precision)
        self.count = covariates.shape[1]
        self.regions: Floats = one_hot(within).astype(precision)
        self.x_by_region = (self.regions[:, :, None] * self.x[:, None, :]).reshape(len(covariates), -1)
        self.rows, self.columns = np.triu_indices(self.count)
        self.products = self.x[:, self.rows] * self.x[:, self.columns]
        self.back = np.concatenate([self.x.T, self.regions.T])
        clusters = cluster_columns(cluster)
        self.clusters: Floats | None = None if clusters is None else clusters.astype(precision)


def fit_least_squares(structure: Structure, value: Floats, weight: Floats, group: Groups, minimum: int) -> Fits:
    """Regress `value` on active or not within regions, one specification per row (arrays B x G; 1 x G is the same in all).

    A municipality counts where its weight is positive, its group not missing and its covariates known; `value` and `weight` are
    finite, also where the weight is 0. Needed are `minimum` municipalities, and two clusters, in each group. `active` and
    `not_active` are the means of both groups; with covariates or fixed effects, what they would be if both had the average of
    these. Values around 0 keep most digits: what they lie around can be added to these means afterwards.
    """
    if not structure.known.all():
        weight = weight * structure.known
    value, weight = np.broadcast_to(value, group.shape), np.broadcast_to(weight, group.shape)
    rows = range(0, len(group), BATCH)
    parts = [_fit(structure, value[at : at + BATCH], weight[at : at + BATCH], group[at : at + BATCH], minimum) for at in rows]
    return Fits.joined(parts)


def _fit(structure: Structure, y: Floats, weight: Floats, group: Groups, minimum: int) -> Fits:
    active = group == ACTIVE
    w = weight * (group != MISSING)
    wd, wy = w * active, w * y

    # sums by region
    by_region, d_region, y_region = (each @ structure.regions for each in (w, wd, wy))
    inverse = _divided(1.0, by_region)
    total, d_total = by_region.sum(axis=1), d_region.sum(axis=1)

    # moments of [covariates, active, value] within regions; symmetric, and only the part above the diagonal is filled and read
    k = structure.count
    moments = np.zeros((len(y), k + 2, k + 2), dtype=y.dtype)
    moments[:, k, k] = d_total - (d_region**2 * inverse).sum(axis=1)
    moments[:, k, k + 1] = dot(wd, y) - (d_region * y_region * inverse).sum(axis=1)
    x_region = (w @ structure.x_by_region).reshape(len(y), structure.regions.shape[1], k)
    if k:
        shifted = (x_region * inverse[:, :, None]).transpose(0, 2, 1)
        among = shifted @ x_region
        moments[:, structure.rows, structure.columns] = w @ structure.products - among[:, structure.rows, structure.columns]
        moments[:, :k, k] = wd @ structure.x - (shifted @ d_region[:, :, None])[:, :, 0]
        moments[:, :k, k + 1] = wy @ structure.x - (shifted @ y_region[:, :, None])[:, :, 0]
    slopes, direction, is_regular = solved(moments, d_total)

    # score of a municipality: its weight x what nothing else explains of its being active x its residual
    scores = _less_regions(structure, direction, active, d_region, x_region, inverse)
    residual = _less_regions(structure, -slopes, active, d_region, x_region, inverse, y_region)
    residual += y
    scores *= residual
    scores *= w
    n, n_active, clusters, fewest = count_clusters(w > 0, active, structure.clusters)
    if structure.clusters is not None:
        scores = scores @ structure.clusters
    parameters = k + 1 + (by_region > 0).sum(axis=1)
    enough = (np.minimum(n_active, n - n_active) >= minimum) & (fewest >= 2) & (n > parameters)
    good = enough & is_regular
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = clusters / (clusters - 1) * (n - 1) / (n - parameters)
        error = np.where(good, np.sqrt(factor * dot(scores, scores)), np.nan)
    estimate = np.where(good, slopes[:, k], np.nan)
    not_active = _divided(y_region.sum(axis=1), total) - estimate * _divided(d_total, total)
    return Fits(estimate, error, not_active + estimate, not_active, n, n_active, clusters)


def _less_regions(
    structure: Structure,
    coefficients: Floats,
    active: Bools,
    d_region: Floats,
    x_region: Floats,
    inverse: Floats,
    y_region: Floats | None = None,
) -> Floats:
    """x b + active b_d for every municipality, less its mean by region (of which `y_region`, a sum, is taken too)."""
    k = structure.count
    of_x, of_d = coefficients[:, :k], coefficients[:, k:]
    sums = of_d * d_region
    if k:
        sums += (x_region @ of_x[:, :, None])[:, :, 0]
    if y_region is not None:
        sums += y_region
    sums *= -inverse
    part = of_d * active
    # without covariates in one region the same is taken from all, and a product of matrices would take longest of all
    part += sums if len(structure.back) == 1 else np.concatenate([of_x, sums], axis=1) @ structure.back
    return part


def count_clusters(usable: Bools, active: Bools, clusters: Floats | None) -> tuple[Ints, Ints, Ints, Ints]:
    """Municipalities, active ones, clusters, and the clusters of the group that has the fewest (by row)."""
    active = active & usable
    n, n_active = np.count_nonzero(usable, axis=1), np.count_nonzero(active, axis=1)
    if clusters is None:
        return n, n_active, n, np.minimum(n_active, n - n_active)
    of_all, of_active = usable.astype(clusters.dtype) @ clusters, active.astype(clusters.dtype) @ clusters
    in_each = [np.count_nonzero(each, axis=1) for each in (of_all, of_active, of_all - of_active)]
    return n, n_active, in_each[0], np.minimum(in_each[1], in_each[2])


def solved(moments: Floats, scale: Floats) -> tuple[Floats, Floats, Bools]:
    """Coefficients of [covariates, active], the row of the inverse for active, and whether there is a solution.

    `moments` (B x k+2 x k+2, upper triangle, the right-hand side last) is overwritten. Gaussian elimination side by side
    for all B; the active column comes last, so its pivot is what the covariates leave of it.
    """
    size = moments.shape[1] - 1
    collinear = max(COLLINEAR, 100 * float(np.finfo(moments.dtype).eps))
    factors = np.zeros((len(moments), size, size), dtype=moments.dtype)
    first = np.einsum("bii->bi", moments)[:, :size].copy()
    first[:, -1] = scale
    is_regular = np.ones(len(moments), dtype=bool)
    for j in range(size):
        pivot = moments[:, j, j]
        fine = pivot > collinear * first[:, j]
        is_regular &= fine
        row = moments[:, j, j + 1 :] / np.where(fine, pivot, 1.0)[:, None]
        # the system is symmetric, so its row is its column too
        moments[:, j + 1 : size, j + 1 :] -= moments[:, j, j + 1 : size, None] * row[:, None, :]
        factors[:, j, j + 1 :] = row[:, :-1]
        moments[:, j, -1] = row[:, -1]
    slopes = np.empty((len(moments), size), dtype=moments.dtype)
    direction = np.zeros_like(slopes)
    direction[:, -1] = 1 / np.where(is_regular, moments[:, size - 1, size - 1], 1.0)
    for j in range(size - 1, -1, -1):
        later = factors[:, j, j + 1 :]
        slopes[:, j] = moments[:, j, -1] - (later * slopes[:, j + 1 :]).sum(axis=1)
        if j < size - 1:
            direction[:, j] = -(later * direction[:, j + 1 :]).sum(axis=1)
    return slopes, direction, is_regular


def _divided(part: Floats | float, whole: Floats) -> Floats:
    """Division that gives 0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def cluster_columns(cluster: Ints) -> Floats | None:
    """A column for each cluster; none where every municipality is a cluster of its own (-1 is no municipality)."""
    there = cluster[cluster >= 0]
    return None if len(np.unique(there)) == len(there) else one_hot(cluster)


def dot(one: Floats, other: Floats) -> Floats:
    """Products of the rows of two arrays."""
    return np.einsum("bg,bg->b", one, other)


def one_hot(codes: Ints) -> Floats:
    """A column of zeros and ones for each distinct code."""
    return (codes[:, None] == np.unique(codes)[None, :]).astype(float)

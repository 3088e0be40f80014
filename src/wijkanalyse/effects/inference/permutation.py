"""Permutation of the treatment among municipalities: what would the statistic be, had others been active?

The treatment belongs to a municipality (its activity); in a row of the panel it may be multiplied by something of that row
(after the landmark or not). It is permuted within strata such as size x region, whole municipalities at a time, so that all
that hangs together within a municipality stays together. The statistic is studentised by its cluster-robust error: exact
under the sharp null of no effect anywhere, and asymptotically valid when only the mean effect is zero (Wu & Ding 2021, JASA
116). Nuisance regressors are projected out of the permuted treatment anew in each draw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import factorial, nan, prod
from typing import Final

import numpy as np
import numpy.typing as npt

from wijkanalyse.effects.inference.resampling import DRAWS, share_as_extreme
from wijkanalyse.effects.models.design import Design
from wijkanalyse.effects.models.engine import contributions, estimate, linearise, scaled_solve, small_sample
from wijkanalyse.effects.models.groups import FloatArray, Groups, IntArray
from wijkanalyse.effects.models.problems import NO_CONVERGENCE

CHUNK: Final = 1_000  # draws at a time: keeps the arrays of draws x clusters within the cache
NOTHING_TO_PERMUTE = "nothing to permute"


@dataclass(frozen=True, eq=False)
class Assignments:
    """The treatment of each municipality as it is, values (M,), and as it is drawn, (draws, M).

    Make it once and hand it to every outcome: multiplicity is only accounted for when all outcomes share the draws.
    exact: the draws are all the assignments there are (the real one among them).
    """

    values: FloatArray
    drawn: FloatArray
    exact: bool


@dataclass(frozen=True, eq=False)
class Treatment:
    """How the municipalities' treatment enters the rows of a design: ``x[:, term] == values[municipality] * multiplier``.

    municipality (n,): positions in `Assignments.values`; multiplier (n,): default 1.
    """

    municipality: IntArray
    multiplier: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """p value, the observed t and those of the draws (draws,)."""

    p: float
    statistic: float
    drawn: FloatArray
    exact: bool
    reason: str | None = None


def assign(values: FloatArray, strata: npt.NDArray[np.integer], seed: int, draws: int = DRAWS) -> Assignments:
    """Permute `values` (M,) within `strata` (M,): at random, or every distinct way where these are no more than `draws`."""
    groups = Groups(strata)
    members = [np.flatnonzero(groups.codes == code) for code in range(groups.size)]
    ways = [_ways(values[rows]) for rows in members]
    if prod(ways) <= draws:
        drawn = np.empty((prod(ways), len(values)))
        for rows, at in zip(members, np.unravel_index(np.arange(prod(ways)), ways), strict=True):
            drawn[:, rows] = np.array(list(_arrangements(values[rows])))[at]
        return Assignments(np.asarray(values, dtype=float), drawn, exact=True)
    rng = np.random.default_rng(seed)
    drawn = np.empty((draws, len(values)))
    for rows in members:
        drawn[:, rows] = rng.permuted(np.tile(values[rows], (draws, 1)), axis=1)
    return Assignments(np.asarray(values, dtype=float), drawn, exact=False)


def permutation_test(design: Design, term: str, treatment: Treatment, assignments: Assignments) -> PermutationTest:
    """Test that the treatment has no effect, by the studentised coefficient of `term` in each draw.

    The design must be one that can be fitted (`models.fit` gave no reason). p is (1 + as extreme) / (1 + draws), or the exact
    share when the draws are complete. A draw in which the coefficient cannot be told counts as extreme.
    """
    if len(assignments.drawn) < 2:
        return _untold(f"{NOTHING_TO_PERMUTE}: the treatment does not vary within any stratum")
    coefficients = permuted_coefficients(design, term, treatment, assignments)
    if coefficients is None:
        return _untold(f"{NO_CONVERGENCE}: the model cannot be fitted without {term}")
    estimates, errors = coefficients
    with np.errstate(divide="ignore", invalid="ignore"):
        statistics = estimates / errors
    observed, drawn = float(statistics[0]), statistics[1:]
    if np.isnan(observed):
        return _untold(f"{NO_CONVERGENCE}: the coefficient of {term} cannot be told from the other regressors")
    return PermutationTest(share_as_extreme(observed, drawn, assignments.exact), observed, drawn, assignments.exact)


@lru_cache(maxsize=1)  # the test and the detectable effect look at the same draws, one after the other
def permuted_coefficients(
    design: Design, term: str, treatment: Treatment, assignments: Assignments
) -> tuple[FloatArray, FloatArray] | None:
    """Return coefficient and CR1 error (1 + draws,) under the observed treatment (first) and the drawn ones.

    For a linear model these are exactly what refitting gives; for a GLM, one Newton step from the estimates without the
    treatment. None where those do not exist. ValueError where the rows do not hold the treatment as `Treatment` says, or
    where its municipalities do not lie within the clusters, or the unit effects not within the municipalities.
    """
    rows = _Rows.of(design, term, treatment, assignments.values)
    if rows is None:
        return None
    drawn = np.concatenate([assignments.values[None, :], assignments.drawn])[:, rows.present]
    parts = [rows.coefficients(drawn[first : first + CHUNK]) for first in range(0, len(drawn), CHUNK)]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


@dataclass(frozen=True, eq=False)
class _Rows:
    """The sums over rows that all draws share. M municipalities (those present), G clusters, q nuisance regressors.

    In a row, m is the multiplier, z the nuisance regressors, e the score and h the curvature at the null.
    """

    present: IntArray  # positions of the municipalities in the assignment
    clusters: Groups  # of municipalities
    me: FloatArray  # (M,) sum of m e
    mhm: FloatArray  # (M,) sum of h m^2
    mhz: FloatArray  # (M, q) sum of h m z
    ze: FloatArray  # (G, q) sum of z e
    zhz: FloatArray  # (G, q (q + 1) / 2) sum of h z z', upper triangle with the off-diagonal doubled
    total: FloatArray  # (q, q) sum of h z z'
    factor: float

    @classmethod
    def of(cls, design: Design, term: str, treatment: Treatment, values: FloatArray) -> _Rows | None:
        kept, column = design.kept, design.position(term)
        design = design.informative
        labels = treatment.municipality[kept]
        multiplier = np.ones(len(labels)) if treatment.multiplier is None else treatment.multiplier[kept]
        if not np.allclose(design.x[:, column], values[labels] * multiplier, rtol=1e-9, atol=1e-12):
            raise ValueError(f"{term} is not the treatment of the municipality times the multiplier of the row")
        municipalities = Groups(labels)
        if not municipalities.nested_in(design.cluster_groups):
            raise ValueError("the rows of one municipality lie in several clusters; permute whole clusters")
        if design.unit_groups is not None and not design.unit_groups.nested_in(municipalities):
            raise ValueError("unit effects reach over several municipalities; give them as columns of x")
        params, converged = estimate(design.without(term))
        if not converged:
            return None
        x = design.x.copy()
        x[:, column] = multiplier
        at_null = replace(design, x=x)
        params = np.insert(params, column, 0.0)
        lines, parts = linearise(at_null, params), contributions(at_null, params)
        m, z = lines.x[:, column], np.delete(lines.x, column, axis=1)
        others = np.arange(design.k) != column
        upper = np.triu_indices(int(others.sum()))
        doubled = np.where(upper[0] == upper[1], 1.0, 2.0)
        nuisance = parts.information[:, others][:, :, others]
        first_rows = np.unique(municipalities.codes, return_index=True)[1]
        return cls(
            present=municipalities.labels,
            clusters=Groups(design.cluster_groups.codes[first_rows]),
            me=municipalities.sum(m * lines.score),
            mhm=municipalities.sum(lines.curvature * m**2),
            mhz=municipalities.sum((lines.curvature * m)[:, None] * z),
            ze=parts.scores[:, others],
            zhz=nuisance[:, upper[0], upper[1]] * doubled,
            total=nuisance.sum(axis=0),
            factor=small_sample(design),
        )

    def coefficients(self, drawn: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Coefficient and CR1 error for each assignment (draws, M)."""
        crossed = drawn @ self.mhz
        # what the nuisance regressors take up of the treatment
        taken = scaled_solve(self.total, crossed.T).T if self.mhz.shape[1] else crossed
        squared = drawn**2 * self.mhm
        raw = squared.sum(axis=1)
        information = raw - (crossed * taken).sum(axis=1)
        upper = np.triu_indices(self.mhz.shape[1])
        scores = self._by_cluster(drawn * self.me) - taken @ self.ze.T
        own = self._by_cluster(squared - 2 * drawn * (taken @ self.mhz.T))
        own += (taken[:, upper[0]] * taken[:, upper[1]]) @ self.zhz.T
        with np.errstate(divide="ignore", invalid="ignore"):
            known = np.where(information > 1e-10 * raw, information, nan)
            estimates = scores.sum(axis=1) / known
            residuals = scores - estimates[:, None] * own
            return estimates, np.sqrt(self.factor * (residuals**2).sum(axis=1)) / known

    def _by_cluster(self, values: FloatArray) -> FloatArray:
        """Sums of (draws, M) over the municipalities of each cluster, (draws, G)."""
        if self.clusters.size == values.shape[1]:
            return values[:, np.argsort(self.clusters.codes)]
        return self.clusters.sum(values.T).T


def _untold(reason: str) -> PermutationTest:
    return PermutationTest(nan, nan, np.empty(0), False, reason)


def _ways(values: FloatArray) -> int:
    """Number of distinct orders of `values`."""
    counts = np.unique(values, return_counts=True)[1]
    return factorial(len(values)) // prod(factorial(int(count)) for count in counts)


def _arrangements(values: FloatArray) -> Iterator[Sequence[float]]:
    """Every distinct order of `values`, one by one."""
    distinct, counts = np.unique(values, return_counts=True)
    left = counts.copy()

    def continued(begun: list[float]) -> Iterator[Sequence[float]]:
        if len(begun) == len(values):
            yield tuple(begun)
        for at, value in enumerate(distinct):
            if left[at]:
                left[at] -= 1
                yield from continued([*begun, float(value)])
                left[at] += 1

    return continued([])

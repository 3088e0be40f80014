"""Why a model cannot be estimated: said beforehand and in words, instead of a number that means nothing."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.linalg import null_space, qr
from scipy.optimize import linprog

from wijkanalyse.effects.models.design import Design
from wijkanalyse.effects.models.groups import FloatArray, Groups
from wijkanalyse.errors import listing

NO_ROWS, ONE_CLUSTER, NO_VARIATION = "no rows", "one cluster", "no variation"
RANK_DEFICIENT, ALL_ZERO, ALL_ONE = "rank deficient", "all zero", "all one"
SEPARATION, NO_CONVERGENCE, TOO_FEW_CLUSTERS = "separation", "no convergence", "too few clusters in a group"
# each reason is one of these, a colon, and the particulars
REASONS: Final = (
    NO_ROWS,
    ONE_CLUSTER,
    NO_VARIATION,
    RANK_DEFICIENT,
    ALL_ZERO,
    ALL_ONE,
    SEPARATION,
    NO_CONVERGENCE,
    TOO_FEW_CLUSTERS,
)

TOLERANCE: Final = 1e-9  # of a column that is left after the others are taken out, against its own size


def before_fit(design: Design, term: str | None) -> str | None:
    """Return why ``design.informative`` cannot be estimated, or None. `term`: the coefficient that is asked for."""
    n, clusters = len(design.y), design.cluster_groups.size
    if n <= design.parameters:
        return f"{NO_ROWS}: {n} usable rows for {design.parameters} coefficients"
    if clusters < 2:
        return f"{ONE_CLUSTER}: a cluster-robust error needs two at least"
    if design.family in ("poisson", "binomial") and not design.y.any():
        return f"{ALL_ZERO}: the outcome is 0 in all {n} rows"
    if design.trials is not None and (design.y == design.trials).all():
        return f"{ALL_ONE}: every trial is a success in all {n} rows"
    x = design.x if design.unit_groups is None else _within(design.x, design.unit_groups)
    return _variation(design, x, term) or _rank(design, x) or _separation(design)


def after_fit(design: Design, information: FloatArray, term: str | None) -> str | None:
    """Return why the coefficient of `term` rests on a single cluster, or None. `information` (G, k, k) at the estimates.

    With one cluster in a group the model fits that cluster perfectly, and its robust error is too small or zero, whatever
    the figures. So: leave each cluster out in turn, and see whether the rest still tells the coefficient.
    """
    if term is None:
        return None
    at = design.position(term)
    total = information.sum(axis=0)
    scale = 1 / np.sqrt(np.diagonal(total))
    # a cluster's leverage, trace of total^-1 information_g, bounds the share of any information that is its own
    scaled = information * np.outer(scale, scale)
    leverage = np.einsum("gij,ji->g", scaled, np.linalg.inv(total * np.outer(scale, scale)))
    heavy = np.flatnonzero(leverage > 1 - 1e-6)
    if not len(heavy):
        return None
    # the first is the whole sample, the others lack one cluster each
    left = np.concatenate([scaled.sum(axis=0)[None], scaled.sum(axis=0) - scaled[heavy]])
    others = np.arange(design.k) != at
    cross = left[:, others, at]
    known = np.linalg.pinv(left[:, others][:, :, others], rcond=TOLERANCE, hermitian=True)
    rest = left[:, at, at] - np.einsum("gi,gij,gj->g", cross, known, cross)
    alone = rest[1:] <= TOLERANCE * rest[0]
    if not alone.any():
        return None
    labels = design.cluster_groups.labels[heavy[alone]]
    return f"{TOO_FEW_CLUSTERS}: without cluster {listing(map(str, labels), 3)} the data say nothing about {term}"


def _variation(design: Design, x: FloatArray, term: str | None) -> str | None:
    if term is None:
        return None
    column = x[:, design.position(term)]
    within = "" if design.units is None else " within any unit"
    spread = np.ptp(column) if design.units is None else np.abs(column).max()
    size = np.abs(design.x[:, design.position(term)]).max()
    return f"{NO_VARIATION}: {term} does not vary{within}" if spread <= TOLERANCE * max(size, 1e-300) else None


def _rank(design: Design, x: FloatArray) -> str | None:
    """Columns that the others determine, by QR with pivoting."""
    if not design.k:
        return None
    size = np.sqrt((design.x**2).sum(axis=0))
    size[size == 0] = 1.0
    triangle, order = qr(x / size, mode="r", pivoting=True)
    diagonal = np.abs(np.diagonal(triangle))
    rank = int((diagonal > TOLERANCE).sum())
    if rank == design.k:
        return None
    names = [design.names[at] for at in order[rank:]]
    effects = "" if design.units is None else " and the unit effects"
    return f"{RANK_DEFICIENT}: {listing(names)} follows from the other regressors{effects}"


def _separation(design: Design) -> str | None:
    """Whether the likelihood has its maximum at infinity, exactly.

    So it is where a combination of regressors is zero wherever the outcome lies inside its range, and elsewhere never points
    away from the outcome (Albert & Anderson 1984; Correia, Guimaraes & Zylkin 2019 for poisson with fixed effects). The
    rows inside mostly settle it by their rank; what they leave open is a small linear programme.
    """
    if design.family not in ("poisson", "binomial"):
        return None
    x = design.x
    low = design.y == 0
    high = design.y == design.trials if design.trials is not None else np.zeros(len(low), dtype=bool)
    inside = ~low & ~high
    if design.unit_groups is not None:
        # the unit's effect may follow the combination: only its deviations from the unit's rows with events matter
        groups = design.unit_groups
        counts = groups.sum(inside.astype(float))
        x = x - (groups.sum(x * inside[:, None]) / counts[:, None])[groups.codes]
    size = np.abs(x).max(axis=0)
    x = x / np.where(size > 0, size, 1.0)
    inner = x[inside]
    if len(inner) > design.k:
        inner = np.linalg.qr(inner, mode="r")  # the same null space
    free = null_space(inner, rcond=1e-9) if len(inner) else np.eye(design.k)
    if not free.shape[1]:
        return None
    # the predictor may only fall where the outcome is 0 and only rise where it is at its top; look for the largest such move
    outward = np.where(high, -1.0, 1.0)[~inside, None] * (x[~inside] @ free)
    outward[np.abs(outward) < 1e-9] = 0.0
    solution = linprog(outward.sum(axis=0), A_ub=outward, b_ub=np.zeros(len(outward)), bounds=(-1, 1), method="highs")
    if solution.status != 0 or solution.fun > -1e-7:
        return None
    move = np.abs(free @ solution.x)
    names = [name for name, part in zip(design.names, move, strict=True) if part > 1e-6 * move.max()]
    rows = int((outward @ solution.x < -1e-8).sum())
    return f"{SEPARATION}: {listing(names)} predicts {rows} of {len(low)} rows perfectly; the estimate would be infinite"


def _within(x: FloatArray, units: Groups) -> FloatArray:
    return x - (units.sum(x) / units.counts[:, None])[units.codes]

"""The numpy engine: the same estimates as statsmodels, many thousands of times.

Each model is a concave log likelihood in a linear predictor, so one Newton iteration serves all families, for one set of row
weights or for many at once. Unit effects are never made: given the coefficients they have a closed form, and the regressors
are demeaned within units with the curvature as weights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from scipy.special import logit

from wijkanalyse.effects.models.design import Design
from wijkanalyse.effects.models.fitted import Fit
from wijkanalyse.effects.models.groups import BoolArray, FloatArray, Groups
from wijkanalyse.effects.models.problems import NO_CONVERGENCE, after_fit, before_fit

ITERATIONS: Final = 60
# a step that moves no linear predictor by more than this is the last: Newton's next error is about its square
LAST_STEP: Final = 1e-8
CHUNK: Final = 48  # sets of row weights per batch: keeps the arrays within the cache and a few tens of MB


class Refits(NamedTuple):
    """Estimates under other row weights: params (B, k), converged (B,)."""

    params: FloatArray
    converged: BoolArray


class Linearised(NamedTuple):
    """The model around given coefficients, per row: x (n, k), unit effects partialled out; first derivative (n,) and minus
    the second derivative (n,) of the weighted log likelihood to the linear predictor; the predictor itself (n,)."""

    x: FloatArray
    score: FloatArray
    curvature: FloatArray
    eta: FloatArray


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each cluster adds: scores (G, k), information (G, k, k), clusters in the order of their labels.

    factor is G/(G-1) x (N-1)/(N-K), the small-sample factor of CR1.
    """

    scores: FloatArray
    information: FloatArray
    factor: float

    @property
    def total(self) -> FloatArray:
        """Information of all clusters, (k, k)."""
        return self.information.sum(axis=0)

    def sandwich(self) -> FloatArray:
        """Return the CR1 covariance of the coefficients, (k, k)."""
        influence = scaled_solve(self.total, self.scores.T)
        return self.factor * influence @ influence.T


def newton(design: Design, term: str | None = None, start: FloatArray | None = None) -> Fit:
    """Return the same fit as `reported.fit`, to 1e-10, from this engine. Never raises for data that cannot be fitted."""
    design = design.informative
    reason = before_fit(design, term)
    if reason:
        return Fit.failed(design.names, reason, len(design.y), design.cluster_groups.size)
    params, converged = estimate(design, start)
    if not converged:
        reason = f"{NO_CONVERGENCE}: Newton's method took {ITERATIONS} steps"
    else:
        parts = contributions(design, params)
        reason = after_fit(design, parts.information, term)
    groups = design.cluster_groups
    if reason:
        return Fit.failed(design.names, reason, len(design.y), groups.size)
    return Fit(design.names, params, parts.sandwich(), groups.size - 1, len(design.y), groups.size, True)


def estimate(design: Design, start: FloatArray | None = None) -> tuple[FloatArray, bool]:
    """Return the coefficients (k,) and whether they converged; without checks and errors, for models known to be sound."""
    design = design.informative
    if design.k == 0:
        return np.zeros(0), True
    first = _first_guess(design) if start is None else start
    ones = np.ones((len(design.y), 1))
    refits = _newton_many(design, ones, first[None, :])
    return refits.params[0], bool(refits.converged[0])


def refit_many(design: Design, cluster_weights: FloatArray, start: FloatArray) -> Refits:
    """Fit the model under many sets of cluster weights (B, G): multiplicities of a bootstrap, a zero to leave one out.

    `start` (k,) or (B, k): coefficients to begin from. Clusters in the order of their labels in
    ``design.informative``. A set under which the model cannot be fitted is NaN and not converged.
    """
    design = design.informative
    codes = design.cluster_groups.codes
    parts, starts = [], np.broadcast_to(start, (len(cluster_weights), design.k))
    for first in range(0, len(cluster_weights), CHUNK):
        weights = cluster_weights[first : first + CHUNK]
        parts.append(_newton_many(design, weights.T[codes], starts[first : first + CHUNK]))
    return Refits(np.concatenate([part.params for part in parts]), np.concatenate([part.converged for part in parts]))


def linearise(design: Design, params: FloatArray) -> Linearised:
    """Return the rows of the model around `params` (k,). Give it ``design.informative`` to have the rows that count."""
    eta = design.x @ params + (0 if design.offset is None else design.offset)
    if design.unit_groups is not None:
        eta = eta + _unit_effects(design, design.unit_groups, eta[:, None], design.w[:, None])[:, 0]
    _, slope, curvature = design.curves(eta)
    score, curvature = design.w * slope, design.w * curvature
    x = design.x
    if design.unit_groups is not None:
        x = demean(x, curvature, design.unit_groups)
    return Linearised(x, score, curvature, eta)


def contributions(design: Design, params: FloatArray) -> Contributions:
    """Return the scores and the information of each cluster at `params` (k,).

    At the estimates of the full model the scores sum to zero; at restricted ones they do not. With unit effects the
    regressors are partialled out, so that both are those of the concentrated likelihood; exact where units lie within
    clusters.
    """
    design = design.informative
    rows = linearise(design, params)
    groups = design.cluster_groups
    information = groups.products(rows.x, rows.curvature)
    return Contributions(groups.sum(rows.x * rows.score[:, None]), information, small_sample(design))


def small_sample(design: Design) -> float:
    """Return G/(G-1) x (N-1)/(N-K) of a design without empty rows."""
    n, clusters = len(design.y), design.cluster_groups.size
    return clusters / (clusters - 1) * (n - 1) / (n - design.parameters)


def demean(x: FloatArray, weights: FloatArray, units: Groups) -> FloatArray:
    """Return the columns of x (n, k) minus their weighted means within units."""
    means = units.sum(x * weights[:, None]) / units.sum(weights)[:, None]
    return x - means[units.codes]


def scaled_solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a symmetric positive definite system whose columns may differ in scale by many orders of magnitude.

    matrix (..., k, k); right (..., k, m), or a vector (k,).
    """
    if right.ndim == 1:
        return scaled_solve(matrix, right[:, None])[:, 0]
    scale = 1 / np.sqrt(np.diagonal(matrix, axis1=-2, axis2=-1))
    scaled = matrix * scale[..., :, None] * scale[..., None, :]
    return scale[..., :, None] * np.linalg.solve(scaled, scale[..., :, None] * right)


def _first_guess(design: Design) -> FloatArray:
    """Weighted least squares on the linearised outcome, as GLM software does; with unit effects zero is near enough."""
    y, offset = design.y, np.zeros(len(design.y)) if design.offset is None else design.offset
    if design.family == "gaussian" or design.units is not None:
        return np.zeros(design.k)
    if design.family == "binomial":
        assert design.trials is not None
        eta = logit((y + 0.5) / (design.trials + 1))
    elif design.family == "poisson":
        eta = np.log((y + y.mean()) / 2)
    else:
        eta = np.log(y)
    _, slope, curvature = design.curves(eta)
    root = np.sqrt(design.w * curvature)
    target = eta + slope / curvature - offset
    return np.linalg.lstsq(design.x * root[:, None], target * root, rcond=None)[0]


def _unit_effects(design: Design, units: Groups, eta: FloatArray, weights: FloatArray) -> FloatArray:
    """The unit effects that maximise the likelihood given the rest of the predictor, per row, (n, B)."""
    if design.family == "gaussian":
        sums = units.sum(weights * (design.y[:, None] - eta))
        totals = units.sum(weights)
        return np.divide(sums, totals, out=np.zeros_like(sums), where=totals > 0)[units.codes]
    highest = units.max(eta)
    events = units.sum(weights * design.y[:, None])
    shares = units.sum(weights * np.exp(eta - highest[units.codes]))
    with np.errstate(divide="ignore", invalid="ignore"):
        # a unit without weight or events: any effect will do, for its rows count nothing; zero events: towards minus infinity
        effects = np.where(shares > 0, np.log(events) - np.log(shares), 0.0) - highest
    return np.maximum(effects, -700 - highest)[units.codes]


class _State(NamedTuple):
    """Where a batch of fits stands: log likelihood (B,), gradient (B, k), information (B, k, k)."""

    likelihood: FloatArray
    gradient: FloatArray
    information: FloatArray


def _state(design: Design, weights: FloatArray, params: FloatArray, products: FloatArray | None) -> _State:
    """Value and derivatives under each set of row weights (n, B) at its own params (B, k).

    `products` (n, k (k + 1) / 2): the upper triangle of x x' of each row, so that all B sets are one matrix product.
    """
    eta = design.x @ params.T
    if design.offset is not None:
        eta += design.offset[:, None]
    units = design.unit_groups
    if units is not None:
        eta += _unit_effects(design, units, eta, weights)
    with np.errstate(over="ignore", invalid="ignore"):
        value, slope, curvature = design.curves(eta)
        value, slope, curvature = weights * value, weights * slope, weights * curvature
        if products is None:
            information = (design.x.T @ (design.x * curvature))[None]
        else:
            information = np.empty((len(params), design.k, design.k))
            upper = np.triu_indices(design.k)
            information[:, upper[0], upper[1]] = information[:, upper[1], upper[0]] = curvature.T @ products
        if units is not None:
            totals = units.sum(curvature)
            inverse = np.divide(1.0, totals, out=np.zeros_like(totals), where=totals > 0)
            means = np.stack([units.sum(curvature * column[:, None]) for column in design.x.T], axis=-1)  # (U, B, k)
            root = (means * np.sqrt(inverse)[:, :, None]).transpose(1, 0, 2)
            information -= root.transpose(0, 2, 1) @ root
        return _State(value.sum(axis=0), slope.T @ design.x, information)


def _newton_many(design: Design, row_weights: FloatArray, start: FloatArray) -> Refits:
    """Newton's method with step halving, each column of `row_weights` (n, B) its own problem."""
    columns = np.sqrt((design.x**2).mean(axis=0))
    columns[columns == 0] = 1.0
    design = replace(design, x=design.x / columns)
    weights = design.w[:, None] * row_weights
    upper = np.triu_indices(design.k)
    products = None if len(start) == 1 else design.x[:, upper[0]] * design.x[:, upper[1]]
    params = start * columns
    done = np.zeros(len(params), dtype=bool)
    failed = np.zeros(len(params), dtype=bool)
    state = _state(design, weights, params, products)
    # on the log and logit scales a step is relative; on the identity scale it is measured against the outcome
    unit = np.abs(design.y).max() if design.family == "gaussian" and design.y.any() else 1.0
    reach = np.abs(design.x).max(axis=0) / unit
    for _ in range(ITERATIONS):
        open_ = np.flatnonzero(~done & ~failed)
        if not len(open_):
            break
        step, sound = _steps(_State(*(part[open_] for part in state)))
        failed[open_[~sound]] = True
        open_, step = open_[sound], step[sound]
        last = np.abs(step) @ reach < LAST_STEP
        params[open_[last]] += step[last]
        done[open_[last]] = True
        open_, step = open_[~last], step[~last]
        length = np.ones(len(open_))
        for _ in range(40):
            if not len(open_):
                break
            trial = params[open_] + length[:, None] * step
            there = _state(design, weights[:, open_], trial, products)
            slack = 1e-12 * (1 + np.abs(state.likelihood[open_]))
            better = there.likelihood >= state.likelihood[open_] - slack
            accepted = open_[better]
            params[accepted] = trial[better]
            for old, new in zip(state, there, strict=True):
                old[accepted] = new[better]
            open_, step, length = open_[~better], step[~better], length[~better] / 2
        failed[open_] = True
    params[~done] = np.nan
    return Refits(params / columns, done)


def _steps(state: _State) -> tuple[FloatArray, BoolArray]:
    """Newton's steps (B, k), and where the information is sound (finite and of full rank)."""
    scale = np.diagonal(state.information, axis1=1, axis2=2)
    finite = np.isfinite(state.information).all(axis=(1, 2)) & np.isfinite(state.gradient).all(axis=1)
    sound: BoolArray = np.logical_and(finite, (scale > 0).all(axis=1))
    steps = np.full(state.gradient.shape, np.nan)
    if sound.any():
        root = 1 / np.sqrt(scale[sound])
        scaled = state.information[sound] * root[:, :, None] * root[:, None, :]
        whole = np.linalg.eigvalsh(scaled)[:, 0] > 1e-12
        at = np.flatnonzero(sound)
        sound[at[~whole]] = False
        right = (root[whole] * state.gradient[at[whole]])[:, :, None]
        steps[at[whole]] = root[whole] * np.linalg.solve(scaled[whole], right)[:, :, 0]
    return steps, sound

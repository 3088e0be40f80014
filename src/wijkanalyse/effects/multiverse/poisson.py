"""Poisson with municipality and year effects, for many specifications at once.

The effects of municipalities are not estimated: given the total of a municipality, its counts over the periods are multinomial,
with probabilities proportional to exposure x exp(period effect + effect of being active after the base year) (Hausman, Hall and
Griliches 1984). That likelihood has a handful of parameters and gives the same coefficients as Poisson with a dummy per
municipality. Errors are CR1 over clusters of municipalities; K counts the period effects and the coefficient, not the
municipality effects, which are nested in the clusters.
"""

from __future__ import annotations

import numpy as np

from wijkanalyse.effects.multiverse.figures import Bools, Floats, Ints
from wijkanalyse.effects.multiverse.least_squares import Fits, cluster_columns, count_clusters, dot, solved
from wijkanalyse.effects.multiverse.treatments import ACTIVE, MISSING, Groups

BATCH = 128
STEPS = 50
SMALL_STEP = 1e-7
"""After a Newton step of this size what is left is of its square."""

_LONGEST_STEP = 2.0


def fit_poisson(count: Floats, exposure: Floats, group: Groups, cluster: Ints, minimum: int) -> Fits:
    """Estimate the log ratio of the change of active to that of not active municipalities.

    `count` and `exposure` are B x G x T (1 x G x T is the same in all): the base year first, then the years that are compared
    with it; `group` is B x G, `cluster` G. A municipality counts where its group is not missing; one without any count says
    nothing. All counts are finite and all exposures positive, also where the group is missing. `estimate` and `error` are those
    of the log ratio; `active` and `not_active` the mean change since the base year, as a part of 1.
    """
    clusters = cluster_columns(cluster)
    shape = (*group.shape, count.shape[2])
    count, exposure = np.broadcast_to(count, shape), np.broadcast_to(exposure, shape)
    rows = range(0, len(group), BATCH)
    parts = [_fit(count[a : a + BATCH], exposure[a : a + BATCH], group[a : a + BATCH], clusters, minimum) for a in rows]
    return Fits.joined(parts)


def _fit(count: Floats, exposure: Floats, group: Groups, clusters: Floats | None, minimum: int) -> Fits:
    # one array per period: T x B x G
    y, e = np.ascontiguousarray(count.transpose(2, 0, 1)), np.ascontiguousarray(exposure.transpose(2, 0, 1))
    n = y.sum(axis=0)
    usable = (group != MISSING) & (n > 0)
    active = (group == ACTIVE) & usable
    y *= usable
    n *= usable
    d = active.astype(float)
    periods = len(y)

    n_units, n_active, g, fewest = count_clusters(usable, active, clusters)
    enough = (np.minimum(n_active, n_units - n_active) >= minimum) & (fewest >= 2)
    # both groups need counts in every period, or an effect is infinite
    in_group = [(y * each).sum(axis=2) for each in (d, usable & ~active)]
    good = enough & (np.array(in_group) > 0).all(axis=(0, 1))

    # parameters: the effects of the periods after the base year, then that of being active in them
    beta = np.zeros((len(good), periods))
    with np.errstate(divide="ignore", invalid="ignore"):
        exposed = np.array([(each * usable).sum(axis=1) for each in e])
        over_base = np.log(y.sum(axis=2) * exposed[0] / (y[0].sum(axis=1) * exposed))[1:].T
    beta[:, :-1] = np.where(good[:, None], over_base, 0.0)
    odds = [e[t] / e[0] for t in range(1, periods)]
    for _ in range(STEPS):
        _, newton, _, is_regular = _newton(y, n, odds, d, beta)
        step = np.where((good & is_regular)[:, None], newton, 0.0).clip(-_LONGEST_STEP, _LONGEST_STEP)
        beta += step
        if np.abs(step).max() < SMALL_STEP:
            break
    left, _, direction, is_regular = _newton(y, n, odds, d, beta)
    good &= is_regular & (np.abs(step).max(axis=1) < SMALL_STEP)

    scores = -left[0] * d * direction[:, -1:]
    for t in range(1, periods):
        scores += left[t] * direction[:, t - 1 : t]
    if clusters is not None:
        scores = scores @ clusters
    observations = n_units * periods
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = g / (g - 1) * (observations - 1) / (observations - periods)
        error = np.where(good, np.sqrt(factor * (scores**2).sum(axis=1)), np.nan)
    estimate = np.where(good, beta[:, -1], np.nan)
    change = np.exp(beta[:, :-1]).mean(axis=1)
    not_active = np.where(good, change - 1, np.nan)
    return Fits(estimate, error, change * np.exp(estimate) - 1, not_active, n_units, n_active, g)


def _newton(y: Floats, n: Floats, odds: list[Floats], d: Floats, beta: Floats) -> tuple[list[Floats], Floats, Floats, Bools]:
    """What is left of the counts, Newton's step, the row of the inverse information for being active, and whether it exists."""
    left, information = _scores(y, n, odds, d, beta)
    size = information.shape[1]
    moments = np.zeros((len(beta), size + 1, size + 1))
    moments[:, :-1, :-1] = information
    for t in range(1, size):
        moments[:, t - 1, -1] = left[t].sum(axis=1)
    moments[:, -2, -1] = -dot(left[0], d)
    return left, *solved(moments, information[:, -1, -1])


def _scores(y: Floats, n: Floats, odds: list[Floats], d: Floats, beta: Floats) -> tuple[list[Floats], Floats]:
    """What is left of the counts of each period (T arrays B x G), and the information of the parameters (B x T x T)."""
    # active municipalities have one more factor in all periods but the first
    ratio = 1 + d * np.expm1(beta[:, -1:])
    growth = np.exp(beta[:, :-1])
    to_base = [each * (ratio * growth[:, t : t + 1]) for t, each in enumerate(odds)]
    p_base = 1 / (1 + sum(to_base))
    expected_base = n * p_base
    expected = [each * expected_base for each in to_base]
    information = np.empty((len(beta), len(odds) + 1, len(odds) + 1))
    of_active = d * p_base
    for t, each in enumerate(expected):
        p = to_base[t] * p_base
        for s in range(t):
            information[:, s, t] = information[:, t, s] = -dot(expected[s], p)
        information[:, t, t] = each.sum(axis=1) - dot(each, p)
        information[:, t, -1] = information[:, -1, t] = dot(each, of_active)
    information[:, -1, -1] = information[:, :-1, -1].sum(axis=1)
    return [y[0] - expected_base, *(y[t + 1] - each for t, each in enumerate(expected))], information

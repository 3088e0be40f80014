"""The course of youth care in the made-up country: stocks and flows of trajectories by form, year and origin.

Per form a trajectory is running on 1 January (stock) or begins in the year; together they are active in the year; some
end, the rest are the next year's stock. Each origin goes its own way around the national totals of `national.py`.

Chance is balanced (unless `World.chance` is "free"): within the active and within the other municipalities the weighted mean
of every disturbance is nil, so that a contrast between the two shows what was built in (the true effects, and what is counted)
and not one unlucky draw.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from wijkanalyse.example import chance
from wijkanalyse.example import national as nl
from wijkanalyse.example.national import Floats
from wijkanalyse.example.policy import Bools, Policy, policies
from wijkanalyse.example.traits import young_people
from wijkanalyse.example.world import World

_RESTART_YEARS: Final = (2018, 2019)
_BUILDS_UP_AFTER: Final = 2017
_LEAST_LEFT: Final = 0.05  # of the level, however far a municipality lies from the mean effect
_MOST_ENDED: Final = 0.9  # of the trajectories active in a year at most this part ends


@dataclass(frozen=True)
class Flows:
    """Trajectories by form (team, provider, residential), year (2015-2025) and origin: arrays (3 x 11 x 393).

    active, begun, ended: numbers, not rounded; duration_days: mean of the ended; crisis_share: fraction of the begun.
    """

    active: Floats
    begun: Floats
    ended: Floats
    duration_days: Floats
    crisis_share: Floats
    policy: Policy


def flows(world: World) -> Flows:
    """Simulate all origins over all years; where chance is free, whole trajectories drawn around what is to be expected."""
    expected = expected_flows(world)
    if world.chance == "balanced":
        return expected
    stock, begun, ended = chance.draw_flows(world, expected.active - expected.begun, expected.begun, expected.ended)
    return replace(
        expected,
        active=stock + begun,
        begun=begun,
        ended=ended,
        duration_days=chance.draw_durations(world, expected.duration_days, ended),
        crisis_share=chance.draw_shares(world, "crises", expected.crisis_share, begun),
    )


def expected_flows(world: World) -> Flows:
    """Simulate what is to be expected of each origin, before any single trajectory is drawn."""
    policy = policies(world)
    youths = young_people()[:, :, :23].sum(axis=2)[: len(nl.YEARS)]
    weights = _need(world, youths, policy.is_active)
    ended_total, stock_total = nl.ended(), nl.stock_at_start()

    shape = (*nl.ACTIVE.shape, youths.shape[1])
    stock, begun, ended = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    restarts = np.zeros(youths.shape)
    for n, year in enumerate(nl.YEARS):
        if year in _RESTART_YEARS:
            restarts[n] = world.restarts_pct / 100 * policy.is_active[n] * weights[nl.PROVIDER, n]
    for form in (nl.PROVIDER, nl.RESIDENTIAL):
        paper = restarts if form == nl.PROVIDER else np.zeros_like(restarts)
        totals = (stock_total[form], nl.BEGUN[form], ended_total[form])
        leaving = _disturbances(world, f"leaving {form}", 0.03, youths, policy.is_active)
        stock[form], begun[form], ended[form] = _course(weights[form], totals, leaving, paper)
    stock[nl.TEAM], begun[nl.TEAM], ended[nl.TEAM] = _team_course(world, policy, weights[nl.PROVIDER])
    _apply_effect(world, policy, (stock, begun, ended))
    course = Flows(
        active=stock + begun,
        begun=begun,
        ended=ended,
        duration_days=_durations(world, policy, ended),
        crisis_share=_crisis_shares(world, policy, begun),
        policy=policy,
    )
    return _relabelled(world, course) if world.reclassified_pct else course


def dose(world: World, policy: Policy) -> Floats:
    """Return which part of the effects of an active team there is, (11 years x origins): see `effect_builds_up_years`."""
    if not world.effect_builds_up_years:
        return policy.is_active.astype(float)
    counted = np.array(nl.YEARS)[:, None] > _BUILDS_UP_AFTER
    so_far = np.cumsum(policy.is_active & counted, axis=0)
    return np.minimum(so_far / world.effect_builds_up_years, 1) * policy.is_active


def _need(world: World, youths: Floats, is_active: Bools) -> Floats:
    """Return each origin's part of the national begun trajectories, (3 x 11 x 393), summing to 1 over the origins."""
    count = youths.shape[1]
    result = np.empty((3, *youths.shape))
    # Team help follows the same need as provider help; how much of it there is, is the team's policy.
    lasting = 0.20 if world.chance == "balanced" else chance.LASTING_NEED
    shared = _disturbances(world, "need lasting", lasting, youths[:1], is_active[:1])
    shared = shared + chance.drift(world, "need", chance.NEED)
    for form, (lasting, yearly) in {nl.PROVIDER: (0.0, 0.04), nl.RESIDENTIAL: (0.18, 0.07)}.items():
        own = _normal(world, f"need own {form}", lasting, (count,))
        noise = shared + own + _normal(world, f"need {form}", yearly, youths.shape)
        part = youths * np.exp(balanced(world, noise, youths, is_active))
        result[form] = part / part.sum(axis=1, keepdims=True)
    result[nl.TEAM] = result[nl.PROVIDER]
    return result


def _course(
    weights: Floats, totals: tuple[Floats, Floats, Floats], leaving: Floats, restarts: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return stock at the start, begun and ended by year and origin, around national `totals` of the same."""
    stock_total, begun_total, ended_total = totals
    begun = weights + restarts
    scale = begun_total / begun.sum(axis=1)
    begun, restarts = begun * scale[:, None], restarts * scale[:, None]
    stock, ended = np.zeros_like(begun), np.zeros_like(begun)
    for n, year in enumerate(nl.YEARS):
        if n == 0:
            stock[n] = weights[n] * stock_total[n]
        elif year == nl.ERA_BREAK:
            before = stock[n - 1] + begun[n - 1] - ended[n - 1]
            stock[n] = before * stock_total[n] / before.sum()
        else:
            stock[n] = stock[n - 1] + begun[n - 1] - ended[n - 1]
        active = stock[n] + begun[n]
        # A restart ends on paper on 31 December, so in the year before the one in which it begins again.
        paper = restarts[n + 1] if n + 1 < len(nl.YEARS) else np.zeros_like(active)
        ended[n] = _leave(active, np.exp(leaving[n]), float(ended_total[n] - paper.sum())) + paper
    return stock, begun, ended


def _leave(active: Floats, inclination: Floats, total: float) -> Floats:
    """Return how many of the active trajectories end: `total` in all, in proportion to the inclination, within bounds."""
    low, high = 0.0, 1e3
    for _ in range(60):
        middle = (low + high) / 2
        too_few = np.minimum(middle * inclination, _MOST_ENDED) @ active < total
        low, high = (middle, high) if too_few else (low, middle)
    return np.asarray(np.minimum(low * inclination, _MOST_ENDED) * active)


def _team_course(world: World, policy: Policy, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the course of the teams' own trajectories, as far as CBS is told of them."""
    stock_total, ended_total = nl.stock_at_start()[nl.TEAM], nl.ended()[nl.TEAM]
    begun_total = nl.BEGUN[nl.TEAM].copy()
    for n, (latent, latent_begun) in enumerate(zip(nl.TEAM_LATENT_ACTIVE, nl.TEAM_LATENT_BEGUN, strict=True)):
        stock_total[n], begun_total[n] = latent - latent_begun, latent_begun
    ended_total[0] = nl.TEAM_LATENT_ACTIVE[0] - stock_total[1]
    ended_total[1] = nl.TEAM_LATENT_ACTIVE[1] - stock_total[2]
    noise = _normal(world, "team", 0.05, weights.shape)
    wanted = weights * policy.intensity * np.exp(noise)
    if world.chance == "free":
        # the totals are those of the teams there were at first: a team that starts adds to them
        size = wanted.sum(axis=1) / (weights * policy.intensity[0]).sum(axis=1)
        stock_total, begun_total, ended_total = stock_total * size, begun_total * size, ended_total * size
    wanted /= wanted.sum(axis=1, keepdims=True)
    # Where a team stops, what it had running is closed or handed over within the year.
    leaving = np.where(policy.is_active | (policy.intensity > 0), 0.0, 1.0) + noise * 0.5
    stopped = np.zeros_like(policy.is_active)
    stopped[1:] = policy.is_active[:-1] & ~policy.is_active[1:]
    leaving = leaving + np.where(stopped, 2.0, 0.0)
    none = np.zeros_like(weights)
    stock, begun, ended = _course(wanted, (stock_total, begun_total, ended_total), leaving, none)
    for n in range(len(nl.TEAM_LATENT_ACTIVE) if world.late_delivery else 0):
        told = policy.is_delivered[n]
        scale = float(nl.ACTIVE[nl.TEAM, n] / np.sum((stock[n] + begun[n])[told]))
        for part in (stock, begun, ended):
            part[n] *= told * scale
    return stock, begun, ended


def _apply_effect(world: World, policy: Policy, parts: tuple[Floats, Floats, Floats]) -> None:
    """Change the level of provider trajectories in active municipalities; balanced: keeping each year's national total."""
    factor = _factor(world, policy, "use", world.effect_specialised_use_pct)
    for part in parts:
        provider = part[nl.PROVIDER]
        total = provider.sum(axis=1, keepdims=True)
        provider *= factor
        if world.chance == "free":
            continue
        provider *= total / provider.sum(axis=1, keepdims=True)


def _factor(world: World, policy: Policy, name: str, effect_pct: float) -> Floats:
    """Return by what being active multiplies a level, (11 years x origins)."""
    of_origin = effect_pct / 100 + world.effect_spread * _normal(world, f"effect on {name}", 1.0, policy.is_active.shape[1:])
    return np.maximum(1 + of_origin * dose(world, policy), _LEAST_LEFT)


def _relabelled(world: World, course: Flows) -> Flows:
    """Count part of the provider trajectories as the team's own: they last as long, but bear no crisis flag."""
    share = world.reclassified_pct / 100 * dose(world, course.policy)
    active, begun, ended = course.active.copy(), course.begun.copy(), course.ended.copy()
    days, crises = course.duration_days.copy(), course.crisis_share.copy()
    moved = share * ended[nl.PROVIDER]
    whole = ended[nl.TEAM] + moved
    own_days = ended[nl.TEAM] * days[nl.TEAM] + moved * days[nl.PROVIDER]
    days[nl.TEAM] = np.divide(own_days, whole, out=days[nl.TEAM].copy(), where=whole > 0)
    own_crises = crises[nl.TEAM] * begun[nl.TEAM]
    for part in (active, begun, ended):
        part[nl.TEAM] += share * part[nl.PROVIDER]
        part[nl.PROVIDER] *= 1 - share
    crises[nl.TEAM] = np.divide(own_crises, begun[nl.TEAM], out=np.zeros_like(own_crises), where=begun[nl.TEAM] > 0)
    return replace(course, active=active, begun=begun, ended=ended, duration_days=days, crisis_share=crises)


def _durations(world: World, policy: Policy, ended: Floats) -> Floats:
    days = (world.team_duration_days, world.provider_duration_days, nl.RESIDENTIAL_DURATION_DAYS)
    result = np.empty_like(ended)
    for form, level in enumerate(days):
        noise = _disturbances(world, f"duration lasting {form}", 0.09, ended[form], policy.is_active)
        noise = noise + _normal(world, f"duration {form}", 0.05, noise.shape)
        noise = noise + chance.drift(world, f"duration {form}", chance.DURATION)
        result[form] = level * nl.DURATION_PATH[:, None] * np.exp(balanced(world, noise, ended[form], policy.is_active))
    result[nl.PROVIDER] *= _factor(world, policy, "duration", world.effect_duration_pct)
    return result


def _crisis_shares(world: World, policy: Policy, begun: Floats) -> Floats:
    shares = (world.team_crisis_share_pct, world.provider_crisis_share_pct, nl.RESIDENTIAL_CRISIS_SHARE_PCT)
    result = np.empty_like(begun)
    for form, level in enumerate(shares):
        noise = _disturbances(world, f"crisis lasting {form}", 0.25, begun[form], policy.is_active)
        noise = noise + _normal(world, f"crisis {form}", 0.12, noise.shape)
        noise = noise + chance.drift(world, f"crisis {form}", chance.CRISIS)
        result[form] = level / 100 * np.exp(balanced(world, noise, begun[form], policy.is_active))
    result[nl.PROVIDER] *= _factor(world, policy, "crisis", world.effect_crisis_pct)
    return np.minimum(result, 0.6)


def _disturbances(world: World, name: str, spread: float, weight: Floats, is_active: Bools) -> Floats:
    """Return one lasting disturbance per origin, balanced in every year, as logarithms (years x origins)."""
    noise = _normal(world, name, spread, weight.shape[1:])
    return balanced(world, np.repeat(noise[None, :], len(weight), axis=0), weight, is_active)


def balanced(world: World, noise: Floats, weight: Floats, is_active: Bools) -> Floats:
    """Shift `noise` (years x origins) so that exp(noise) has weighted mean 1 among the active and among the others.

    Where chance is free, nothing is shifted.
    """
    if world.chance == "free":
        return noise
    result = noise.copy()
    for group in (is_active, ~is_active):
        mass = np.where(group, weight, 0.0)
        total = mass.sum(axis=1)
        mean = np.divide((mass * np.exp(noise)).sum(axis=1), total, out=np.ones_like(total), where=total > 0)
        result -= np.where(group, np.log(mean)[:, None], 0.0)
    return result


def _normal(world: World, name: str, spread: float, shape: tuple[int, ...]) -> Floats:
    return np.asarray(world.rng(name).normal(0.0, 1.0, shape)) * spread

"""How much chance there is in a country whose chance is free (`World.chance`), all sizes in one place, with their reasons.

"CBS 2021-2022" below: youths with youth care per municipality in 2022 (85335NED) against 2021 (85039NED, percentage times
people), computed for the municipalities with more than 600 such youths. Where no figure of municipalities could be had, the
spread is that of the balanced country, and a reader who knows better changes it here.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from wijkanalyse.example import national as nl
from wijkanalyse.example.national import Floats
from wijkanalyse.example.traits import surroundings, youth_regions
from wijkanalyse.example.world import World

LASTING_NEED: Final = 0.15
"""Between municipalities of a youth region, as a logarithm. CBS 2021-2022: youths per young person .15 within, .06 between."""


@dataclass(frozen=True)
class Drift:
    """What moves a quantity beside its own lasting level and yearly noise, as logarithms (standard deviations)."""

    region: float
    """Lasting, shared by a youth region: its municipalities buy their help together."""
    walk: float
    """Each year's step of a municipality, which stays."""
    region_walk: float
    """Each year's step of a youth region, which stays."""
    by_surroundings: tuple[float, float]
    """Level per standard deviation of address density and of the share of one-parent households."""
    trend: tuple[float, float]
    """The same for the growth in a year: what confounds where these also drive the policy."""


# CBS 2021-2022: the logarithm of the change in a year varies .05 between large municipalities, .03 of it between youth regions;
# the yearly noise of .04 in what begins and the steps below come near that in the youths of a year. Use goes with towns and
# one-parent families (28 % of the youths with care, 85335NED 2022); how much, and how much growth does, is assumed.
NEED: Final = Drift(region=0.06, walk=0.03, region_walk=0.025, by_surroundings=(0.04, 0.05), trend=(0.008, 0.005))
# Duration and crisis: no municipal figures at hand; region and surroundings assumed smaller than the rest.
DURATION: Final = Drift(region=0.05, walk=0.015, region_walk=0.01, by_surroundings=(0.0, 0.03), trend=(0.0, 0.0))
CRISIS: Final = Drift(region=0.10, walk=0.05, region_walk=0.03, by_surroundings=(0.10, 0.05), trend=(0.0, 0.0))

# Variance of the number of trajectories that begin, against that of a Poisson number. Youths have 1.5 trajectories each
# (85335NED 2022) and brothers and sisters come together: E(k²)/E(k) is near 2 for numbers k with mean 1.5.
COUNT_DISPERSION: Final = 2.0
# Spread of the duration of one trajectory against its mean: .91 between the classes of 82970NED (2020), more within them.
DURATION_SPREAD: Final = 0.95
# Part of the smaller number of youths with two forms that are the same youths (`key_figures`): as in the balanced country.
WITH_BOTH_FORMS: Final = {"JH 121": 0.83, "JH 12": 0.65}
# How strongly a youth region's municipalities decide alike, and surroundings decide ("confounded"), on the scale of logits.
POLICY_BY_REGION: Final = 0.6
POLICY_BY_SURROUNDINGS: Final = (1.2, 0.6)


def drift(world: World, name: str, sizes: Drift) -> Floats:
    """Return what moves the quantity called `name` in a free country, as logarithms (11 years x origins); else nothing."""
    region, years = youth_regions(), np.arange(len(nl.YEARS))[:, None]
    shape = (len(years), len(region))
    if world.chance == "balanced":
        return np.zeros(shape)
    around = surroundings(world)
    shared = world.rng(f"region {name}").normal(0.0, 1.0, (len(nl.YEARS) + 1, region.max() + 1))[:, region]
    steps = world.rng(f"walk {name}").normal(0.0, 1.0, shape) * sizes.walk + shared[1:] * sizes.region_walk
    steps[0] = 0.0
    level = shared[0] * sizes.region + np.array(sizes.by_surroundings) @ around
    return np.asarray(level + np.cumsum(steps, axis=0) + years * (np.array(sizes.trend) @ around))


def propensity(world: World) -> Floats:
    """Return how much an origin inclines to an active team, (origins,), in a country that does not draw in blocks."""
    region = youth_regions()
    shared = world.rng("policy of region").normal(0.0, 1.0, region.max() + 1)[region]
    result = POLICY_BY_REGION * shared + world.rng("policy own").logistic(0.0, 1.0, len(region))
    if world.assignment == "confounded":
        result = result + np.array(POLICY_BY_SURROUNDINGS) @ surroundings(world)
    return np.asarray(result)


def draw_flows(world: World, stock: Floats, begun: Floats, ended: Floats) -> tuple[Floats, Floats, Floats]:
    """Draw whole numbers around expected stocks at the start, begun and ended: all (3 forms x 11 years x origins).

    What begins is overdispersed; each active trajectory ends or not; what stays is the next year's stock. Where the expected
    stock is not what stays (trend break, first deliveries, an effect that grows), the drawn one is thinned or added to.
    """
    rng = world.rng("counts")
    drawn = [np.zeros_like(begun) for _ in range(3)]
    for n in range(begun.shape[1]):
        if n == 0:
            drawn[0][:, n] = _counts(rng, stock[:, n])
        else:
            stays = [part[:, n - 1] for part in (stock, begun, ended)]
            expected = np.maximum(stays[0] + stays[1] - stays[2], 0.0)
            carried = drawn[0][:, n - 1] + drawn[1][:, n - 1] - drawn[2][:, n - 1]
            kept = np.divide(stock[:, n], expected, out=np.ones_like(expected), where=expected > 0)
            kept_number = rng.binomial(carried.astype(np.int64), np.clip(kept, 0, 1))
            drawn[0][:, n] = kept_number + rng.poisson(np.maximum(stock[:, n] - expected, 0.0))
        drawn[1][:, n] = _counts(rng, begun[:, n])
        active = stock[:, n] + begun[:, n]
        leaves = np.divide(ended[:, n], active, out=np.zeros_like(active), where=active > 0)
        drawn[2][:, n] = rng.binomial((drawn[0][:, n] + drawn[1][:, n]).astype(np.int64), np.clip(leaves, 0, 1))
    return drawn[0], drawn[1], drawn[2]


def draw_durations(world: World, mean: Floats, ended: Floats) -> Floats:
    """Draw the mean of `ended` durations around their expected `mean` (gamma)."""
    shape = np.maximum(ended, 1.0) / DURATION_SPREAD**2
    return np.asarray(mean * world.rng("durations").gamma(shape) / shape)


def draw_shares(world: World, name: str, share: Floats, number: Floats) -> Floats:
    """Draw which share of `number` has what is expected of `share` (binomial); nil where the number is."""
    whole = np.rint(number).astype(np.int64)
    return np.asarray(world.rng(name).binomial(whole, np.clip(share, 0, 1)) / np.maximum(whole, 1))


def _counts(rng: np.random.Generator, mean: Floats) -> Floats:
    size = np.maximum(mean, 1e-12) / (COUNT_DISPERSION - 1)
    return np.asarray(rng.negative_binomial(size, 1 / COUNT_DISPERSION), dtype=float)

"""What the municipalities of the made-up country are like: how urban, how rich, how many youths with a migration background.

All by origin and by year (1 January 2015-2026). Municipalities with active teams are a little more urban than others (where
`World.assignment` is "blocks"), and the reach of youths with a migration background grows faster in towns: a difference in
growth that no team brought about.
"""

from typing import Final

import numpy as np

from wijkanalyse.example import national as nl
from wijkanalyse.example.geography import origins
from wijkanalyse.example.national import Floats
from wijkanalyse.example.policy import policies
from wijkanalyse.example.traits import density_parts, normal, young_people
from wijkanalyse.example.world import World

_ADDRESSES_PER_KM2: Final = 2024.0  # Nederland 2021 (70072ned), a mean over addresses
_DENSITY_GROWTH: Final = 1.008  # a year
_ACTIVE_DENSER: Final = 0.30  # how much denser (logarithm) municipalities are that were active in 2015
_MOST_ADDRESSES_PER_KM2: Final = 6500.0

# Share with a migration background of the people under 25, 1 January 2015-2026: made up, near CBS's quarter.
_BACKGROUND_SHARE: Final = np.array([0.247, 0.252, 0.258, 0.263, 0.268, 0.273, 0.277, 0.283, 0.292, 0.298, 0.303, 0.308])
_BACKGROUND_BY_DENSITY: Final = 0.75
_BACKGROUND_SPREAD: Final = 0.25
_NON_WESTERN: Final = 0.70  # of those with a migration background

# Mean standardised income of households (1 000 euro), 2015-2020: made up.
INCOME: Final = np.array([27.0, 27.7, 28.4, 29.4, 30.8, 32.2])
_INCOME_BY_DENSITY: Final = -0.03
_INCOME_SPREAD: Final = 0.08


def address_density(world: World) -> Floats:
    """Return the addresses per km2 around an address, (12 years x origins)."""
    people = origins()["inhabitants"].to_numpy(dtype=float)
    level, chance = density_parts(world)
    if world.assignment == "blocks":
        level = level + _ACTIVE_DENSER * policies(world).is_active[0]
    density = np.exp(level + chance)
    # The largest would come out too dense to be true: what is cut off there is given to all.
    for _ in range(20):
        density = np.minimum(density * (_ADDRESSES_PER_KM2 / np.average(density, weights=people)), _MOST_ADDRESSES_PER_KM2)
    growth = _DENSITY_GROWTH ** (np.arange(len(nl.POPULATION_MILLIONS)) - (2021 - nl.YEARS[0]))
    return np.asarray(growth[:, None] * density[None, :])


def urbanity(world: World) -> Floats:
    """Return how much denser an origin is than the country, as a logarithm (0 is the mean over young people)."""
    density = np.log(address_density(world)[0])
    return np.asarray(density - np.average(density, weights=young_people()[0, :, :23].sum(axis=1)))


def background_share(world: World) -> Floats:
    """Return the share of people under 25 with a migration background, (12 years x origins)."""
    young = young_people().sum(axis=2)
    level = _BACKGROUND_BY_DENSITY * urbanity(world) + _BACKGROUND_SPREAD * normal(world, "migration background")
    return _with_mean(level, _BACKGROUND_SHARE, young)


def non_western_share(world: World) -> Floats:
    """Return the share with a non-western background of those with a migration background, (origins,)."""
    return np.minimum(_NON_WESTERN * np.exp(0.08 * normal(world, "non-western background")), 0.95)


def mean_income(world: World) -> Floats:
    """Return the mean standardised income of households (1 000 euro), (6 years 2015-2020 x origins)."""
    people = origins()["inhabitants"].to_numpy(dtype=float)
    relative = np.exp(_INCOME_BY_DENSITY * urbanity(world) + _INCOME_SPREAD * normal(world, "income"))
    return np.asarray(INCOME[:, None] * relative / np.average(relative, weights=people))


def _with_mean(level: Floats, mean: Floats, weights: Floats) -> Floats:
    """Return shares (years x origins) that rise with `level` (logits) and have the `mean` of each year under `weights`."""

    def shares(shift: Floats) -> Floats:
        return np.asarray(1 / (1 + np.exp(-(level + shift[:, None]))))

    low, high = np.full_like(mean, -10.0), np.full_like(mean, 10.0)
    for _ in range(50):
        middle = (low + high) / 2
        is_low = np.average(shares(middle), weights=weights, axis=1) < mean
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    return shares(low)

"""What the origins of the made-up country are like whatever their teams do: young people, density, one-parent households.

Nothing here rests on the policy, so that the policy may rest on it (`World.assignment`).
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wijkanalyse.example import national as nl
from wijkanalyse.example.geography import origins
from wijkanalyse.example.national import Floats
from wijkanalyse.example.world import World
from wijkanalyse.municipalities import municipalities

_DENSITY_BY_SIZE: Final = 0.62  # power of the number of inhabitants
_DENSITY_SPREAD: Final = 0.35
_LONE_PARENT_BY_SIZE: Final = 0.10
_LONE_PARENT_SPREAD: Final = 0.12


@cache
def young_people() -> Floats:
    """Return the number of people by single year of age 0-24 on 1 January, (12 years x 393 origins x 25)."""
    table = origins()
    people = table["inhabitants"].to_numpy(dtype=float)
    child = people * table["share_0_14_pct"].to_numpy() / 100 / 15
    youth = people * table["share_15_24_pct"].to_numpy() / 100 / 10
    ages = np.arange(25)
    # Students move at 18: the classes 0-14 and 15-24 are known, within them 15-17 goes with the children.
    adult = np.maximum((youth * 10 - child * 3) / 7, 0.3 * child)
    of_2021 = np.where(ages < 18, child[:, None], adult[:, None])
    scale = nl.YOUTHS_0_22_MILLIONS * 1e6 / of_2021[:, :23].sum()
    people_by_age = np.asarray(scale[:, None, None] * of_2021[None, :, :])
    people_by_age.setflags(write=False)  # shared by all worlds of the process
    return people_by_age


def density_parts(world: World) -> tuple[Floats, Floats]:
    """Return the logarithm of the address density but for its level, as what goes with size and what is chance."""
    people = origins()["inhabitants"].to_numpy(dtype=float)
    return _DENSITY_BY_SIZE * np.log(people), _DENSITY_SPREAD * normal(world, "address density")


def lone_parent_level(world: World) -> Floats:
    """Return the logarithm of the share of one-parent households but for its level: higher in towns, otherwise chance."""
    people = origins()["inhabitants"].to_numpy(dtype=float)
    size = np.log(people / np.median(people))
    return np.asarray(_LONE_PARENT_BY_SIZE * size + _LONE_PARENT_SPREAD * normal(world, "lone parents"))


def surroundings(world: World) -> Floats:
    """Return how dense an origin is and how many one-parent households it has, (2 x origins), in standard deviations."""
    levels = np.stack([sum(density_parts(world)), lone_parent_level(world)])
    return np.asarray((levels - levels.mean(axis=1, keepdims=True)) / levels.std(axis=1, keepdims=True))


@cache
def youth_regions() -> NDArray[np.intp]:
    """Return the number of the jeugdregio that each origin lies in, (origins,)."""
    table = municipalities()
    region = dict(zip(table["gm_code"], table["jeugdregio_code"], strict=True))
    codes = [region[code] for code in origins()["gm_code"]]
    return np.unique(codes, return_inverse=True)[1]


def normal(world: World, name: str) -> Floats:
    """Return one standard normal draw per origin, those of the part of the world called `name`."""
    return np.asarray(world.rng(name).normal(0.0, 1.0, len(origins())))

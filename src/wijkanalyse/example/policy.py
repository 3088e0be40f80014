"""Which municipalities of the made-up country have teams that give help themselves, how much, and when CBS hears of it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wijkanalyse.example.chance import propensity
from wijkanalyse.example.geography import leading_origin, origins
from wijkanalyse.example.national import YEARS, Floats
from wijkanalyse.example.world import World

Bools = NDArray[np.bool_]

_FEW_SHARE: Final = 1 / 7  # municipalities whose team gives a little help without that being its policy
_BLOCK: Final = 7


@dataclass(frozen=True)
class Policy:
    """By year (11) and origin (393): is the team active, its intended help per provider trajectory, does CBS get it."""

    is_active: Bools
    intensity: Floats
    is_delivered: Bools


def policies(world: World) -> Policy:
    """Draw the policies. Of a merged municipality the policy is that of its largest part."""
    rng = world.rng("policy")
    count, years = len(origins()), np.array(YEARS)
    rank = _ranks(world, rng)
    share = world.active_share_pct / 100
    starts_active = rank < share
    gives_little = (rank >= share) & (rank < share + _FEW_SHARE)

    active = np.repeat(starts_active[None, :], len(years), axis=0)
    late = starts_active & (rng.random(count) < 0.06)
    active &= ~(late[None, :] & (years[:, None] < rng.integers(2018, 2021, count)[None, :]))
    stops = starts_active & (rng.random(count) < 0.08)
    active &= ~(stops[None, :] & (years[:, None] >= rng.integers(2021, 2024, count)[None, :]))
    joins = ~starts_active & (rng.random(count) < world.starting_share_pct / 100)
    active |= joins[None, :] & (years[:, None] >= rng.integers(2018, 2025, count)[None, :])

    # Share of all help without residence: mostly 10 to 58 %, some just above the 5 % that makes a team active.
    barely = rng.random(count) < 0.10
    wanted = np.where(barely, rng.uniform(0.055, 0.11, count), 0.10 + 0.48 * rng.beta(2.2, 1.7, count))
    none = np.where(rng.random(count) < 0.7, 0.0, rng.uniform(0, 0.006, count))
    otherwise = np.where(gives_little, rng.uniform(0.008, 0.035, count), none)
    of_help = np.where(active, wanted[None, :], otherwise[None, :])

    # CBS itself reports that not all municipalities delivered in 2015 and 2016: the rise of those years is registration.
    delivers_from = rng.choice([2015, 2016, 2017], size=count, p=[0.46, 0.32, 0.22])
    delivered = (years[:, None] >= delivers_from[None, :]) | (not world.late_delivery)

    lead = np.stack([leading_origin(year) for year in YEARS])
    pick = np.take_along_axis
    return Policy(
        is_active=pick(active, lead, axis=1),
        intensity=pick(of_help / (1 - of_help), lead, axis=1),
        is_delivered=pick(delivered, lead, axis=1),
    )


def _ranks(world: World, rng: np.random.Generator) -> Floats:
    """Return how readily each origin has an active team, from 0 (first) to 1."""
    count = len(origins())
    if world.assignment != "blocks":
        return np.asarray((np.argsort(np.argsort(-propensity(world))) + 0.5) / count)
    # Drawn within blocks of municipalities of like size, so that the active ones are not by chance the large ones.
    by_size = np.argsort(-origins()["inhabitants"].to_numpy(), kind="stable")
    rank = np.empty(count)
    for start in range(0, count, _BLOCK):
        block = by_size[start : start + _BLOCK]
        rank[block] = (rng.permutation(len(block)) + 0.5) / len(block)
    return rank

"""The made-up country: what a person can set about it. Everything else follows from these settings and the seed."""

import re
import zlib
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from wijkanalyse.errors import WijkanalyseError, listing

Chance = Literal["balanced", "free"]
Assignment = Literal["blocks", "free", "confounded"]

PROVINCE_CODES = tuple(f"PV{number}" for number in range(20, 32))


@dataclass(frozen=True)
class World:
    """Settings of a made-up Netherlands with real municipality names and made-up youth care.

    A municipality is *active* in a year when its neighbourhood team (wijkteam) gives help itself as a policy. What being
    active does is set by the three effects, in per cent of the level without it; everything else in which active
    municipalities differ comes from what is counted, not from what the teams bring about.
    """

    seed: int = 20221
    """Two worlds with the same settings and seed are the same to the last digit."""
    provinces: tuple[str, ...] | None = None
    """Province codes (PV20..PV31) to show, None for all. The country is always simulated whole, so a municipality has the
    same figures in a small world as in the whole one; 'Nederland' is the sum of what is shown."""
    effect_specialised_use_pct: float = -3.0
    """True effect of being active on the level of trajectories without residence at providers (not by the team)."""
    effect_duration_pct: float = 0.0
    """True effect of being active on the mean duration of ended provider trajectories without residence."""
    effect_crisis_pct: float = 0.0
    """True effect of being active on the share of provider starts without residence that start from a crisis."""
    effect_reach_background_pct: float = 0.0
    """True effect of having been active from 2016 to 2020 on the number of youths with a migration background who get youth
    help, at the cost of the others: after one year a fifth of it, after five years the whole."""
    active_share_pct: float = 200 / 7
    """Share of the municipalities with an active policy at the start, spread evenly over small and large ones."""
    provider_duration_days: float = 391.0
    """National mean duration of provider trajectories without residence that ended in 2020 (other years: national.py)."""
    team_duration_days: float = 256.0
    """The same for trajectories of the team: shorter, and counted in with the rest in published means."""
    provider_crisis_share_pct: float = 3.7
    """Share of provider starts without residence that start from a crisis."""
    team_crisis_share_pct: float = 0.0
    """Share of team starts that is flagged as crisis: none, the team itself is the way in."""
    restarts_pct: float = 6.0
    """Administrative restarts on 1 January 2018 and 2019 in active municipalities, in per cent of the begun provider
    trajectories: ended and begun again on paper, so begun falls in 2020 without anything having changed."""
    with_subforms: bool = True
    """Whether the trajectory tables show help by and not by the team separately."""
    late_delivery: bool = True
    """Whether CBS gets the trajectories of some teams only from 2016 or 2017 on, so that they seem to start then."""
    starting_share_pct: float = 4.0
    """Share of the other municipalities that become active in 2018 to 2024."""
    effect_builds_up_years: int = 0
    """After how many years of activity since 2017 the effects (but that on reach, which has its own course) are whole, in equal
    steps; 0: from the first year on. A team that was active all along reaches it so many years after 2017."""
    effect_spread: float = 0.0
    """Standard deviation between municipalities of each effect, as a fraction of the level (0.1: ten points of a per cent)."""
    reclassified_pct: float = 0.0
    """Share of the provider trajectories that active teams count as their own, in steps as the effects: nobody's help changes,
    but it bears another name and no crisis flag."""
    chance: Chance = "balanced"
    """balanced: within the active and within the other municipalities the weighted mean of every disturbance is nil, so that a
    contrast shows what was built in. free: plain draws of the size that `chance.py` gives, youth regions that go their own way,
    whole numbers that vary as counts do, and national totals that no longer answer to the published ones exactly. The tables by
    characteristics divide what was drawn by fixed shares."""
    assignment: Assignment = "blocks"
    """Who is active: drawn within blocks of like size, the active ones in denser places (blocks); drawn freely, youth regions
    somewhat alike (free); the same, but likelier in dense places with many one-parent households (confounded)."""
    modified: str = "2026-04-30T02:00:00"
    """Publication time of all tables (Dutch time, no zone)."""

    def __post_init__(self) -> None:
        """Refuse settings that make no country."""
        unknown = [code for code in self.provinces or () if code not in PROVINCE_CODES]
        if unknown or self.provinces == ():
            raise WijkanalyseError(
                f"World.provinces: {listing(unknown) or 'an empty list'} is not a choice of provinces. "
                f"Give codes from {listing(PROVINCE_CODES)}, or None for the whole country."
            )
        for name in [name for name in self.__dataclass_fields__ if name.startswith("effect_") and name.endswith("_pct")]:
            if not -90 <= getattr(self, name) <= 200:
                raise WijkanalyseError(f"World.{name} is {getattr(self, name)}; choose a per cent change from -90 to 200.")
        for name, kind in (("chance", Chance), ("assignment", Assignment)):
            if getattr(self, name) not in get_args(kind):
                raise WijkanalyseError(f"World.{name} is {getattr(self, name)!r}; choose {listing(get_args(kind))}.")
        for name in ("starting_share_pct", "reclassified_pct"):
            if not 0 <= getattr(self, name) <= 90:
                raise WijkanalyseError(f"World.{name} is {getattr(self, name)}; choose 0 to 90 per cent.")
        if self.effect_builds_up_years < 0 or not 0 <= self.effect_spread <= 0.5:
            raise WijkanalyseError("World: effect_builds_up_years is 0 or more, and effect_spread from 0 to 0.5.")
        if not 5 <= self.active_share_pct <= 80:
            raise WijkanalyseError(f"World.active_share_pct is {self.active_share_pct}; choose 5 to 80 per cent.")
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", self.modified) is None:
            raise WijkanalyseError(f"World.modified is {self.modified!r}; write it as 2026-04-30T02:00:00.")

    def rng(self, name: str) -> np.random.Generator:
        """Return the random generator for the part of the world called `name`.

        Each part has its own, so that a new part changes no other.
        """
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

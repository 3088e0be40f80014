"""Made-up countries of which one thing is true each, all with free chance (`example.chance` gives its sizes)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.example.world import World

_DAYS_LESS: Final = 30
# Over eight years in equal steps, so that 2025 stands ten per cent below 2021: (1 - e) / (1 - e / 2) = 0.9.
_GROWING_YEARS: Final = 8
_GROWING_PCT: Final = -100 * 0.1 / 0.55


@dataclass(frozen=True)
class Scenario:
    """A kind of country: what is true in it, in words, and the settings of its world but for the seed."""

    name: str
    words: str
    world: World
    has_effect: bool = True
    """Whether teams change anything for anyone; where not, every truth is nil."""


_NOTHING: Final = World(
    chance="free",
    assignment="free",
    effect_specialised_use_pct=0.0,
    restarts_pct=0.0,
    late_delivery=False,
)
_RARE_CRISIS_PCT: Final = 1.0


def _scenarios() -> list[Scenario]:
    def made(name: str, words: str, has_effect: bool = True, **settings: object) -> Scenario:
        return Scenario(name, words, replace(_NOTHING, **settings), has_effect)  # type: ignore[arg-type]

    days_pct = -100 * _DAYS_LESS / World.provider_duration_days
    return [
        made("zero", "no effect, and no artefact", has_effect=False),
        made(
            "use",
            "specialised use falls in active municipalities, in steps: 10 % from 2021 to 2025",
            effect_specialised_use_pct=_GROWING_PCT,
            effect_builds_up_years=_GROWING_YEARS,
        ),
        made("use_level", "specialised use is 10 % lower in every active year", effect_specialised_use_pct=-10.0),
        made("duration", f"specialised help lasts {_DAYS_LESS} days shorter (of 391 in 2020)", effect_duration_pct=days_pct),
        made("crisis", "starts of specialised help are 0.8 times as often from crisis", effect_crisis_pct=-20.0),
        made(
            "reclassification",
            "no effect; teams count as their own ever more work of providers, 18 % in 2025, without its crisis flag",
            has_effect=False,
            reclassified_pct=-_GROWING_PCT,
            effect_builds_up_years=_GROWING_YEARS,
        ),
        made(
            "first_delivery",
            "no effect; CBS gets the trajectories of half of the teams only from 2016 or 2017 on",
            has_effect=False,
            late_delivery=True,
        ),
        made(
            "restarts",
            "no effect; active municipalities start 6 % of the provider trajectories again on paper in 2018 and 2019",
            has_effect=False,
            restarts_pct=6.0,
        ),
        made(
            "suppressed_zero",
            "no effect; crisis so rare that most of its counts are secret",
            has_effect=False,
            provider_crisis_share_pct=_RARE_CRISIS_PCT,
        ),
        made(
            "suppressed_crisis",
            "the same, and crisis starts 0.8 times as often",
            provider_crisis_share_pct=_RARE_CRISIS_PCT,
            effect_crisis_pct=-20.0,
        ),
        made(
            "heterogeneous",
            "effects on use, duration and crisis together, growing in steps to 2025 (18 % less use, 30 days, 0.8 times), each "
            "with a spread of 10 points between municipalities",
            effect_specialised_use_pct=_GROWING_PCT,
            effect_duration_pct=days_pct,
            effect_crisis_pct=-20.0,
            effect_builds_up_years=_GROWING_YEARS,
            effect_spread=0.10,
        ),
        made(
            "confounded",
            "no effect; dense places with many one-parent families have active teams more often, more use, and more growth",
            has_effect=False,
            assignment="confounded",
        ),
        made(
            "build_up",
            "a third of the other municipalities become active in 2018 to 2024; specialised use falls by 10 % in four steps",
            effect_specialised_use_pct=-10.0,
            effect_builds_up_years=4,
            starting_share_pct=33.0,
        ),
        made(
            "reach",
            "five active years bring 15 % more young people with a migration background into youth help",
            effect_reach_background_pct=15.0,
        ),
    ]


SCENARIOS: Final[Mapping[str, Scenario]] = {scenario.name: scenario for scenario in _scenarios()}


def scenario_named(name: str) -> Scenario:
    """Return the scenario of this name; raises `WijkanalyseError` with the nearest name when there is none."""
    if name not in SCENARIOS:
        raise WijkanalyseError(f"config/validation.yaml: there is no scenario {name}{nearest(name, SCENARIOS)}")
    return SCENARIOS[name]

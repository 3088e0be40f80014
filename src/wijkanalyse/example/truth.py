"""What is true in a made-up country: the settings, the effects, and which municipality was active when."""

from dataclasses import asdict
from typing import Final

import numpy as np

from wijkanalyse.example import national as nl
from wijkanalyse.example.geography import membership, origins
from wijkanalyse.example.policy import policies
from wijkanalyse.example.world import PROVINCE_CODES, World
from wijkanalyse.municipalities import municipalities

_NOTE: Final = (
    "VOORBEELDCIJFERS: a made-up country. Being active (the team gives help itself as a policy) changes the level of "
    "trajectories without residence at providers, their duration and their crisis share by the effects given here, and "
    "nothing else. The published-style contrasts appear although the effects on duration and crisis are nil (default): "
    "team trajectories are shorter and never flagged as crisis, and are counted in with those they are compared with. "
    "Begun trajectories fall more in active municipalities in 2020 because their administrative restarts of 1 January "
    "2018 and 2019 fall away; the restarts leave active trajectories per year unchanged. Team help comes on top of "
    "provider help, so total use is higher in active municipalities. In 2015 and 2016 some existing teams are not "
    "delivered to CBS (is_delivered). Chance is balanced between active and other municipalities, so that these effects "
    "can be read off. The teams' stocks and flows follow CBS's national totals: Little's law gives them a longer duration "
    "than the mean of their ended trajectories, as it does on CBS's own figures. No effect is defined across 2020-2021. "
    "The reach of young people with a migration background grew from 2015 to 2020, in towns more than elsewhere, and active "
    "municipalities are a little more urban: their growth differs from that of the others also where the effect on it "
    "(background_reach_growth_ratio, reached after five years of activity from 2016 on) is nil. Growth in reach from 2015 or "
    "2016 also holds the teams that were not delivered then, and these do not cancel against the growth among those without a "
    "migration background: begin in 2017."
)


def truth(world: World) -> dict[str, object]:
    """Return the settings, true effects and latent activity of a world, fit for JSON.

    `municipality_years` holds for each municipality in force in a year 2015-2025: gm_code, year, is_active (latent
    policy), team_share_intended_pct (of help without residence; the published share differs by chance and national
    level) and is_delivered (whether CBS gets the team's trajectories).
    """
    policy = policies(world)
    chosen = set(PROVINCE_CODES if world.provinces is None else world.provinces)
    province = dict(zip(municipalities()["gm_code"], municipalities()["province_code"], strict=True))
    inhabitants = origins()["inhabitants"].to_numpy(dtype=float)
    rows: list[dict[str, object]] = []
    for n, year in enumerate(nl.YEARS):
        codes, shares = membership(year)
        largest = np.argmax(shares * inhabitants, axis=1)
        for code, origin in zip(codes, largest.tolist(), strict=True):
            if province[code] in chosen:
                odds = float(policy.intensity[n, origin])
                rows.append(
                    {
                        "gm_code": code,
                        "year": year,
                        "is_active": bool(policy.is_active[n, origin]),
                        "team_share_intended_pct": round(100 * odds / (1 + odds), 2),
                        "is_delivered": bool(policy.is_delivered[n, origin]),
                    }
                )
    settings = asdict(world) | {"provinces": sorted(chosen)}
    return {
        "note": _NOTE,
        "settings": settings,
        "effects": {
            "specialised_use_ratio": 1 + world.effect_specialised_use_pct / 100,
            "duration_within_form_ratio": 1 + world.effect_duration_pct / 100,
            "crisis_per_provider_start_ratio": 1 + world.effect_crisis_pct / 100,
            "background_reach_growth_ratio": 1 + world.effect_reach_background_pct / 100,
        },
        "municipality_years": rows,
    }

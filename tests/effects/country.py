"""A made-up panel of municipalities with known truth: no tables, no rounding, and nothing hidden unless a test hides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tests.small_world import ROOT
from wijkanalyse.config import Classification, Inference
from wijkanalyse.effects.estimands import Baseline, Covariate, Estimand, Estimands, read_estimands

YEARS = tuple(range(2015, 2026))
CHOICES = Classification(years=[2020])
QUICK = Inference(draws=199)
PROJECT = read_estimands(ROOT / "config" / "estimands.yaml")
BASELINE = Baseline(
    year=2015, covariates={"population": Covariate(label="jongeren (logaritme)", part="population_0_22", log=True)}
)
USE, YOUNG = "trajectories_niet_wijkteam", "population_0_22"


def ask(**changes: Any) -> Estimand:
    """A question about the change of use; a test says what is different."""
    texts = dict.fromkeys(("label", "question", "is_not"), "tekst")
    change = {"design": "change", "model": "rate", "outcome": USE, "per": YOUNG, "activity": [2017], "years": [2021, 2025]}
    return Estimand(**({"id": "use", "role": "secondary", **texts, **change} | changes))


def asked(*estimands: Estimand, baseline: Baseline = BASELINE) -> Estimands:
    """A list of questions."""
    return Estimands(baseline=baseline, estimands=list(estimands))


def of_project(*names: str) -> Estimands:
    """Some of the project's own questions, with its baseline."""
    return PROJECT.model_copy(update={"estimands": [PROJECT.named(name) for name in names]})


def panel_of(figures: Mapping[str, Any], municipalities: int, years: Iterable[int] = YEARS, regions: int = 10) -> pd.DataFrame:
    """The wide panel of `figures`: by variable, (municipalities x years) or what broadcasts to it."""
    years = list(years)
    number, shape = np.arange(municipalities), (municipalities, len(years))
    people = {
        "gm_code": [f"GM{n + 1:04d}" for n in number],
        "gm_name": [f"Gemeente {n + 1}" for n in number],
        "jeugdregio_code": [f"JZ{n % regions + 1:02d}" for n in number],
        "jeugdregio_name": [f"Regio {n % regions + 1}" for n in number],
        "province_code": [("PV20", "PV26")[n % 2] for n in number],
        "province_name": [("Groningen", "Utrecht")[n % 2] for n in number],
    }
    wide = {name: np.repeat(values, len(years)) for name, values in people.items()}
    wide |= {"year": np.tile(years, municipalities), "source": "VOORBEELDCIJFERS"}
    wide |= {name: np.broadcast_to(np.asarray(values, dtype=float), shape).ravel() for name, values in figures.items()}
    return pd.DataFrame(wide)


def long_of(panel: pd.DataFrame) -> pd.DataFrame:
    """The long panel of a wide one: every figure exact."""
    variables = list(panel.columns[panel.columns.get_loc("source") + 1 :])
    long = panel.melt(["gm_code", "year"], variables, var_name="variable", value_name="value")
    exact = {"low": long["value"], "high": long["value"], "parts": 1, "suppressed": 0, "is_estimated": False}
    return long.assign(**exact, reason="published", source="VOORBEELDCIJFERS")


def by_share(team: Any, others: Any) -> dict[str, Any]:
    """The trajectories that municipalities are classified by."""
    team, others = np.asarray(team, dtype=float), np.asarray(others, dtype=float)
    return {"trajectories_wijkteam": team, USE: others, "trajectories_zonder_verblijf": team + others}


def country(
    municipalities: int = 60,
    seed: int = 1,
    use_pct: float = 0.0,
    duration_pct: float = 0.0,
    crisis_pct: float = 0.0,
    switches: Mapping[int, int] | None = None,
    stops: Mapping[int, int] | None = None,
    regions: int = 10,
) -> pd.DataFrame:
    """A country in which every third municipality has an active team, with given true effects on help that is not the team's.

    `use_pct` builds up from 2021 to 2025, or from the switch on at once; the others hold in all years. `switches` and `stops`
    name by position the first year that a municipality is, or no longer is, active.
    """
    rng = np.random.default_rng(seed)
    shape, year = (municipalities, len(YEARS)), np.array(YEARS)
    active = np.broadcast_to((np.arange(municipalities) % 3 == 0)[:, None], shape).copy()
    since = np.clip((year - 2021) / 4, 0, 1) * active
    for number, first in (switches or {}).items():
        active[number], since[number] = year >= first, year >= first
    for number, first in (stops or {}).items():
        active[number] = year < first
    young = np.round(np.exp(rng.normal(9, 0.7, (municipalities, 1))) * (1 + 0.002 * (year - 2015)))
    level, length = rng.normal(0, 0.2, (municipalities, 1)), rng.normal(0, 0.08, (municipalities, 1))
    expected = young * 0.08 * np.exp(level + rng.normal(0, 0.01, shape)) * (1 + use_pct / 100) ** since
    others = rng.poisson(expected)
    team = rng.poisson(np.where(active, 0.35, 0.01) * others)
    begun, ended = (rng.binomial(others, 0.5) + 20 for _ in range(2))
    crisis = rng.binomial(begun, 0.1 * np.where(active, 1 + crisis_pct / 100, 1))
    days = 300 * np.exp(length + rng.normal(0, 0.3, shape) / np.sqrt(ended / 20)) * np.where(active, 1 + duration_pct / 100, 1)
    parts = {"begun": (team // 2, begun), "begun_crisis": (0 * team, crisis), "ended": (team // 2, ended)}
    figures: dict[str, Any] = by_share(team, others)
    for measure, (own, other) in parts.items():
        figures |= {f"{measure}_wijkteam": own, f"{measure}_niet_wijkteam": other, f"{measure}_zonder_verblijf": own + other}
    figures |= {"mean_duration_days_niet_wijkteam": days, "mean_duration_days_wijkteam": 150.0}
    figures["mean_duration_days_zonder_verblijf"] = (150.0 * (team // 2) + days * ended) / (team // 2 + ended)
    background = 0.25 * np.exp(rng.normal(0, 0.2, (municipalities, 1)))
    households = np.round(young * 1.8)
    figures |= {
        "population_0_22": young,
        "households": households,
        "households_single_parent": rng.binomial(households.astype(int), 0.08),
        "population_0_22_migration": np.round(young * background),
        "population_0_22_no_migration": young - np.round(young * background),
        "youths_zonder_verblijf_migration": rng.poisson((others + team) * background * 0.8),
        "youths_zonder_verblijf_no_migration": rng.poisson((others + team) * (1 - background) * 0.8),
        "mean_income_1000_eur": 27 + rng.normal(0, 2, (municipalities, 1)),
        "address_density": np.exp(rng.normal(7, 0.5, (municipalities, 1))),
        "youths_jeugdbescherming": rng.poisson(young * 0.01),
        "youths_jeugdreclassering": rng.poisson(young * 0.003),
    }
    for form, count in (("wijkteam", team), ("niet_wijkteam", others), ("zonder_verblijf", team + others)):
        figures[f"youths_{form}"] = np.round(0.8 * count)
    return panel_of(figures | {"trajectories_ambulant_locatie": np.round(0.7 * others)}, municipalities, regions=regions)


def hidden(long: pd.DataFrame, is_hidden: pd.Series, low: float = 0.0, high: float = 7.0) -> pd.DataFrame:
    """The long panel with some counts suppressed."""
    return long.assign(
        low=long["low"].mask(is_hidden, low),
        high=long["high"].mask(is_hidden, high),
        suppressed=long["suppressed"].mask(is_hidden, 1),
        reason=long["reason"].mask(is_hidden, "suppressed"),
    )

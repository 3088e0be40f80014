"""A small made-up country as a panel, and the declaration of the project with fewer draws."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from wijkanalyse.effects.multiverse.declaration import Declaration, read_declaration
from wijkanalyse.effects.multiverse.figures import Figures, make_figures

ROOT = Path(__file__).parents[3]
SOURCE = "VOORBEELDCIJFERS"
YEARS = range(2015, 2026)
FORMS = ("wijkteam", "ambulant_locatie", "daghulp_locatie", "netwerk")


@cache
def declaration(one_in: int = 400_000, permutations: int = 39) -> Declaration:
    """The declaration of the project with the lot falling on fewer specifications."""
    read = read_declaration(ROOT / "config" / "multiverse.yaml")
    plans = {name: plan.model_copy(update={"draw_one_in": one_in // 5}) for name, plan in read.contrasts.items()}
    plans["use"] = plans["use"].model_copy(update={"draw_one_in": one_in})
    fewer = read.permutations.model_copy(update={"number": permutations})
    return read.model_copy(update={"contrasts": plans, "permutations": fewer})


def panel(seed: int = 1, municipalities: int = 90, effect: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A wide and a long panel; `effect` is the log ratio of other help where the team was active before 2019, from 2019 on.

    A team's share hangs together over the years and with nothing else; team trajectories are shorter and never start from
    crisis, so that contrasts with the team's own help differ by construction.
    """
    rng = np.random.default_rng(seed)
    codes = [f"GM{number:04d}" for number in range(1, municipalities + 1)]
    codes[:4] = ["GM0344", "GM0363", "GM0518", "GM0599"]
    youths = np.sort(rng.lognormal(9.0, 0.8, municipalities))[::-1].round()
    active = rng.random(municipalities) < 0.4
    share = np.where(active, rng.uniform(0.05, 0.5, municipalities), rng.uniform(0, 0.03, municipalities))
    region = rng.integers(0, 9, municipalities)
    people = pd.DataFrame(
        {
            "gm_code": codes,
            "gm_name": codes,
            "jeugdregio_code": [f"JZ{number:02d}" for number in region],
            "province_code": [f"PV{20 + number // 3}" for number in region],
            "source": SOURCE,
        }
    )
    level = rng.normal(0, 0.15, municipalities) + rng.normal(0, 0.05, 9)[region]
    crisis_rate = 0.036 * np.exp(rng.normal(0, 0.2, municipalities))
    duration = 390 * np.exp(rng.normal(0, 0.08, municipalities))
    records: list[tuple[int, str, np.ndarray, np.ndarray]] = []

    def add(year: int, variable: str, value: np.ndarray, hidden: np.ndarray | None = None) -> None:
        records.append((year, variable, value, np.zeros(len(value), dtype=bool) if hidden is None else hidden))

    for year in YEARS:
        after = effect * active * (year >= 2019)
        path = np.clip(share * np.exp(rng.normal(0, 0.1, municipalities)), 0, 0.7)
        split = np.array([0.0, 0.7, 0.1, 0.2])
        other = youths * 0.12 * np.exp(level + after + 0.02 * (year - 2015))
        for measure, part in {"trajectories": 1.0, "begun": 0.55, "ended": 0.5, "youths": 0.8}.items():
            forms = rng.poisson(np.outer(split, other * part))
            forms[0] = rng.poisson(other * part * path / (1 - path))
            hidden = (forms[0] > 0) & (forms[0] <= 7)
            add(year, f"{measure}_wijkteam", forms[0], hidden)
            for form, count in zip(FORMS[1:], forms[1:], strict=True):
                add(year, f"{measure}_{form}", count) if measure == "trajectories" else None
            add(year, f"{measure}_niet_wijkteam", forms[1:].sum(axis=0))
            add(year, f"{measure}_zonder_verblijf", forms.sum(axis=0))
            add(year, f"{measure}_met_verblijf", rng.poisson(other * part * 0.1)) if measure in (
                "trajectories",
                "youths",
            ) else None
            if measure == "begun" and year >= 2019:
                crisis = rng.binomial(forms[1:].sum(axis=0), crisis_rate)
                add(year, "begun_crisis_niet_wijkteam", crisis)
                add(year, "begun_crisis_zonder_verblijf", crisis)
            if measure == "ended":
                own = duration * np.exp(rng.normal(0, 0.05, municipalities))
                all_of_it = (own * forms[1:].sum(axis=0) + 230 * forms[0]) / np.maximum(forms.sum(axis=0), 1)
                add(year, "mean_duration_days_niet_wijkteam", own)
                add(year, "mean_duration_days_zonder_verblijf", all_of_it)
        add(year, "population_0_22", youths * (1 + 0.002 * (year - 2015)))
        add(year, "population_0_22_migration", youths * rng.uniform(0.05, 0.4, municipalities))
        add(year, "households", youths * 1.6)
        add(year, "households_single_parent", youths * rng.uniform(0.1, 0.2, municipalities))
        add(year, "mean_income_1000_eur", rng.uniform(20, 35, municipalities))
        add(year, "address_density", rng.lognormal(6.5, 0.7, municipalities))
    wide = people.merge(pd.DataFrame({"year": list(YEARS)}), how="cross")
    value, hidden = (np.concatenate([record[at] for record in records]).astype(float) for at in (2, 3))
    long = pd.DataFrame(
        {
            "gm_code": codes * len(records),
            "year": np.repeat([record[0] for record in records], municipalities),
            "variable": np.repeat([record[1] for record in records], municipalities),
            "value": np.where(hidden, 3.5, value),
            "low": np.where(hidden, 0, value),
            "high": np.where(hidden, 7, value),
            "suppressed": hidden.astype(int),
        }
    )
    return wide, long


@cache
def figures(seed: int = 1, effect: float = 0.0) -> Figures:
    """The figures of the made-up country on the boundaries of the run."""
    return make_figures({None: panel(seed, effect=effect)})

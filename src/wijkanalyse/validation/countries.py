"""Drawing one country of a scenario: its panel and its truth."""

import zlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.example.simulate import flows
from wijkanalyse.example.world import World
from wijkanalyse.validation.panels import panel_of
from wijkanalyse.validation.questions import Truth, truth_of
from wijkanalyse.validation.scenarios import Scenario


@dataclass(frozen=True)
class Country:
    """A made-up country as an estimator sees it (`panel`, `long`), and what is true of it."""

    scenario: str
    world: World
    panel: pd.DataFrame
    """As data/processed/panel.parquet (`panel.schemas.Panel`)."""
    long: pd.DataFrame
    """As data/processed/panel_long.parquet (`panel.schemas.PanelLong`), bounds not narrowed by printed totals."""
    truth: Truth


def draw_country(scenario: Scenario, seed: int, choices: PanelChoices | None = None) -> Country:
    """Return the country that `seed` draws under `scenario`; the same seed draws the same country."""
    world = replace(scenario.world, seed=seed)
    wide, long = panel_of(world, flows(world), choices)
    return Country(scenario.name, world, wide, long, truth_of(world))


def seed_of(scenario: Scenario, replication: int, seed: int) -> int:
    """Return the seed of a replication: its own for every scenario, whichever others are run."""
    sequence = np.random.SeedSequence([seed, zlib.crc32(scenario.name.encode()), replication])
    return int(sequence.generate_state(1, np.uint64)[0])

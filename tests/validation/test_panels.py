"""The panel without tables, held against the panel that the whole line makes of served tables."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.small_world import fetched_tables, register
from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example import World
from wijkanalyse.example.simulate import flows
from wijkanalyse.files import write_table
from wijkanalyse.panel import build
from wijkanalyse.panel.schemas import Panel, PanelLong
from wijkanalyse.validation.countries import draw_country, seed_of
from wijkanalyse.validation.panels import panel_of
from wijkanalyse.validation.scenarios import SCENARIOS
from wijkanalyse.validation.variables import VARIABLES

UTRECHT = World(provinces=("PV26",))
KEYS = ["gm_code", "year", "variable"]


@cache
def short() -> tuple[pd.DataFrame, pd.DataFrame]:
    return panel_of(UTRECHT, flows(UTRECHT))


def whole_line(choices: PanelChoices | None = None) -> build.BuiltPanel:
    return build.build_panel(fetched_tables().__getitem__, register(), choices or PanelChoices(), "VOORBEELDCIJFERS")


def test_it_has_the_variables_of_the_register_in_their_order():
    assert list(register().variables) == list(VARIABLES)


@pytest.mark.parametrize("choices", [PanelChoices(), PanelChoices(boundaries_year=2022, suppressed_value=1.0)])
def test_without_the_narrowing_by_totals_it_is_the_panel_of_the_whole_line(monkeypatch, choices: PanelChoices):
    """Every cell, bound, reason, name and type; only the word in `source` is another."""
    monkeypatch.setattr(build, "tighten", lambda cells, *_: cells)
    real = whole_line(choices)
    wide, long = panel_of(UTRECHT, flows(UTRECHT), choices)
    for ours, theirs in ((wide, real.wide), (long, real.long)):
        pd.testing.assert_frame_equal(ours.drop(columns="source"), theirs.drop(columns="source"), rtol=1e-12)
    assert (long["suppressed"] > 0).sum() > 300


def test_narrowing_by_totals_is_the_only_difference():
    """Where nothing is suppressed all is equal; elsewhere the whole line has the same reason and bounds within these."""
    both = short()[1].merge(whole_line().long, on=KEYS, suffixes=("", "_real"), validate="1:1")
    assert len(both) == len(short()[1])
    for name in ("parts", "suppressed", "is_estimated", "reason"):
        assert both[name].equals(both[f"{name}_real"].rename(name))
    is_mean = both["variable"].str.startswith("mean_duration")
    clear = both[both["suppressed"].eq(0) & ~is_mean]
    for name in ("value", "low", "high"):
        assert clear[name].to_numpy() == pytest.approx(clear[f"{name}_real"].to_numpy(), rel=1e-12, nan_ok=True)
    secret = both[both["suppressed"].gt(0) & both["low"].notna()]
    assert (secret["low_real"] >= secret["low"] - 1e-9).all()
    assert (secret["high_real"] <= secret["high"] + 1e-9).all()


def test_it_fits_the_contracts_of_the_panel(tmp_path):
    country = draw_country(SCENARIOS["zero"], 1)
    for name, frame, schema in (("wide", country.panel, Panel), ("long", country.long, PanelLong)):
        write_table(frame, tmp_path / f"{name}.parquet", schema, csv=False)
    assert country.panel["gm_code"].nunique() == 342
    assert country.panel.groupby("gm_code").size().eq(12).all()


def test_a_part_of_the_country_has_the_figures_that_the_whole_has():
    scenario = SCENARIOS["use"]
    some = replace(scenario, world=replace(scenario.world, provinces=("PV24",)))
    whole, part = (draw_country(one, 5).panel for one in (scenario, some))
    kept = whole[whole["gm_code"].isin(part["gm_code"])].reset_index(drop=True)
    crisis_free = [name for name in part.columns if "crisis_wijkteam" not in name]
    pd.testing.assert_frame_equal(part[crisis_free], kept[crisis_free])


def test_a_seed_draws_one_country():
    first, again, other = (draw_country(SCENARIOS["zero"], seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first.panel, again.panel)
    pd.testing.assert_frame_equal(first.long, again.long)
    assert not first.panel.equals(other.panel)
    seeds = {seed_of(scenario, n, 1) for scenario in SCENARIOS.values() for n in range(50)}
    assert len(seeds) == 50 * len(SCENARIOS)


def test_the_bounds_of_a_free_country_hold_its_counts():
    """What was drawn lies between the bounds of what is published, wherever a municipality never merged."""
    country = draw_country(SCENARIOS["suppressed_zero"], 8)
    rows = country.long[country.long["variable"].eq("begun_crisis_niet_wijkteam") & country.long["year"].ge(2019)]
    assert (rows["suppressed"] > 0).mean() > 0.6
    assert (rows["low"] <= rows["value"]).all()
    assert (rows["value"] <= rows["high"]).all()
    course = flows(country.world)
    amsterdam = country.truth.actual.codes.index("GM0363")
    assert country.truth.actual.figures["begun_niet_wijkteam"][5, amsterdam] > 1000
    drawn = np.rint(course.begun[1, 5] * course.crisis_share[1, 5]).sum()
    national = rows[rows["year"].eq(2020)]
    assert national["low"].sum() <= drawn <= national["high"].sum()


def test_boundaries_that_are_not_there_are_refused():
    with pytest.raises(WijkanalyseError, match="boundaries of 1990"):
        panel_of(UTRECHT, flows(UTRECHT), PanelChoices.model_construct(boundaries_year=1990, suppressed_value=3.5))

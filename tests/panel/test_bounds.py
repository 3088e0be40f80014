"""What a suppressed count can be, given the totals that were printed."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_world import fetched_tables, register
from wijkanalyse.cells import count_bounds
from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.example import World, make_tables
from wijkanalyse.panel.bounds import tighten
from wijkanalyse.panel.build import build_panel

MEMBERS = pd.DataFrame({"year": 2020, "region": "JZ01", "gm_code": ["GM0001", "GM0002", "GM0003"]})


def published(counts: dict[tuple[str, str], int]) -> pd.DataFrame:
    """Cells as CBS prints these true counts, by (region, variable): rounded to 5, 0 to 7 suppressed."""
    frame = pd.DataFrame([(*key, float(value)) for key, value in counts.items()], columns=["region", "variable", "true"])
    is_small = frame["true"].lt(7.5)
    frame = frame.assign(
        year=2020,
        period="2020JJ00",
        value=(5 * (frame["true"] / 5).round()).mask(is_small),
        reason=np.where(is_small, "suppressed", "published"),
    )
    return frame.assign(**count_bounds(frame, 5, 7))


def bounds(cells: pd.DataFrame, sum_of: dict[str, list[str]] | None = None) -> dict[tuple[str, str], tuple[float, float]]:
    tight = tighten(cells, MEMBERS, sum_of or {})
    return {(row.region, row.variable): (row.low, row.high) for row in tight.itertuples()}


def test_a_region_leaves_its_only_suppressed_member_little_room() -> None:
    # 100 (97.5-102.5) less 60 and 37, printed 60 and 35: at most 102.5 - 57.5 - 32.5 = 12.5, at least 97.5 - 62.5 - 37.5 < 0
    cells = published({("GM0001", "a"): 60, ("GM0002", "a"): 37, ("GM0003", "a"): 3, ("JZ01", "a"): 100})
    assert bounds(cells)["GM0003", "a"] == (0, 7)
    # a region of 75 leaves at most 77.5 - 57.5 - 12.5 = 7.5, so 7; one of 70 at most 2
    cells = published({("GM0001", "a"): 60, ("GM0002", "a"): 15, ("GM0003", "a"): 0, ("JZ01", "a"): 70})
    assert bounds(cells)["GM0003", "a"] == (0, 2)


def test_the_whole_tells_how_much_a_form_of_help_can_be() -> None:
    # 50 in all, 40 not by the team: between 47.5 - 42.5 = 5 and the 7 that is not printed
    cells = published({("GM0001", "all"): 50, ("GM0001", "other"): 40, ("GM0001", "team"): 7})
    assert bounds(cells, {"all": ["team", "other"]})["GM0001", "team"] == (5, 7)


def test_a_total_that_contradicts_its_members_is_left_aside() -> None:
    cells = published({("GM0001", "a"): 60, ("GM0002", "a"): 60, ("GM0003", "a"): 3, ("JZ01", "a"): 500})
    assert bounds(cells)["GM0003", "a"] == (0, 7)


def test_a_region_with_an_unknown_member_says_nothing_of_the_others() -> None:
    cells = published({("GM0001", "a"): 60, ("GM0003", "a"): 0, ("JZ01", "a"): 60})
    assert bounds(cells)["GM0003", "a"] == (0, 7)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), min_size=3, max_size=3))
def test_bounds_only_narrow_and_always_hold_the_truth(counts: list[tuple[int, int]]) -> None:
    true = {}
    for number, (other, team) in enumerate(counts, start=1):
        region = f"GM000{number}"
        true |= {(region, "other"): other, (region, "team"): team, (region, "all"): other + team}
    for name in ("other", "team", "all"):
        true["JZ01", name] = sum(true[f"GM000{number}", name] for number in (1, 2, 3))
    cells = published(true)
    tight = tighten(cells, MEMBERS, {"all": ["team", "other"]})
    assert (tight["low"] >= cells["low"]).all()
    assert (tight["high"] <= cells["high"]).all()
    assert tight["true"].between(tight["low"], tight["high"]).all()


def test_in_the_made_up_country_every_interval_holds_the_truth() -> None:
    """The same country without rounding and suppression is the truth; its counts are fractions, so half a person is allowed."""
    world = World(provinces=("PV26",))
    with (
        mock.patch("wijkanalyse.example.key_figures.rounded", lambda values: values),
        mock.patch("wijkanalyse.example.trajectories.rounded", lambda values: values),
        mock.patch("wijkanalyse.example.characteristics.rounded", lambda values: values),
    ):
        unrounded = {table.identifier: table.typed for table in make_tables(world)}
    cells = build_panel(fetched_tables().__getitem__, register(), PanelChoices(), "x").cells
    checked = 0
    for table in ("84134NED", "85099NED", "82971NED", "85097NED", "84135NED", "85100NED"):
        typed = unrounded[table].reset_index(drop=True)
        own = cells[cells["table"].eq(table) & cells["low"].notna() & cells["column_key"].ne("")]
        for key, part in own.groupby("column_key"):
            true = typed[key].to_numpy(dtype=float)[part["row_ids"].astype(int)]
            inside = (true >= part["low"] - 0.5) & (true <= part["high"] + 0.5)
            assert inside[~np.isnan(true)].all(), (table, key)
            # what was printed is the truth but for its rounding
            printed = part["value"].notna().to_numpy()
            assert (np.abs(part["value"].to_numpy() - true)[printed] <= 2.5 + 1e-9).all(), (table, key)
            checked += int((~np.isnan(true)).sum())
    assert checked > 10_000
    narrowed = cells[cells["reason"].eq("suppressed") & cells["variable"].eq("trajectories_wijkteam")]
    assert (narrowed["high"] - narrowed["low"]).mean() < 6.5

"""The made-up country: national totals near CBS's, the published contrasts by construction, and the truth underneath."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wijkanalyse.example import StatLineTable, World, make_tables, truth

from .conftest import stripped

TOTAL, ZONDER, WIJKTEAM, OVERIG = 0, 10, 20, 30  # first column of the groups of ten, with subforms


def municipal(tables: dict[str, StatLineTable], year: int) -> pd.DataFrame:
    """Topics of a year by municipality, all referrers, columns by their number from 0."""
    frame = stripped(tables["82971NED" if year < 2021 else "85097NED"])
    rows = frame[frame["VerwijzerJeugdzorg"].eq("T001047") & frame["Perioden"].eq(f"{year}JJ00")]
    rows = rows[rows["RegioS"].str.startswith("GM")].set_index("RegioS").iloc[:, 2:]
    rows.columns = range(len(rows.columns))
    return rows.dropna(subset=[TOTAL])


def is_active(frame: pd.DataFrame, threshold_pct: float = 5) -> pd.Series:
    """Active: more than 5 % of the trajectories without residence by the team."""
    return 100 * frame[WIJKTEAM].fillna(0) / frame[ZONDER] > threshold_pct


def pooled(frame: pd.DataFrame, value: int, weight: int) -> float:
    rows = frame[[value, weight]].dropna()
    return float(np.average(rows[value], weights=rows[weight]))


def crisis_starts(frame: pd.DataFrame, group: int) -> float:
    """Starts from crisis, with 4 for a secret figure (0-7)."""
    return float(frame[group + 4].fillna(4).sum())


# CBS longread Jeugdhulp 2021, figure 2.1.1 (2020: longread 2020), active trajectories; begun: same longread; ended 2020 and
# 2021: 82970NED and 85096NED, sum of the duration classes.
CBS_TRAJECTORIES = [
    (2017, TOTAL, 558_350),
    (2018, TOTAL, 570_880),
    (2019, TOTAL, 592_860),
    (2020, TOTAL, 584_545),
    (2021, TOTAL, 625_545),
    (2017, WIJKTEAM, 84_400),
    (2018, WIJKTEAM, 85_415),
    (2019, WIJKTEAM, 86_850),
    (2020, WIJKTEAM, 85_740),
    (2021, WIJKTEAM, 77_480),
    (2017, OVERIG, 416_765),
    (2018, OVERIG, 433_315),
    (2019, OVERIG, 453_575),
    (2020, OVERIG, 448_225),
    (2021, OVERIG, 495_725),
    (2018, TOTAL + 1, 335_695),
    (2019, TOTAL + 1, 281_810),
    (2020, TOTAL + 1, 269_020),
    (2021, TOTAL + 1, 287_870),
    (2020, TOTAL + 6, 253_140),
    (2021, TOTAL + 6, 292_825),
]
# CBS longreads (2016-2019, 2021) and 84134NED (2020), youths.
CBS_YOUTHS = [
    (2016, "JH 121 ", 358_125),
    (2017, "JH 121 ", 379_790),
    (2018, "JH 121 ", 392_035),
    (2019, "JH 121 ", 404_980),
    (2016, "JH 1211 ", 62_130),
    (2017, "JH 1211 ", 81_635),
    (2018, "JH 1211 ", 82_345),
    (2019, "JH 1211 ", 79_435),
    (2020, "JZ Totaal jeugdzorg", 435_760),
    (2021, "JH 12 ", 443_620),
]


@pytest.mark.parametrize(("year", "topic", "published"), CBS_TRAJECTORIES)
def test_national_trajectories_are_of_the_published_size(whole_tables, year: int, topic: int, published: int):
    frame = stripped(whole_tables["82971NED" if year < 2021 else "85097NED"])
    cell = frame[frame["VerwijzerJeugdzorg"].eq("T001047") & frame["RegioS"].eq("NL01") & frame["Perioden"].eq(f"{year}JJ00")]
    assert cell.iloc[0, 3 + topic] == pytest.approx(published, rel=0.02)


@pytest.mark.parametrize(("year", "form", "published"), CBS_YOUTHS)
def test_national_youths_are_of_the_published_size(whole_tables, year: int, form: str, published: int):
    table = whole_tables["84134NED" if year < 2021 else "85099NED"]
    (key, *_) = [str(row["Key"]) for row in table.dimensions["VormenVanJeugdzorg"] if str(row["Title"]).startswith(form)]
    frame = stripped(table)
    cell = frame[frame["VormenVanJeugdzorg"].eq(key) & frame["RegioS"].eq("NL01") & frame["Perioden"].eq(f"{year}JJ00")]
    assert cell["JongerenMetJeugdzorg_1"].item() == pytest.approx(published, rel=0.02)


def test_both_kinds_of_tables_give_the_same_team_share(whole_tables):
    table = whole_tables["85099NED"]
    keys = {str(row["Title"])[:8]: str(row["Key"]) for row in table.dimensions["VormenVanJeugdzorg"]}
    frame = stripped(table)
    frame = frame[frame["Perioden"].eq("2022JJ00")].pivot(
        index="RegioS", columns="VormenVanJeugdzorg", values="Jeugdzorgtrajecten_3"
    )
    cells = municipal(whole_tables, 2022)
    assert frame.loc[cells.index, keys["JH 121 T"]].to_numpy() == pytest.approx(cells[ZONDER].to_numpy())
    assert frame.loc[cells.index, keys["JH 1211 "]].to_numpy() == pytest.approx(cells[WIJKTEAM].to_numpy(), nan_ok=True)


def test_published_contrasts_appear_in_2020(whole_tables):
    """Published: 337 against 389 days, 2.3 against 3.6 % from crisis, and 5 points between the changes in use."""
    now, before = municipal(whole_tables, 2020), municipal(whole_tables, 2019)
    active = is_active(now)
    assert 90 < active.sum() < 130
    change = {}
    for group, days, crisis_pct in ((active, (337, 345), 2.3), (~active, (385, 392), 3.6)):
        some = now[group]
        assert days[0] <= pooled(some, ZONDER + 7, ZONDER + 6) <= days[1]
        assert 100 * crisis_starts(some, ZONDER) / some[ZONDER + 1].sum() == pytest.approx(crisis_pct, abs=0.15)
        change[bool(group is active)] = 100 * (some[ZONDER + 1].sum() / before.loc[some.index, ZONDER + 1].sum() - 1)
    assert change[True] - change[False] == pytest.approx(-5, abs=0.7)
    assert change[True] < 0
    assert change[False] < 0


def test_within_provider_help_nothing_differs_but_the_level(whole_tables):
    """The truth of the default world: no effect on duration and crisis, 3 % less provider help."""
    people = stripped(whole_tables["03759ned"])
    titles = [f"{age} jaar" for age in range(23)]
    ages = [str(row["Key"]) for row in whole_tables["03759ned"].dimensions["Leeftijd"] if row["Title"] in titles]
    youths = people[people["Leeftijd"].isin(ages)].groupby(["Perioden", "RegioS"])["BevolkingOp1Januari_1"].sum()
    for year in (2020, 2021, 2024):
        cells = municipal(whole_tables, year)
        active = is_active(cells)
        days = [pooled(cells[group], OVERIG + 7, OVERIG + 6) for group in (active, ~active)]
        assert days[0] / days[1] == pytest.approx(1, abs=0.012)
        crisis = [crisis_starts(cells[group], OVERIG) / cells.loc[group, OVERIG + 1].sum() for group in (active, ~active)]
        assert crisis[0] / crisis[1] == pytest.approx(1, abs=0.04)
        use = [
            cells.loc[group, OVERIG].sum() / youths[f"{year}JJ00"].loc[cells.index[group]].sum() for group in (active, ~active)
        ]
        assert use[0] / use[1] == pytest.approx(0.97, abs=0.015)


def test_effects_that_are_set_come_out():
    plain = World()
    strong = replace(plain, effect_specialised_use_pct=-20, effect_duration_pct=-10, effect_crisis_pct=30)
    ratios = {}
    for world in (plain, strong):
        tables = {table.identifier: table for table in make_tables(world)}
        cells = municipal(tables, 2021)
        policy = pd.DataFrame(truth(world)["municipality_years"])
        active = policy[policy["year"].eq(2021)].set_index("gm_code")["is_active"].loc[cells.index]
        on, off = cells[active], cells[~active]
        ratios[world] = (
            (on[OVERIG].sum() / off[OVERIG].sum()),
            pooled(on, OVERIG + 7, OVERIG + 6) / pooled(off, OVERIG + 7, OVERIG + 6),
            (on[OVERIG + 4].sum() / on[OVERIG + 1].sum()) / (off[OVERIG + 4].sum() / off[OVERIG + 1].sum()),
        )
    changes = [after / before for before, after in zip(ratios[plain], ratios[strong], strict=True)]
    assert changes[:2] == pytest.approx([0.80 / 0.97, 0.90], rel=0.01)
    # More crisis starts also lifts small municipalities over the bound of secrecy, so the visible ratio moves a bit more.
    assert changes[2] == pytest.approx(1.30, rel=0.05)


def test_first_deliveries_of_2015_and_2016(whole_tables):
    """Teams that exist but are not delivered: fewer municipalities with team help in 2015 and 2016 than in 2017."""
    counts = [int(is_active(municipal(whole_tables, year)).sum()) for year in (2015, 2016, 2017)]
    assert counts[0] < 0.7 * counts[2]
    assert counts[0] < counts[1] < counts[2]
    rows = pd.DataFrame(truth(World())["municipality_years"])
    latent = rows[rows["is_active"]].groupby("year").size()
    assert latent[2015] == pytest.approx(latent[2017], rel=0.1)


def test_the_break_of_2021(whole_tables):
    begun = {year: municipal(whole_tables, year)[OVERIG + 1].sum() for year in (2020, 2021)}
    assert begun[2021] / begun[2020] == pytest.approx(1.115, abs=0.03)
    team = {year: municipal(whole_tables, year)[WIJKTEAM].sum() for year in (2020, 2021)}
    assert team[2021] < 0.93 * team[2020]


def test_flows_fit(whole_tables):
    """New and repeated add up to begun, as planned and early to ended, and no more can end than is active."""
    for year in (2019, 2022):
        cells = municipal(whole_tables, year)
        for group in (TOTAL, ZONDER, OVERIG):
            part = cells[range(group, group + 10)].dropna()
            part.columns = range(10)
            assert (part[2] + part[3] - part[1]).abs().max() <= 5
            assert (part[4] + part[5] - part[1]).abs().max() <= 5
            assert (part[8] + part[9] - part[6]).abs().max() <= 5
            assert (part[6] <= part[0]).all()
            assert (part[1] <= part[0]).all()


def test_a_smaller_world_shows_the_same_municipalities(whole_tables, small_tables):
    for identifier in ("85097NED", "84134NED", "71486ned"):
        whole, small = (stripped(tables[identifier]) for tables in (whole_tables, small_tables))
        keys = list(whole_tables[identifier].dimensions)
        both = small[small["RegioS"].str.startswith("GM")].merge(whole, on=keys, suffixes=("", "_whole"))
        assert len(both) == small["RegioS"].str.startswith("GM").sum()
        for topic in small.columns[len(keys) :]:
            pd.testing.assert_series_equal(both[topic], both[f"{topic}_whole"], check_names=False)


def test_a_world_is_made_by_its_settings_alone(small_world: World, small_tables: dict[str, StatLineTable]):
    for table in make_tables(small_world):
        pd.testing.assert_frame_equal(table.typed, small_tables[table.identifier].typed)
    other = {table.identifier: table for table in make_tables(replace(small_world, seed=1))}
    assert not other["85097NED"].typed.equals(small_tables["85097NED"].typed)


def test_truth_can_be_written_as_json(small_world: World):
    known = json.loads(json.dumps(truth(small_world), allow_nan=False))
    assert known["effects"] == {
        "specialised_use_ratio": 0.97,
        "duration_within_form_ratio": 1.0,
        "crisis_per_provider_start_ratio": 1.0,
        "background_reach_growth_ratio": 1.0,
    }
    rows = pd.DataFrame(known["municipality_years"])
    assert not rows.duplicated(["gm_code", "year"]).any()
    assert set(rows["year"]) == set(range(2015, 2026))
    assert "VOORBEELDCIJFERS" in known["note"]

"""Young people with care by characteristics: they add up, fit the key figures, and hold the truth that was built in."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wijkanalyse.example import StatLineTable, World, truth
from wijkanalyse.example.characteristics import characteristic_tables
from wijkanalyse.example.covariates import background_table, income_table, regional_table
from wijkanalyse.example.key_figures import key_figure_tables
from wijkanalyse.example.population import household_table, population_table
from wijkanalyse.example.simulate import flows
from wijkanalyse.example.trajectories import trajectory_tables

from .conftest import stripped

ERAS = {"84135NED": "84134NED", "85100NED": "85099NED"}
WITH, WITHOUT = "Migratieachtergrond: met migratieacht...", "Migratieachtergrond: Nederland"
DIVISIONS = {
    "sex": ["Geslacht: mannen", "Geslacht: vrouwen"],
    "age": [f"Leeftijd: {ages} jaar" for ages in ("0 tot 4", "4 tot 12", "12 tot 18", "18 tot 23")],
    "place": ["Positie: kind in eenouderhuishouden", "Positie: kind bij een paar", "Positie: ander huishouden"],
    "background": [WITHOUT, WITH],
}
AGES_0_22 = ["0 tot 5 jaar", "5 tot 10 jaar", "10 tot 15 jaar", "15 tot 20 jaar", "20 jaar", "21 jaar", "22 jaar"]


def labelled(table: StatLineTable) -> pd.DataFrame:
    """The data set with the titles of all dimensions but region and period."""
    frame = stripped(table)
    for name in table.dimensions:
        if name not in ("RegioS", "Perioden"):
            frame[name] = frame[name].map({str(row["Key"]).strip(): row["Title"] for row in table.dimensions[name]})
    return frame


def by_characteristic(table: StatLineTable) -> pd.DataFrame:
    """One column for each characteristic, by form, region and period."""
    keys = ["VormenVanJeugdzorg", "RegioS", "Perioden"]
    return labelled(table).pivot(index=keys, columns="Persoonskenmerken", values="TotaalJongerenMetJeugdzorg_1")


def test_dimensions_and_titles(small_tables: Mapping[str, StatLineTable]):
    older, newer = small_tables["84135NED"], small_tables["85100NED"]
    assert older.infos["Title"] == "Jongeren met jeugdzorg; persoonskenmerken, 2015-2020"
    assert newer.infos["Title"] == "Jongeren met jeugdzorg; persoonskenmerken"
    assert list(older.dimensions) == ["Persoonskenmerken", "VormenVanJeugdzorg", "RegioS", "Perioden"]
    assert [row["Key"] for row in older.topics] == ["TotaalJongerenMetJeugdzorg_1"]
    titles = [str(row["Title"]) for row in older.dimensions["Persoonskenmerken"]]
    assert titles[0] == "Totaal"
    assert set(titles[1:]) == {
        *(title for division in DIVISIONS.values() for title in division),
        "Migratieachtergrond: westers",
        "Migratieachtergrond: niet-westers",
    }
    assert max(map(len, titles)) == 40
    later = [str(row["Title"]) for row in newer.dimensions["Persoonskenmerken"]]
    assert later == [title for title in titles if not title.startswith("Migratieachtergrond")]
    periods = [str(row["Key"]) for row in older.dimensions["Perioden"]]
    assert periods == [*(f"{year}JJ00" for year in range(2015, 2021)), "2020HJ01"]


@pytest.mark.parametrize("identifier", ERAS)
def test_totals_are_those_of_the_key_figures(identifier: str, small_tables: Mapping[str, StatLineTable]):
    keys = ["VormenVanJeugdzorg", "RegioS", "Perioden"]
    total = by_characteristic(small_tables[identifier])["Totaal"]
    published = labelled(small_tables[ERAS[identifier]]).set_index(keys)["JongerenMetJeugdzorg_1"]
    pd.testing.assert_series_equal(total, published.loc[total.index], check_names=False)


@pytest.mark.parametrize("identifier", ERAS)
@pytest.mark.parametrize("division", DIVISIONS)
def test_the_parts_of_a_division_add_up_within_rounding(
    identifier: str, division: str, small_tables: Mapping[str, StatLineTable]
):
    frame = by_characteristic(small_tables[identifier])
    if division == "background" and identifier == "85100NED":
        assert WITH not in frame
        return
    known = frame.dropna(subset=["Totaal"])
    parts = known[DIVISIONS[division]]
    low = parts.sub(2.5).fillna(0).sum(axis=1)
    high = parts.add(2.5).fillna(7.5).sum(axis=1)
    assert (low <= known["Totaal"] + 2.5).all()
    assert (high >= known["Totaal"] - 2.5).all()


def test_western_and_non_western_are_those_with_a_background(small_tables: Mapping[str, StatLineTable]):
    frame = by_characteristic(small_tables["84135NED"])
    parts = frame[["Migratieachtergrond: westers", "Migratieachtergrond: niet-westers"]]
    assert ((parts.sum(axis=1) - frame[WITH]).where(parts.notna().all(axis=1)).abs().max()) <= 7.5


@pytest.mark.parametrize("identifier", ERAS)
def test_a_form_holds_no_fewer_of_a_characteristic_than_its_parts(identifier: str, whole_tables: Mapping[str, StatLineTable]):
    frame = labelled(whole_tables[identifier]).pivot(
        index=["Persoonskenmerken", "RegioS", "Perioden"],
        columns="VormenVanJeugdzorg",
        values="TotaalJongerenMetJeugdzorg_1",
    )
    form = {" ".join(name.split()[:2]): frame[name].fillna(0) for name in frame}
    pairs = [("JZ Totaal", "JH 1"), ("JH 1", "JH 12"), ("JH 12", "JH 121"), ("JH 12", "JH 122")]
    for whole, part in [*pairs, ("JH 121", "JH 1211"), ("JH 121", "JH 1212")]:
        # rounded apart from each other; a division of equal numbers may differ by one step
        assert (form[whole] + 5 >= form[part]).all(), (whole, part)


def test_national_figures_are_of_the_published_size(whole_tables: Mapping[str, StatLineTable]):
    """111,650 children in one-parent households in the first half of 2025 (85100NED, provisional)."""
    frame = by_characteristic(whole_tables["85100NED"]).loc[("JZ Totaal jeugdzorg", "NL01", "2025HJ01")]
    assert frame["Positie: kind in eenouderhuishouden"] == pytest.approx(111_650, rel=0.05)
    children = by_characteristic(whole_tables["84135NED"]).loc[("JZ Totaal jeugdzorg", "NL01", "2020JJ00")]
    assert 0.53 < children["Geslacht: mannen"] / children["Totaal"] < 0.60
    assert 0.22 < children[WITH] / children["Totaal"] < 0.32


def test_full_size_is_that_of_the_real_table(small_world: World, whole_tables: Mapping[str, StatLineTable]):
    """CBS's 84135NED had 2,617,216 rows when somebody counted them."""
    full = {table.identifier: table for table in characteristic_tables(small_world, flows(small_world), full_size=True)}
    older = full["84135NED"]
    per_region = len(older.typed) / len(older.dimensions["RegioS"])
    assert per_region * len(whole_tables["84135NED"].dimensions["RegioS"]) == pytest.approx(2_617_216, rel=0.05)
    assert len(older.dimensions["Perioden"]) == 18
    usual = by_characteristic(characteristic_tables(small_world, flows(small_world))[0])
    assert usual.equals(by_characteristic(older).loc[usual.index, usual.columns])
    assert all(len(whole_tables[identifier].typed) < 600_000 for identifier in ERAS)


@pytest.fixture(scope="module")
def reach(whole_tables: Mapping[str, StatLineTable]) -> pd.DataFrame:
    """Reach of help without residence in per cent of the people of 0-22 years, by region and year, with and without."""
    youths = labelled(whole_tables["84135NED"])
    youths = youths[youths["VormenVanJeugdzorg"].str.startswith("JH 121 ") & youths["Persoonskenmerken"].isin([WITH, WITHOUT])]
    people = labelled(whole_tables["84910NED"])
    people = people[people["Leeftijd"].isin(AGES_0_22) & people["Generatie"].eq("Totaal")]
    names = {WITH: "Met migratieachtergrond", WITHOUT: "Nederlandse achtergrond"}
    keys = ["RegioS", "Perioden", "Migratieachtergrond"]
    below = people.groupby(keys)["BevolkingOp1Januari_1"].sum(min_count=len(AGES_0_22))
    above = youths.assign(Migratieachtergrond=youths["Persoonskenmerken"].map(names)).set_index(keys)
    share = 100 * above["TotaalJongerenMetJeugdzorg_1"] / below
    return share.unstack("Migratieachtergrond").rename(columns={name: title for title, name in names.items()})


def test_reach_of_youths_with_a_background_grew_more_than_that_of_others(reach: pd.DataFrame):
    growth = reach.loc[("NL01", "2020JJ00")] / reach.loc[("NL01", "2015JJ00")] - 1
    assert growth[WITH] > growth[WITHOUT] + 0.10
    assert growth[WITHOUT] > 0


def always_active(world: World) -> tuple[list[str], list[str]]:
    """Municipalities of 2015-2020 with a team that was active in all those years, and in none."""
    rows = pd.DataFrame(truth(world)["municipality_years"]).query("2015 <= year <= 2020")
    active = rows.groupby("gm_code")["is_active"].agg(["mean", "size"]).query("size == 6")["mean"]
    return list(active.index[active == 1]), list(active.index[active == 0])


def test_growth_differs_a_little_without_any_effect_as_active_municipalities_are_more_urban(
    whole_tables: Mapping[str, StatLineTable], reach: pd.DataFrame
):
    """From 2017 on (before it, teams are missing from the figures), against the growth of those without a background."""
    figures = stripped(whole_tables["70072ned"]).query("Perioden == '2020JJ00'").set_index("RegioS")
    growth = np.log(reach.xs("2020JJ00", level="Perioden") / reach.xs("2017JJ00", level="Perioden"))
    extra = (growth[WITH] - growth[WITHOUT]).dropna()
    density, mean = [], []
    for codes in always_active(World()):
        rows = figures.loc[codes]
        density.append(np.average(rows["Omgevingsadressendichtheid_2"], weights=rows["TotaleBevolking_1"]))
        mean.append(extra.reindex(codes).mean())
    assert density[0] > 1.1 * density[1]
    assert 0.002 < mean[0] - mean[1] < 0.05


def test_the_effect_on_reach_that_is_set_comes_out():
    plain = World()
    strong = replace(plain, effect_reach_background_pct=20.0)
    youths = {}
    for world in (plain, strong):
        frame = by_characteristic(characteristic_tables(world, flows(world))[0])[[WITH, WITHOUT, "Totaal"]]
        youths[world] = frame.xs("JH 121 Totaal jeugdhulp zonder verblijf").unstack("Perioden")
    active, others = always_active(plain)
    total, with_background = youths[strong]["Totaal"], youths[strong][WITH]
    pd.testing.assert_frame_equal(total, youths[plain]["Totaal"])
    grown = with_background.sum() / youths[plain][WITH].sum()
    assert grown["2015JJ00"] == 1
    ratio = with_background.loc[active].sum() / youths[plain][WITH].loc[active].sum()
    assert ratio[["2015JJ00", "2018JJ00", "2020JJ00"]].to_numpy() == pytest.approx([1, 1.12, 1.20], abs=0.01)
    # some of the others hold a part of a municipality that was divided later, and was active
    ratio = with_background.loc[others].sum() / youths[plain][WITH].loc[others].sum()
    assert ratio.to_numpy() == pytest.approx(1, abs=0.001)
    assert truth(strong)["effects"]["background_reach_growth_ratio"] == pytest.approx(1.20)


def test_further_tables_take_no_chance_away_from_the_others(small_world: World):
    """The tables without the further ones, against the same made after them and in a world with an effect on reach."""

    def usual(world: World, course) -> list[StatLineTable]:
        made = [*key_figure_tables(world, course), *trajectory_tables(world, course)]
        return [*made, population_table(world), household_table(world)]

    alone = usual(small_world, flows(small_world))
    for world in (small_world, replace(small_world, effect_reach_background_pct=25.0)):
        course = flows(world)
        further = [*characteristic_tables(world, course), background_table(world), income_table(world), regional_table(world)]
        assert len(further) == 5
        for before, after in zip(alone, usual(world, course), strict=True):
            pd.testing.assert_frame_equal(before.typed, after.typed, check_exact=True)
            assert before.dimensions == after.dimensions
            assert before.properties == after.properties

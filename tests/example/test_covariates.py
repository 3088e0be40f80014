"""Population by background, income and regional key figures: they add up and fit the other tables of the same country."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from wijkanalyse.example import StatLineTable
from wijkanalyse.municipalities import codes_in_force, municipalities

from .conftest import stripped
from .test_characteristics import labelled

PEOPLE = "BevolkingOp1Januari_1"


def by_background(table: StatLineTable) -> pd.DataFrame:
    """People by age, region and period, one column for each background."""
    rows = labelled(table)
    rows = rows[rows["Generatie"].eq("Totaal")]
    return rows.pivot(index=["Leeftijd", "RegioS", "Perioden"], columns="Migratieachtergrond", values=PEOPLE)


def test_backgrounds_ages_and_generations_add_up_exactly(small_tables: Mapping[str, StatLineTable]):
    table = small_tables["84910NED"]
    assert not table.typed.duplicated(list(table.dimensions)).any()
    frame = by_background(table).dropna()
    assert (frame["Nederlandse achtergrond"] + frame["Met migratieachtergrond"]).equals(frame["Totaal"])
    parts = frame["Westerse migratieachtergrond"] + frame["Niet-westerse migratieachtergrond"]
    assert parts.equals(frame["Met migratieachtergrond"])
    assert (frame >= 0).all(axis=None)
    fives = [f"{age} tot {age + 5} jaar" for age in range(0, 25, 5)]
    groups = sum(frame.loc[name] for name in [*fives, "25 jaar of ouder"])
    assert groups.equals(frame.loc["Totaal leeftijd"])
    assert sum(frame.loc[f"{age} jaar"] for age in range(20, 25)).equals(frame.loc["20 tot 25 jaar"])
    rows = labelled(table).dropna()
    rows = rows[rows["Leeftijd"].eq("Totaal leeftijd") & rows["Migratieachtergrond"].eq("Totaal")]
    generations = rows.pivot(index=["RegioS", "Perioden"], columns="Generatie", values=PEOPLE)
    first, second = generations["1e generatie migratieachtergrond"], generations["2e generatie migratieachtergrond"]
    assert (first + second).equals(generations["Met migratieachtergrond"])
    assert (generations["Nederlandse achtergrond"] + first + second).equals(generations["Totaal"])


def test_larger_regions_hold_exactly_the_people_of_their_municipalities(whole_tables: Mapping[str, StatLineTable]):
    frame = by_background(whole_tables["84910NED"]).xs("2020JJ00", level="Perioden").dropna()
    province = municipalities().set_index("gm_code")["province_code"]
    places = frame.index.get_level_values("RegioS")
    parts = frame[places.str.startswith("GM")]
    ages = parts.index.get_level_values("Leeftijd")
    sums = parts.groupby([ages, parts.index.get_level_values("RegioS").map(province)]).sum()
    assert np.array_equal(sums.to_numpy(), frame.loc[list(sums.index)].to_numpy())
    assert parts.groupby(ages).sum().equals(frame.xs("NL01", level="RegioS").sort_index())
    young = frame.xs("NL01", level="RegioS").loc["0 tot 5 jaar"]
    assert 0.22 < young["Met migratieachtergrond"] / young["Totaal"] < 0.32


@pytest.mark.parametrize("world", ["small", "whole"])
def test_all_backgrounds_together_are_the_population(world: str, request: pytest.FixtureRequest):
    tables: Mapping[str, StatLineTable] = request.getfixturevalue(f"{world}_tables")
    people = labelled(tables["03759ned"])
    people = people[people["Geslacht"].str.startswith("Totaal") & people["BurgerlijkeStaat"].str.startswith("Totaal")]
    total = people.set_index(["Leeftijd", "RegioS", "Perioden"])["BevolkingOp1Januari_1"]
    frame = by_background(tables["84910NED"])["Totaal"].dropna()
    for one, other in {"Totaal leeftijd": "Totaal", "20 jaar": "20 jaar", "22 jaar": "22 jaar"}.items():
        assert np.array_equal(frame.loc[one], total.loc[other].loc[frame.loc[one].index])
    regional = stripped(tables["70072ned"]).set_index(["RegioS", "Perioden"])["TotaleBevolking_1"].dropna()
    assert np.array_equal(regional, total.loc["Totaal"].loc[regional.index])


def test_regional_key_figures(whole_tables: Mapping[str, StatLineTable]):
    """2,024 addresses per km2 in 2021 (70072ned), and classes at 500, 1,000, 1,500 and 2,500."""
    table = whole_tables["70072ned"]
    frame = stripped(table).set_index(["RegioS", "Perioden"])
    density, degree = frame["Omgevingsadressendichtheid_2"], frame["MateVanStedelijkheid_3"]
    assert density["NL01", "2021JJ00"] == pytest.approx(2024, rel=0.01)
    assert density.min() > 50
    known = density.dropna()
    expected = pd.cut(known, [0, 500, 1000, 1500, 2500, np.inf], right=False, labels=[5, 4, 3, 2, 1]).astype(float)
    assert expected.equals(degree[known.index])
    titles = {row["ID"]: row for row in table.properties}
    (row,) = [row for row in titles.values() if row["Key"] == "Omgevingsadressendichtheid_2"]
    assert titles[row["ParentID"]]["Title"] == "Bodemgebruik"
    # abolished in 2019 (Aalburg): blank and not '.', as CBS prints it here
    place = list(zip(stripped(table)["RegioS"], stripped(table)["Perioden"], strict=True)).index(("GM0738", "2021JJ00"))
    assert all(cells[place] for cells in table.cannot_occur.values())


def test_income_is_shown_for_the_municipalities_of_2021_in_all_years(whole_tables: Mapping[str, StatLineTable]):
    table = whole_tables["84910NED"], whole_tables["85064NED"]
    assert table[1].infos["Title"] == "Inkomen van huishoudens; huishoudenskenmerken, regio (indeling 2021)"
    frame = labelled(table[1])
    frame = frame[frame["Populatie"].eq("Particuliere huishoudens incl. studenten")].set_index(["RegioS", "Perioden"])
    assert not frame.isna().any(axis=None)
    codes = frame.index.get_level_values("RegioS").unique()
    assert frozenset(codes[codes.str.startswith("GM")]) == codes_in_force(2021)
    income, homes = frame["GemiddeldGestandaardiseerdInkomen_3"], frame["ParticuliereHuishoudens_1"]
    assert np.allclose(income * 10, (income * 10).round())
    parts = frame[frame.index.get_level_values("RegioS").str.startswith("GM")]
    weighted = parts["GemiddeldGestandaardiseerdInkomen_3"] * parts["ParticuliereHuishoudens_1"]
    national = weighted.groupby("Perioden").sum() / parts["ParticuliereHuishoudens_1"].groupby("Perioden").sum()
    assert national.to_numpy() == pytest.approx(income.loc["NL01"].to_numpy(), abs=0.06)
    sums = parts["ParticuliereHuishoudens_1"].groupby("Perioden").sum()
    assert sums.to_numpy() == pytest.approx(homes.loc["NL01"].to_numpy())
    assert income.between(18, 60).all()
    households = stripped(whole_tables["71486ned"])
    households = households[households["LeeftijdReferentiepersoon"].eq("10000")].set_index(["RegioS", "Perioden"])
    of_2020 = households["TotaalParticuliereHuishoudens_1"]["GM0363", "2020JJ00"]
    assert homes["GM0363", "2020JJ00"] == pytest.approx(of_2020 / 1000, abs=0.1)

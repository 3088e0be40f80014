"""The made-up tables have the published shapes: titles, keys, regions, periods, rounding and gaps."""

import numpy as np
import pandas as pd
import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example import StatLineTable, World, make_tables
from wijkanalyse.municipalities import codes_in_force, municipalities
from wijkanalyse.topic_keys import topic_key

from .conftest import stripped

# The measures per form of help in 85097NED, as the page of that table lists them.
TEN = [
    "TotaalBegonnenTrajecten",
    "NieuwTraject",
    "HerhaaldBeroep",
    "GestartMetCrisis",
    "NietGestartMetCrisis",
    "TotaalBeeindigdeTrajecten",
    "GemiddeldeDuur",
    "BeeindigdVolgensPlan",
    "TotaalVoortijdigAfgesloten",
]
COUNTED_TO_FIVE = ["84134NED", "85099NED", "82971NED", "85097NED", "84135NED", "85100NED"]


@pytest.mark.parametrize(
    ("title", "number", "key"),
    [  # keys seen verbatim in CBS's answers
        ("0 tot 15 jaar", 8, "k_0Tot15Jaar_8"),
        ("Jeugdbesch. en jeugdh. met verbl. in nat", 4, "JeugdbeschEnJeugdhMetVerblInNat_4"),
        ("Bevolking op 1 januari", 1, "BevolkingOp1Januari_1"),
        ("Totaal eenouderhuishoudens", 16, "TotaalEenouderhuishoudens_16"),
        ("Wmo-cliënten", 89, "WmoClienten_89"),
    ],
)
def test_keys_follow_cbs_rule(title: str, number: int, key: str):
    assert topic_key(title, number) == key


def test_trajectory_columns(small_tables: dict[str, StatLineTable]):
    keys = [str(row["Key"]) for row in small_tables["85097NED"].topics]
    assert len(keys) == 50
    assert keys[:10] == ["TotaalJeugdhulptrajectenInNatura_1", *(f"{name}_{n}" for n, name in enumerate(TEN, start=2))]
    assert keys[10:20] == [
        "TotaalJeugdhulpZonderVerblijf_11",
        *(f"{name}_{n}" for n, name in enumerate(TEN, start=12)),
    ]
    assert keys[41] == "ToaalBegonnenTrajecten_42"  # CBS's own typo
    assert str(small_tables["82971NED"].topics[41]["Key"]) == "TotaalBegonnenTrajecten_42"


def test_headings_over_a_measure(small_tables: dict[str, StatLineTable]):
    rows = {row["ID"]: row for row in small_tables["85097NED"].properties}

    def headings(key: str) -> list[str]:
        (row,) = [row for row in rows.values() if row["Key"] == key]
        titles = []
        while row["ParentID"] is not None:
            row = rows[row["ParentID"]]
            titles.insert(0, row["Title"])
        return titles

    without = ["Jeugdhulp zonder verblijf", "Totaal jeugdhulp zonder verblijf"]
    assert headings("TotaalJeugdhulpZonderVerblijf_11") == without
    assert headings("GestartMetCrisis_15") == [*without, "Begonnen trajecten", "Crisis"]
    assert headings("GemiddeldeDuur_18") == [*without, "Beëindigde trajecten", "Duur van de beëindigde trajecten"]
    assert headings("TotaalVoortijdigAfgesloten_10") == [
        "Totaal jeugdhulptrajecten in natura",
        "Beëindigde trajecten",
        "Reden beëindiging",
        "Voortijdig afgesloten",
    ]


def test_without_subforms_there_are_three_groups_of_ten():
    tables = {table.identifier: table for table in make_tables(World(provinces=("PV24",), with_subforms=False))}
    keys = [str(row["Key"]) for row in tables["85097NED"].topics]
    assert len(keys) == 30
    assert keys[20:22] == ["TotaalJeugdhulpMetVerblijf_21", "ToaalBegonnenTrajecten_22"]


def test_other_columns_have_the_published_numbers(small_tables: dict[str, StatLineTable]):
    households = [str(row["Key"]) for row in small_tables["71486ned"].topics]
    assert len(households) == 27
    assert {"TotaalParticuliereHuishoudens_1", "TotaalEenouderhuishoudens_16", "k_1Kind_17"} <= set(households)
    assert list(small_tables["03759ned"].typed.columns[-2:]) == ["BevolkingOp1Januari_1", "GemiddeldeBevolking_2"]
    assert [row["Key"] for row in small_tables["84134NED"].topics][::2] == [
        "JongerenMetJeugdzorg_1",
        "Jeugdzorgtrajecten_3",
    ]


def test_regions_carry_cbs_titles_and_padding(whole_tables: dict[str, StatLineTable]):
    rows = whole_tables["85099NED"].dimensions["RegioS"]
    titles = {str(row["Key"]): row["Title"] for row in rows}
    assert {len(key) for key in titles} == {6}
    assert titles["NL01  "] == "Nederland"
    assert titles["PV20  "] == "Groningen (PV)"
    assert titles["PV21  "] == "Fryslân (PV)"
    assert titles["LD01  "] == "Noord-Nederland (LD)"
    assert titles["GM0014"] == "Groningen (gemeente)"
    assert titles["GM0344"] == "Utrecht (gemeente)"
    assert titles["GM0518"] == "'s-Gravenhage (gemeente)"
    assert titles["JZ08  "] == "Flevoland (JZ)"
    prefixes = pd.Series(list(titles)).str[:2].value_counts().to_dict()
    alive = frozenset().union(*(codes_in_force(year) for year in range(2021, 2026)))
    assert prefixes == {"NL": 1, "LD": 4, "PV": 12, "CR": 40, "GM": len(alive), "JZ": 42}


def test_periods_and_their_status(small_tables: dict[str, StatLineTable]):
    rows = {row["Key"]: row for row in small_tables["85097NED"].dimensions["Perioden"]}
    assert len(rows) == 15
    assert rows["2025JJ00"]["Status"] == "Voorlopig"
    assert rows["2025HJ01"]["Status"] == "NaderVoorlopig"
    assert rows["2025HJ01"]["Title"] == "2025 1e halfjaar"
    assert {row["Status"] for key, row in rows.items() if key < "2025"} == {"Definitief"}
    assert {row["Status"] for row in small_tables["82971NED"].dimensions["Perioden"]} == {"Definitief"}


@pytest.mark.parametrize("identifier", COUNTED_TO_FIVE)
def test_last_dimension_runs_fastest_and_every_cell_is_there(identifier: str, small_tables: dict[str, StatLineTable]):
    table = small_tables[identifier]
    lengths = [len(rows) for rows in table.dimensions.values()]
    assert len(table.typed) == np.prod(lengths)
    keys = [str(row["Key"]) for row in table.dimensions["Perioden"]]
    assert table.typed["Perioden"].astype(str).tolist()[: len(keys) * 2] == keys * 2
    assert not table.typed.duplicated(list(table.dimensions)).any()


@pytest.mark.parametrize("identifier", COUNTED_TO_FIVE)
def test_counts_are_multiples_of_five_from_ten_up(identifier: str, small_tables: dict[str, StatLineTable]):
    table = small_tables[identifier]
    counted = [str(row["Key"]) for row in table.topics if row["Unit"] == "aantal"]
    values = table.typed[counted].to_numpy()
    values = values[~np.isnan(values)]
    assert (values % 5 == 0).all()
    assert values.min() == 10


def test_abolished_and_coming_municipalities_are_listed_empty(small_tables: dict[str, StatLineTable]):
    """Haren went over into Groningen and Bedum into Het Hogeland in 2019, Delfzijl into Eemsdelta in 2021."""
    frame = stripped(small_tables["84134NED"])
    total = frame[frame["VormenVanJeugdzorg"].eq("A045561")].set_index(["RegioS", "Perioden"])["JongerenMetJeugdzorg_1"]
    assert total["GM0017"]["2018JJ00"] > 0
    assert np.isnan(total["GM0017"]["2019JJ00"])
    assert np.isnan(total["GM1966"]["2018JJ00"])
    assert total["GM1966"]["2019JJ00"] > 0
    newer = stripped(small_tables["85099NED"])
    assert "GM0010" not in set(newer["RegioS"])
    assert "GM1979" in set(newer["RegioS"])


def test_where_cbs_has_no_figure_there_is_none(small_tables: dict[str, StatLineTable]):
    frame = stripped(small_tables["84134NED"])
    titles = {str(row["Key"]).strip(): row["Title"] for row in small_tables["84134NED"].dimensions["VormenVanJeugdzorg"]}
    frame["form"] = frame["VormenVanJeugdzorg"].map(titles)
    national = frame[frame["RegioS"].eq("NL01")]
    with_budget = national["form"].isin(["JZ Totaal jeugdzorg", "JH 1 Totaal jeugdhulp", "JH 11 Jeugdhulp PGB"])
    assert national.loc[with_budget, "Jeugdzorgtrajecten_3"].isna().all()
    assert national.loc[with_budget, "JongerenMetJeugdzorg_1"].notna().all()
    assert national.loc[national["form"].str.startswith("JH 12 "), "Jeugdzorgtrajecten_3"].notna().all()
    trajectories = stripped(small_tables["82971NED"])
    national = trajectories[trajectories["RegioS"].eq("NL01") & trajectories["VerwijzerJeugdzorg"].eq("T001047")]
    since_2019 = national["Perioden"] >= "2019"
    assert (national["GestartMetCrisis_5"].notna() == since_2019).all()
    assert (national["NietGestartMetCrisis_6"].notna() == since_2019).all()


def test_larger_regions_are_the_sum_of_their_municipalities(whole_tables: dict[str, StatLineTable]):
    frame = stripped(whole_tables["84134NED"])
    zonder = frame[frame["VormenVanJeugdzorg"].eq("A042503") & frame["Perioden"].isin(["2015JJ00", "2020JJ00"])]
    wide = zonder.pivot(index="RegioS", columns="Perioden", values="Jeugdzorgtrajecten_3")
    table = municipalities().set_index("gm_code")
    parts = wide[wide.index.str.startswith("GM")]
    by_province = parts.groupby(parts.index.map(table["province_code"])).sum()
    # Each municipality is off by at most 2.5 (or 7, when secret); sums of many are off by chance only.
    assert by_province.to_numpy() == pytest.approx(wide.loc[by_province.index].to_numpy(), abs=100)
    for prefix in ("PV", "LD", "CR", "JZ"):
        part = wide[wide.index.str.startswith(prefix)]
        assert part.sum().to_numpy() == pytest.approx(wide.loc["NL01"].to_numpy(), abs=150)


def test_population_and_households_add_up(small_tables: dict[str, StatLineTable]):
    people = stripped(small_tables["03759ned"])
    people = people[people["RegioS"].eq("GM0014") & people["Perioden"].eq("2020JJ00")]
    whole = people[people["Geslacht"].eq("T001038") & people["BurgerlijkeStaat"].eq("T001019")]
    by_age = whole.set_index("Leeftijd")["BevolkingOp1Januari_1"]
    assert by_age.drop("10000").sum() == pytest.approx(by_age["10000"], abs=15)
    assert len(by_age) == 27
    homes = stripped(small_tables["71486ned"])
    home = homes[homes["RegioS"].eq("GM0014") & homes["LeeftijdReferentiepersoon"].eq("10000")].iloc[0]
    assert home["Eenpersoonshuishouden_2"] + home["TotaalMeerpersoonshuishoudens_3"] == pytest.approx(
        home["TotaalParticuliereHuishoudens_1"], abs=2
    )
    sizes = ["k_1Persoon_22", "k_2Personen_23", "k_3Personen_24", "k_4Personen_25", "k_5OfMeerPersonen_26"]
    assert home[sizes].sum() == pytest.approx(home["TotaalParticuliereHuishoudens_21"], abs=5)
    assert 0.04 < home["TotaalEenouderhuishoudens_16"] / home["TotaalParticuliereHuishoudens_1"] < 0.14


def test_lists_of_areas(whole_tables: dict[str, StatLineTable]):
    old, new = whole_tables["84721NED"], whole_tables["86247NED"]
    assert old.infos["Title"] == "Gebieden in Nederland 2020"
    for table, year in ((old, 2020), (new, 2026)):
        frame = stripped(table)
        assert frozenset(frame["RegioS"]) == codes_in_force(year)
        assert (table.typed["RegioS"].astype(str).str.len() == 10).all()
        assert (frame["Code_1"].astype(str).str.strip() == frame["RegioS"]).all()
        codes = {name: frame[name].astype(str).str.strip() for name in frame if name.startswith("Code_")}
        (youth,) = [name for name, values in codes.items() if values.str.startswith("JZ").all()]
        expected = municipalities().set_index("gm_code")["jeugdregio_code"]
        assert (codes[youth] == frame["RegioS"].map(expected)).all()
    assert list(old.typed.columns) != list(new.typed.columns) or [row["Title"] for row in old.properties] != [
        row["Title"] for row in new.properties
    ]


def test_every_description_says_the_figures_are_made_up(small_tables: dict[str, StatLineTable]):
    for table in small_tables.values():
        for field in ("ShortDescription", "Summary", "Description", "ExplanatoryText"):
            assert "VOORBEELDCIJFERS: verzonnen cijfers" in str(table.infos[field])
        assert table.infos["Source"] == "wijkanalyse (voorbeeldcijfers)"


def test_impossible_worlds_are_refused():
    for settings in (
        {"provinces": ("PV99",)},
        {"provinces": ()},
        {"effect_duration_pct": -95},
        {"effect_reach_background_pct": 900},
        {"modified": "today"},
    ):
        with pytest.raises(WijkanalyseError):
            World(**settings)


@pytest.mark.parametrize("identifier", ["84134NED", "85099NED"])
def test_a_form_holds_no_fewer_youths_than_any_of_its_parts(identifier: str, whole_tables: dict[str, StatLineTable]):
    table = whole_tables[identifier]
    frame = stripped(table).pivot(index=["RegioS", "Perioden"], columns="VormenVanJeugdzorg", values="JongerenMetJeugdzorg_1")
    frame.columns = [
        str(row["Title"]) for code in frame for row in table.dimensions["VormenVanJeugdzorg"] if row["Key"] == code
    ]
    youths = {name if name.startswith("JZ") else name.split()[1]: frame[name].fillna(0) for name in frame}
    pairs = [("121", "1211"), ("121", "1212"), ("12", "121"), ("12", "122"), ("1", "12"), ("1", "11")]
    pairs += [("JZ Totaal jeugdzorg", "JZ Totaal jeugdzorg in natura"), ("JZ Totaal jeugdzorg in natura", "12")]
    pairs += [("1212", part) for part in ("12121", "12122", "12123")] + [("122", "1221"), ("122", "1224")]
    youths |= {name.split()[1]: frame[name].fillna(0) for name in frame if name.startswith("JH")}
    for whole, part in pairs:
        assert (youths[whole] >= youths[part]).all(), (whole, part)


@pytest.mark.parametrize("identifier", ["84134NED", "85099NED"])
def test_no_form_has_more_youths_than_trajectories(identifier: str, whole_tables: dict[str, StatLineTable]):
    frame = whole_tables[identifier].typed[["JongerenMetJeugdzorg_1", "Jeugdzorgtrajecten_3"]].dropna()
    assert (frame["JongerenMetJeugdzorg_1"] <= frame["Jeugdzorgtrajecten_3"]).all()

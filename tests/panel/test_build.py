"""The panel of a small made-up country, held against the cells that its StatLine serves."""

import dataclasses
from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.small_world import fetched_tables, register, served_tables
from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example import StatLineServer, World
from wijkanalyse.example.simulate import flows
from wijkanalyse.example.trajectories import trajectory_tables
from wijkanalyse.files import read_table, write_table
from wijkanalyse.panel.build import BuiltPanel, build_panel
from wijkanalyse.panel.schemas import Cells, Checks, Panel, PanelLong
from wijkanalyse.statline.client import RawTable, StatLineClient
from wijkanalyse.statline.run import TableAbsentError
from wijkanalyse.statline.tables import TableRegister

SOURCE = "VOORBEELDCIJFERS"
UTRECHT, VIJFHEERENLANDEN = "GM0344", "GM1961"


@cache
def built() -> BuiltPanel:
    return build_panel(fetched_tables().__getitem__, register(), PanelChoices(), SOURCE)


def only(*identifiers: str) -> TableRegister:
    """The register with some of its tables, and one division."""
    areas = register().areas.model_copy(update={"tables": {2025: "86059NED"}})
    tables = {name: table for name, table in register().tables.items() if name in identifiers}
    return register().model_copy(update={"tables": tables, "areas": areas})


@cache
def without_subforms() -> dict[str, RawTable]:
    """The tables of a service that does not show help by and not by the team separately."""
    world = World(provinces=("PV26",), with_subforms=False)
    tables = trajectory_tables(world, flows(world))
    with StatLineServer(tables) as server:
        client = StatLineClient(server.catalog_url, use_https=False)
        return fetched_tables() | {table.identifier: client.fetch(table.identifier) for table in tables}


def served(identifier: str, topic: str, form: str | None = None) -> pd.Series:
    """The served figures of Utrecht by year, found without the code under test."""
    table = served_tables()[identifier]
    rows = table.typed.astype(dict.fromkeys(table.dimensions, str))
    rows = rows[rows["RegioS"].str.startswith(UTRECHT) & rows["Perioden"].str.endswith("JJ00")]
    other = next(name for name in table.dimensions if name not in ("RegioS", "Perioden"))
    title = {str(row["Key"]): str(row["Title"]) for row in table.dimensions[other]}
    rows = rows[rows[other].map(title).str.strip().eq(form or "Totaal verwijzer")]
    return rows.set_index(rows["Perioden"].str[:4].astype(int))[topic]


def test_every_frame_fits_its_contract(tmp_path):
    for name, schema in {"cells": Cells, "long": PanelLong, "wide": Panel, "checks": Checks}.items():
        write_table(getattr(built(), name), tmp_path / f"{name}.parquet", schema)
        assert len(read_table(tmp_path / f"{name}.parquet", schema)) == len(getattr(built(), name))


@pytest.mark.parametrize(
    ("variable", "tables", "topic", "form"),
    [
        ("trajectories_wijkteam", ("84134NED", "85099NED"), "Jeugdzorgtrajecten_3", "JH 1211 Uitgevoerd door wijkteam"),
        (
            "youths_zonder_verblijf",
            ("84134NED", "85099NED"),
            "JongerenMetJeugdzorg_1",
            "JH 121 Totaal jeugdhulp zonder verblijf",
        ),
    ],
)
def test_counts_of_a_municipality_that_never_merged_are_the_served_cells(variable: str, tables, topic: str, form: str):
    wide = built().wide
    found = wide[wide["gm_code"].eq(UTRECHT)].set_index("year")[variable]
    expected = pd.concat([served(table, topic, form) for table in tables])
    assert found.loc[expected.index].tolist() == expected.tolist()
    assert len(expected) == 11


def test_the_columns_of_trajectories_are_those_of_their_group():
    """By the topic groups of the served table, walked here by hand."""
    for identifier in ("82971NED", "85097NED"):
        properties = served_tables()[identifier].properties
        by_id = {row["ID"]: row for row in properties}
        group = next(row["ID"] for row in properties if row["Title"] == "Niet uitgevoerd door wijk- of buurtteam")
        inside = [row for row in properties if row["Type"] == "Topic" and _stands_under(row, group, by_id)]
        for title, variable in (("Gestart met crisis", "begun_crisis"), ("Gemiddelde duur", "mean_duration_days")):
            keys = [str(row["Key"]) for row in inside if row["Title"] == title]
            used = (
                built().cells.query("table == @identifier and variable == @variable + '_niet_wijkteam'")["column_key"].unique()
            )
            assert list(used) == keys[:1]
            expected = served(identifier, keys[0])
            wide = built().wide
            found = wide[wide["gm_code"].eq(UTRECHT)].set_index("year")[f"{variable}_niet_wijkteam"].loc[expected.index]
            assert found.tolist() == pytest.approx(expected.tolist(), nan_ok=True)


def _stands_under(row, group, by_id) -> bool:
    while row["ParentID"] is not None:
        if row["ParentID"] == group:
            return True
        row = by_id[row["ParentID"]]
    return False


def test_every_municipality_of_the_boundaries_year_has_every_year():
    wide = built().wide
    assert set(wide["gm_code"]) == set(_codes_2025())
    assert wide.groupby("gm_code")["year"].agg(["min", "max", "size"]).drop_duplicates().to_numpy().tolist() == [
        [2015, 2026, 12]
    ]
    assert (wide["series"] == np.where(wide["year"] < 2021, "2015-2020", "2021-")).all()
    assert set(wide["source"]) == {SOURCE}


def _codes_2025() -> list[str]:
    return [key for key in fetched_tables()["86059NED"].data["RegioS"].str.strip() if key.startswith("GM")]


def test_names_and_regions_are_those_of_the_boundaries_year():
    row = built().wide.query("gm_code == @VIJFHEERENLANDEN and year == 2015").iloc[0]
    assert (row["gm_name"], row["province_code"], row["jeugdregio_name"]) == ("Vijfheerenlanden", "PV26", "Lekstroom")


def test_half_of_a_merged_municipality_is_not_the_whole():
    """Leerdam and Zederik lay in another province, which this small country does not show."""
    wide = built().wide.query("gm_code == @VIJFHEERENLANDEN").set_index("year")
    assert wide["begun_zonder_verblijf"].loc[:2018].isna().all()
    assert wide["begun_zonder_verblijf"].loc[2019:2025].notna().all()


def test_provisional_years_are_marked():
    assert built().wide.groupby("year")["period_status"].first().loc[2025] == "Voorlopig"
    assert set(built().wide.query("year < 2025")["period_status"]) <= {"Definitief", "NaderVoorlopig"}


def test_titles_and_national_totals_are_as_expected():
    checks = built().checks
    assert set(checks.query("check in ['title', 'national_total']")["passed"]) == {True}
    assert len(checks.query("check == 'title'")) == len(register().tables)
    assert set(checks.query("check == 'national_total'")["subject"]) >= {
        "begun_zonder_verblijf",
        "population_0_22",
        "households",
    }
    # a province is not the country
    assert not checks.query("check == 'division'")["passed"].any()


def changed(identifier: str, **changes: object):
    tables = fetched_tables()
    return (tables | {identifier: dataclasses.replace(tables[identifier], **changes)}).__getitem__  # type: ignore[arg-type]


def test_a_total_that_does_not_add_up_and_another_title_are_found():
    raw = fetched_tables()["71486ned"]
    data = raw.data.copy()
    topic = next(row["Key"] for row in raw.properties if row["Title"] == "Totaal particuliere huishoudens")
    national = data["RegioS"].str.startswith("NL01") & data["Perioden"].eq("2020JJ00")
    data.loc[national, topic] = (data.loc[national, topic].astype(int) + 100).astype(str)
    checks = build_panel(
        changed("71486ned", data=data, infos={"Title": "Iets anders"}), only("71486ned"), PanelChoices(), SOURCE
    ).checks
    failed = checks[~checks["passed"] & checks["check"].ne("division")]
    assert set(zip(failed["check"], failed["subject"], strict=True)) == {
        ("title", "71486ned"), ("national_total", "households"),
    }  # fmt: skip
    assert failed.set_index("check").loc["national_total", "expected"].startswith("2020: ")


def test_columns_that_the_service_does_not_offer_stay_empty():
    panel = build_panel(without_subforms().__getitem__, only("82971NED", "85097NED"), PanelChoices(), SOURCE)
    absent = [name for name, variable in register().tables["85097NED"].variables.items() if not variable.required]
    assert len(absent) == 8
    assert set(absent) < set(panel.wide.columns)
    assert panel.wide[absent].isna().all(axis=None)
    assert set(panel.cells[panel.cells["variable"].isin(absent)]["reason"]) <= {"absent", "no_municipality"}
    # the whole panel has more rows: the population of 2026, and years that trajectories lack
    keys = ["gm_code", "year"]
    both = panel.wide.merge(built().wide, on=keys, validate="1:1", suffixes=("", "_whole"))
    assert len(both) == len(panel.wide)
    assert both["begun_zonder_verblijf"].equals(both["begun_zonder_verblijf_whole"].rename("begun_zonder_verblijf"))
    Panel.validate(panel.wide)


def test_a_municipality_that_the_figures_do_not_cover_cannot_be_divided():
    """Leerdam and Zederik lay in another province, so nobody knows how many people Vijfheerenlanden had from them."""
    tables = only("82971NED", "03759ned")
    with pytest.raises(WijkanalyseError, match=r"boundaries of 2018.*GM1961 cannot be divided"):
        build_panel(fetched_tables().__getitem__, tables, PanelChoices(boundaries_year=2018), SOURCE)


def test_a_table_that_nobody_needs_may_be_absent():
    def read(identifier: str) -> RawTable:
        if identifier == "84910NED":
            raise TableAbsentError("not fetched")
        return fetched_tables()[identifier]

    wide = build_panel(read, register(), PanelChoices(), SOURCE).wide
    assert wide["population_0_22_migration"].isna().all()
    assert wide["population_0_22"].notna().mean() > 0.9


def test_a_table_that_is_needed_may_not():
    def read(identifier: str) -> RawTable:
        raise TableAbsentError(f"table {identifier} is not among the fetched tables")

    with pytest.raises(TableAbsentError, match="84134NED"):
        build_panel(read, register(), PanelChoices(), SOURCE)

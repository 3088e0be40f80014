"""Tables that are not as they were: each gives the right figures, or a named error that says what is wrong."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest

from tests.small_world import fetched_tables, register
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.panel.extract import extract_cells
from wijkanalyse.statline.checks import check_whole
from wijkanalyse.statline.client import RawTable

TABLE = "82971NED"
BEGUN = "Totaal begonnen trajecten"
WITHOUT_RESIDENCE = "Totaal jeugdhulp zonder verblijf"


@cache
def right() -> RawTable:
    """The table as it should be, with fewer periods so that each test is quick."""
    raw = fetched_tables()[TABLE]
    data = (
        raw.data[raw.data["Perioden"].isin(["2019JJ00", "2020JJ00"])].reset_index(drop=True).assign(ID=lambda f: range(len(f)))
    )
    return dataclasses.replace(raw, data=data, catalogue={**raw.catalogue, "RecordCount": len(data)})


def spoiled() -> RawTable:
    return dataclasses.replace(
        right(),
        data=right().data.copy(),
        properties=copy.deepcopy(right().properties),
        dimensions=copy.deepcopy(right().dimensions),
        catalogue=dict(right().catalogue),
    )


def figures(raw: RawTable) -> pd.DataFrame:
    check_whole(raw)
    cells = extract_cells(raw, register().tables[TABLE], "x")
    kept = cells[["variable", "region", "period", "value", "reason"]]
    return kept.sort_values(["variable", "region", "period"], ignore_index=True)


def group(raw: RawTable, title: str) -> dict[str, Any]:
    return next(row for row in raw.properties if row["Type"] == "TopicGroup" and row["Title"] == title)


def topic(raw: RawTable, title: str, under: str) -> dict[str, Any]:
    """A topic by its title and the title of a group above it."""
    by_id = {row["ID"]: row for row in raw.properties}

    def above(row: dict[str, Any]) -> list[str]:
        return [] if row["ParentID"] is None else [by_id[row["ParentID"]]["Title"], *above(by_id[row["ParentID"]])]

    return next(row for row in raw.properties if row["Type"] == "Topic" and row["Title"] == title and under in above(row))


def begun(raw: RawTable) -> dict[str, Any]:
    return topic(raw, BEGUN, WITHOUT_RESIDENCE)


def recoded(raw: RawTable, dimension: str, rename: Callable[[str], str]) -> RawTable:
    for row in raw.dimensions[dimension]:
        row["Key"] = rename(row["Key"])
    return dataclasses.replace(raw, data=raw.data.assign(**{dimension: raw.data[dimension].map(rename)}))


def with_cell(raw: RawTable, text: str) -> RawTable:
    key = begun(raw)["Key"]
    municipal = raw.data.index[raw.data["RegioS"].str.startswith("GM0344")][0]
    data = raw.data.astype({key: object})
    data.loc[municipal, key] = text
    return dataclasses.replace(raw, data=data)


# --- changes that leave the figures what they are ---------------------------------------------------------------------


def numbers_shifted(raw: RawTable) -> RawTable:
    """A column was put in, so that every key has another number."""
    renamed = {
        row["Key"]: f"{row['Key'].rsplit('_', 1)[0]}_{n + 2}" for n, row in enumerate(raw.properties) if row["Type"] == "Topic"
    }
    for row in raw.properties:
        row["Key"] = renamed.get(row["Key"], row["Key"])
    extra = {**begun(raw), "ID": max(row["ID"] for row in raw.properties) + 1, "Key": "Nieuw_1", "Title": "Iets nieuws"}
    data = raw.data.rename(columns=renamed).assign(Nieuw_1="       1")
    return dataclasses.replace(raw, properties=[*raw.properties, extra], data=data)


def one_letter_missing(raw: RawTable) -> RawTable:
    begun(raw)["Title"] = "Toaal begonnen trajecten"
    return raw


def capitals_and_accents(raw: RawTable) -> RawTable:
    begun(raw)["Title"] = "TOTAAL BEGONNEN  TRAJECTÉN "
    return raw


def a_group_more(raw: RawTable) -> RawTable:
    """The groups of the table were put under one more heading."""
    number = min(row["ID"] for row in raw.properties if row["Type"] == "TopicGroup")
    for row in raw.properties:
        row["ID"], row["ParentID"] = 10 * row["ID"], None if row["ParentID"] is None else 10 * row["ParentID"]
    heading = {**group(raw, "Jeugdhulp zonder verblijf"), "ID": 10 * number - 1, "ParentID": None, "Title": "Alles"}
    for row in raw.properties:
        if row["Type"] in ("TopicGroup", "Topic") and row["ParentID"] is None:
            row["ParentID"] = heading["ID"]
    place = next(n for n, row in enumerate(raw.properties) if row["ID"] == 10 * number)
    return dataclasses.replace(raw, properties=[*raw.properties[:place], heading, *raw.properties[place:]])


def other_codes(raw: RawTable) -> RawTable:
    return recoded(raw, "VerwijzerJeugdzorg", lambda code: f"X{code}")


def wider_padding(raw: RawTable) -> RawTable:
    return recoded(recoded(raw, "RegioS", lambda code: f"{code.strip():<12}"), "Perioden", lambda code: f"{code}  ")


def dimensions_in_another_order(raw: RawTable) -> RawTable:
    first, second, third, *rest = raw.properties
    return dataclasses.replace(raw, properties=[{**second, "ID": 0}, {**first, "ID": 1}, {**third, "ID": 2}, *rest])


def a_region_of_a_new_kind(raw: RawTable) -> RawTable:
    row = {**raw.dimensions["RegioS"][0], "Key": "QQ01  ", "Title": "Iets anders (QQ)"}
    extra = raw.data.iloc[[0]].assign(RegioS="QQ01  ", ID=len(raw.data))
    raw.catalogue["RecordCount"] = len(raw.data) + 1
    dimensions = {**raw.dimensions, "RegioS": [*raw.dimensions["RegioS"], row]}
    return dataclasses.replace(raw, data=pd.concat([raw.data, extra], ignore_index=True), dimensions=dimensions)


def no_period_status(raw: RawTable) -> RawTable:
    for row in raw.dimensions["Perioden"]:
        row.pop("Status")
    return raw


def another_unit_text(raw: RawTable) -> RawTable:
    begun(raw)["Unit"] = "trajecten"
    return raw


HARMLESS = [
    numbers_shifted,
    one_letter_missing,
    capitals_and_accents,
    a_group_more,
    other_codes,
    wider_padding,
    dimensions_in_another_order,
    a_region_of_a_new_kind,
    no_period_status,
    another_unit_text,
]


@pytest.mark.parametrize("change", HARMLESS, ids=lambda change: change.__name__)
def test_a_harmless_change_leaves_the_figures_what_they_are(change: Callable[[RawTable], RawTable]) -> None:
    pd.testing.assert_frame_equal(figures(change(spoiled())), figures(right()))


# --- changes that must stop the run -----------------------------------------------------------------------------------


def retitled(raw: RawTable) -> RawTable:
    begun(raw)["Title"] = "Instroom in het jaar"
    return raw


def regrouped(raw: RawTable) -> RawTable:
    group(raw, WITHOUT_RESIDENCE)["Title"] = "Ambulant en thuis"
    return raw


def twice_under_one_group(raw: RawTable) -> RawTable:
    topic(raw, "Nieuw traject", WITHOUT_RESIDENCE)["Title"] = BEGUN
    return raw


def column_not_described(raw: RawTable) -> RawTable:
    return dataclasses.replace(raw, properties=[row for row in raw.properties if row is not begun(raw)])


def column_not_delivered(raw: RawTable) -> RawTable:
    return dataclasses.replace(raw, data=raw.data.drop(columns=begun(raw)["Key"]))


def column_missing_in_some_rows(raw: RawTable) -> RawTable:
    key = begun(raw)["Key"]
    data = raw.data.astype({key: object})
    data.loc[5, key] = None
    return dataclasses.replace(raw, data=data)


def category_retitled(raw: RawTable) -> RawTable:
    raw.dimensions["VerwijzerJeugdzorg"][0]["Title"] = "Alle wegen naar hulp"
    return raw


def category_gone(raw: RawTable) -> RawTable:
    raw.dimensions["VerwijzerJeugdzorg"] = raw.dimensions["VerwijzerJeugdzorg"][1:]
    return raw


def code_not_in_the_list(raw: RawTable) -> RawTable:
    data = raw.data.assign(RegioS=raw.data["RegioS"].replace({"GM0344": "GM9999"}))
    return dataclasses.replace(raw, data=data)


def code_padded_in_the_list_only(raw: RawTable) -> RawTable:
    for row in raw.dimensions["RegioS"]:
        row["Key"] += " "
    return raw


def list_with_a_code_twice(raw: RawTable) -> RawTable:
    raw.dimensions["RegioS"].append(raw.dimensions["RegioS"][0])
    return raw


def rows_twice(raw: RawTable) -> RawTable:
    raw.catalogue["RecordCount"] = 2 * len(raw.data)
    return dataclasses.replace(
        raw, data=pd.concat([raw.data, raw.data]).reset_index(drop=True).assign(ID=lambda f: range(len(f)))
    )


def rows_missing(raw: RawTable) -> RawTable:
    return dataclasses.replace(raw, data=raw.data.iloc[:-3])


def rows_missing_in_the_middle(raw: RawTable) -> RawTable:
    raw.catalogue["RecordCount"] = len(raw.data) - 1
    return dataclasses.replace(raw, data=raw.data.drop(index=7).reset_index(drop=True))


def no_rows(raw: RawTable) -> RawTable:
    return dataclasses.replace(raw, data=raw.data.iloc[:0])


def another_dimension(raw: RawTable) -> RawTable:
    row = {**raw.properties[0], "ID": -1, "Key": "Geslacht", "Title": "Geslacht"}
    sexes = [{"Key": "T001038", "Title": "Totaal", "Description": "", "CategoryGroupID": None}]
    dimensions = {**raw.dimensions, "Geslacht": sexes}
    return dataclasses.replace(
        raw, properties=[row, *raw.properties], dimensions=dimensions, data=raw.data.assign(Geslacht="T001038")
    )


def group_astray(raw: RawTable) -> RawTable:
    begun(raw)["ParentID"] = 9999
    return raw


HARMFUL = {
    retitled: r'column "Totaal jeugdhulp zonder verblijf > Totaal begonnen trajecten" is not there',
    regrouped: r'column "Totaal jeugdhulp zonder verblijf > Totaal begonnen trajecten" is not there',
    twice_under_one_group: r"Totaal begonnen trajecten\" is there 2 times",
    column_not_described: r"columns are not those of DataProperties: TotaalBegonnenTrajecten",
    column_not_delivered: r"columns are not those of DataProperties: TotaalBegonnenTrajecten",
    column_missing_in_some_rows: r"some rows lack a column",
    category_retitled: r'category "Totaal verwijzer" of dimension "VerwijzerJeugdzorg" is not there',
    category_gone: r"codes that are not in the list of VerwijzerJeugdzorg",
    code_not_in_the_list: r"codes that are not in the list of RegioS: GM9999",
    code_padded_in_the_list_only: r"codes that are not in the list of RegioS",
    list_with_a_code_twice: r"RegioS has .* twice",
    rows_twice: r"some rows came twice",
    rows_missing: r"rows, but the catalogue announces",
    rows_missing_in_the_middle: r"row numbers have gaps",
    no_rows: r"no rows",
    another_dimension: r"no category is chosen for Geslacht",
    group_astray: r"lack the group of Totaal begonnen trajecten",
}


@pytest.mark.parametrize(("change", "message"), HARMFUL.items(), ids=[change.__name__ for change in HARMFUL])
def test_a_harmful_change_stops_with_a_message_that_names_it(change: Callable[[RawTable], RawTable], message: str) -> None:
    with pytest.raises(WijkanalyseError, match=message):
        figures(change(spoiled()))


@pytest.mark.parametrize("text", ["n.b.", "12,5", "1 234", "Infinity", "1e", "-"])
def test_a_cell_in_another_notation_stops_with_the_cell(text: str) -> None:
    with pytest.raises(WijkanalyseError, match=TABLE):
        figures(with_cell(spoiled(), f"{text:>8}"))

"""The tables "Gebieden in Nederland" of 2015-2026: which municipality lies in which larger region."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from wijkanalyse.example.geography import COROP, LANDSDELEN, municipality_title, regions_above
from wijkanalyse.example.publish import regions, table
from wijkanalyse.example.table import Dimension, Row, StatLineTable, Topic, TopicGroup, topic_tree
from wijkanalyse.example.world import World
from wijkanalyse.municipalities import codes_in_force, municipalities

IDENTIFIERS: Final[Mapping[int, str]] = {
    2015: "82949NED",
    2016: "83287NED",
    2017: "83553NED",
    2018: "83859NED",
    2019: "84378NED",
    2020: "84721NED",
    2021: "84929NED",
    2022: "85067NED",
    2023: "85385NED",
    2024: "85755NED",
    2025: "86059NED",
    2026: "86247NED",
}
_KEY_WIDTH: Final = 10
_NAME_WIDTH: Final = 50
_MUNICIPALITY: Final = "Codes en namen van gemeenten"
# CBS adds and moves groups between years, so that the same pair has another number: find a pair by its heading or codes.
_ORDERS: Final = (
    ("Landsdelen", "Provincies", "COROP-gebieden", "Jeugdregio's"),
    ("COROP-gebieden", "Jeugdregio's", "Landsdelen", "Provincies"),
    ("Jeugdregio's", "COROP-gebieden", "Landsdelen", "Provincies"),
)


def area_tables(world: World) -> list[StatLineTable]:
    """Return the twelve yearly tables. Jeugdregio's are those of 2022 in every year; COROP membership is made up."""
    return [_table(world, year) for year in IDENTIFIERS]


def _table(world: World, year: int) -> StatLineTable:
    area = regions(world, [year])
    codes = [key for key in area.keys if key in codes_in_force(year)]
    rows: list[Row] = [
        {
            "Key": code.ljust(_KEY_WIDTH),
            "Title": area.titles[area.keys.index(code)],
            "Description": "",
            "CategoryGroupID": None,
        }
        for code in codes
    ]
    order = _ORDERS[(year - 2015) // 4 % len(_ORDERS)]
    pair = [Topic("Code", "code", "String", default="Impossible"), Topic("Naam", "naam", "String", default="Impossible")]
    properties = topic_tree(
        [Dimension("RegioS", "Regio's", "GeoDimension", map_year=year)],
        [TopicGroup(_MUNICIPALITY, pair), TopicGroup("Indelingen", [TopicGroup(title, pair) for title in order])],
    )
    keys = [str(row["Key"]) for row in properties if row["Type"] == "Topic"]
    title_of = names()
    columns: dict[str, list[str]] = {"RegioS": [str(row["Key"]) for row in rows]}
    for n, kind in enumerate((_MUNICIPALITY, *order)):
        members = [_member(code, kind) for code in codes]
        columns[keys[2 * n]] = [member.ljust(_KEY_WIDTH if n == 0 else 6) for member in members]
        columns[keys[2 * n + 1]] = [title_of[member].ljust(_NAME_WIDTH) for member in members]
    title = f"Gebieden in Nederland {year}"
    typed = pd.DataFrame({name: pd.Categorical(values) for name, values in columns.items()})
    return table(
        world,
        IDENTIFIERS[year],
        title,
        str(year),
        properties,
        {"RegioS": rows},
        typed,
        frequency="Eenmalig",
    )


def _member(code: str, kind: str) -> str:
    province, landsdeel, corop, youth = regions_above(code)
    above = {"Landsdelen": landsdeel, "Provincies": province, "COROP-gebieden": corop, "Jeugdregio's": youth}
    return above.get(kind, code)


def names() -> dict[str, str]:
    """Return the name of every region, without the suffix that a list of regions gives it."""
    rows = municipalities()
    title_of = dict(zip(rows["province_code"], rows["province_name"], strict=True))
    title_of |= dict(zip(rows["jeugdregio_code"], rows["jeugdregio_name"], strict=True))
    title_of |= {code: municipality_title(name) for code, name in zip(rows["gm_code"], rows["gm_name"], strict=True)}
    title_of |= {key: name for key, (name, _) in LANDSDELEN.items()}
    return title_of | {key: name for pairs in COROP.values() for key, name in pairs}

"""From figures to a published table: rounding, suppression, dense cells, periods and descriptions as CBS gives them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from wijkanalyse.example import national as nl
from wijkanalyse.example.geography import Geography, geography
from wijkanalyse.example.national import Floats
from wijkanalyse.example.table import Row, StatLineTable, padded
from wijkanalyse.example.world import PROVINCE_CODES, World

ROUNDING_BASE: Final = 5
SUPPRESSED_BELOW: Final = 7.5  # 0-7 are shown as secret, so the smallest figure printed is 10
HALF_YEARS: Final = ("JJ00", "HJ01", "HJ02")
SOURCE: Final = "wijkanalyse (voorbeeldcijfers)"
WARNING: Final = (
    "VOORBEELDCIJFERS: verzonnen cijfers van het ingebouwde StatLine van wijkanalyse. "
    "Vorm, namen en codes volgen CBS; de cijfers zeggen niets over bestaande gemeenten."
)


def rounded(values: Floats) -> Floats:
    """Return counts as CBS prints youth care: to multiples of 5, NaN (shown as '.') for 0-7 and for what is unknown."""
    return np.where(values < SUPPRESSED_BELOW, np.nan, np.round(values / ROUNDING_BASE) * ROUNDING_BASE)


def regions(world: World, years: Iterable[int]) -> Geography:
    """Return the regions of a table of this world over `years`."""
    return geography(PROVINCE_CODES if world.provinces is None else world.provinces, years)


def dense(dimensions: Mapping[str, Sequence[Row]], topics: Mapping[str, Floats]) -> pd.DataFrame:
    """Return the data set of a table with every combination of categories, the last dimension varying fastest.

    Each topic is an array with one axis per dimension, in order.
    """
    lengths = [len(rows) for rows in dimensions.values()]
    columns: dict[str, object] = {}
    for axis, (name, rows) in enumerate(dimensions.items()):
        inner, outer = int(np.prod(lengths[axis + 1 :])), int(np.prod(lengths[:axis]))
        codes = np.tile(np.repeat(np.arange(len(rows), dtype=np.int32), inner), outer)
        columns[name] = pd.Categorical.from_codes(codes, categories=pd.Index([str(row["Key"]) for row in rows]))
    columns |= {key: values.reshape(-1) for key, values in topics.items()}
    return pd.DataFrame(columns, copy=False)


def half_year_periods(years: Sequence[int], last_year: int) -> list[Row]:
    """Return the periods of a youth care table: 1e and 2e halfjaar and the whole year, `last_year` still provisional."""
    status = {f"{last_year}JJ00": "Voorlopig", f"{last_year}HJ01": "NaderVoorlopig", f"{last_year}HJ02": "Voorlopig"}
    titles = {"HJ01": " 1e halfjaar", "HJ02": " 2e halfjaar", "JJ00": ""}
    return [
        _period(f"{year}{part}", f"{year}{titles[part]}", status.get(f"{year}{part}", "Definitief"))
        for year in years
        for part in HALF_YEARS
    ]


def yearly_periods(years: Sequence[int], provisional: Iterable[int] = ()) -> list[Row]:
    """Return yearly periods, those of `provisional` marked so."""
    late = set(provisional)
    return [_period(f"{year}JJ00", str(year), "Voorlopig" if year in late else "Definitief") for year in years]


def _period(key: str, title: str, status: str) -> Row:
    prose = {"Voorlopig": "Voorlopige cijfers", "NaderVoorlopig": "Nader voorlopige cijfers"}
    return {"Key": key, "Title": title, "Description": prose.get(status, ""), "Status": status}


def categories(pairs: Iterable[tuple[str, str]]) -> list[Row]:
    """Return the rows of a plain dimension from (key, title), keys padded."""
    return padded({"Key": key, "Title": title, "Description": "", "CategoryGroupID": None} for key, title in pairs)


def table(
    world: World,
    identifier: str,
    title: str,
    span: str,
    properties: Sequence[Row],
    dimensions: Mapping[str, Sequence[Row]],
    typed: pd.DataFrame,
    category_groups: Sequence[Row] = (),
    frequency: str = "Perjaar",
    is_ended: bool = False,
) -> StatLineTable:
    """Return the table with a description that says, wherever a reader may look, that its figures are made up."""
    infos: Row = {
        "Title": title,
        "ShortTitle": title,
        "ShortDescription": f"\n{WARNING}\n\nGegevens beschikbaar over: {span}.\n",
        "Summary": WARNING,
        "Modified": world.modified,
        "MetaDataModified": world.modified,
        "ReasonDelivery": "Stopgezet" if is_ended else "Actualisering",
        "ExplanatoryText": WARNING,
        "OutputStatus": "Gediscontinueerd" if is_ended else "Regulier",
        "Source": SOURCE,
        "Language": "nl",
        "Catalog": "CBS",
        "Frequency": "Stopgezet" if is_ended else frequency,
        "Period": span,
        "DefaultPresentation": "_la=nl&_si=&_gu=&_ed=&graphtype=Table",
        "DefaultSelection": "",
        "GraphTypes": "Table,Bar,Map",
        "SearchPriority": "2",
        "Description": f"\r\nINHOUDSOPGAVE\r\n\r\n1. Toelichting\r\n\r\n\r\n1. TOELICHTING\r\n\r\n{WARNING}\r\n",
        "Updated": world.modified,
    }
    return StatLineTable(identifier, infos, properties, list(category_groups), dimensions, typed)


def half_yearly_table(
    world: World,
    identifier: str,
    title: str,
    years: Sequence[int],
    properties: Sequence[Row],
    dimensions: Mapping[str, Sequence[Row]],
    area: Geography,
    year_cells: Callable[[int], Floats],
) -> StatLineTable:
    """Return a youth care table; `year_cells` gives the cells of a year: (topics x dimensions x periods)."""
    keys = [str(row["Key"]) for row in properties if row["Type"] == "Topic"]
    cells = np.concatenate([year_cells(year) for year in years], axis=-1)
    return table(
        world,
        identifier,
        title,
        f"{years[0]}-{years[-1]}",
        properties,
        dimensions,
        dense(dimensions, dict(zip(keys, cells, strict=True))),
        area.category_groups,
        frequency="Perhalfjaar",
        is_ended=years[-1] < nl.YEARS[-1],
    )

"""One StatLine table as CBS's OData v3 service holds it, whatever its figures and wherever they came from.

`StatLineTable` is what the server serves. `topic_tree` writes DataProperties with CBS's own rule for keys, and
`load_statline_bq` reads a real table as dataverbinders/statline-bq stores it (one parquet or JSON file for each set).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.topic_keys import topic_key

Row = dict[str, object]

# Order and names of the fields as CBS gives them (Tables: 26, TableInfos: 21).
CATALOGUE_FIELDS: Final = (
    "Updated", "ID", "Identifier", "Title", "ShortTitle", "ShortDescription", "Summary", "Modified",
    "MetaDataModified", "ReasonDelivery", "ExplanatoryText", "OutputStatus", "Source", "Language", "Catalog",
    "Frequency", "Period", "SummaryAndLinks", "ApiUrl", "FeedUrl", "DefaultPresentation", "DefaultSelection",
    "GraphTypes", "RecordCount", "ColumnCount", "SearchPriority",
)  # fmt: skip
INFOS_FIELDS: Final = (
    "ID", "Identifier", "Title", "ShortTitle", "ShortDescription", "Summary", "Modified", "MetaDataModified",
    "ReasonDelivery", "ExplanatoryText", "OutputStatus", "Source", "Language", "Catalog", "Frequency", "Period",
    "DefaultPresentation", "DefaultSelection", "GraphTypes", "SearchPriority", "Description",
)  # fmt: skip
_COMMON: Final = ("odata.type", "ID", "Position", "ParentID", "Type", "Key", "Title", "Description")
_EXTRA: Final[Mapping[str, tuple[str, ...]]] = {
    "Dimension": (),
    "TimeDimension": ("ReleasePolicy",),
    "GeoDimension": ("MapYear",),
    "GeoDetail": ("MapYear",),
    "TopicGroup": (),
    "Topic": ("Datatype", "Unit", "Decimals", "Default", "PresentationType"),
}


@dataclass(frozen=True)
class StatLineTable:
    """A table with its descriptions and figures.

    `typed` has the dimensions (text or categorical, keys padded as published) and then the topics, one row for each cell
    of the table in published order, numbers missing as NaN; it has no ID column. `cannot_occur` marks, by topic, the
    empty cells that CBS leaves blank in the untyped set because the figure cannot occur; other empty cells show '.'.
    """

    identifier: str
    infos: Mapping[str, object]
    properties: Sequence[Row]
    category_groups: Sequence[Row]
    dimensions: Mapping[str, Sequence[Row]]
    typed: pd.DataFrame
    cannot_occur: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a frame whose columns are not the dimensions and topics of DataProperties, in their order."""
        expected = [*self.dimensions, *(str(row["Key"]) for row in self.topics)]
        if list(self.typed.columns) != expected:
            raise WijkanalyseError(
                f"Table {self.identifier}: the columns of the data set are {list(self.typed.columns)}, but DataProperties "
                f"and the dimension lists say {expected}. Give the frame exactly these columns in this order."
            )

    @property
    def topics(self) -> list[Row]:
        """The rows of DataProperties that describe a topic (a column with figures)."""
        return [row for row in self.properties if row["Type"] == "Topic"]

    def info_row(self) -> Row:
        """Return the one row of TableInfos (21 fields)."""
        return {name: self._info(name) for name in INFOS_FIELDS} | {"ID": 0}

    def catalogue_row(self, number: int, base_url: str) -> Row:
        """Return the table's row of the catalogue (26 fields); `base_url` is scheme and host of the service."""
        api, feed = (f"{base_url}/{service}/OData/{self.identifier}" for service in ("ODataApi", "ODataFeed"))
        own: Row = {
            "Updated": self.infos.get("Updated", self.infos.get("Modified", "")),
            "ID": number,
            "SummaryAndLinks": "<br />".join(
                [str(self._info("Summary")).replace("\n", "<br />"), *(f'<a href="{url}">{url}</a>' for url in (api, feed))]
            ),
            "ApiUrl": api,
            "FeedUrl": feed,
            "RecordCount": len(self.typed),
            "ColumnCount": len(self.typed.columns),
        }
        return {name: own[name] if name in own else self._info(name) for name in CATALOGUE_FIELDS}

    def _info(self, name: str) -> object:
        return self.identifier if name == "Identifier" else self.infos.get(name, "")


@dataclass(frozen=True)
class Topic:
    """A column with figures, as DataProperties describes it."""

    title: str
    unit: str = "aantal"
    datatype: str = "Integer"
    decimals: int = 0
    default: str = "Missing"
    description: str = ""
    presentation: str = ""


@dataclass(frozen=True)
class TopicGroup:
    """A heading over topics and other headings."""

    title: str
    parts: Sequence["Topic | TopicGroup"]
    description: str = ""


@dataclass(frozen=True)
class Dimension:
    """A dimension of a table: its key, title, kind (Dimension, TimeDimension, GeoDimension) and the kind's own field."""

    key: str
    title: str
    kind: str = "Dimension"
    description: str = ""
    map_year: int | None = None


def topic_tree(dimensions: Sequence[Dimension], parts: Iterable[Topic | TopicGroup]) -> list[Row]:
    """Return the rows of DataProperties of `dimensions` followed by the tree of topics, numbered as CBS does."""
    rows: list[Row] = []
    for position, dimension in enumerate(dimensions):
        extra: Row = {}
        if dimension.kind == "TimeDimension":
            extra = {"ReleasePolicy": False}
        elif dimension.kind == "GeoDimension":
            extra = {"MapYear": dimension.map_year}
        common = _common(dimension.kind, position, position, None, dimension.key, dimension.title)
        rows.append(common | {"Description": dimension.description} | extra)
    number = 0

    def add(part: Topic | TopicGroup, parent: int | None) -> None:
        nonlocal number
        identifier = len(rows)
        if isinstance(part, TopicGroup):
            rows.append(_common("TopicGroup", identifier, None, parent, "", part.title) | {"Description": part.description})
            for child in part.parts:
                add(child, identifier)
            return
        number += 1
        position = len(dimensions) + number - 1
        common = _common("Topic", identifier, position, parent, topic_key(part.title, number), part.title)
        rows.append(
            common
            | {
                "Description": part.description,
                "Datatype": part.datatype,
                "Unit": part.unit,
                "Decimals": part.decimals,
                "Default": part.default,
                "PresentationType": part.presentation,
            }
        )

    for part in parts:
        add(part, None)
    return rows


def _common(kind: str, number: int, position: int | None, parent: int | None, key: str, title: str) -> Row:
    return {
        "odata.type": f"Cbs.OData.{kind}",
        "ID": number,
        "Position": position,
        "ParentID": parent,
        "Type": kind,
        "Key": key,
        "Title": title,
    }


def padded(rows: Iterable[Row]) -> list[Row]:
    """Return dimension rows with their keys padded with blanks on the right to one width, as CBS publishes them."""
    listed = list(rows)
    width = max((len(str(row["Key"])) for row in listed), default=0)
    return [row | {"Key": str(row["Key"]).ljust(width)} for row in listed]


def load_statline_bq(folder: str | Path) -> StatLineTable:
    """Read a real table from the files that dataverbinders/statline-bq stores in `folder` (cbs.v3.{id}_{set}.parquet).

    Needed are DataProperties, TypedDataSet and each dimension as parquet, and the catalogue row as `_Metadata.json`.
    CategoryGroups may be absent (then it is empty). Raises `WijkanalyseError` when a file is missing.
    """
    place = Path(folder)
    found = sorted(place.glob("cbs.v3.*_TypedDataSet.parquet"))
    if len(found) != 1:
        raise WijkanalyseError(
            f"{place}: expected one file cbs.v3.<table>_TypedDataSet.parquet, found {len(found)}. "
            "Give the folder of one table as statline-bq wrote it."
        )
    stem = found[0].name.removesuffix("TypedDataSet.parquet")
    identifier = stem.removeprefix("cbs.v3.").removesuffix("_")
    properties = [_property(row) for row in _parquet_rows(place / f"{stem}DataProperties.parquet")]
    names = [str(row["Key"]) for row in properties if row["Type"] not in ("Topic", "TopicGroup")]
    groups = place / f"{stem}CategoryGroups.parquet"
    metadata = place / f"{stem}Metadata.json"
    infos: Row = json.loads(metadata.read_text(encoding="utf-8")) if metadata.exists() else {}
    infos.setdefault("Description", infos.get("ShortDescription", ""))
    return StatLineTable(
        identifier=identifier,
        infos=infos,
        properties=properties,
        category_groups=_parquet_rows(groups) if groups.exists() else [],
        dimensions={name: _parquet_rows(place / f"{stem}{name}.parquet") for name in names},
        typed=pd.read_parquet(found[0]).drop(columns="ID"),
    )


def _property(row: Row) -> Row:
    row = {"odata.type" if name == "odata_type" else name: value for name, value in row.items()}
    return {name: row.get(name) for name in (*_COMMON, *_EXTRA[str(row["Type"])])}


def _parquet_rows(path: Path) -> list[Row]:
    if not path.exists():
        raise WijkanalyseError(f"{path}: this file of the table is missing. Copy all files of the table into the folder.")
    rows: list[Row] = pq.read_table(path).to_pylist()
    return rows

"""Whether a fetched table is whole: its rows, columns and codes are those that its own metadata announce."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wijkanalyse.errors import listing
from wijkanalyse.statline.transport import StatLineError

if TYPE_CHECKING:
    from wijkanalyse.statline.client import RawTable

log = logging.getLogger(__name__)

NUMERIC_TYPES = frozenset({"Integer", "Long", "Float", "Double", "Decimal"})
_FIGURE = re.compile(r"\s*(?:-?\d+(?:\.\d+)?|\.)?\s*")
_OTHER_LISTS = frozenset({"Topic", "TopicGroup"})


class NotWholeError(StatLineError):
    """A table of which rows, columns or codes are missing or double, or that changed while it was read."""


def not_whole(raw: RawTable, what: str) -> NotWholeError:
    """Return the error for a table with the fault `what`."""
    return NotWholeError(f"table {raw.identifier} from {raw.url}: {what}. Nothing was stored; run again.")


def check_whole(raw: RawTable) -> None:
    """Raise `NotWholeError` unless the table has the rows, columns, codes and notation that its metadata announce."""
    if raw.data.empty:
        raise not_whole(raw, "the service gave no rows" + (f" for {raw.filters}" if raw.filters else ""))
    _check_descriptions(raw)
    dimensions = [row["Key"] for row in raw.properties if row["Type"] not in _OTHER_LISTS]
    topics = [row["Key"] for row in raw.properties if row["Type"] == "Topic"]
    expected = {"ID", *dimensions, *topics}
    if set(raw.data.columns) != expected:
        odd = listing(sorted(set(raw.data.columns) ^ expected))
        raise not_whole(raw, f"the columns are not those of DataProperties: {odd}")
    if any(raw.data[name].hasnans for name in sorted(expected - {"ID"})):
        raise not_whole(raw, "some rows lack a column")
    announced = raw.catalogue.get("RecordCount")
    if raw.filters is None and announced is None:
        raise not_whole(raw, "the catalogue gives no row count, so a missing last page would not be seen")
    if raw.filters is None and len(raw.data) != int(str(announced)):
        raise not_whole(raw, f"{len(raw.data)} rows, but the catalogue announces {announced}")
    codes = {key: pd.factorize(raw.data[key]) for key in dimensions}
    if not raw.data["ID"].is_unique or not pd.Index(_row_keys([found for found, _ in codes.values()])).is_unique:
        raise not_whole(raw, "some rows came twice")
    if raw.filters is None and not (raw.data["ID"].to_numpy() == np.arange(len(raw.data))).all():
        raise not_whole(raw, "the row numbers have gaps")
    for key, (_, distinct) in codes.items():
        unknown = set(distinct) - {row["Key"] for row in raw.dimensions.get(key, [])}
        if unknown:
            raise not_whole(raw, f"codes that are not in the list of {key}: {listing(sorted(unknown))}")
    _check_figures(raw)


def _check_descriptions(raw: RawTable) -> None:
    """The lists that describe a table refer to each other: a row that is gone leaves a reference to nothing."""
    if not raw.infos.get("Title") or not raw.infos.get("Modified"):
        raise not_whole(raw, "TableInfos gives no title or no date")
    groups = {row["ID"] for row in raw.properties if row["Type"] == "TopicGroup"}
    astray = [row["Title"] for row in raw.properties if row.get("ParentID") is not None and row["ParentID"] not in groups]
    if astray:
        raise not_whole(raw, f"DataProperties lack the group of {listing(map(str, astray))}")
    for name, keys in {
        "DataProperties": [row["Key"] for row in raw.properties if row["Type"] != "TopicGroup"],
        **{name: [row["Key"] for row in rows] for name, rows in raw.dimensions.items()},
    }.items():
        if len(set(keys)) < len(keys):
            twice = sorted({str(key) for key in keys if keys.count(key) > 1})
            raise not_whole(raw, f"{name} has {listing(twice)} twice")
    for name, rows in {"CategoryGroups": raw.category_groups, **_by_type(raw.properties), **raw.dimensions}.items():
        odd = {field for row in rows for field in row.keys() ^ rows[0].keys()}
        if odd:
            raise not_whole(raw, f"some rows of {name} lack the field {listing(sorted(odd))}")
    numbers = [int(row["ID"]) for row in raw.properties]
    if numbers != sorted(set(numbers)):
        raise not_whole(raw, "DataProperties are not in their order")
    known = {(row.get("DimensionKey"), row["ID"]) for row in raw.category_groups}
    for name, rows in raw.dimensions.items():
        lost = {row["CategoryGroupID"] for row in rows if row.get("CategoryGroupID") is not None} - {
            group for key, group in known if key in (name, None)
        }
        if lost:
            raise not_whole(raw, f"CategoryGroups lack the groups {listing(sorted(map(str, lost)))} of {name}")


def _by_type(properties: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """DataProperties by their type: a topic has other fields than a group."""
    types: dict[str, list[dict[str, Any]]] = {}
    for row in properties:
        types.setdefault(f"DataProperties ({row['Type']})", []).append(row)
    return types


def _check_figures(raw: RawTable) -> None:
    """A cell of a numeric topic is a number, '.' or empty; any other text is a notation that nobody here can read."""
    for row in raw.properties:
        if row["Type"] == "Topic" and row.get("Datatype") in NUMERIC_TYPES:
            odd = [text for text in raw.data[row["Key"]].unique() if not _FIGURE.fullmatch(text)]
            if odd:
                raise not_whole(raw, f"{row['Key']} should hold numbers, but has {listing(map(repr, sorted(odd)))}")


def _row_keys(codes: list[Any]) -> Any:
    """One number for every combination of codes."""
    keys = np.zeros(len(codes[0]) if codes else 0, dtype=np.int64)
    for column in codes:
        keys = keys * (int(column.max()) + 1) + column
    return keys


def check_selection(raw: RawTable, chosen: Mapping[str, Sequence[str]], years: tuple[int, int]) -> None:
    """Raise `NotWholeError` unless the rows are those of the chosen codes and years, and every chosen code has rows.

    Holes are only warned of: CBS fills its tables as a rule, so that a region with any row for a period has one for every
    combination of the other categories, but nothing promises it. (A region that did not exist in a period has no rows at
    all.) That no page is missing is known from the number of rows, which the service counts.
    """
    for key, codes in chosen.items():
        found = set(raw.data[key].unique())
        for what, odd in {"rows that were not asked for": found - set(codes), "no rows": set(codes) - found}.items():
            if odd:
                raise not_whole(raw, f"the service gave {what} for {key} {listing(map(repr, sorted(odd)))}")
    region, period = raw.region_dimension, raw.time_dimension
    beyond = [text for text in raw.data[period].unique() if not str(years[0]) <= text < str(years[1] + 1)]
    if beyond:
        raise not_whole(raw, f"the service gave rows that were not asked for, for {listing(sorted(beyond))}")
    others = [key for key in raw.dimensions if key not in (region, period)]
    if others:
        counts = raw.data.groupby([region, period], observed=True).size()
        holes = counts[counts != len(raw.data[others].drop_duplicates())]
        if len(holes):
            names = listing((f"{place} {moment}" for place, moment in holes.index), 5)
            log.warning("table %s: not every category has a row for %s", raw.identifier, names)

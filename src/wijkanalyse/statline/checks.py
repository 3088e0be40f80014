"""Whether a fetched table is whole: its rows, columns and codes are those that its own metadata announce."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wijkanalyse.errors import listing
from wijkanalyse.statline.columns import ROW_NUMBER, Numbers, numbered, row_numbers
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
    rows = raw.rows
    if not rows.num_rows:
        raise not_whole(raw, "the service gave no rows" + (f" for {raw.filters}" if raw.filters else ""))
    _check_descriptions(raw)
    dimensions = [row["Key"] for row in raw.properties if row["Type"] not in _OTHER_LISTS]
    topics = [row["Key"] for row in raw.properties if row["Type"] == "Topic"]
    expected = {ROW_NUMBER, *dimensions, *topics}
    if set(rows.column_names) != expected:
        odd = listing(sorted(set(rows.column_names) ^ expected))
        raise not_whole(raw, f"the columns are not those of DataProperties: {odd}")
    if any(column.null_count for column in rows.columns):
        raise not_whole(raw, "some rows lack a column")
    announced = raw.catalogue.get("RecordCount")
    if raw.filters is None and announced is None:
        raise not_whole(raw, "the catalogue gives no row count, so a missing last page would not be seen")
    if raw.filters is None and rows.num_rows != int(str(announced)):
        raise not_whole(raw, f"{rows.num_rows} rows, but the catalogue announces {announced}")
    codes = {key: numbered(rows, key) for key in dimensions}
    numbers = row_numbers(rows)
    if _has_doubles(numbers) or _has_doubles(_row_keys(codes.values())):
        raise not_whole(raw, "some rows came twice")
    if raw.filters is None and not np.array_equal(numbers, np.arange(len(numbers))):
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
            odd = [text for text in numbered(raw.rows, row["Key"])[1] if not _FIGURE.fullmatch(text)]
            if odd:
                raise not_whole(raw, f"{row['Key']} should hold numbers, but has {listing(map(repr, sorted(odd)))}")


def _row_keys(codes: Iterable[tuple[Numbers, list[str]]]) -> Numbers:
    """One number for every combination of codes, the same for each row that has it."""
    keys: Numbers = np.zeros(1, dtype=np.int64)
    for numbers, distinct in codes:
        keys = keys * len(distinct) + numbers
    return keys


def _has_doubles(keys: Numbers) -> bool:
    """Whether a number is there twice; CBS gives its rows in order, which is soon seen."""
    is_rising = bool((keys[1:] > keys[:-1]).all())
    return not is_rising and len(np.unique(keys)) < len(keys)


def check_selection(raw: RawTable, chosen: Mapping[str, Sequence[str]], years: tuple[int, int]) -> None:
    """Raise `NotWholeError` unless the rows are those of the chosen codes and years, and every chosen code has rows.

    Holes are only warned of: CBS fills its tables as a rule, so that a region with any row for a period has one for every
    combination of the other categories, but nothing promises it. (A region that did not exist in a period has no rows at
    all.) That no page is missing is known from the number of rows, which the service counts.
    """
    for key, codes in chosen.items():
        found = set(numbered(raw.rows, key)[1])
        for what, odd in {"rows that were not asked for": found - set(codes), "no rows": set(codes) - found}.items():
            if odd:
                raise not_whole(raw, f"the service gave {what} for {key} {listing(map(repr, sorted(odd)))}")
    region, period = raw.region_dimension, raw.time_dimension
    beyond = [text for text in numbered(raw.rows, period)[1] if not str(years[0]) <= text < str(years[1] + 1)]
    if beyond:
        raise not_whole(raw, f"the service gave rows that were not asked for, for {listing(sorted(beyond))}")
    others = [key for key in raw.dimensions if key not in (region, period)]
    if others:
        (_, places), (_, moments) = places_and_moments = [numbered(raw.rows, key) for key in (region, period)]
        pairs, counts = np.unique(_row_keys(places_and_moments), return_counts=True)
        holes = pairs[counts != len(np.unique(_row_keys(numbered(raw.rows, key) for key in others)))]
        if len(holes):
            where = (divmod(int(hole), len(moments)) for hole in holes)
            names = listing((f"{places[place]} {moments[moment]}" for place, moment in where), 5)
            log.warning("table %s: not every category has a row for %s", raw.identifier, names)

"""Observations of OData v4, put together into the rows of v3."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa

from wijkanalyse.errors import listing
from wijkanalyse.statline.checks import NotWholeError
from wijkanalyse.statline.columns import ROW_NUMBER, Numbers, Texts, as_rows, narrowed, text_column

UNKNOWN, CANNOT_OCCUR = ".", ""
_PLACE_AND_TIME = ("GeoDimension", "GeoDetail", "TimeDimension")
_NOISE = 1e-6
_VALUE = itemgetter("Value", "StringValue", "ValueAttribute")

Row = dict[str, Any]


class Observations:
    """The observations of a table, taken in page by page as numbers of their codes and printed figures.

    `properties` are DataProperties whose topics also have their identifier in v4, under Measure; `dimensions` are the
    category lists.
    """

    def __init__(self, identifier: str, properties: list[Row], dimensions: dict[str, list[Row]]) -> None:
        self.identifier = identifier
        self._properties = properties
        self._dimensions = dimensions
        self._topics = [row for row in properties if row["Type"] == "Topic"]
        codes = {name: [str(row["Key"]) for row in rows] for name, rows in dimensions.items()}
        codes["Measure"] = [str(row["Measure"]) for row in self._topics]
        # some lists and some observations of CBS have blanks behind their codes
        self._numbers = {name: {code.strip(): n for n, code in enumerate(listed)} for name, listed in codes.items()}
        twice = [name for name, listed in codes.items() if len(self._numbers[name]) < len(listed)]
        if twice:
            raise self._fault(f"codes that are in the list of {listing(twice)} twice")
        # the texts of each topic are few, as in the columns that they become
        self._texts = [Texts(str(row["Key"])) for row in self._topics]
        self._shape = tuple(len(rows) for rows in dimensions.values())
        self._cells: list[Numbers] = []
        self._measures: list[Numbers] = []
        self._figures: list[Numbers] = []

    @property
    def count(self) -> int:
        """Number of observations so far."""
        return sum(map(len, self._cells))

    def add(self, page: list[Row]) -> None:
        """Take in a page; raises `NotWholeError` for a code that is not in its list, `KeyError` for a field that is missing."""
        numbers = {name: self._numbered(name, page) for name in self._numbers}
        measures = numbers.pop("Measure")
        # a page has many observations and few different ones: each is printed once
        cells = list(zip(measures.tolist(), map(_VALUE, page), strict=True))
        figures = {cell: self._texts[cell[0]][self._print(*cell)] for cell in dict.fromkeys(cells)}
        self._cells.append(np.ravel_multi_index(list(numbers.values()), self._shape))
        self._measures.append(narrowed(measures))
        self._figures.append(narrowed(np.array([figures[cell] for cell in cells], dtype=np.int64)))

    def _numbered(self, name: str, page: list[Row]) -> Numbers:
        codes = [row[name] for row in page]
        numbers = {code: self._numbers[name].get(code.strip(), -1) for code in set(codes)}
        if unknown := [code for code, number in numbers.items() if number < 0]:
            raise self._fault(f"codes that are not in the list of {name}: {listing(sorted(unknown))}")
        return np.array([numbers[code] for code in codes], dtype=np.int64)

    def _print(self, measure: int, cell: tuple[float | None, str | None, str]) -> str:
        """The cell as v3 prints it, without the blanks before it."""
        number, words, attribute = cell
        decimals = self._topics[measure]["Decimals"]
        value = words if self._topics[measure]["Datatype"] == "String" else number
        if value is None:
            return CANNOT_OCCUR if attribute == "Impossible" else UNKNOWN
        if isinstance(value, str):
            return value
        text = f"{value:.{decimals}f}"
        # more digits than the measure announces are kept, but not the noise of single precision
        is_whole = abs(float(text) - value) <= _NOISE * max(1.0, abs(value))
        return text if is_whole else repr(float(value))

    def as_rows(self, announced: int, filters: str | None, years: tuple[int, int] | None) -> pa.Table:
        """Return the data set as v3 gives it: ID, dimensions, topics, all but ID as text.

        `announced` is the number of observations that the service says there are, `filters` what was asked for (None for
        the whole table) and `years` the years that a filter lets through. Raises `NotWholeError` when observations are
        missing or double.
        """
        count = self.count
        if count == 0:
            raise self._fault("the service gave no observations" + (f" for {filters}" if filters else ""))
        if count != announced:
            raise self._fault(f"{count} observations, but the service announces {announced}")
        cells, measures, figures = map(np.concatenate, (self._cells, self._measures, self._figures))
        rows = self._rows(np.unique(cells), filters, years)
        places = np.searchsorted(rows, cells)
        if not (rows[np.minimum(places, len(rows) - 1)] == cells).all():
            raise self._fault(f"observations that were not asked for with {filters}")
        if len(np.unique(places * len(self._topics) + measures)) < count:
            raise self._fault("some observations came twice")
        columns: dict[str, Any] = {ROW_NUMBER: np.arange(len(rows))}
        for (name, listed), of_row in zip(self._dimensions.items(), np.unravel_index(rows, self._shape), strict=True):
            columns[name] = text_column(narrowed(of_row), [str(row["Key"]) for row in listed])
        for number, (topic, texts) in enumerate(zip(self._topics, self._texts, strict=True)):
            is_it = measures == number
            column = np.full(len(rows), texts[UNKNOWN])
            column[places[is_it]] = figures[is_it]
            columns[str(topic["Key"])] = text_column(narrowed(column), texts)
        return as_rows(columns)

    def _rows(self, cells: Numbers, filters: str | None, years: tuple[int, int] | None) -> Numbers:
        """The places of the rows among all combinations of categories, sorted; `cells` are those that were seen."""
        kinds = {str(row["Key"]): row["Type"] for row in self._properties}
        of_others = np.zeros(len(cells), dtype=np.int64)
        crossed: list[Numbers] = []
        for axis, (name, seen) in enumerate(zip(self._dimensions, np.unravel_index(cells, self._shape), strict=True)):
            stride = int(np.prod(self._shape[axis + 1 :], dtype=np.int64))
            if kinds[name] in _PLACE_AND_TIME:
                crossed.append(stride * self._asked(name, kinds[name], seen, filters, years))
            else:
                of_others += stride * seen
        rows: Numbers = np.unique(of_others)
        for places in crossed:
            rows = np.add.outer(rows, places).reshape(-1)
        return np.sort(rows)

    def _asked(self, name: str, kind: str, seen: Numbers, filters: str | None, years: tuple[int, int] | None) -> Numbers:
        """The categories of a region or period dimension that have rows: all of the list, in a selection those asked for."""
        keys = [str(row["Key"]) for row in self._dimensions[name]]
        if filters is not None and kind == "TimeDimension" and years is not None:
            return np.flatnonzero([str(years[0]) <= key < str(years[1] + 1) for key in keys])
        if filters is not None and f"({name} eq " in filters:
            return np.unique(seen)
        return np.arange(len(keys))

    def _fault(self, what: str) -> NotWholeError:
        return NotWholeError(f"table {self.identifier} over OData v4: {what}. Nothing was stored; run again.")

"""Rows that the service can filter, count and write as JSON: a table's data set, or a list of descriptions.

A page of a data set has 10,000 rows and up to dozens of columns, but each column holds few distinct values (counts are
multiples of five, keys repeat). So each column is kept as its distinct values, already written as JSON, and an index for
every row; making a page is then only picking and joining texts.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkanalyse.example.odata_filter import Bools, Scalar, Values
from wijkanalyse.example.table import Row, StatLineTable

Index = NDArray[np.int64]
Codes = NDArray[np.int32]
Texts = NDArray[np.object_]

# Width to which CBS right-aligns the figures of the untyped set, as seen in its answers.
UNTYPED_WIDTH: Final = 8


class RowSet(Protocol):
    """What the service needs of a set of rows."""

    @property
    def names(self) -> Sequence[str]:
        """The columns, in published order."""

    def __len__(self) -> int:
        """Number of rows."""

    def column(self, name: str) -> Values | None:
        """Return a column to filter on, or None when there is none of that name."""

    def write(self, index: Index, names: Sequence[str]) -> Iterable[str]:
        """Write the rows at `index` as the inside of JSON objects, with the columns `names`."""


class EncodedColumn:
    """A column as distinct values and one index a row, with -1 for an empty cell (as `pandas.factorize` makes it)."""

    def __init__(self, series: "pd.Series[Any]") -> None:
        codes, values = pd.factorize(series)
        self.codes: Codes = codes.astype(np.int32)
        self.values: list[Scalar] = values.tolist()

    @property
    def distinct(self) -> Sequence[Scalar]:
        """The distinct values, and None for the empty cells in the last place, where index -1 points."""
        return [*self.values, None]

    def spread(self, per_value: Bools) -> Bools:
        """Give each row what was found for its value."""
        picked: Bools = per_value[self.codes]
        return picked


class DataSet:
    """The TypedDataSet or UntypedDataSet of a table."""

    def __init__(self, table: StatLineTable, columns: dict[str, EncodedColumn], is_typed: bool) -> None:
        self._table = table
        self._columns = columns  # shared by both data sets of a table, filled on first use
        self._is_typed = is_typed
        self._topics = {str(row["Key"]): row for row in table.topics}
        self._written: dict[str, tuple[Codes, Texts]] = {}

    @cached_property
    def names(self) -> Sequence[str]:
        """ID, dimensions, topics."""
        return ["ID", *(str(name) for name in self._table.typed.columns)]

    def __len__(self) -> int:
        """Number of rows of the table."""
        return len(self._table.typed)

    def column(self, name: str) -> Values | None:
        """Return a column to filter on; figures are compared as numbers in both data sets."""
        if name == "ID":
            return _RowNumbers(len(self))
        return self._encoded(name) if name in self._table.typed.columns else None

    def write(self, index: Index, names: Sequence[str]) -> Iterable[str]:
        """Write the rows at `index`; ID is the row's place in the table, also under a filter."""
        columns: list[list[str]] = []
        for name in names:
            if name == "ID":
                columns.append([f'"ID":{number}' for number in index.tolist()])
                continue
            if name not in self._written:
                self._written[name] = self._write_values(name)
            codes, texts = self._written[name]
            columns.append(texts[codes[index]].tolist())
        return map(",".join, zip(*columns, strict=True))

    def _encoded(self, name: str) -> EncodedColumn:
        if name not in self._columns:
            self._columns[name] = EncodedColumn(self._table.typed[name])
        return self._columns[name]

    def _write_values(self, name: str) -> tuple[Codes, Texts]:
        """Return the JSON text (with its key) of each distinct value, then of '.', then of 'cannot occur'."""
        column = self._encoded(name)
        topic = self._topics.get(name)
        codes = column.codes
        if topic is None or topic["Datatype"] == "String":
            filled = [value if self._is_typed else str(value) for value in column.values]
            empty = None if self._is_typed or topic is None else "."
            texts = [json.dumps(value, ensure_ascii=False) for value in [*filled, empty, empty]]
        elif self._is_typed:
            is_whole = topic["Datatype"] in ("Integer", "Long")
            single = self._table.typed[name].dtype == np.float32
            texts = [_number(value, is_whole, bool(single)) for value in column.values] + ["null", "null"]
        else:
            decimals = int(str(topic["Decimals"] or 0))
            numbers = [f"{value:.{decimals}f}".rjust(UNTYPED_WIDTH) for value in column.values]
            texts = [f'"{text}"' for text in [*numbers, ".".rjust(UNTYPED_WIDTH), ""]]
            cannot = self._table.cannot_occur.get(name)
            if cannot is not None:
                codes = np.where((codes < 0) & cannot, len(numbers) + 1, codes).astype(np.int32)
        codes = np.where(codes < 0, len(column.values), codes).astype(np.int32)
        return codes, np.array([f'"{name}":{text}' for text in texts], dtype=object)


class ListSet:
    """A list of descriptions: a dimension, DataProperties, the catalogue."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    @cached_property
    def names(self) -> Sequence[str]:
        """Every field of any row, in order of appearance."""
        return list(dict.fromkeys(name for row in self._rows for name in row))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._rows)

    def column(self, name: str) -> Values | None:
        """Return a field to filter on."""
        if name not in self.names:
            return None
        return _Plain([_scalar(row.get(name)) for row in self._rows])

    def write(self, index: Index, names: Sequence[str]) -> Iterable[str]:
        """Write the rows at `index`, each with those of the fields `names` that it has."""
        wanted = set(names)
        for number in index.tolist():
            row = {name: value for name, value in self._rows[number].items() if name in wanted}
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":"))[1:-1]


class _Plain:
    """A short column in which every row is its own distinct value."""

    def __init__(self, values: Sequence[Scalar]) -> None:
        self.distinct = values

    def spread(self, per_value: Bools) -> Bools:
        return per_value


class _RowNumbers(_Plain):
    def __init__(self, count: int) -> None:
        super().__init__(range(count))


def _number(value: Scalar, is_whole: bool, is_single: bool) -> str:
    if is_whole:
        return str(round(float(value or 0)))
    # A single-precision figure is written with its own digits, not with those of its double.
    return str(float(str(np.float32(value or 0)))) if is_single else repr(float(value or 0))


def _scalar(value: object) -> Scalar:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)

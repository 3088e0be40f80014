"""The figures of a table in the shape of OData v4: one observation for each cell, where v3 has one row of many columns.

CBS leaves out empty cells, but lists the ones that it keeps secret, with a ValueAttribute that says so. Which empty cells
are left out is not documented. The published number of observations of 85097NED fits municipalities in the years in which
they existed, so here too: where a region has no figure at all in a period, its cells of that period are left out, but for
those of which is known that they cannot occur. Every other empty cell is an observation with Value null and the ValueAttribute

    Impossible     the figure cannot occur (v3 leaves the cell blank)
    NotAvailable   no region has this figure in the period (v3 shows '.')
    Confidential   any other (v3 shows '.'); CBS makes finer distinctions
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from wijkanalyse.example.odata_filter import Bools, Values
from wijkanalyse.example.rowsets import Codes, EncodedColumn, Index, Texts
from wijkanalyse.example.table import Row, StatLineTable

ATTRIBUTES: Final = ("None", "Confidential", "NotAvailable", "Impossible")
_CONFIDENTIAL, _NOT_AVAILABLE, _IMPOSSIBLE = 1, 2, 3
_PLACE_AND_TIME: Final = ("GeoDimension", "GeoDetail", "TimeDimension")


class ObservationSet:
    """The Observations of a table, row by row of the v3 data set and, within a row, in the order of the measures.

    `measures` gives the identifier of each topic, by its v3 key and in published order. Codes are not padded.
    """

    def __init__(self, table: StatLineTable, measures: Mapping[str, str]) -> None:
        self._table = table
        self._measures = measures
        self._topics = {str(row["Key"]): row for row in table.topics}
        attributes = self._attributes()
        rows, topics = np.nonzero(self._has_any_figure()[:, None] | (attributes == _IMPOSSIBLE))
        self._rows: Codes = rows.astype(np.int32)
        self._cells_of: Codes = topics.astype(np.int32)
        self._attribute = attributes[rows, topics]

    @cached_property
    def names(self) -> Sequence[str]:
        """Id, Measure, the value in three columns, dimensions."""
        return ["Id", "Measure", "ValueAttribute", "Value", "StringValue", *self._table.dimensions]

    def __len__(self) -> int:
        """Number of observations."""
        return len(self._rows)

    def column(self, name: str) -> Values | None:
        """Return a column to filter on."""
        if name == "Id":
            return EncodedColumn(pd.Series(np.arange(len(self))))
        if name == "Measure":
            return _Picked(list(self._measures.values()), self._cells_of)
        if name == "ValueAttribute":
            return _Picked(ATTRIBUTES, self._attribute)
        if name in self._table.dimensions:
            encoded = self._encoded(name)
            return _Picked([str(value).strip() for value in encoded.values], encoded.codes[self._rows])
        if name in ("Value", "StringValue"):
            found = np.full(len(self), None, dtype=object)
            for number, key in enumerate(self._measures):
                if (self._topics[key]["Datatype"] == "String") == (name == "StringValue"):
                    mine = self._cells_of == number
                    column = self._table.typed[key].astype(object)
                    found[mine] = column.where(column.notna(), None).to_numpy()[self._rows[mine]]
            return EncodedColumn(pd.Series(found))
        return None

    def write(self, index: Index, names: Sequence[str]) -> Iterable[str]:
        """Write the observations at `index`."""
        return map(",".join, zip(*(self._write_column(name, index) for name in names), strict=True))

    def _write_column(self, name: str, index: Index) -> list[str]:
        if name == "Id":
            return [f'"Id":{number}' for number in index.tolist()]
        if name == "Measure":
            return _texts(name, list(self._measures.values()))[self._cells_of[index]].tolist()
        if name == "ValueAttribute":
            return _texts(name, ATTRIBUTES)[self._attribute[index]].tolist()
        rows = self._rows[index]
        if name in self._table.dimensions:
            encoded = self._encoded(name)
            return _texts(name, [str(value).strip() for value in encoded.values])[encoded.codes[rows]].tolist()
        written = np.full(len(index), f'"{name}":null', dtype=object)
        cells = self._cells_of[index]
        for number, key in enumerate(self._measures):
            if (self._topics[key]["Datatype"] == "String") == (name == "StringValue"):
                mine = cells == number
                encoded = self._encoded(key)
                # index -1, an empty cell, points at the null in the last place
                written[mine] = self._value_texts(name, key)[encoded.codes[rows[mine]]]
        return written.tolist()

    def _value_texts(self, name: str, key: str) -> Texts:
        if key not in self._written:
            values = self._encoded(key).values
            plain = [str(value).strip() for value in values] if name == "StringValue" else [float(str(v)) for v in values]
            self._written[key] = _texts(name, [*plain, None])
        return self._written[key]

    @cached_property
    def _written(self) -> dict[str, Texts]:
        return {}

    @cached_property
    def _columns(self) -> dict[str, EncodedColumn]:
        return {}

    def _encoded(self, name: str) -> EncodedColumn:
        if name not in self._columns:
            self._columns[name] = EncodedColumn(self._table.typed[name])
        return self._columns[name]

    def _attributes(self) -> Codes:
        """Return why each cell is empty, as a place in ATTRIBUTES: (rows x topics), 0 where it is not."""
        typed = self._table.typed
        times = [str(row["Key"]) for row in self._table.properties if row["Type"] == "TimeDimension"]
        result = np.zeros((len(typed), len(self._measures)), dtype=np.int32)
        for number, key in enumerate(self._measures):
            is_filled = typed[key].notna()
            in_period = is_filled.groupby([typed[name] for name in times], observed=True).transform("any") if times else True
            result[:, number] = np.where(is_filled, 0, np.where(in_period, _CONFIDENTIAL, _NOT_AVAILABLE))
            cannot = self._table.cannot_occur.get(key)
            if cannot is not None:
                result[~is_filled.to_numpy() & cannot, number] = _IMPOSSIBLE
        return result

    def _has_any_figure(self) -> Bools:
        """Return, for each row of the v3 data set, whether its region has any figure in its period, in whichever row."""
        typed = self._table.typed
        is_filled = typed[list(self._measures)].notna().any(axis=1)
        names = [str(row["Key"]) for row in self._table.properties if row["Type"] in _PLACE_AND_TIME]
        if not names:
            return is_filled.to_numpy()
        return is_filled.groupby([typed[name] for name in names], observed=True).transform("any").to_numpy()


class _Picked:
    """A column of few distinct values and, for each observation, which of them it has."""

    def __init__(self, distinct: Sequence[str], codes: Codes) -> None:
        self.distinct = distinct
        self._codes = codes

    def spread(self, per_value: Bools) -> Bools:
        picked: Bools = per_value[self._codes]
        return picked


def measure_identifiers(topics: Sequence[Row]) -> dict[str, str]:
    """Return an identifier for each topic, by its v3 key: M and six digits, with a number where a title comes again.

    CBS's own identifiers mean the same quantity in all tables; these are made of the title.
    """
    seen: dict[str, int] = {}
    found = {}
    for row in topics:
        code = f"M{zlib.crc32(str(row['Title']).strip().encode()) % 1_000_000:06d}"
        seen[code] = seen.get(code, 0) + 1
        found[str(row["Key"])] = code if seen[code] == 1 else f"{code}_{seen[code]}"
    return found


def _texts(name: str, values: Iterable[object]) -> Texts:
    return np.array([f'"{name}":{json.dumps(value, ensure_ascii=False)}' for value in values], dtype=object)

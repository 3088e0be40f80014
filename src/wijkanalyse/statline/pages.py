"""The pages of a data set, taken off the line as they pass: checked, turned into columns and followed by a person.

A page of 10,000 rows is some megabytes of Python objects; a table has hundreds of them. Each page becomes columns of text
as soon as it is in, so that no more than one page ever lies in memory as rows.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pyarrow as pa

from wijkanalyse.errors import listing

log = logging.getLogger(__name__)

DATA_SET = "UntypedDataSet"
_EVERY_SECONDS = 2.0


class Progress:
    """Tells how far the fetch of a table is: never more often than every two seconds, so never for a small table."""

    def __init__(self, identifier: str, rows: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._identifier = identifier
        self._rows = rows
        self._clock = clock
        self._started = self._told = clock()
        self._pages = 0

    def page(self, rows: int, rows_so_far: int) -> None:
        """Note a page of `rows` rows that is in."""
        self._pages += 1
        now = self._clock()
        if now - self._told < _EVERY_SECONDS or rows_so_far == self._rows:
            return
        self._told = now
        if not self._rows or not rows:
            log.info("table %s: page %d, %d rows", self._identifier, self._pages, rows_so_far)
            return
        left = (now - self._started) / rows_so_far * (self._rows - rows_so_far)
        pages = self._pages + math.ceil((self._rows - rows_so_far) / rows)
        log.info(
            "table %s: page %d of %d, %d of %d rows, %.0f s left",
            self._identifier, self._pages, pages, rows_so_far, self._rows, left,
        )  # fmt: skip


class _NoPageError(Exception):
    """Rows that are no page of the table."""


class DataPages:
    """The data set of one table while it is read.

    `columns` are those that its DataProperties announce; `rows` is how many rows the service announces, None where nobody
    knows; `is_whole` says that all rows of the table are asked for, so that their numbers run from 0 without gaps.
    """

    def __init__(self, identifier: str, columns: set[str], rows: int | None, is_whole: bool) -> None:
        self._expected = columns
        self._announced = rows
        self._is_whole = is_whole
        self._progress = Progress(identifier, rows)
        self._columns: list[str] = []
        self._batches: list[pa.RecordBatch] = []
        self._next: pa.RecordBatch | None = None
        self.row_count = 0

    def fault(self, url: str, rows: list[Any], link: str | None) -> str | None:
        """Return what is wrong with a page, None when it is right; a page is right or it is asked for again."""
        if not _is_of_data_set(url):
            return None
        try:
            self._next = self._as_columns(rows)
        except (_NoPageError, TypeError, AttributeError, KeyError, pa.ArrowException) as error:
            return f"a page that is none: {error}"
        count = self.row_count + len(rows)
        if self._is_whole and self._next is not None:
            numbers = self._next.column("ID").to_pylist()
            if numbers != list(range(self.row_count, count)):
                came = "came twice" if len(set(numbers)) < len(numbers) or numbers[0] < self.row_count else "have gaps"
                return f"row numbers {self.row_count} to {count - 1} were expected on the page, but some {came}"
        begins = _skip(link)
        if begins is not None and begins != count:
            return f"{count} rows until here, but the next page begins at row {begins}"
        if link is None and self._announced is not None and count != self._announced:
            return f"{count} rows, but the service announces {self._announced}"
        return None

    def take(self, url: str) -> bool:
        """Keep the page that was found right; returns False for a page of another list, which is not kept here."""
        if not _is_of_data_set(url):
            return False
        if self._next is not None:
            self._batches.append(self._next)
            self.row_count += self._next.num_rows
            self._progress.page(self._next.num_rows, self.row_count)
            self._next = None
        return True

    def frame(self) -> pd.DataFrame:
        """Return all rows; the columns keep the order in which the service gives them."""
        if not self._batches:
            return pd.DataFrame()
        table, self._batches = pa.Table.from_batches(self._batches), []
        frames = {}
        for name in self._columns:
            column = table.column(name)
            table = table.drop_columns([name])
            frames[name] = (column if name == "ID" else column.cast(pa.large_string())).to_pandas()
            del column
        return pd.DataFrame(frames, copy=False)

    def _as_columns(self, rows: list[Any]) -> pa.RecordBatch | None:
        if not rows:
            return None
        names = self._columns or list(rows[0])
        if set(names) != self._expected:
            raise _NoPageError(f"the columns are not those of DataProperties: {listing(sorted(self._expected ^ set(names)))}")
        odd = next((row for row in rows if len(row) != len(names)), None)
        if odd is not None:
            raise _NoPageError(f"some rows lack a column or have one more: {listing(sorted(odd.keys() ^ set(names)))}")
        arrays: list[pa.Array] = []
        for name, values in zip(names, zip(*map(itemgetter(*names), rows), strict=True), strict=True):
            array = pa.array(values, type=pa.int64() if name == "ID" else pa.large_string())
            if array.null_count:
                raise _NoPageError(f"some rows have nothing at all for {name}")
            # figures repeat (counts are multiples of five): as numbers of distinct texts they take a quarter of the room
            arrays.append(array if name == "ID" else array.dictionary_encode())
        self._columns = names
        return pa.RecordBatch.from_arrays(arrays, names=names)


def _is_of_data_set(url: str) -> bool:
    return urlsplit(url).path.rstrip("/").endswith(f"/{DATA_SET}")


def _skip(link: str | None) -> int | None:
    """The row at which a link to the next page begins, None when it does not say."""
    if link is None:
        return None
    text = next((value for name, value in parse_qsl(urlsplit(link).query) if name == "$skip"), "")
    return int(text) if text.isdecimal() else None

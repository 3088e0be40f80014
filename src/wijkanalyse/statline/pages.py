"""The pages of a data set, taken off the line as they pass: checked, turned into columns and followed by a person.

A page of 10,000 rows is some megabytes of Python objects; a table has hundreds of them. Each page becomes columns of
numbered texts (`columns.py`) as soon as it is in, so that no more than one page ever lies in memory as rows.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pyarrow as pa

from wijkanalyse.errors import listing
from wijkanalyse.statline.bodies import Page, next_link
from wijkanalyse.statline.columns import ROW_NUMBER, Numbers, Texts, as_rows, text_column

log = logging.getLogger(__name__)

DATA_SET = "UntypedDataSet"
_EVERY_SECONDS = 2.0


class Progress:
    """Tells how far the fetch of a table is: never more often than every two seconds, so never for a small table."""

    def __init__(
        self, identifier: str, rows: int | None, called: str = "rows", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._identifier = identifier
        self._rows = rows
        self._called = called
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
            log.info("table %s: page %d, %d %s", self._identifier, self._pages, rows_so_far, self._called)
            return
        left = (now - self._started) / rows_so_far * (self._rows - rows_so_far)
        pages = self._pages + math.ceil((self._rows - rows_so_far) / rows)
        log.info(
            "table %s: page %d of %d, %d of %d %s, %.0f s left",
            self._identifier, self._pages, pages, rows_so_far, self._rows, self._called, left,
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
        self._texts: dict[str, Texts] = {}
        self._known: dict[str, int] = {}
        self._pages: dict[str, list[Numbers]] = {}
        self._next: dict[str, list[Numbers]] = {}
        self.row_count = 0

    def is_page(self, url: str) -> bool:
        """Whether the answer to this request is a page of the data set."""
        return urlsplit(url).path.rstrip("/").endswith(f"/{DATA_SET}")

    def fault(self, page: Page) -> str | None:
        """Return what is wrong with a page, None when it is right; a page is right or it is asked for again.

        Raises `BodyError` for a page that cannot be read.
        """
        self._forget()
        try:
            for batch in page.batches():
                self._add(batch)
        except (_NoPageError, TypeError, AttributeError, KeyError, OverflowError) as error:
            return f"a page that is none: {error}"
        link = next_link(page.body)
        numbers = np.concatenate(self._next[ROW_NUMBER]) if self._next else np.zeros(0, dtype=np.int64)
        count = self.row_count + len(numbers)
        if link is not None and not len(numbers):
            return "answered with an empty page in the middle of a list"
        if self._is_whole and not np.array_equal(numbers, np.arange(self.row_count, count)):
            came = "came twice" if len(np.unique(numbers)) < len(numbers) or numbers[0] < self.row_count else "have gaps"
            return f"row numbers {self.row_count} to {count - 1} were expected on the page, but some {came}"
        begins = _skip(link)
        if begins is not None and begins != count:
            return f"{count} rows until here, but the next page begins at row {begins}"
        # more rows than there are will not become fewer: a list without an end is not read to its end
        if self._announced is not None and (count != self._announced if link is None else count > self._announced):
            return f"{count} rows, but the service announces {self._announced}"
        return None

    def take(self) -> None:
        """Keep the page that was found right."""
        if self._next:
            rows = sum(map(len, self._next[ROW_NUMBER]))
            for name, batches in self._next.items():
                self._pages.setdefault(name, []).extend(batches)
            self._known = {name: len(texts) for name, texts in self._texts.items()}
            self._next = {}
            self.row_count += rows
            self._progress.page(rows, self.row_count)

    def rows(self) -> pa.Table:
        """Return all rows, once; the columns keep the order in which the service gives them."""
        columns: dict[str, Any] = {}
        for name in list(self._pages):
            numbers = np.concatenate(self._pages.pop(name))
            columns[name] = numbers if name == ROW_NUMBER else text_column(numbers, self._texts[name])
        return as_rows(columns)

    def _forget(self) -> None:
        """Forget what a page that was refused brought."""
        self._next = {}
        for name, texts in self._texts.items():
            texts.forget(self._known.get(name, 0))

    def _add(self, rows: list[Any]) -> None:
        """Number the texts of some rows of a page."""
        if not rows:
            return
        names = list(self._pages or self._next or rows[0])
        if set(names) != self._expected:
            raise _NoPageError(f"the columns are not those of DataProperties: {listing(sorted(self._expected ^ set(names)))}")
        odd = next((row for row in rows if len(row) != len(names)), None)
        if odd is not None:
            raise _NoPageError(f"some rows lack a column or have one more: {listing(sorted(odd.keys() ^ set(names)))}")
        for name, values in zip(names, zip(*map(itemgetter(*names), rows), strict=True), strict=True):
            if name != ROW_NUMBER:
                numbers = self._texts.setdefault(name, Texts(name)).numbers(values)
            elif set(map(type, values)) == {int}:
                numbers = np.array(values, dtype=np.int64)
            else:
                raise _NoPageError("row numbers that are no whole numbers")
            self._next.setdefault(name, []).append(numbers)


def _skip(link: str | None) -> int | None:
    """The row at which a link to the next page begins, None when it does not say."""
    if link is None:
        return None
    text = next((value for name, value in parse_qsl(urlsplit(link).query) if name == "$skip"), "")
    return int(text) if text.isdecimal() else None

"""Numbers that a table or figure prints from a tidy frame: each is remembered as a claim and links to it.

The text takes its numbers from the ledger (`Ledger`). A table of thirty rows has numbers of its own; they pass through here,
so that they too can be followed back to a file and a row, and so that no number reaches a page unseen.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from wijkanalyse.report.claims import Claim, Origin, linked
from wijkanalyse.report.numbers import MINUS, interval, with_unit
from wijkanalyse.report.tables.markdown import NOTHING, without_unit


@dataclass
class Book:
    """The claims that the pieces of a report printed, in the order in which they did."""

    claims: dict[str, Claim] = field(default_factory=dict)

    def add(self, claim: Claim) -> None:
        """Remember a claim; `ValueError` when the same name was printed with another number."""
        known = self.claims.setdefault(claim.id, claim)
        if known.text != claim.text:
            raise ValueError(f"{claim.id} is printed as {known.text!r} and as {claim.text!r}: name the rows apart")


@dataclass(frozen=True)
class Printed:
    """What one piece (`tbl_balance` is the piece ``balance``) prints from one file of the run.

    A number is named by its row and column, ``cell.<piece>.<row>.<column>``: codes, the same in every language. `file`,
    `tables` and `rule` say where it is from.
    """

    book: Book
    piece: str
    file: str
    rule: str
    tables: str

    def number(
        self,
        row: str,
        column: str,
        value: float,
        unit: str = "ratio",
        decimals: int | None = None,
        *,
        signed: bool = False,
        bare: bool = True,
    ) -> str:
        """Return `value` as printed and linked, without its unit unless `bare` is false; an em dash where it is missing.

        `unit` as in `Claim`.
        """
        if value is None or math.isnan(value):
            return NOTHING
        text = with_unit(value, unit, decimals, signed)
        return self._say(row, column, without_unit(text) if bare else text, float(value), unit)

    def interval(
        self, row: str, column: str, lower: float, upper: float, unit: str, decimals: int | None = None, *, bare: bool = True
    ) -> str:
        """Return the interval as printed and linked; an em dash where an end is missing."""
        if math.isnan(lower) or math.isnan(upper):
            return NOTHING
        text = interval(lower, upper, unit, decimals)
        return self._say(row, column, without_unit(text) if bare else text, math.nan, "text")

    def words(self, row: str, column: str, text: str) -> str:
        """Return words that hold a number (a span of years, a date, a stated result), linked; other words as they are.

        A hyphen before a number that stands by itself is a minus.
        """
        if not re.search(r"\d", text):
            return text
        return self._say(row, column, re.sub(r"(?<!\S)-(?=\d)", MINUS, text), math.nan, "text")

    def _say(self, row: str, column: str, text: str, value: float, unit: str) -> str:
        identifier = f"cell.{_slug(self.piece)}.{_slug(row)}.{_slug(column)}"
        origin = Origin(self.file, f"{row}: {column}", self.tables, self.rule)
        self.book.add(Claim(identifier, value, unit, f"{self.piece}: {row}, {column}", origin, words=text))
        return linked(identifier, text)


@dataclass(frozen=True)
class Column:
    """A column of a figure's data: `name` in the frame, `title` on the page; without `unit` it holds words."""

    name: str
    title: str
    unit: str | None = None
    decimals: int | None = None
    signed: bool = False


@dataclass(frozen=True)
class Drawn:
    """A figure that was drawn: what is seen in it, in words, and the figures behind it.

    The index of `data` names the rows in the ledger, so it holds codes or numbers, no words of a language.
    """

    alt: str
    columns: Sequence[Column] = ()
    data: pd.DataFrame = field(default_factory=pd.DataFrame)

    def rows(self, printed: Printed) -> Iterator[list[str]]:
        """The rows of the data as printed."""
        for index, record in self.data.iterrows():
            key = str(index)
            yield [
                printed.words(key, column.name, str(record[column.name]))
                if column.unit is None
                else printed.number(
                    key, column.name, float(record[column.name]), column.unit, column.decimals, signed=column.signed
                )
                for column in self.columns
            ]


def years_in_words(years: Sequence[int]) -> str:
    """Return ``2017-2020`` for a run of years, else the years separated by commas."""
    is_run = len(years) > 1 and list(years) == list(range(years[0], years[-1] + 1))
    return f"{years[0]}-{years[-1]}" if is_run else ", ".join(map(str, years))


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "all"

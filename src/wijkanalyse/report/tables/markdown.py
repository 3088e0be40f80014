"""Markdown tables out of claims: how a number and its interval stand in a cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from wijkanalyse.report.claims import in_language, linked
from wijkanalyse.report.language import spoken, tr
from wijkanalyse.report.numbers import NARROW_SPACE
from wijkanalyse.report.words import MARK


def markdown_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], caption: str, label: str, widths: Sequence[int], right: int
) -> str:
    """Return a pipe table; `widths` are relative column widths, the last `right` columns are set flush right.

    Without a `label` the table is not numbered.
    """
    rules = ["-" * (width - 1) + (":" if place >= len(header) - right else "-") for place, width in enumerate(widths)]
    lines = [_line(header), "|" + "|".join(rules) + "|", *(_line(row) for row in rows)]
    return "\n".join([*lines, "", f": {caption} {{#{label}}}" if label else f": {caption}", ""])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


NOTHING = "\N{EM DASH}"


def without_unit(text: str) -> str:
    """Return a printed number without its unit, for where the row or the column names it."""
    for unit in ("%", *(NARROW_SPACE + tr(word) for word in ("procentpunt", "dagen", "dag"))):
        text = text.removesuffix(unit)
    return text


class Ledger:
    """Claims by name, in the language that is spoken, as Markdown that links each to its claim; `plain` gives bare text."""

    def __init__(self, claims: pd.DataFrame) -> None:
        self._rows = in_language(claims, spoken()).set_index("id")

    def __contains__(self, name: str) -> bool:
        """Whether there is such a claim."""
        return name in self._rows.index

    def plain(self, name: str) -> str:
        """The claim as printed, without a link: for text alternatives and attributes; an em dash when there is none."""
        return str(self._rows.at[name, "text"]) if name in self else NOTHING

    def text(self, name: str) -> str:
        """The claim as printed, or an em dash when there is none."""
        return linked(name, self.plain(name)) if name in self else NOTHING

    def is_known(self, name: str) -> bool:
        """Whether there is a number, or words, for this claim."""
        if name not in self:
            return False
        row: Any = self._rows.loc[name]
        return bool(row["unit"] == "text" or not math.isnan(row["value"]))

    def with_interval(self, name: str) -> str:
        """The claim and, in brackets, its interval, both without their unit: the row or column names it."""
        if not self.is_known(name):
            return NOTHING
        interval = without_unit(str(self._rows.at[name, "interval"]))
        return f"{self.bare(name)} ({linked(name, interval)})" if interval else self.bare(name)

    def bare(self, name: str) -> str:
        """The claim without its unit."""
        return linked(name, without_unit(self.plain(name))) if name in self else NOTHING

    def with_n(self, name: str, n: str) -> str:
        """The claim and, in brackets, the number of respondents."""
        return f"{self.bare(name)} (n = {self.text(n)})"

    def label(self, name: str) -> str:
        """What the claim is, in words."""
        return str(self._rows.at[name, "label"])


def marked(mark: bool) -> str:
    """What a caption ends with when its figures are made up."""
    return f" {MARK}." if mark else ""

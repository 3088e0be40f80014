"""Markdown tables out of claims: how a number and its interval stand in a cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from wijkanalyse.report.numbers import NARROW_SPACE
from wijkanalyse.report.words import MARK


def markdown_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], caption: str, label: str, widths: Sequence[int], right: int
) -> str:
    """Return a pipe table; `widths` are relative column widths, the last `right` columns are set flush right."""
    rules = ["-" * (width - 1) + (":" if place >= len(header) - right else "-") for place, width in enumerate(widths)]
    lines = [_line(header), "|" + "|".join(rules) + "|", *(_line(row) for row in rows)]
    return "\n".join([*lines, "", f": {caption} {{#{label}}}", ""])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


NOTHING = "\N{EM DASH}"


def _without_unit(text: str) -> str:
    for unit in ("%", f"{NARROW_SPACE}procentpunt", f"{NARROW_SPACE}dagen", f"{NARROW_SPACE}dag"):
        text = text.removesuffix(unit)
    return text


class Ledger:
    """Claims by name, for tables."""

    def __init__(self, claims: pd.DataFrame) -> None:
        self._rows = claims.set_index("id")

    def text(self, name: str) -> str:
        """The claim as printed, or an em dash when there is none."""
        return str(self._rows.at[name, "text"]) if name in self._rows.index else NOTHING

    def with_interval(self, name: str) -> str:
        """The claim and, in brackets, its interval, both without their unit: the row or column names it."""
        if name not in self._rows.index:
            return NOTHING
        row: Any = self._rows.loc[name]
        if math.isnan(float(row["value"])):
            return NOTHING
        interval = f" ({_without_unit(str(row['interval']))})" if row["interval"] else ""
        return f"{_without_unit(str(row['text']))}{interval}"

    def bare(self, name: str) -> str:
        """The claim without its unit."""
        return _without_unit(self.text(name))

    def with_n(self, name: str, n: str) -> str:
        """The claim and, in brackets, the number of respondents."""
        return f"{self.bare(name)} (n = {self.text(n)})"

    def label(self, name: str) -> str:
        """What the claim is, in words."""
        return str(self._rows.at[name, "label"])


def marked(mark: bool) -> str:
    """What a caption ends with when its figures are made up."""
    return f" {MARK}." if mark else ""

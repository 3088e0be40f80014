"""What the pieces are made from: the tables of the run, read when asked for, and the claims by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from wijkanalyse.contracts import Contract
from wijkanalyse.files import read_table
from wijkanalyse.report.claims import Claims
from wijkanalyse.report.tables.markdown import Ledger
from wijkanalyse.report.tables.printed import Book, Drawn, Printed


@dataclass(frozen=True)
class Figure:
    """A figure to be: `draw` makes it in a file and returns what is seen in it and the figures behind it.

    `printed` remembers those figures, so it says where they come from.
    """

    name: str
    caption: str
    draw: Callable[[Path], Drawn]
    printed: Printed
    rests_on_statline: bool = True


@dataclass(frozen=True)
class Context:
    """The files of a run by name, its configuration as plain values, and the numbers that the pieces print."""

    files: Mapping[str, Path]
    config: Mapping[str, Any]
    book: Book = field(default_factory=Book)

    def table(self, name: str, schema: type[Contract]) -> pd.DataFrame:
        """The table `name`, checked against its contract."""
        return read_table(self.files[name], schema)

    def printed(self, piece: str, name: str, rule: str, tables: str = "all") -> Printed:
        """What the piece prints from the file `name`, which `rule` made from the StatLine tables or evidence files `tables`."""
        return Printed(self.book, piece, self.files[name].as_posix(), rule, tables)

    def tables_of(self, claim: str) -> str:
        """The tables under a claim: for what rests on the same ones."""
        return str(self.claims.set_index("id").at[claim, "tables"])

    @cached_property
    def run(self) -> dict[str, Any]:
        """The register of the run: source and tables."""
        return dict(json.loads(self.files["register"].read_text(encoding="utf-8")))

    @property
    def mark(self) -> bool:
        """Whether the StatLine figures are made up."""
        return bool(self.run["source"] == "example")

    @cached_property
    def claims(self) -> pd.DataFrame:
        """The ledger as a frame."""
        return self.table("claims", Claims)

    @cached_property
    def ledger(self) -> Ledger:
        """The claims by name, as printed in the language that is spoken."""
        return Ledger(self.claims)

    @cached_property
    def values(self) -> pd.Series:
        """The claims by name, as numbers."""
        return self.claims.set_index("id")["value"]

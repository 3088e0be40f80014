"""What the pieces are made from: the tables of the run, read when asked for, and the claims by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from wijkanalyse.contracts import Contract
from wijkanalyse.files import read_table
from wijkanalyse.report.claims import Claims
from wijkanalyse.report.tables.markdown import Ledger


@dataclass(frozen=True)
class Figure:
    """A figure to be: `draw` makes it in a file and returns its text alternative."""

    name: str
    caption: str
    draw: Callable[[Path], str]
    rests_on_statline: bool = True


@dataclass(frozen=True)
class Context:
    """The files of a run by name, and its configuration as plain values."""

    files: Mapping[str, Path]
    config: Mapping[str, Any]

    def table(self, name: str, schema: type[Contract]) -> pd.DataFrame:
        """The table `name`, checked against its contract."""
        return read_table(self.files[name], schema)

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
        """The claims by name, as printed."""
        return Ledger(self.claims)

    @cached_property
    def values(self) -> pd.Series:
        """The claims by name, as numbers."""
        return self.claims.set_index("id")["value"]

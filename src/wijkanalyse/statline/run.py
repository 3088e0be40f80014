"""Reading the tables that a run rests on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.snapshots import Snapshot


class TableAbsentError(WijkanalyseError):
    """A table that is not among those that the run rests on."""


class RunTables:
    """The tables of a run, read through its register (`data/processed/statline.json`)."""

    def __init__(self, register_file: Path, raw_folder: Path) -> None:
        self.run: dict[str, Any] = json.loads(register_file.read_text(encoding="utf-8"))
        self._raw_folder = raw_folder

    @property
    def source(self) -> str:
        """What the run's figures are, for the column `source` of every table made from them."""
        return str(self.run["source_text"])

    def read(self, identifier: str) -> RawTable:
        """Return a table of the run, verified against the manifest in the register."""
        entry = self.run["tables"].get(identifier)
        if entry is None:
            raise TableAbsentError(f"table {identifier} is not among the fetched tables: {', '.join(self.run['tables'])}")
        return Snapshot(self._raw_folder / entry["version"], entry).read()

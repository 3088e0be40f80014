"""Reading the tables that a run rests on."""

from __future__ import annotations

import json
from itertools import takewhile
from pathlib import Path
from typing import Any

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.snapshots import Snapshot, SnapshotStore


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

    def previous(self, identifier: str) -> Snapshot | None:
        """Return the version of a table that the service gave before that of the run, None where none is stored.

        It comes from the same service with the same selection. Made-up tables have no earlier versions.
        """
        entry = self.run["tables"].get(identifier)
        if entry is None or self.run["source"] == "example":
            return None
        folder = self._raw_folder / entry["version"]
        alike = [
            version
            for version in SnapshotStore(folder.parent.parent).versions(identifier, entry["origin"])
            if version.manifest["filter"] == entry["filter"]
        ]
        before = list(takewhile(lambda version: version.folder.name != folder.name, alike))
        return before[-1] if before else None

    def read_previous(self, identifier: str) -> RawTable | None:
        """Return that version's table, verified."""
        version = self.previous(identifier)
        return version.read() if version is not None else None

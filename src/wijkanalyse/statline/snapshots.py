"""The store of tables as published: data/raw/<source>/<table>/<version>/.

A version is named after the moment of publication and the content (with its origin and filter), holds `data.parquet` (the
UntypedDataSet, every cell as text), `metadata.json` (everything else the service said) and `manifest.json` (where it came
from, and the sha256 of both), and is never changed: it appears whole by one rename, and is checked against its manifest
each time it is read. What a killed run left is cleared away by the next one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.schema import Schema, schema_changes, schema_of, schema_sha256

log = logging.getLogger(__name__)

DATA, METADATA, MANIFEST = "data.parquet", "metadata.json", "manifest.json"
LICENCE = "CC BY 4.0"
INCOMPLETE = ".incomplete-"
_CHANGES_LOGGED = 20
_DATA_SET = {"v3": "UntypedDataSet?$format=json", "v4": "Observations"}
MANIFEST_FIELDS = (
    "table", "title", "modified", "retrieved_at", "protocol", "origin", "url", "data_url", "filter", "row_count", "sha256",
    "schema_sha256", "schema_changes", "licence", "attribution",
)  # fmt: skip


class SnapshotError(WijkanalyseError):
    """A stored table that is not what its manifest says."""


@dataclass(frozen=True)
class Snapshot:
    """A stored version of a table: its folder and its manifest."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def identifier(self) -> str:
        """The table's number."""
        return str(self.manifest["table"])

    def verify(self, *names: str) -> None:
        """Raise `SnapshotError` when a file (of `names`, or any) is missing or its sha256 differs from the manifest."""
        for name, expected in self.manifest["sha256"].items():
            if names and name not in names:
                continue
            path = self.folder / name
            if not path.is_file():
                raise SnapshotError(f"{path} is missing; delete the folder {self.folder} and run again to fetch the table")
            found = _sha256(path)
            if found != expected:
                raise SnapshotError(
                    f"{path} was changed after it was stored (sha256 {found[:12]}…, manifest {expected[:12]}…). Raw files are "
                    f"never edited: delete the folder {self.folder} and run again to fetch the table"
                )

    def read(self) -> RawTable:
        """Return the table, after verifying it."""
        self.verify()
        return self._described(pd.read_parquet(self.folder / DATA))

    def schema(self) -> Schema:
        """Return what the table looks like, after verifying that; the figures are not read."""
        self.verify(METADATA)
        return schema_of(self._described(pd.DataFrame()))

    def _described(self, data: pd.DataFrame) -> RawTable:
        metadata = json.loads((self.folder / METADATA).read_text(encoding="utf-8"))
        return RawTable(
            identifier=self.identifier,
            infos=metadata["TableInfos"],
            properties=metadata["DataProperties"],
            category_groups=metadata["CategoryGroups"],
            dimensions=metadata["dimensions"],
            data=data,
            url=self.manifest["url"],
            retrieved=datetime.fromisoformat(self.manifest["retrieved_at"]),
            filters=self.manifest["filter"],
            catalogue=metadata["catalogue"],
            protocol=self.manifest["protocol"],
        )


class SnapshotStore:
    """All stored versions under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def versions(self, identifier: str, origin: str) -> list[Snapshot]:
        """Complete versions of a table that came from `origin` (as its client names it), oldest retrieval first."""
        return [snapshot for snapshot in self.all_versions(identifier) if snapshot.manifest["origin"] == origin]

    def all_versions(self, identifier: str) -> list[Snapshot]:
        """Complete versions of a table from any service, oldest retrieval first."""
        found = []
        for path in sorted((self.root / identifier).glob(f"*/{MANIFEST}")):
            if path.parent.name.startswith(INCOMPLETE):
                continue
            found.append(Snapshot(path.parent, _read_manifest(path)))
        return sorted(found, key=lambda snapshot: str(snapshot.manifest["retrieved_at"]))

    def latest(self, identifier: str, origin: str) -> Snapshot | None:
        """The version retrieved last, or None."""
        versions = self.versions(identifier, origin)
        return versions[-1] if versions else None

    def store(self, raw: RawTable, origin: str, source_name: str) -> Snapshot:
        """Write `raw` as a new version and return it; a version that is there already is returned as it is."""
        table_folder = self.root / raw.identifier
        table_folder.mkdir(parents=True, exist_ok=True)
        changes = self._changes(raw, origin)
        with _incomplete(table_folder) as temporary:
            raw.data.to_parquet(temporary / DATA, compression="zstd", index=False)
            metadata = {
                "TableInfos": raw.infos,
                "DataProperties": raw.properties,
                "CategoryGroups": raw.category_groups,
                "dimensions": raw.dimensions,
                "catalogue": raw.catalogue,
            }
            text = json.dumps(metadata, ensure_ascii=False, indent=1)
            (temporary / METADATA).write_text(text, encoding="utf-8")
            sha256 = {name: _sha256(temporary / name) for name in (DATA, METADATA)}
            manifest = _manifest(raw, origin, source_name, sha256, changes)
            (temporary / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
            digest = hashlib.sha256("".join([*sha256.values(), origin, str(raw.filters)]).encode()).hexdigest()[:12]
            modified = str(raw.infos.get("Modified") or "undated")[:10]
            final = table_folder / f"{modified}-{digest}"
            # mkdtemp gives a folder that nobody else on this machine may open
            temporary.chmod(0o755)
            for path in (*temporary.iterdir(), temporary):
                _to_disk(path)
            try:
                temporary.rename(final)
                _to_disk(table_folder)
            except OSError:
                # the same content is there already: another run was first, or nothing changed since
                if not (final / MANIFEST).is_file():
                    raise
            snapshot = Snapshot(final, _read_manifest(final / MANIFEST))
            snapshot.verify()
            return snapshot

    def _changes(self, raw: RawTable, origin: str) -> list[str]:
        """How the table differs from the version retrieved last, in words; the figures do not count."""
        changes = []
        if raw.catalogue.get("Modified") not in (None, raw.infos.get("Modified")):
            dates = f"{raw.catalogue['Modified']} and {raw.infos.get('Modified')}"
            changes.append(f"catalogue and TableInfos give different dates of publication: {dates}")
        previous = self.latest(raw.identifier, origin)
        if previous is not None:
            changes += schema_changes(previous.schema(), schema_of(raw))
        if changes:
            lines = "".join(f"\n  - {change}" for change in changes[:_CHANGES_LOGGED])
            rest = f"\n  and {len(changes) - _CHANGES_LOGGED} more" if len(changes) > _CHANGES_LOGGED else ""
            against = previous.folder.name if previous is not None else "what was expected"
            log.warning("table %s is not like %s:%s%s", raw.identifier, against, lines, rest)
        return changes


@contextmanager
def _incomplete(table_folder: Path) -> Iterator[Path]:
    """Give a folder to write a version in, gone at the end unless it was renamed; clears what killed runs left.

    A folder is locked while its run lives, and a lock goes with its process: what can be locked is nobody's any more.
    """
    with _locked(table_folder, fcntl.LOCK_EX):
        for left in table_folder.glob(f"{INCOMPLETE}*"):
            with suppress(OSError), _locked(left, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(left)
        temporary = Path(tempfile.mkdtemp(prefix=INCOMPLETE, dir=table_folder))
        own = os.open(temporary, os.O_RDONLY)
        fcntl.flock(own, fcntl.LOCK_EX)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        os.close(own)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def _to_disk(path: Path) -> None:
    """Have what was written reach the disk, so that a rename is never there before its content."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _manifest(raw: RawTable, origin: str, source_name: str, sha256: dict[str, str], changes: list[str]) -> dict[str, Any]:
    title, modified = str(raw.infos.get("Title", "")).strip(), raw.infos.get("Modified")
    retrieved = raw.retrieved.isoformat()
    return {
        "table": raw.identifier,
        "title": title,
        "modified": modified,
        "retrieved_at": retrieved,
        "protocol": raw.protocol,
        "origin": origin,
        "url": raw.url,
        "data_url": f"{raw.url}/{_DATA_SET[raw.protocol]}",
        "filter": raw.filters,
        "row_count": len(raw.data),
        "sha256": sha256,
        "schema_sha256": schema_sha256(schema_of(raw)),
        "schema_changes": changes,
        "licence": LICENCE,
        "attribution": (
            f"Bron: {source_name}, tabel {raw.identifier} '{title}', versie {modified}, opgehaald {retrieved}. "
            f"Licentie: {LICENCE}. Bewerking: wijkanalyse; CBS is niet verantwoordelijk voor de bewerking."
        ),
    }


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        # what was stored before there was a choice came over v3, and was compared with nothing
        manifest = {
            "protocol": "v3",
            "schema_sha256": None,
            "schema_changes": [],
            **json.loads(path.read_text(encoding="utf-8")),
        }
        return {name: manifest[name] for name in MANIFEST_FIELDS}
    except (ValueError, LookupError, TypeError) as error:
        raise SnapshotError(f"{path} is not a manifest ({error!r}); delete the folder {path.parent} and run again") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""The store of tables as published: data/raw/<source>/<table>/<version>/.

A version is named after the moment of publication and the content (with its origin and filter), holds `data.parquet` (the
UntypedDataSet, every cell as text), `metadata.json` (everything else the service said) and `manifest.json` (where it came
from, and the sha256 of both), and is never changed: it appears whole by one rename, and is checked against its manifest
each time it is read. What a killed run left is cleared away by the next one.

Beside the versions of a table lies `last_seen.json`: when the service gave each of them last. CBS may go back to what it
published before; the version that a run rests on is then an old one that was seen again.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.columns import as_rows, read_rows, write_rows
from wijkanalyse.statline.disk import INCOMPLETE, incomplete_folder, locked, replace_text, to_disk
from wijkanalyse.statline.schema import doubts, schema_changes, schema_of, schema_sha256
from wijkanalyse.statline.transport import StatLineError

log = logging.getLogger(__name__)

DATA, METADATA, MANIFEST = "data.parquet", "metadata.json", "manifest.json"
LAST_SEEN = "last_seen.json"
ANY_DESCRIPTION = ""
"""Accepts whatever a table is said to be: made-up tables are other tables at every run."""
LICENCE = "CC BY 4.0"
SHOWN = 12
"""So much of a sha256 is shown, and asked for."""
_CHANGES_SHOWN = 20
_DATA_SET = {"v3": "UntypedDataSet?$format=json", "v4": "Observations"}
MANIFEST_FIELDS = (
    "table", "title", "modified", "retrieved_at", "protocol", "origin", "url", "data_url", "filter", "row_count", "sha256",
    "schema_sha256", "schema_changes", "licence", "attribution",
)  # fmt: skip


class SnapshotError(WijkanalyseError):
    """A stored table that is not what its manifest says."""


class DoubtfulTableError(StatLineError):
    """A table that is described in a way that no new edition explains."""


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
        return self._described(read_rows(self.folder / DATA))

    def description(self) -> RawTable:
        """Return the table without its figures, after verifying the rest."""
        self.verify(METADATA)
        return self._described(as_rows({}))

    def _described(self, data: pa.Table) -> RawTable:
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
        """Complete versions of a table that came from `origin` (as its client names it), the one seen last as the last."""
        return [snapshot for snapshot in self.all_versions(identifier) if snapshot.manifest["origin"] == origin]

    def all_versions(self, identifier: str) -> list[Snapshot]:
        """Complete versions of a table from any service, the one seen last as the last."""
        found = []
        for path in sorted((self.root / identifier).glob(f"*/{MANIFEST}")):
            if path.parent.name.startswith(INCOMPLETE):
                continue
            found.append(Snapshot(path.parent, _read_manifest(path)))
        order = list(self._last_seen(identifier, found))
        return sorted(found, key=lambda snapshot: order.index(snapshot.folder.name))

    def latest(self, identifier: str, origin: str) -> Snapshot | None:
        """The version seen last, or None."""
        versions = self.versions(identifier, origin)
        return versions[-1] if versions else None

    def store(self, raw: RawTable, origin: str, source_name: str, accepted: str | None = None) -> Snapshot:
        """Write `raw` as a new version and return it; a version that is there already is returned as it is.

        Raises `DoubtfulTableError`, and stores nothing, for a description that no new edition explains (`schema.doubts`)
        unless it is the one `accepted`: the sha256 of its schema, or how that begins.
        """
        changes = _changes(raw, self.latest(raw.identifier, origin), accepted)
        table_folder = self.root / raw.identifier
        table_folder.mkdir(parents=True, exist_ok=True)
        with incomplete_folder(table_folder) as temporary:
            write_rows(raw.rows, temporary / DATA)
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
            digest = hashlib.sha256("".join([*sha256.values(), origin, str(raw.filters)]).encode()).hexdigest()[:SHOWN]
            modified = str(raw.infos.get("Modified") or "undated")[:10]
            final = table_folder / f"{modified}-{digest}"
            # mkdtemp gives a folder that nobody else on this machine may open
            temporary.chmod(0o755)
            for path in (*temporary.iterdir(), temporary):
                to_disk(path)
            try:
                temporary.rename(final)
                to_disk(table_folder)
            except OSError:
                # the same content is there already: another run was first, or nothing changed since
                if not (final / MANIFEST).is_file():
                    raise
            snapshot = Snapshot(final, _read_manifest(final / MANIFEST))
            snapshot.verify()
            self._note_seen(snapshot, raw.retrieved.isoformat())
            return snapshot

    def _note_seen(self, snapshot: Snapshot, moment: str) -> None:
        """Write down that the service gave this version at `moment`; of two runs at once the later one counts."""
        folder = snapshot.folder.parent
        with locked(folder):
            seen = self._last_seen(snapshot.identifier, self.all_versions(snapshot.identifier))
            moment = max(moment, seen.pop(snapshot.folder.name))
            replace_text(folder / LAST_SEEN, json.dumps({**seen, snapshot.folder.name: moment}, indent=1))

    def _last_seen(self, identifier: str, versions: list[Snapshot]) -> dict[str, str]:
        """When the service gave each version last, the last one as the last; where no record says so, when it was stored."""
        path = self.root / identifier / LAST_SEEN
        recorded: dict[str, str] = {}
        try:
            recorded = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(recorded, dict) or not all(isinstance(moment, str) for moment in recorded.values()):
                raise ValueError("it should name versions and moments")
        except (OSError, ValueError) as error:
            recorded = {}
            if len(versions) > 1:
                log.warning(
                    "%s cannot be read (%s): which version CBS gave last is not known, the one stored last counts", path, error
                )
        # a version that is not in the record was stored by a run that was killed before it could write that
        stored = {version.folder.name: str(version.manifest["retrieved_at"]) for version in versions}
        places = list({**recorded, **stored})
        seen = {name: recorded.get(name, moment) for name, moment in stored.items()}
        return dict(sorted(seen.items(), key=lambda item: (item[1], places.index(item[0]))))


def _changes(raw: RawTable, previous: Snapshot | None, accepted: str | None) -> list[str]:
    """How the table differs from the version seen last, in words; the figures do not count."""
    before = previous.description() if previous is not None else None
    new = schema_of(raw)
    against = previous.folder.name if previous is not None else "what was expected"
    sha256 = schema_sha256(new)
    odd = doubts(raw, before)
    if odd and not (accepted is not None and sha256.startswith(accepted)):
        raise DoubtfulTableError(
            f"table {raw.identifier} from {raw.url}, Modified {raw.infos.get('Modified')}, is not like {against} in a way that "
            f"no new edition explains:{_lines(odd)}\nNothing was stored. Run again later; if CBS publishes the table so from "
            f'now on, accept it with a line "{raw.identifier}: {sha256[:SHOWN]}" under `accept` in config/tables.yaml.'
        )
    changes = list(dict.fromkeys([*odd, *(schema_changes(schema_of(before), new) if before is not None else [])]))
    if changes:
        log.warning("table %s is not like %s:%s", raw.identifier, against, _lines(changes))
    return changes


def _lines(changes: list[str]) -> str:
    rest = f"\n  and {len(changes) - _CHANGES_SHOWN} more" if len(changes) > _CHANGES_SHOWN else ""
    return "".join(f"\n  - {change}" for change in changes[:_CHANGES_SHOWN]) + rest


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
        "row_count": raw.rows.num_rows,
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

"""The store of tables as published: data/raw/<source>/<table>/<version>/.

A version is named after the moment of publication and the content (with its origin and filter), holds `data.parquet` (the
UntypedDataSet, every cell as text), `metadata.json` (everything else the service said) and `manifest.json` (where it came
from, and the sha256 of both), and is never changed: it appears whole by one rename, and is checked against its manifest
each time it is read.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.statline.client import RawTable

DATA, METADATA, MANIFEST = "data.parquet", "metadata.json", "manifest.json"
LICENCE = "CC BY 4.0"
INCOMPLETE = ".incomplete-"
_DATA_SET = {"v3": "UntypedDataSet?$format=json", "v4": "Observations"}
MANIFEST_FIELDS = (
    "table", "title", "modified", "retrieved_at", "protocol", "origin", "url", "data_url", "filter", "row_count", "sha256",
    "licence", "attribution",
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

    def verify(self) -> None:
        """Raise `SnapshotError` when a file is missing or its sha256 differs from the manifest."""
        for name, expected in self.manifest["sha256"].items():
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
        metadata = json.loads((self.folder / METADATA).read_text(encoding="utf-8"))
        return RawTable(
            identifier=self.identifier,
            infos=metadata["TableInfos"],
            properties=metadata["DataProperties"],
            category_groups=metadata["CategoryGroups"],
            dimensions=metadata["dimensions"],
            data=pd.read_parquet(self.folder / DATA),
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
        found = []
        for path in sorted((self.root / identifier).glob(f"*/{MANIFEST}")):
            if path.parent.name.startswith(INCOMPLETE):
                continue
            manifest = _read_manifest(path)
            if manifest["origin"] == origin:
                found.append(Snapshot(path.parent, manifest))
        return sorted(found, key=lambda snapshot: str(snapshot.manifest["retrieved_at"]))

    def latest(self, identifier: str, origin: str) -> Snapshot | None:
        """The version retrieved last, or None."""
        versions = self.versions(identifier, origin)
        return versions[-1] if versions else None

    def store(self, raw: RawTable, origin: str, source_name: str) -> Snapshot:
        """Write `raw` as a new version and return it; a version that is there already is returned as it is."""
        table_folder = self.root / raw.identifier
        table_folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=INCOMPLETE, dir=table_folder))
        try:
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
            manifest = _manifest(raw, origin, source_name, sha256)
            (temporary / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
            digest = hashlib.sha256("".join([*sha256.values(), origin, str(raw.filters)]).encode()).hexdigest()[:12]
            modified = str(raw.infos.get("Modified") or "undated")[:10]
            final = table_folder / f"{modified}-{digest}"
            # mkdtemp gives a folder that nobody else on this machine may open
            temporary.chmod(0o755)
            try:
                temporary.rename(final)
            except OSError:
                # the same content is there already: another run was first, or nothing changed since
                if not (final / MANIFEST).is_file():
                    raise
            snapshot = Snapshot(final, _read_manifest(final / MANIFEST))
            snapshot.verify()
            return snapshot
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _manifest(raw: RawTable, origin: str, source_name: str, sha256: dict[str, str]) -> dict[str, Any]:
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
        "licence": LICENCE,
        "attribution": (
            f"Bron: {source_name}, tabel {raw.identifier} '{title}', versie {modified}, opgehaald {retrieved}. "
            f"Licentie: {LICENCE}. Bewerking: wijkanalyse; CBS is niet verantwoordelijk voor de bewerking."
        ),
    }


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        # what was stored before there was a choice came over v3
        manifest = {"protocol": "v3", **json.loads(path.read_text(encoding="utf-8"))}
        return {name: manifest[name] for name in MANIFEST_FIELDS}
    except (ValueError, LookupError, TypeError) as error:
        raise SnapshotError(f"{path} is not a manifest ({error!r}); delete the folder {path.parent} and run again") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

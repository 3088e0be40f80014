"""Which StatLine a run rests on, and getting all its tables from there.

All tables of a run come from one source. The outcome is a small register (`data/processed/statline.json`) that names, for
every table, the stored version and its sha256: later steps read nothing else, so a new version of a table reruns them.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any, Literal

from wijkanalyse.config import Example, StatLine
from wijkanalyse.files import write_json
from wijkanalyse.statline.client import StatLineClient, selection
from wijkanalyse.statline.odata4 import StatLineClient4
from wijkanalyse.statline.snapshots import ANY_DESCRIPTION, Snapshot, SnapshotStore
from wijkanalyse.statline.tables import Table, TableRegister
from wijkanalyse.statline.titles import TitleNotFoundError
from wijkanalyse.statline.transport import Patience, StatLineError, StatLineUnreachableError, TableNotFoundError

log = logging.getLogger(__name__)

SourceName = Literal["cbs", "example"]
Client = StatLineClient | StatLineClient4
SOURCE_TEXT: dict[SourceName, str] = {
    "cbs": "CBS StatLine",
    "example": "VOORBEELDCIJFERS (verzonnen, niet van CBS)",
}
"""What every table of the run says of its origin, in the column `source`."""


def fetch_tables(
    register: TableRegister, statline: StatLine, example: Example, raw_folder: Path, refresh: bool = False
) -> dict[str, Any]:
    """Make sure that every table of `register` is stored and return the register of the run.

    With source `auto`: snapshots of CBS that are there already, else CBS, else (only when no connection can be made) the
    embedded example. Raises a `WijkanalyseError` when a table cannot be had; what was stored before stays as it was.
    """
    client = _client(statline, statline.address, statline.use_https)
    if statline.source == "example":
        return _from_example(register, statline, example, raw_folder)
    try:
        return _fetch_all(register, client, "cbs", raw_folder / "cbs", refresh)
    except StatLineUnreachableError as error:
        if statline.source == "cbs":
            raise StatLineUnreachableError(
                f"{error}\nstatline.source is cbs, so nothing else is used. Check the network and statline.catalog_url "
                f"({statline.address}), or choose statline.source: example for made-up figures."
            ) from error
        log.warning("%s; going on with the embedded StatLine: EXAMPLE FIGURES, made up", error)
    return _from_example(register, statline, example, raw_folder)


def _from_example(register: TableRegister, statline: StatLine, example: Example, raw_folder: Path) -> dict[str, Any]:
    # imported here: a run on CBS figures needs nothing of the made-up country
    from wijkanalyse.example import StatLineServer, World, make_tables, truth

    world = World(**{**example.model_dump(), "provinces": tuple(example.provinces) or None})
    with StatLineServer(make_tables(world)) as server:
        client = _client(statline, server.catalog_url, use_https=False)
        # a made-up country is cheap to make again, so it is never read from an earlier run with other parameters
        origin = "embedded example" + (" over OData v4" if statline.protocol == "v4" else "")
        run = _fetch_all(register, client, "example", raw_folder / "example", refresh=True, origin=origin)
    write_json(truth(world), raw_folder / "example" / "truth.json")
    return {**run, "truth": "example/truth.json"}


def _fetch_all(
    register: TableRegister,
    client: Client,
    source: SourceName,
    root: Path,
    refresh: bool,
    origin: str | None = None,
) -> dict[str, Any]:
    store = SnapshotStore(root)
    origin = origin or client.origin
    snapshots: dict[str, Snapshot] = {}
    for number, identifier in enumerate(register.identifiers, start=1):
        table = register.tables.get(identifier)
        newest_first = [] if refresh else store.versions(identifier, origin)[::-1]
        snapshot = next((kept for kept in newest_first if _has_what_is_asked(kept, table)), None)
        if snapshot is not None:
            how = "kept snapshot"
        else:
            started = time.monotonic()
            try:
                raw = client.fetch(identifier, table)
            except (TableNotFoundError, TitleNotFoundError) as error:
                if table is None or table.is_required:
                    raise
                log.warning("table %s is left out, its columns stay empty: %s", identifier, error)
                continue
            except StatLineUnreachableError as error:
                if not snapshots:
                    raise
                # a connection was made before, or tables of this service are stored: made-up figures have no place here
                raise StatLineError(
                    f"{error}\nThe first {len(snapshots)} of {len(register.identifiers)} tables are stored from {origin}. "
                    "All tables of a run come from one source: run again when the service can be reached."
                ) from error
            # made-up tables of another world are described otherwise under the same date
            accepted = ANY_DESCRIPTION if source == "example" else register.accept.get(identifier)
            snapshot = store.store(raw, origin, SOURCE_TEXT[source], accepted)
            how = f"fetched in {time.monotonic() - started:.1f} s"
        snapshots[identifier] = snapshot
        log.info(
            "table %d of %d: %s %s, %d rows, Modified %s (%s)",
            number,
            len(register.identifiers),
            identifier,
            snapshot.manifest["title"],
            snapshot.manifest["row_count"],
            snapshot.manifest["modified"],
            how,
        )
    tables = {
        identifier: {**snapshot.manifest, "version": str(snapshot.folder.relative_to(root.parent))}
        for identifier, snapshot in snapshots.items()
    }
    return {"source": source, "source_text": SOURCE_TEXT[source], "origin": origin, "tables": tables}


def _has_what_is_asked(snapshot: Snapshot, table: Table | None) -> bool:
    """Whether a stored table, verified here, holds the rows that the register asks for now.

    A table fetched whole holds them all; a selection only those that the register named when it was fetched.
    """
    snapshot.verify()
    if snapshot.manifest["filter"] is None or table is None:
        return True
    stored = snapshot.read()
    try:
        return stored.filters == selection(stored.identifier, table, stored.properties, stored.dimensions.__getitem__)
    except TitleNotFoundError as error:
        log.info("%s; asking the service whether it has it now", error)
        return False


def _client(statline: StatLine, address: str, use_https: bool) -> Client:
    """The client of the chosen protocol for the service at `address`."""
    kind = StatLineClient4 if statline.protocol == "v4" else StatLineClient
    return kind(address, use_https, _patience(statline))


def _patience(statline: StatLine) -> Patience:
    return Patience(
        read_timeout=statline.read_timeout_seconds,
        answer_deadline=statline.answer_deadline_seconds,
        attempts=statline.attempts,
        contact=statline.contact,
        largest_table_cells=statline.largest_table_cells,
    )

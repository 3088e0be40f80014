"""Tables are stored as published, whole, once, and are never changed."""

import dataclasses
import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from tests.small_world import fetched_tables
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.snapshots import Snapshot, SnapshotError, SnapshotStore

ORIGIN = "https://opendata.cbs.nl"


@pytest.fixture
def raw() -> RawTable:
    return fetched_tables()["86247NED"]


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "cbs")


def revised(raw: RawTable) -> RawTable:
    """The same table with one figure revised, published a day later."""
    data = raw.data.copy()
    data.iloc[0, -1] = "herzien"
    return published(dataclasses.replace(raw, data=data), "2026-05-01T02:00:00")


def published(raw: RawTable, modified: str) -> RawTable:
    """The table under another date of publication."""
    dated = ({**row, "Modified": modified} for row in (raw.infos, raw.catalogue))
    return dataclasses.replace(raw, **dict(zip(("infos", "catalogue"), dated, strict=True)))


def folders(store: SnapshotStore) -> list[str]:
    """The versions on disk, finished or not."""
    return [path.name for path in (store.root / "86247NED").iterdir() if path.is_dir()]


def test_what_is_stored_is_read_back_unchanged(store: SnapshotStore, raw: RawTable):
    found = store.store(raw, ORIGIN, "CBS StatLine").read()
    pd.testing.assert_frame_equal(found.data, raw.data)
    for name in (field.name for field in dataclasses.fields(RawTable) if field.name != "data"):
        assert getattr(found, name) == getattr(raw, name), name


def test_a_selection_keeps_its_filter(store: SnapshotStore):
    raw = fetched_tables()["03759ned"]
    assert store.store(raw, ORIGIN, "CBS StatLine").read().filters == raw.filters is not None


def test_the_manifest_says_where_a_table_came_from(store: SnapshotStore, raw: RawTable):
    snapshot = store.store(raw, ORIGIN, "CBS StatLine")
    manifest = json.loads((snapshot.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest == snapshot.manifest
    assert manifest["table"] == "86247NED"
    assert manifest["title"] == "Gebieden in Nederland 2026"
    assert manifest["modified"] == raw.infos["Modified"]
    assert manifest["retrieved_at"] == raw.retrieved.isoformat()
    assert manifest["retrieved_at"].endswith("+00:00")
    assert manifest["url"] == raw.url
    assert manifest["data_url"] == f"{raw.url}/UntypedDataSet?$format=json"
    assert manifest["row_count"] == len(raw.data)
    assert manifest["origin"] == ORIGIN
    assert manifest["licence"] == "CC BY 4.0"
    assert manifest["attribution"] == (
        f"Bron: CBS StatLine, tabel 86247NED 'Gebieden in Nederland 2026', versie {raw.infos['Modified']}, opgehaald "
        f"{raw.retrieved.isoformat()}. Licentie: CC BY 4.0. Bewerking: wijkanalyse; CBS is niet verantwoordelijk voor de "
        "bewerking."
    )
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((snapshot.folder / name).read_bytes()).hexdigest() == digest
    assert set(manifest["sha256"]) == {"data.parquet", "metadata.json"}


@pytest.mark.parametrize("name", ["data.parquet", "metadata.json"])
def test_a_changed_byte_is_seen(store: SnapshotStore, raw: RawTable, name: str):
    snapshot = store.store(raw, ORIGIN, "CBS StatLine")
    path = snapshot.folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(SnapshotError, match=rf"{name} was changed after it was stored.*delete the folder"):
        snapshot.read()


@pytest.mark.parametrize("name", ["data.parquet", "metadata.json"])
def test_a_missing_file_is_seen(store: SnapshotStore, raw: RawTable, name: str):
    snapshot = store.store(raw, ORIGIN, "CBS StatLine")
    (snapshot.folder / name).unlink()
    with pytest.raises(SnapshotError, match=rf"{name} is missing"):
        snapshot.read()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"sha256": {}}'])
def test_a_damaged_manifest_is_seen(store: SnapshotStore, raw: RawTable, text: str):
    snapshot = store.store(raw, ORIGIN, "CBS StatLine")
    (snapshot.folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(SnapshotError, match=r"manifest\.json is not a manifest.*delete the folder"):
        store.latest("86247NED", ORIGIN)


def test_the_same_content_is_stored_once(store: SnapshotStore, raw: RawTable):
    first = store.store(raw, ORIGIN, "CBS StatLine")
    later = dataclasses.replace(raw, retrieved=raw.retrieved.replace(year=raw.retrieved.year + 1))
    second = store.store(later, ORIGIN, "CBS StatLine")
    assert second.folder == first.folder
    assert second.manifest == first.manifest
    assert folders(store) == [first.folder.name]


def test_a_new_version_lies_beside_the_old(store: SnapshotStore, raw: RawTable):
    old = store.store(raw, ORIGIN, "CBS StatLine")
    later = dataclasses.replace(revised(raw), retrieved=raw.retrieved.replace(year=raw.retrieved.year + 1))
    new = store.store(later, ORIGIN, "CBS StatLine")
    assert [snapshot.folder for snapshot in store.versions("86247NED", ORIGIN)] == [old.folder, new.folder]
    latest = store.latest("86247NED", ORIGIN)
    assert latest is not None
    assert latest.read().data.iloc[0, -1] == "herzien"
    assert old.folder.name.startswith("2026-04-30-")
    assert new.folder.name.startswith("2026-05-01-")
    old.verify()


def test_revised_figures_under_an_unchanged_date_are_a_new_version_too(store: SnapshotStore, raw: RawTable):
    first = store.store(raw, ORIGIN, "CBS StatLine")
    silent = published(revised(raw), raw.infos["Modified"])
    assert store.store(silent, ORIGIN, "CBS StatLine").folder != first.folder


def test_versions_of_another_service_are_kept_apart(store: SnapshotStore, raw: RawTable):
    """Also when its table is the same to the letter."""
    cbs = store.store(raw, ORIGIN, "CBS StatLine")
    mirror = store.store(raw, "http://127.0.0.1:8123", "CBS StatLine")
    assert store.versions("86247NED", ORIGIN) == [cbs]
    assert store.versions("86247NED", "http://127.0.0.1:8123") == [mirror]
    assert store.latest("86247NED", "https://elders.example") is None


def test_a_selection_on_other_rows_is_another_version(store: SnapshotStore, raw: RawTable):
    both = [store.store(dataclasses.replace(raw, filters=text), ORIGIN, "CBS StatLine") for text in (None, "RegioS ge 'GM'")]
    assert both[0].folder != both[1].folder
    assert [snapshot.manifest["filter"] for snapshot in both] == [None, "RegioS ge 'GM'"]


@pytest.mark.parametrize(
    "broken", ["pyarrow.parquet.write_table", "wijkanalyse.statline.snapshots._manifest", "pathlib.Path.rename"]
)
def test_a_store_that_fails_leaves_nothing(store: SnapshotStore, raw: RawTable, monkeypatch: pytest.MonkeyPatch, broken: str):
    def full_disk(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    old = store.store(raw, ORIGIN, "CBS StatLine")
    with monkeypatch.context() as patched:
        patched.setattr(broken, full_disk)
        with pytest.raises(OSError, match="no space left"):
            store.store(revised(raw), ORIGIN, "CBS StatLine")
    assert folders(store) == [old.folder.name]
    old.verify()


def test_what_a_killed_run_left_is_no_version(store: SnapshotStore, raw: RawTable):
    snapshot = store.store(raw, ORIGIN, "CBS StatLine")
    snapshot.folder.rename(snapshot.folder.with_name(".incomplete-abc"))
    assert store.versions("86247NED", ORIGIN) == []


def test_others_on_the_machine_can_read_a_snapshot(store: SnapshotStore, raw: RawTable):
    assert store.store(raw, ORIGIN, "CBS StatLine").folder.stat().st_mode & 0o055 == 0o055


def test_storing_over_a_damaged_version_says_so(store: SnapshotStore, raw: RawTable):
    snapshot = store.store(raw, ORIGIN, "CBS StatLine")
    (snapshot.folder / "data.parquet").write_bytes(b"")
    with pytest.raises(SnapshotError, match="was changed"):
        store.store(raw, ORIGIN, "CBS StatLine")
    assert isinstance(store.latest("86247NED", ORIGIN), Snapshot)

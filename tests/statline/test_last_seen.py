"""CBS may go back to what it published before: a run rests on what the service gave last, not on what was stored last."""

from __future__ import annotations

import dataclasses
import json
import logging
import shutil
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest

from tests.statline.conftest import TINY, ScriptedStatLine, tiny_table
from wijkanalyse.config import Example, StatLine
from wijkanalyse.example.answers import Service
from wijkanalyse.files import write_json
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.run import RunTables
from wijkanalyse.statline.snapshots import LAST_SEEN, Snapshot, SnapshotStore
from wijkanalyse.statline.source import fetch_tables
from wijkanalyse.statline.tables import TableRegister
from wijkanalyse.statline.vintages import revisions

ORIGIN = "http://statline.invalid"
DATES = {"A": "2026-01-01T02:00:00", "B": "2026-02-01T02:00:00", "C": "2026-03-01T02:00:00"}


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "cbs")


@pytest.fixture
def editions(scripted: ScriptedStatLine) -> dict[str, RawTable]:
    found = {}
    for first, (name, modified) in enumerate(DATES.items(), start=10):
        scripted.service = Service([tiny_table(modified=modified, first=first)], 10)
        found[name] = scripted.client().fetch(TINY)
    return found


def given(store: SnapshotStore, editions: dict[str, RawTable], names: str) -> list[Snapshot]:
    """The service gives these editions, a day apart."""
    first = editions["A"].retrieved
    days = [timedelta(days=number) for number in range(len(names))]
    return [
        store.store(replaced(editions[name], first + day), ORIGIN, "CBS StatLine")
        for name, day in zip(names, days, strict=True)
    ]


def replaced(raw: RawTable, retrieved: object) -> RawTable:
    return dataclasses.replace(raw, retrieved=retrieved)


def order(store: SnapshotStore) -> str:
    """The versions by their names, the one seen last as the last."""
    names = {modified: name for name, modified in DATES.items()}
    return "".join(names[str(version.manifest["modified"])] for version in store.versions(TINY, ORIGIN))


@pytest.mark.parametrize(
    ("names", "expected"), [("AB", "AB"), ("ABA", "BA"), ("ABAB", "AB"), ("ABCA", "BCA"), ("ABCB", "ACB"), ("AAA", "A")]
)
def test_the_version_seen_last_is_the_last(
    store: SnapshotStore, editions: dict[str, RawTable], names: str, expected: str
) -> None:
    given(store, editions, names)
    assert order(store) == expected
    assert store.latest(TINY, ORIGIN) == store.versions(TINY, ORIGIN)[-1]


def test_a_version_seen_again_is_not_touched(store: SnapshotStore, editions: dict[str, RawTable]) -> None:
    first, _, again = given(store, editions, "ABA")
    assert again == first
    assert again.manifest["retrieved_at"] == editions["A"].retrieved.isoformat()


def test_of_two_runs_at_once_the_later_answer_counts(store: SnapshotStore, editions: dict[str, RawTable]) -> None:
    """A run that asked first and stored last knows less than the other."""
    given(store, editions, "AB")
    noon = editions["A"].retrieved + timedelta(days=9)
    store.store(replaced(editions["B"], noon), ORIGIN, "CBS StatLine")
    store.store(replaced(editions["A"], noon - timedelta(hours=1)), ORIGIN, "CBS StatLine")
    assert order(store) == "AB"


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"a": 1}', b"\xff\xfe"])
def test_without_a_readable_record_the_version_stored_last_counts_and_that_is_said(
    store: SnapshotStore, editions: dict[str, RawTable], text: str | bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    given(store, editions, "ABA")
    record = store.root / TINY / LAST_SEEN
    if text is None:
        record.unlink()
    else:
        record.write_bytes(text if isinstance(text, bytes) else text.encode())
    with caplog.at_level(logging.WARNING):
        assert order(store) == "AB"
    assert f"{LAST_SEEN} cannot be read" in caplog.text
    assert "the one stored last counts" in caplog.text
    # the next answer of the service mends it
    store.store(replaced(editions["A"], editions["A"].retrieved + timedelta(days=9)), ORIGIN, "CBS StatLine")
    assert order(store) == "BA"
    assert len(json.loads(record.read_text(encoding="utf-8"))) == 2


def test_a_single_version_needs_no_record(
    store: SnapshotStore, editions: dict[str, RawTable], caplog: pytest.LogCaptureFixture
) -> None:
    given(store, editions, "A")
    (store.root / TINY / LAST_SEEN).unlink()
    assert order(store) == "A"
    assert caplog.text == ""


def test_a_run_killed_before_it_wrote_the_record_leaves_a_right_order(
    store: SnapshotStore, editions: dict[str, RawTable]
) -> None:
    given(store, editions, "AB")
    before = (store.root / TINY / LAST_SEEN).read_bytes()
    store.store(replaced(editions["C"], editions["A"].retrieved + timedelta(days=9)), ORIGIN, "CBS StatLine")
    (store.root / TINY / LAST_SEEN).write_bytes(before)
    (store.root / TINY / f"{LAST_SEEN}.new").write_text('{"half', encoding="utf-8")
    assert order(store) == "ABC"
    store.store(replaced(editions["A"], editions["A"].retrieved + timedelta(days=10)), ORIGIN, "CBS StatLine")
    assert order(store) == "BCA"
    assert not (store.root / TINY / f"{LAST_SEEN}.new").exists()


def test_a_version_that_was_deleted_leaves_the_record(store: SnapshotStore, editions: dict[str, RawTable]) -> None:
    first, second, _ = given(store, editions, "ABC")
    shutil.rmtree(second.folder)
    assert order(store) == "AC"
    store.store(replaced(editions["A"], editions["A"].retrieved + timedelta(days=9)), ORIGIN, "CBS StatLine")
    assert second.folder.name not in json.loads((store.root / TINY / LAST_SEEN).read_text(encoding="utf-8"))
    assert order(store) == "CA"
    assert first.folder.is_dir()


def test_many_runs_at_once_lose_no_version(store: SnapshotStore, editions: dict[str, RawTable]) -> None:
    """Each of four processes stores all editions again and again; the record names all and is whole at any moment."""
    given(store, editions, "ABC")
    program = textwrap.dedent("""
        import dataclasses, random, sys
        from datetime import timedelta
        from pathlib import Path
        from wijkanalyse.statline.snapshots import SnapshotStore

        folder, table, origin, seed = sys.argv[1:]
        store, chance = SnapshotStore(Path(folder)), random.Random(int(seed))
        tables = [version.read() for version in store.versions(table, origin)]
        for _ in range(8):
            raw = chance.choice(tables)
            moment = raw.retrieved + timedelta(seconds=chance.randrange(10**6))
            store.store(dataclasses.replace(raw, retrieved=moment), origin, "CBS StatLine")
            assert len(store.versions(table, origin)) == len(tables)
    """)
    processes = [
        subprocess.Popen([sys.executable, "-c", program, str(store.root), TINY, ORIGIN, str(seed)], stderr=subprocess.PIPE)
        for seed in range(4)
    ]
    said = [process.communicate()[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said
    assert not [text for text in said if "cannot be read" in text]
    record = json.loads((store.root / TINY / LAST_SEEN).read_text(encoding="utf-8"))
    assert set(record) == {version.folder.name for version in store.versions(TINY, ORIGIN)}
    moments = [record[version.folder.name] for version in store.versions(TINY, ORIGIN)]
    assert moments == sorted(moments)


def test_the_next_run_rests_on_what_was_seen_last_and_compares_with_what_was_seen_before(
    scripted: ScriptedStatLine, tmp_path: Path
) -> None:
    variables = {"begun": {"topic": "Begonnen trajecten"}}
    table = {"title": "Kleine tabel", "series": "s", "years": (2016, 2020), "variables": variables}
    areas = {"tables": {2020: TINY}, "regions": {}}
    register = TableRegister.model_validate({"tables": {TINY: table}, "areas": areas})
    statline = StatLine(source="cbs", catalog_url=scripted.catalog_url, use_https=False)

    def run(name: str | None) -> str:
        if name is not None:
            service = Service([tiny_table(modified=DATES[name], first=10 + "ABC".index(name))], 10)
            scripted.service = service
        found = fetch_tables(register, statline, Example(), tmp_path, refresh=name is not None)
        write_json(found, tmp_path / "statline.json")
        return str(found["tables"][TINY]["modified"])

    def before() -> str | None:
        tables = RunTables(tmp_path / "statline.json", tmp_path)
        version = tables.previous(TINY)
        read = tables.read_previous(TINY)
        assert (version is None) == (read is None)
        return None if version is None else str(version.manifest["modified"])

    assert (run("A"), before()) == (DATES["A"], None)
    assert (run("B"), before()) == (DATES["B"], DATES["A"])
    assert (run("A"), before()) == (DATES["A"], DATES["B"])
    assert (run(None), before()) == (DATES["A"], DATES["B"])
    (revision,) = revisions(tmp_path)
    assert (revision.older.manifest["modified"], revision.newer.manifest["modified"]) == (DATES["B"], DATES["A"])

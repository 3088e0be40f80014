"""Whatever the service does, a fetch ends in the same bytes as a clean one, or in a named error and an untouched store.

Every fault of the list (statline-faults.md) that concerns OData v3, at every place of a fetch, once, twice and always; then
plans with several faults at once, drawn at random from seeds that the test names. What comes out is counted; nothing that
ends in other bytes than a clean run may go unnoticed.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.statline.conftest import (
    TINY,
    Handler,
    Reply,
    ScriptedStatLine,
    changed,
    cut,
    cut_chunked,
    cut_unannounced,
    instead,
    reset,
    rewritten,
    status,
    tiny_table,
)
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example.answers import Service
from wijkanalyse.statline.client import StatLineClient
from wijkanalyse.statline.snapshots import LAST_SEEN, SnapshotStore

PLACES = {
    "first page": r"UntypedDataSet\?\$format=json$",
    "middle page": r"UntypedDataSet.*skip=10$",
    "last page": r"UntypedDataSet.*skip=20$",
    "root": r"NED/\?",
    "TableInfos": "TableInfos",
    "DataProperties": "DataProperties",
    "dimension list": "RegioS",
    "catalogue": "ODataCatalog",
}
PAGES = frozenset({"first page", "middle page", "last page"})
TIMES = {"once": 1, "twice": 2, "always": float("inf")}
ATTEMPTS = 3
ORIGIN = "http://statline.invalid"


def stall(handler: Handler, body: bytes) -> None:
    """Half of the body, then silence for longer than the client waits."""
    cut(handler, body)
    handler.falls_silent = True


def trickle(handler: Handler, body: bytes) -> None:
    """A byte at a time, each within the time that the client waits, all of them together not."""
    handler.give(body)
    handler.seconds_a_read = 1.0


def shorten(document: dict[str, Any]) -> None:
    """Valid JSON with the last row gone."""
    document["value"] = document["value"][:-1]


def end_here(document: dict[str, Any]) -> None:
    """Half of the rows and no next page."""
    document["value"] = document["value"][: len(document["value"]) // 2]
    document.pop("odata.nextLink", None)


def empty(document: dict[str, Any]) -> None:
    document["value"] = []


def empty_end(document: dict[str, Any]) -> None:
    document["value"] = []
    document.pop("odata.nextLink", None)


def double(document: dict[str, Any]) -> None:
    """A row twice, in the place of another where there is one."""
    rows = document["value"]
    rows[-1:] = [dict(rows[0])] if len(rows) > 1 else rows * 2


def reorder(document: dict[str, Any]) -> None:
    document["value"].reverse()


def loop(document: dict[str, Any]) -> None:
    """The next page is the first one again."""
    address = document["odata.metadata"].split("/OData")[0]
    document["odata.nextLink"] = f"{address}/ODataFeed/odata/{TINY}/UntypedDataSet?$format=json&$skip=0"


def other_host(document: dict[str, Any]) -> None:
    document["odata.nextLink"] = f"http://elders.invalid/ODataFeed/odata/{TINY}/UntypedDataSet?$format=json&$skip=10"


def without_a_field(document: dict[str, Any]) -> None:
    for row in document["value"]:
        row.pop([*row][-1], None)


def with_a_field_more(document: dict[str, Any]) -> None:
    for row in document["value"]:
        row["Nieuw_9"] = "1"


def renamed_field(document: dict[str, Any]) -> None:
    for row in document["value"]:
        name = [*row][-1]
        row[f"{name}_oud"] = row.pop(name)


def field_less_in_one_row(document: dict[str, Any]) -> None:
    if document["value"]:
        row = document["value"][-1]
        row.pop([*row][-1])


def null_in_one_row(document: dict[str, Any]) -> None:
    row = document["value"][0]
    row["Perioden" if "Perioden" in row else _telling(row)] = None


def _telling(row: dict[str, Any]) -> str:
    """The field by which a row of a list is known."""
    return next(name for name in ("RegioS", "Key", "Title", "name") if name in row)


def new_code(document: dict[str, Any]) -> None:
    row = document["value"][0]
    row[_telling(row)] = "GM9999"


def padded_code(document: dict[str, Any]) -> None:
    row = document["value"][-1]
    name = _telling(row)
    row[name] = f"{row[name]}  "


def unreadable_figure(document: dict[str, Any]) -> None:
    """A notation that does not exist, in the first row."""
    row = document["value"][0]
    row["BegonnenTrajecten_1" if "BegonnenTrajecten_1" in row else _telling(row)] = "x"


def number_for_text(document: dict[str, Any]) -> None:
    row = document["value"][0]
    row["BegonnenTrajecten_1" if "BegonnenTrajecten_1" in row else _telling(row)] = 12


def refreshed(handler: Handler, body: bytes) -> None:
    """The service publishes another edition before it gives this answer, and goes back after the next."""
    document = json.loads(body)
    for row in document["value"]:
        if "Modified" in row:
            row["Modified"] = "2026-05-01T02:00:00"
        if "BegonnenTrajecten_1" in row:
            row["ID"] = int(row["ID"]) + 1
    handler.give(json.dumps(document).encode())


FAULTS: dict[str, Reply] = {
    "1 503": status(503),
    "1 500": status(500),
    "1 502 with Retry-After": status(502, Retry_After="3"),
    "1 504": status(504),
    "2 429": status(429, Retry_After="7"),
    "3 reset": reset,
    "4 stall in the body": stall,
    "5 drip": trickle,
    "6 cut, length known": cut,
    "6 cut, chunked": cut_chunked,
    "7 cut, nobody told the length": cut_unannounced,
    "7 truncated JSON": rewritten(lambda body: body[: len(body) * 2 // 3]),
    "8 html with 200": instead(b"<html><body>Onderhoud</body></html>"),
    "8 odata.error with 200": instead(b'{"odata.error": {"code": "", "message": {"value": "storing"}}}'),
    "8 a list with 200": instead(b"[]"),
    "9 short page": changed(shorten),
    "9 short page without link": changed(end_here),
    "10 empty page": changed(empty),
    "10 empty page without link": changed(empty_end),
    "11 a row twice": changed(double),
    "11 another order": changed(reorder),
    "12 link in circles": changed(loop),
    "12 link to another host": changed(other_host),
    "13 a field less": changed(without_a_field),
    "13 a field more": changed(with_a_field_more),
    "13 a field renamed": changed(renamed_field),
    "13 a field less in one row": changed(field_less_in_one_row),
    "13 null in one row": changed(null_in_one_row),
    "15 code that is in no list": changed(new_code),
    "15 code with other blanks": changed(padded_code),
    "19 refreshed meanwhile": refreshed,
    "20 withdrawn": status(404),
    "20 refused": status(403),
    "21 latin-1": rewritten(lambda body: body.replace(b"{", b'{"Omschrijving": "be\xebindigd",', 1)),
    "21 letters lost": rewritten(lambda body: body.replace(b"{", b'{"Omschrijving": "be\xef\xbf\xbdindigd",', 1)),
    "21 letters lost, escaped": rewritten(lambda body: body.replace(b"{", b'{"Omschrijving": "be\\ufffdindigd",', 1)),
    "21 byte order mark": rewritten(lambda body: b"\xef\xbb\xbf" + body),
    "21 NaN": rewritten(lambda body: body.replace(b"{", b'{"getal": NaN,', 1)),
    "22 redirect": status(302, Location="http://elders.invalid/"),
    "22 redirect without address": status(302),
    "26 a notation nobody knows": changed(unreadable_figure),
    "26 a number for a text": changed(number_for_text),
}
# 23, a certificate error, is of the connection and not of a page: see test_transport.py


@pytest.fixture(scope="module")
def totals() -> Counter[str]:
    return Counter()


class Store:
    """A store with one version of the table, and what a clean fetch adds to it."""

    def __init__(self, folder: Path, scripted: ScriptedStatLine) -> None:
        self.folder = folder
        self.scripted = scripted
        self.current = scripted.service
        scripted.service = Service([tiny_table(modified="2026-01-01T02:00:00", first=500)], 10)
        self.fetch()
        self.before = self.contents()
        scripted.service = self.current
        self.fetch()
        self.clean = self.added()
        assert {name.name for name in self.clean} == {"data.parquet", "metadata.json"}

    def fetch(self) -> None:
        client: StatLineClient = self.scripted.client(attempts=ATTEMPTS, answer_deadline=60.0)
        raw = client.fetch(TINY)
        SnapshotStore(self.folder).store(raw, ORIGIN, "CBS StatLine")

    def contents(self) -> dict[Path, bytes]:
        return {path.relative_to(self.folder): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def added(self) -> dict[Path, bytes]:
        """What was added to the previous version; a manifest and the record of versions have the time of the fetch in them."""
        timed = ("manifest.json", LAST_SEEN)
        return {name: body for name, body in self.contents().items() if name not in self.before and name.name not in timed}

    def try_with(self, faults: list[tuple[Reply, str, float]]) -> str:
        """Fetch with faults into a store that has the previous version; return how it ended."""
        self._restore()
        self.scripted.faults.clear()
        self.scripted.over_sockets = any(reply is reset for reply, _, _ in faults)
        for reply, where, times in faults:
            self.scripted.go_wrong(reply, where, times)
        try:
            self.fetch()
        except WijkanalyseError as error:
            folders = [path for path in (self.folder / TINY).iterdir() if path.is_dir()]
            is_untouched = self.contents() == self.before and len(folders) == 1
            return "refused" if is_untouched and str(error) else "store touched"
        after = self.contents()
        is_kept = all(after.get(name) == body for name, body in self.before.items() if name.name != LAST_SEEN)
        return "recovered" if is_kept and self.added() == self.clean else "SILENT"

    def _restore(self) -> None:
        """Take away what the try before added."""
        kept = {self.folder / name.parent for name in self.before}
        for path in (self.folder / TINY).iterdir():
            if path.is_dir() and path not in kept:
                shutil.rmtree(path)
        for name, body in self.before.items():
            if (self.folder / name).read_bytes() != body:
                (self.folder / name).write_bytes(body)
        assert self.contents() == self.before


@pytest.fixture
def store(tmp_path: Path, without_sockets: ScriptedStatLine, waits: list[float], monkeypatch: pytest.MonkeyPatch) -> Store:
    # nothing here has the power cut off
    monkeypatch.setattr("os.fsync", lambda handle: None)
    return Store(tmp_path / "cbs", without_sockets)


FINAL = ("12 link", "20 ", "22 ")


@pytest.mark.parametrize("place", PLACES)
def test_no_fault_anywhere_is_silent(store: Store, totals: Counter[str], place: str):
    ended: dict[str, str] = {}
    for name, fault in FAULTS.items():
        for times, number in TIMES.items():
            ended[f"{name}, {times}"] = store.try_with([(fault, PLACES[place], number)])
    totals.update(ended.values())
    totals["tried"] += len(ended)
    assert {case: end for case, end in ended.items() if end not in ("recovered", "refused")} == {}
    # what passes is survived, up to the last attempt, wherever it happens
    passing = [case for case in ended if not case.startswith(FINAL) and not case.endswith("always")]
    if place in PAGES:
        passing = [case for case in passing if not case.startswith(("15", "26 a notation"))]
        assert {case for case in passing if ended[case] != "recovered"} == set()
    assert all(ended[f"{name}, {times}"] == "recovered" for name in FAULTS if name[0] in "1345678" and name[1] == " "
               for times in ("once", "twice"))  # fmt: skip


@pytest.mark.parametrize("hundred", range(4))
def test_no_plan_of_faults_at_random_is_silent(store: Store, totals: Counter[str], hundred: int):
    ended: dict[int, str] = {}
    for seed in range(50 * hundred, 50 * hundred + 50):
        chance = random.Random(seed)
        names = chance.choices(list(FAULTS), k=chance.randint(2, 5))
        places = chance.choices(list(PLACES.values()), k=len(names))
        ended[seed] = store.try_with(
            [(FAULTS[name], place, chance.choice([1, 1, 1, 2, 3])) for name, place in zip(names, places, strict=True)]
        )
    totals.update(f"random {end}" for end in ended.values())
    totals["random tried"] += len(ended)
    assert {seed: end for seed, end in ended.items() if end not in ("recovered", "refused")} == {}


def test_the_totals(totals: Counter[str], record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]):
    if not totals:
        pytest.skip("counts what the tests above did")
    with capsys.disabled():
        print("\nfault matrix: " + ", ".join(f"{name} {count}" for name, count in sorted(totals.items())))
    for name, count in totals.items():
        record_property(name, count)
    assert totals["SILENT"] + totals["random SILENT"] == 0
    assert totals["recovered"] + totals["refused"] == totals["tried"]
    assert totals["random recovered"] + totals["random refused"] == totals["random tried"]
    assert totals["tried"] in (0, len(FAULTS) * len(PLACES) * len(TIMES))
    assert totals["random tried"] in (0, 200)

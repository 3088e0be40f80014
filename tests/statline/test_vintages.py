"""Two versions of a table, cell by cell."""

import dataclasses
from pathlib import Path

import pytest

from tests.statline.conftest import TINY, ScriptedStatLine, tiny_table
from wijkanalyse.cli import main
from wijkanalyse.example.answers import Service
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.snapshots import SnapshotStore
from wijkanalyse.statline.vintages import describe, revisions

ORIGIN = "https://opendata.cbs.nl"


def raised(raw: RawTable, cells: dict[tuple[int, str], str], modified: str = "2026-06-01T02:00:00") -> RawTable:
    data = raw.data.copy()
    for (row, column), text in cells.items():
        data.loc[row, column] = text
    later = raw.retrieved.replace(year=raw.retrieved.year + 1)
    infos, catalogue = ({**row, "Modified": modified} for row in (raw.infos, raw.catalogue))
    return dataclasses.replace(raw, data=data, infos=infos, catalogue=catalogue, retrieved=later)


@pytest.fixture
def raw(scripted: ScriptedStatLine) -> RawTable:
    return scripted.client().fetch(TINY)


@pytest.fixture
def stored(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "data" / "raw" / "cbs")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "raw"


def test_changed_cells_are_counted_by_topic_and_status_and_the_largest_named(
    raw: RawTable, stored: SnapshotStore, folder: Path
):
    provisional = {
        **raw.dimensions,
        "Perioden": [
            {**row, "Status": "Voorlopig" if row["Key"].startswith("2020") else "Definitief"}
            for row in raw.dimensions["Perioden"]
        ],
    }
    stored.store(raw, ORIGIN, "CBS StatLine")
    new = raised(raw, {
        (4, "BegonnenTrajecten_1"): "     999", (5, "BegonnenTrajecten_1"): "16", (9, "BeeindigdeTrajecten_2"): "       ."
    })  # fmt: skip
    stored.store(dataclasses.replace(new, dimensions=provisional), ORIGIN, "CBS StatLine")
    (revision,) = revisions(folder)
    assert revision.compared == 50
    assert revision.counts == {"changed": 3}
    by_topic = revision.counts_by("topic")["changed"].to_dict()
    assert by_topic == {"Jeugdhulp > Begonnen trajecten": 2, "Jeugdhulp > Beëindigde trajecten": 1}
    assert revision.counts_by("status")["changed"].to_dict() == {"Definitief": 1, "Voorlopig": 2}
    largest = revision.largest()
    assert list(largest["difference"]) == [985.0, 1.0]
    assert largest.iloc[0][["RegioS", "Perioden", "old", "new"]].tolist() == ["NL01", "2020JJ00", "14", "999"]
    assert not revision.is_unannounced
    assert "50 cells compared, 3 changed, 0 added, 0 gone" in describe(revision)


def test_other_blanks_and_another_order_are_no_change(raw: RawTable, stored: SnapshotStore, folder: Path):
    stored.store(raw, ORIGIN, "CBS StatLine")
    new = raised(raw, {(3, "BegonnenTrajecten_1"): raw.data.loc[3, "BegonnenTrajecten_1"].strip()})
    turned = new.data.iloc[::-1].reset_index(drop=True).assign(ID=range(25))
    stored.store(dataclasses.replace(new, data=turned), ORIGIN, "CBS StatLine")
    (revision,) = revisions(folder)
    assert revision.cells.empty
    assert revision.compared == 50


def test_a_new_region_is_an_addition_and_an_old_one_is_gone(raw: RawTable, stored: SnapshotStore, folder: Path):
    stored.store(raw, ORIGIN, "CBS StatLine")
    new = raised(raw, {(row, "RegioS"): "GM0005" for row in range(20, 25)})
    stored.store(new, ORIGIN, "CBS StatLine")
    (revision,) = revisions(folder)
    assert revision.counts == {"added": 10, "gone": 10}
    assert revision.compared == 40


def test_figures_that_change_under_the_same_date_are_told(raw: RawTable, stored: SnapshotStore, folder: Path):
    stored.store(raw, ORIGIN, "CBS StatLine")
    stored.store(raised(raw, {(0, "BegonnenTrajecten_1"): "11"}, modified=raw.infos["Modified"]), ORIGIN, "CBS StatLine")
    (revision,) = revisions(folder)
    assert revision.is_unannounced
    assert f"NOTE: figures changed under the same date of publication, {raw.infos['Modified']}" in describe(revision)


def test_versions_of_other_services_and_selections_are_not_compared(raw: RawTable, stored: SnapshotStore, folder: Path):
    stored.store(raw, ORIGIN, "CBS StatLine")
    stored.store(raised(raw, {}), "http://127.0.0.1:1", "CBS StatLine")
    stored.store(dataclasses.replace(raised(raw, {}), filters="Perioden ge '2016'"), ORIGIN, "CBS StatLine")
    assert revisions(folder) == []


def test_the_command_prints_what_changed(
    scripted: ScriptedStatLine, raw: RawTable, stored: SnapshotStore, tmp_path: Path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["vintages"]) == 1
    assert "there are no two versions of any table" in capsys.readouterr().err
    stored.store(raw, ORIGIN, "CBS StatLine")
    scripted.service = Service([tiny_table(modified="2026-06-01T02:00:00", first=20)], 10)
    later = dataclasses.replace(scripted.client().fetch(TINY), retrieved=raw.retrieved.replace(year=2099))
    stored.store(later, ORIGIN, "CBS StatLine")
    assert main(["vintages", TINY.lower()]) == 0
    printed = capsys.readouterr().out
    assert f"{TINY} Kleine tabel" in printed
    assert "25 changed" in printed
    assert main(["vintages", "12345NED"]) == 1

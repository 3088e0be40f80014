"""What changed in the look of a table is said in words, once for everything that changed."""

import copy
import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.small_world import fetched_tables
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.schema import schema_changes, schema_of, schema_sha256
from wijkanalyse.statline.snapshots import DoubtfulTableError, SnapshotStore

ORIGIN = "https://opendata.cbs.nl"


@pytest.fixture
def raw() -> RawTable:
    return fetched_tables()["85097NED"]


def edited(raw: RawTable, edit: Callable[[RawTable], object]) -> RawTable:
    fields = {name: copy.deepcopy(getattr(raw, name)) for name in ("infos", "properties", "dimensions", "category_groups")}
    other = dataclasses.replace(raw, **fields, catalogue=dict(raw.catalogue))
    edit(other)
    return other


def published(raw: RawTable, modified: str) -> RawTable:
    """The table under another date of publication."""
    infos, catalogue = ({**row, "Modified": modified} for row in (raw.infos, raw.catalogue))
    return dataclasses.replace(raw, infos=infos, catalogue=catalogue)


def topic(raw: RawTable, number: int = 0) -> dict:
    return [row for row in raw.properties if row["Type"] == "Topic"][number]


def regions(raw: RawTable) -> list[dict]:
    return raw.dimensions["RegioS"]


def insert_a_topic(raw: RawTable) -> None:
    """A column is put in front: the numbers in the keys behind it shift."""
    for row in raw.properties:
        if row["Type"] == "Topic":
            name, number = row["Key"].rsplit("_", 1)
            row["Key"] = f"{name}_{int(number) + 1}"
    raw.properties.append({**topic(raw), "Key": "Nieuw_1", "Title": "Nieuw", "ID": 999})


EDITS: dict[str, tuple[Callable[[RawTable], object], str]] = {
    "topic gone": (lambda raw: raw.properties.remove(topic(raw, -1)), r"topic \w+ is gone \(.+ > .+\)"),
    "topic added": (
        lambda raw: raw.properties.append({**topic(raw), "Key": "Nieuw_99", "Title": "Nieuw"}),
        r"topic Nieuw_99 was added \(.*Nieuw\)",
    ),
    "topic renamed": (lambda raw: topic(raw).update(Title="Anders"), r"topic \w+ was renamed: .+ -> Anders"),
    "topic regrouped": (lambda raw: topic(raw).update(ParentID=None), r"topic \w+ was regrouped: .+ > .+ -> "),
    "unit": (lambda raw: topic(raw).update(Unit="x 1 000"), r"topic \w+ \(.+\) has another unit: aantal -> x 1 000"),
    "decimals": (lambda raw: topic(raw).update(Decimals=7), r"has another decimals: 0 -> 7"),
    "data type": (lambda raw: topic(raw).update(Datatype="String"), r"has another data type: \w+ -> String"),
    "dimension retitled": (
        lambda raw: next(row for row in raw.properties if row["Key"] == "RegioS").update(Title="Gebied"),
        r"dimension RegioS has another title: .+ -> Gebied",
    ),
    "category gone": (lambda raw: regions(raw).pop(), r"RegioS: \w+ is gone \(.+\)"),
    "category added": (
        lambda raw: regions(raw).append({**regions(raw)[0], "Key": "GM9999", "Title": "Nieuwstad"}),
        r"RegioS: GM9999 was added \(Nieuwstad\)",
    ),
    "category renamed": (lambda raw: regions(raw)[0].update(Title="Ergens"), r"RegioS: \w+ was renamed: .+ -> Ergens"),
    "order": (lambda raw: regions(raw).reverse(), "RegioS: the order changed"),
    "field": (lambda raw: [row.update(Extra=1) for row in regions(raw)], "RegioS: the field Extra was added"),
    "status of the table": (
        lambda raw: raw.infos.update(OutputStatus="Gediscontinueerd"),
        "TableInfos: OutputStatus changed: .+ -> Gediscontinueerd",
    ),
}


@pytest.mark.parametrize(("edit", "words"), EDITS.values(), ids=EDITS)
def test_each_change_is_one_line(raw: RawTable, edit: Callable[[RawTable], object], words: str):
    import re

    old, new = schema_of(raw), schema_of(edited(raw, edit))
    changes = schema_changes(old, new)
    assert len(changes) == 1, changes
    assert re.search(words, changes[0]), changes
    assert schema_sha256(old) != schema_sha256(new) or words.endswith("order changed")


def test_a_column_that_is_put_in_between_is_not_taken_for_others(raw: RawTable):
    changes = schema_changes(schema_of(raw), schema_of(edited(raw, insert_a_topic)))
    called = [line for line in changes if "is now called" in line]
    assert len(called) == sum(row["Type"] == "Topic" for row in raw.properties)
    assert [line for line in changes if "Nieuw_1" in line and "was added" in line]
    assert not [line for line in changes if " is gone" in line or "renamed" in line]


def test_figures_and_dates_are_no_part_of_the_look(raw: RawTable):
    other = edited(raw, lambda raw: raw.infos.update(Modified="2030-01-01T02:00:00"))
    other = dataclasses.replace(other, data=raw.data.iloc[:5])
    assert schema_changes(schema_of(raw), schema_of(other)) == []
    assert schema_sha256(schema_of(raw)) == schema_sha256(schema_of(other))


def test_a_new_version_says_what_changed(raw: RawTable, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    store = SnapshotStore(tmp_path)
    first = store.store(raw, ORIGIN, "CBS StatLine")
    assert first.manifest["schema_changes"] == []
    other = published(edited(raw, lambda raw: topic(raw).update(Unit="x 1 000")), "2099-01-01T02:00:00")
    other = dataclasses.replace(other, retrieved=raw.retrieved.replace(year=2099))
    with caplog.at_level(logging.WARNING):
        second = store.store(other, ORIGIN, "CBS StatLine")
    assert len(second.manifest["schema_changes"]) == 1
    assert "another unit: aantal -> x 1 000" in second.manifest["schema_changes"][0]
    assert second.manifest["schema_changes"][0] in caplog.text
    assert second.manifest["schema_sha256"] != first.manifest["schema_sha256"] == schema_sha256(schema_of(raw))


def test_a_version_stored_before_there_were_schemas_is_still_read(raw: RawTable, tmp_path: Path):
    import json

    store = SnapshotStore(tmp_path)
    path = store.store(raw, ORIGIN, "CBS StatLine").folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["schema_sha256"], manifest["schema_changes"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    latest = store.latest("85097NED", ORIGIN)
    assert latest is not None
    assert latest.manifest["schema_changes"] == []
    assert latest.read().infos == raw.infos


# --- what no new edition explains -----------------------------------------------------------------------------------------


def field_gone(raw: RawTable) -> None:
    for row in regions(raw):
        del row["CategoryGroupID"]


ALWAYS_ODD: dict[str, tuple[Callable[[RawTable], object], str]] = {
    "a field gone": (field_gone, "RegioS: the field CategoryGroupID is gone"),
    "a field more": (lambda raw: [row.update(Extra=1) for row in regions(raw)], "RegioS: the field Extra was added"),
    "another order": (lambda raw: regions(raw).reverse(), "RegioS: the order changed"),
    "two titles": (lambda raw: raw.catalogue.update(Title="Anders"), "the catalogue has Title 'Anders', TableInfos has 'Jeugd"),
    "two dates": (lambda raw: raw.infos.update(Modified="2031"), "the catalogue has Modified .*, TableInfos has '2031'"),
}
TRUE_EDITIONS = [name for name in EDITS if name not in ("order", "field")]
LATER = "2099-01-01T02:00:00"


@pytest.fixture
def stored(raw: RawTable, tmp_path: Path) -> SnapshotStore:
    store = SnapshotStore(tmp_path)
    store.store(raw, ORIGIN, "CBS StatLine")
    return store


def contents(store: SnapshotStore) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in store.root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("edit", TRUE_EDITIONS)
def test_a_new_edition_may_change_what_a_table_is(raw: RawTable, stored: SnapshotStore, edit: str):
    newer = stored.store(published(edited(raw, EDITS[edit][0]), LATER), ORIGIN, "CBS StatLine")
    assert len(newer.manifest["schema_changes"]) == 1


@pytest.mark.parametrize("edit", TRUE_EDITIONS)
def test_under_the_same_date_a_table_is_what_it_was(raw: RawTable, stored: SnapshotStore, edit: str):
    before = contents(stored)
    with pytest.raises(DoubtfulTableError, match=EDITS[edit][1]):
        stored.store(edited(raw, EDITS[edit][0]), ORIGIN, "CBS StatLine")
    assert contents(stored) == before


def test_a_new_date_of_the_description_alone_is_enough(raw: RawTable, stored: SnapshotStore):
    """CBS dates its figures and its descriptions apart."""

    def described_anew(raw: RawTable) -> None:
        topic(raw).update(Title="Anders")
        raw.infos.update(MetaDataModified=LATER)

    newer = stored.store(edited(raw, described_anew), ORIGIN, "CBS StatLine")
    assert len(newer.manifest["schema_changes"]) == 1


def test_figures_may_change_under_any_date(raw: RawTable, stored: SnapshotStore):
    newer = dataclasses.replace(raw, data=raw.data.iloc[::-1].reset_index(drop=True))
    assert stored.store(newer, ORIGIN, "CBS StatLine").manifest["schema_changes"] == []


@pytest.mark.parametrize(("edit", "words"), ALWAYS_ODD.values(), ids=ALWAYS_ODD)
def test_what_no_new_edition_explains_is_refused_and_says_how_to_accept_it(
    raw: RawTable, stored: SnapshotStore, edit: Callable[[RawTable], object], words: str
):
    before = contents(stored)
    odd = edited(published(raw, LATER), edit)
    with pytest.raises(DoubtfulTableError, match=words) as refused:
        stored.store(odd, ORIGIN, "CBS StatLine")
    assert contents(stored) == before
    sha256 = schema_sha256(schema_of(odd))[:12]
    assert f'"85097NED: {sha256}" under `accept` in config/tables.yaml' in str(refused.value)
    with pytest.raises(DoubtfulTableError):
        stored.store(odd, ORIGIN, "CBS StatLine", accepted="0" * 12)
    assert contents(stored) == before
    assert stored.store(odd, ORIGIN, "CBS StatLine", accepted=sha256).manifest["schema_changes"]


def test_categories_that_come_and_go_may_change_the_order(raw: RawTable, stored: SnapshotStore):
    """A renamed municipality moves in an alphabetical list."""

    def renamed(raw: RawTable) -> None:
        regions(raw)[0].update(Title="Zuidgemeente")
        regions(raw).append(regions(raw).pop(0))

    assert stored.store(published(edited(raw, renamed), LATER), ORIGIN, "CBS StatLine").manifest["schema_changes"]

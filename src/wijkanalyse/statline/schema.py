"""What a table looks like, apart from its figures, and how one edition differs from another.

CBS changes tables under the same number: columns come and go, are retitled, regrouped or given another unit; regions merge
every January. A change that nobody sees ends up as a wrong figure, so every new version of a table says what changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from textwrap import shorten
from typing import Any

from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.titles import PATH_SEPARATOR

Schema = dict[str, Any]
Row = dict[str, Any]

# what is another with every edition
_DATES = ("Updated", "Modified", "MetaDataModified", "Version", "ObservationsModified")
_DATED = frozenset({*_DATES, "RecordCount", "ObservationCount"})
# what is said of a topic, and how a change of it is called
_TOPIC_FIELDS = {"unit": "unit", "decimals": "decimals", "datatype": "data type"}


def schema_of(raw: RawTable) -> Schema:
    """Return topics, dimensions, categories and the fields that each list has, without blanks around the texts."""
    groups = {row["ID"]: row for row in raw.properties if row["Type"] == "TopicGroup"}
    topics = {
        row["Key"]: {
            "title": _text(row, "Title"),
            "path": _path(row, groups),
            "unit": _text(row, "Unit"),
            "decimals": row.get("Decimals"),
            "datatype": _text(row, "Datatype"),
        }
        for row in raw.properties
        if row["Type"] == "Topic"
    }
    dimensions = {
        row["Key"]: {"title": _text(row, "Title"), "type": row["Type"]}
        for row in raw.properties
        if row["Type"] not in ("Topic", "TopicGroup")
    }
    categories = {name: {str(row["Key"]).strip(): _text(row, "Title") for row in rows} for name, rows in raw.dimensions.items()}
    lists = {
        "TableInfos": [raw.infos],
        "DataProperties": raw.properties,
        "CategoryGroups": raw.category_groups,
        "catalogue": [raw.catalogue],
        **raw.dimensions,
    }
    return {
        "topics": topics,
        "dimensions": dimensions,
        "categories": categories,
        "category_groups": {f"{row.get('DimensionKey')} {row.get('ID')}": _text(row, "Title") for row in raw.category_groups},
        "said": {
            name: {field: str(value) for field, value in row.items() if field not in _DATED}
            for name, row in {"TableInfos": raw.infos, "catalogue": raw.catalogue}.items()
        },
        "fields": {name: sorted({field for row in rows for field in row}) for name, rows in lists.items()},
    }


def schema_sha256(schema: Schema) -> str:
    """Return the sha256 of a schema; the order of topics and categories does not count."""
    return hashlib.sha256(json.dumps(schema, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def schema_changes(old: Schema, new: Schema) -> list[str]:
    """Return in words, one line each, how `new` differs from `old`; empty when they are the same."""
    return [
        *_topic_changes(old["topics"], new["topics"]),
        *_dimension_changes(old["dimensions"], new["dimensions"]),
        *(line for name in _both(old["categories"], new["categories"])
          for line in _title_changes(name, old["categories"].get(name, {}), new["categories"].get(name, {}))),
        *_title_changes("category groups", old["category_groups"], new["category_groups"]),
        *(line for name in _both(old["said"], new["said"]) for line in _said(name, old["said"][name], new["said"][name])),
        *_field_changes(old["fields"], new["fields"]),
    ]  # fmt: skip


def doubts(raw: RawTable, previous: RawTable | None) -> list[str]:
    """Return what no new edition explains, one line each; empty for what CBS does with its tables.

    `previous` is the edition that the service gave last. CBS gives a new date when it changes a description, says the same
    of a table in the catalogue and in TableInfos, and does not change the form of its answers with an edition: the fields of
    a list, or the order of a list that is otherwise the same. Figures may change under any date.
    """
    found = [
        f"the catalogue has {field} {raw.catalogue[field]!r}, TableInfos has {raw.infos.get(field)!r}"
        for field in ("Title", "Modified")
        if raw.protocol == "v3" and field in raw.catalogue and raw.catalogue[field] != raw.infos.get(field)
    ]
    if previous is None:
        return found
    old, new = schema_of(previous), schema_of(raw)
    if _dates(previous) == _dates(raw):
        return found + schema_changes(old, new)
    reordered = [
        f"{name}: the order changed"
        for name, titles in new["categories"].items()
        if old["categories"].get(name) == titles and list(old["categories"][name]) != list(titles)
    ]
    return found + reordered + list(_field_changes(old["fields"], new["fields"]))


def _dates(raw: RawTable) -> list[Any]:
    return [row.get(field) for row in (raw.infos, raw.catalogue) for field in _DATES]


def _topic_changes(old: dict[str, Row], new: dict[str, Row]) -> Iterable[str]:
    gone, added = ({key: topic for key, topic in a.items() if key not in b} for a, b in ((old, new), (new, old)))
    # a column that is inserted shifts the numbers in the keys behind it: the same path is the same column
    for key, topic in list(gone.items()):
        moved = [other for other, candidate in added.items() if candidate["path"] == topic["path"]]
        if len(moved) == 1:
            yield f"topic {key} is now called {moved[0]} ({topic['path']})"
            yield from _within_topic(moved[0], topic, added.pop(moved[0]))
            del gone[key]
    for key, topic in gone.items():
        yield f"topic {key} is gone ({topic['path']})"
    for key, topic in added.items():
        yield f"topic {key} was added ({topic['path']})"
    for key in old.keys() & new.keys():
        yield from _within_topic(key, old[key], new[key])


def _within_topic(key: str, old: Row, new: Row) -> Iterable[str]:
    if old["title"] != new["title"]:
        yield f"topic {key} was renamed: {old['title']} -> {new['title']}"
    elif old["path"] != new["path"]:
        yield f"topic {key} was regrouped: {old['path']} -> {new['path']}"
    for field, name in _TOPIC_FIELDS.items():
        if old[field] != new[field]:
            yield f"topic {key} ({new['path']}) has another {name}: {old[field]} -> {new[field]}"


def _dimension_changes(old: dict[str, Row], new: dict[str, Row]) -> Iterable[str]:
    for key in _both(old, new):
        if key not in new:
            yield f"dimension {key} is gone ({old[key]['title']})"
        elif key not in old:
            yield f"dimension {key} was added ({new[key]['title']})"
        else:
            for field, name in {"title": "title", "type": "type"}.items():
                if old[key][field] != new[key][field]:
                    yield f"dimension {key} has another {name}: {old[key][field]} -> {new[key][field]}"


def _title_changes(name: str, old: dict[str, str], new: dict[str, str]) -> Iterable[str]:
    for code in _both(old, new):
        if code not in new:
            yield f"{name}: {code} is gone ({old[code]})"
        elif code not in old:
            yield f"{name}: {code} was added ({new[code]})"
        elif old[code] != new[code]:
            yield f"{name}: {code} was renamed: {old[code]} -> {new[code]}"
    if [code for code in old if code in new] != [code for code in new if code in old]:
        yield f"{name}: the order changed"


def _said(name: str, old: dict[str, str], new: dict[str, str]) -> Iterable[str]:
    """Changes in what is said of the table as a whole; new and lost fields are told apart from them."""
    for field in _both(old, new):
        if field in old and field in new and old[field] != new[field]:
            yield f"{name}: {field} changed: {shorten(old[field], 60)} -> {shorten(new[field], 60)}"


def _field_changes(old: dict[str, list[str]], new: dict[str, list[str]]) -> Iterable[str]:
    for name in _both(old, new):
        was, now = set(old.get(name, [])), set(new.get(name, []))
        if was and now:
            yield from (f"{name}: the field {field} is gone" for field in sorted(was - now))
            yield from (f"{name}: the field {field} was added" for field in sorted(now - was))


def _both(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The keys of both, in the order in which they come."""
    return list(dict.fromkeys([*old, *new]))


def _path(row: Row, groups: dict[Any, Row]) -> str:
    titles = [_text(row, "Title")]
    parent, seen = row.get("ParentID"), set()
    while parent in groups and parent not in seen:
        seen.add(parent)
        titles.insert(0, _text(groups[parent], "Title"))
        parent = groups[parent].get("ParentID")
    return PATH_SEPARATOR.join(titles)


def _text(row: Row, name: str) -> str:
    return str(row.get(name) or "").strip()

"""Finding topics and categories by the titles that CBS publishes.

Column numbers shift whenever CBS inserts a column, titles hardly ever do. A title is compared without case, accents,
punctuation and surplus blanks; when nothing equals it, one letter may differ, for CBS has typing errors of its own
("Toaal begonnen trajecten" in 85096NED). Digits must always be equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from wijkanalyse.errors import WijkanalyseError, listing

PATH_SEPARATOR = " > "

T = TypeVar("T")


class TitleNotFoundError(WijkanalyseError):
    """A published title that the table does not have, or has more than once."""


@dataclass(frozen=True)
class Topic:
    """A column of a table: its key and its title under the titles of its topic groups, outermost first."""

    key: str
    path: tuple[str, ...]
    unit: str
    datatype: str

    @property
    def title(self) -> str:
        """The column's own title."""
        return self.path[-1]

    def __str__(self) -> str:
        return PATH_SEPARATOR.join(self.path)


def normalise(title: str) -> str:
    """Return `title` in lower case without accents and punctuation, blanks folded."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^0-9a-z]+", " ", plain.lower()).strip()


def same_title(one: str, other: str) -> bool:
    """Whether two titles are the same but for at most one letter that is wrong, missing, surplus or swapped."""
    a, b = normalise(one), normalise(other)
    if a == b:
        return True
    if re.findall(r"\d+", a) != re.findall(r"\d+", b) or min(len(a), len(b)) < 8:
        return False
    return _within_one_edit(a, b)


def _within_one_edit(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    swapped = rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
    return swapped or rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]


def topics(properties: Iterable[Mapping[str, Any]]) -> list[Topic]:
    """Return the topics of a table's DataProperties with the titles of the groups that they stand under."""
    rows = list(properties)
    by_id = {row["ID"]: row for row in rows}

    def path(row: Mapping[str, Any]) -> tuple[str, ...]:
        titles = [row["Title"].strip()]
        while row.get("ParentID") is not None and row["ParentID"] in by_id:
            row = by_id[row["ParentID"]]
            titles.append(row["Title"].strip())
        return tuple(reversed(titles))

    return [
        Topic(row["Key"], path(row), (row.get("Unit") or "").strip(), (row.get("Datatype") or "").strip())
        for row in rows
        if row["Type"] == "Topic"
    ]


def find_topic(available: Sequence[Topic], wanted: str, table: str) -> Topic:
    """Return the one topic whose title is the last part of `wanted` and that stands under its other parts, in order.

    `wanted` is ``"title"`` or ``"group > title"``; groups in between may be left out, and a topic that stands directly
    under the groups named goes before one that stands deeper. Raises `TitleNotFoundError` with the candidates when none or
    several fit.
    """
    parts = wanted.split(PATH_SEPARATOR)

    def fits(topic: Topic, same: Callable[[str, str], bool]) -> bool:
        groups = iter(topic.path[:-1])
        # each wanted group must come after the previous one; `any` walks on through the same iterator
        return same(topic.title, parts[-1]) and all(any(same(group, part) for group in groups) for part in parts[:-1])

    def directly_under(topic: Topic) -> bool:
        return len(topic.path) >= len(parts) and all(map(same_title, topic.path[-len(parts) :], parts))

    found = [t for t in available if fits(t, lambda a, b: normalise(a) == normalise(b))]
    found = found or [t for t in available if fits(t, same_title)]
    return _one(
        [topic for topic in found if directly_under(topic)] or found,
        f'table {table}: column "{wanted}"',
        candidates=lambda: _most_like(wanted, [str(topic) for topic in available]),
        advice='Name the group it stands under, as "group > title"',
    )


def find_category(available: Sequence[Mapping[str, Any]], wanted: str, dimension: str, table: str) -> Mapping[str, Any]:
    """Return the one category of a dimension list with the title `wanted`; ``"Totaal*"`` is a title that begins so."""
    if wanted.endswith("*"):
        found = [row for row in available if normalise(row["Title"]).startswith(normalise(wanted[:-1]))]
        # "Totaal" itself wins from "Totaal westers"
        found = [row for row in found if normalise(row["Title"]) == normalise(wanted[:-1])] or found
    else:
        found = [row for row in available if normalise(row["Title"]) == normalise(wanted)]
        found = found or [row for row in available if same_title(row["Title"], wanted)]
    return _one(
        found,
        f'table {table}: category "{wanted}" of dimension "{dimension}"',
        candidates=lambda: _most_like(wanted, [row["Title"].strip() for row in available]),
    )


def find_dimension(properties: Iterable[Mapping[str, Any]], wanted: str, table: str) -> str:
    """Return the key of the dimension with the title `wanted`."""
    dimensions = [row for row in properties if row["Type"] not in ("Topic", "TopicGroup")]
    found = [row for row in dimensions if same_title(row["Title"], wanted) or same_title(row["Key"], wanted)]
    titles = [row["Title"].strip() for row in dimensions]
    return str(_one(found, f'table {table}: dimension "{wanted}"', lambda: titles)["Key"])


def dimension_of_type(properties: Iterable[Mapping[str, Any]], types: Sequence[str], table: str) -> str:
    """Return the key of the one dimension of one of the CBS `types` (TimeDimension; GeoDimension, GeoDetail)."""
    found = [str(row["Key"]) for row in properties if row["Type"] in types]
    return _one(found, f"table {table}: dimension of type {' or '.join(types)}", lambda: found)


def _one(found: Sequence[T], what: str, candidates: Callable[[], list[str]], advice: str = "Write the whole title") -> T:
    if len(found) == 1:
        return found[0]
    if found:
        texts = [str(item["Title"]).strip() if isinstance(item, Mapping) else str(item) for item in found]
        raise TitleNotFoundError(f"{what} is there {len(found)} times: {listing(texts)}. {advice}, in config/tables.yaml.")
    raise TitleNotFoundError(
        f"{what} is not there. The nearest titles that the service offers:\n"
        + "\n".join(f"    {candidate}" for candidate in candidates())
        + "\n  CBS may have renamed it: check the table on StatLine and change the title in config/tables.yaml."
    )


def _most_like(wanted: str, titles: Sequence[str], limit: int = 8) -> list[str]:
    from difflib import SequenceMatcher

    words = normalise(wanted)
    ranked = sorted(titles, key=lambda title: -SequenceMatcher(None, words, normalise(title)).ratio())
    return ranked[:limit]

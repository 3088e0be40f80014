"""Rows in groups: the name of a group above its rows, not in a column that a narrow screen has no room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def under_headings(rows: Iterable[tuple[str, Sequence[str]]]) -> list[list[str]]:
    """Return the rows, each heading once, in bold on a line of its own; `rows` are pairs of heading and row, in order."""
    lines: list[list[str]] = []
    last = None
    for heading, row in rows:
        if heading != last:
            lines.append([f"**{heading}**", *[""] * (len(row) - 1)])
        lines.append(list(row))
        last = heading
    return lines

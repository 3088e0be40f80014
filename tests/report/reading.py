"""Reading what the pieces print."""

from __future__ import annotations

import re

from wijkanalyse.report.tables.printed import Book, Printed
from wijkanalyse.report.tracked import NUMBER

_LINKED = re.compile(r'\[((?:[^\]\\]|\\.)*)\]\{\.claim of="([^"]+)"\}')


def printed(piece: str = "piece") -> Printed:
    """Somewhere to print to."""
    return Printed(Book(), piece, "file.parquet", "rule", "tables")


def linked(markdown: str) -> dict[str, str]:
    """The claims that a piece links to, with what it prints of each."""
    return {claim: text for text, claim in _LINKED.findall(markdown)}


def unlinked_numbers(markdown: str) -> list[str]:
    """The numbers of a piece that are no claim; not those in code, in the rules of a table, or in its label."""
    text = re.sub(r"`[^`]*`|\{#[^}]*\}", "", _LINKED.sub("", markdown))
    return [found for line in text.splitlines() if not line.startswith("|--") for found in NUMBER.findall(line)]


def plain(markdown: str) -> str:
    """A piece as a reader sees it."""
    return _LINKED.sub(lambda found: found[1], markdown)

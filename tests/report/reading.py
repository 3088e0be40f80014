"""Reading what the pieces print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from wijkanalyse.report.figures import theme
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


def watch_the_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on a figure of which something runs off the paper fails the test that draws it."""
    save = theme.save

    def save_if_whole(figure: Figure, path: Path) -> None:
        figure.draw_without_rendering()
        seen, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        assert seen.x0 >= -0.02, f"{path.stem}: {-seen.x0:.2f} inch runs off the left"
        assert seen.x1 <= width + 0.02, f"{path.stem}: {seen.x1 - width:.2f} inch runs off the right"
        assert seen.y0 >= -0.02, f"{path.stem}: {-seen.y0:.2f} inch runs off the foot"
        assert seen.y1 <= height + 0.02, f"{path.stem}: {seen.y1 - height:.2f} inch runs off the head"
        save(figure, path)

    monkeypatch.setattr(theme, "save", save_if_whole)

"""No typed numerals in the prose: every number of the report comes from a claim."""

from __future__ import annotations

import re
from pathlib import Path

from wijkanalyse.errors import WijkanalyseError

_NOT_PROSE = (
    re.compile(r"\A---\n.*?\n---\n", re.S),  # front matter
    re.compile(r"<!--.*?-->", re.S),
    re.compile(r"```.*?```", re.S),
    re.compile(r"`[^`\n]*`"),  # code: file names, table numbers
    re.compile(r"\{\{<.*?>\}\}"),  # shortcodes
    re.compile(r"\]\([^)]*\)"),  # targets of links and images
    re.compile(r"\{[^{}\n]*\}"),  # attributes
    re.compile(r"@[\w:.-]+"),  # citations and cross references
    re.compile(r"<https?://[^>]*>"),
    re.compile(r"^\s*\d+\.\s", re.M),  # numbers of an ordered list
)


def typed_numerals(text: str) -> list[tuple[int, str]]:
    """Return (line, line's text) of every line of a .qmd whose prose holds a digit."""
    prose = text
    for pattern in _NOT_PROSE:
        prose = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), prose)
    lines = text.splitlines()
    hits = [number for number, line in enumerate(prose.splitlines(), 1) if re.search(r"\d", line)]
    return [(number, lines[number - 1].strip()) for number in hits]


def refuse_typed_numerals(path: Path) -> None:
    """Raise `WijkanalyseError` naming every line of `path` with a number that was typed instead of claimed."""
    found = typed_numerals(path.read_text(encoding="utf-8"))
    if found:
        listing = "\n".join(f"  {path}:{line}: {text}" for line, text in found)
        raise WijkanalyseError(
            f"{len(found)} lines of the report hold a typed number:\n{listing}\n"
            "Write it as {{< var … >}} with the id of a claim (data/processed/claims.csv lists them), so that it follows "
            "the figures."
        )

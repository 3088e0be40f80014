"""Every number on a page is a claim: found again in the finished HTML, and the same numbers in the PDF.

A number is a run of digits that is not part of a name: ``7,5`` and ``2019``, but not ``CR3`` or ``85097NED``. Outside the
report's own figures stand the numbers of sections, figures and tables, pages, references, code, and the list of claims
itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pandas as pd

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.report.claims import in_language
from wijkanalyse.report.language import Language
from wijkanalyse.report.tables.markdown import without_unit

NUMBER = re.compile(r"(?<![\w.,])[\N{MINUS SIGN}+]?\d(?:[\d.,]*\d)?(?![\w])")
_APART_TAGS = {"script", "style", "svg", "code", "pre", "nav", "head", "math", "summary"}
_APART_CLASSES = {
    "header-section-number", "caption-label", "crossref", "citation", "claims-list", "mark", "references", "date",
}  # fmt: skip
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_MOST = 20


@dataclass
class Numbers:
    """What a page prints: (claim, text) of every claim in order, where a number stands that is no claim, and the numbers of the
    report's own order (sections, captions, references, code, the list of claims)."""

    claims: list[tuple[str, str]] = field(default_factory=list)
    untracked: list[str] = field(default_factory=list)
    apart: set[str] = field(default_factory=set)

    @property
    def values(self) -> set[str]:
        """Every number that is printed, as printed."""
        return {number for _, text in self.claims for number in NUMBER.findall(text)}


def numbers_of(page: str) -> Numbers:
    """Return the numbers of an HTML page of the report."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found


def check_tracked(page: str, ledger: pd.DataFrame, language: Language, name: str = "the report") -> None:
    """Raise `WijkanalyseError` for every number of `page` that is no claim, or not printed as its claim says.

    `ledger` (`Claims`) holds the claims of the run and those of its tables and figures.
    """
    found = numbers_of(page)
    known = in_language(ledger, language).set_index("id")
    faults = [f"  a number that is no claim: {place}" for place in found.untracked]
    for claim, text in found.claims:
        if claim not in known.index:
            faults.append(f"  {text!r} links to {claim}, which is no claim")
        elif _squeezed(text) not in _ways_of_writing(known.loc[claim]):
            faults.append(f"  {text!r} links to {claim}, which says {known.at[claim, 'text']!r}")
    if faults:
        rest = f"\n  ... and {len(faults) - _MOST} more" if len(faults) > _MOST else ""
        raise WijkanalyseError(
            f"{name} prints {len(faults)} numbers that cannot be followed back:\n" + "\n".join(faults[:_MOST]) + rest + "\n"
            "In the text write {{< var … >}}; in a table or figure let the number pass through `Ledger` or `Printed`."
        )


def _ways_of_writing(claim: Any) -> set[str]:
    texts = [str(claim["text"]), str(claim["interval"])]
    return {_squeezed(way) for text in texts for way in (text, without_unit(text))}


# pandoc sets straight quotes curly
_STRAIGHT = str.maketrans("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}"
                          "\N{RIGHT DOUBLE QUOTATION MARK}", "''\"\"")  # fmt: skip


def _squeezed(text: str) -> str:
    return " ".join(text.translate(_STRAIGHT).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Numbers()
        self.open: list[tuple[str, bool]] = []  # tag, and whether what is in it stands apart
        self.claim: str | None = None
        self.said: list[str] = []
        self.block: list[str] = []  # the text around a number, to find it back

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        classes = set((values.get("class") or "").split())
        if tag == "a" and "claim" in classes:
            self.claim, self.said = (values.get("href") or "").removeprefix("#claim-"), []
        if tag in _VOID:
            return
        apart = tag in _APART_TAGS or bool(classes & _APART_CLASSES) or values.get("id") == "refs"
        self.open.append((tag, apart or (bool(self.open) and self.open[-1][1])))
        if tag in ("p", "td", "th", "li", "figcaption", "dd", "dt", "h1", "h2", "h3", "h4"):
            self.block = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.claim is not None:
            self.found.claims.append((self.claim, "".join(self.said)))
            self.claim = None
        while self.open:
            name, _ = self.open.pop()
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        self.block.append(data)
        if self.open and self.open[-1][1]:
            self.found.apart |= numbers_in_text(data)
            return
        if self.claim is not None:
            self.said.append(data)
        elif NUMBER.search(data):
            self.found.untracked.append(" ".join("".join(self.block).split())[-110:])


def numbers_in_text(text: str) -> set[str]:
    """Return every number of a plain text, such as the text of a PDF."""
    return set(NUMBER.findall(text))

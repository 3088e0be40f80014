"""The numbers that a finished report prints, held against the ledger and against each other."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.report.language import LANGUAGES, Language, speaking
from wijkanalyse.report.tracked import check_tracked, numbers_in_text, numbers_of

Outcome = tuple[str, list[str]] | str
"""What was looked at and the faults; a text alone says why nothing could be looked at."""
_SHOWN = 5


@dataclass(frozen=True)
class Document:
    """A report in one language."""

    language: Language
    html: Path
    pdf: Path


def documents(root: Path) -> list[Document]:
    """Return the reports whose text is in the checkout, or that are there: ``wijkteams`` and ``wijkteams.en``."""
    found = []
    for language in LANGUAGES:
        name = "wijkteams" if language == "nl" else f"wijkteams.{language}"
        document = Document(language, root / f"reports/{name}.html", root / f"reports/{name}.pdf")
        if document.html.is_file() or document.pdf.is_file() or (root / f"reports/{name}.qmd").is_file():
            found.append(document)
    return found


def faults_of_html(document: Document, ledger: pd.DataFrame) -> Outcome:
    """Return what was looked at, and the faults: a number that is no claim, or not what its claim says."""
    if not document.html.is_file():
        return "", ["is missing"]
    page = document.html.read_text(encoding="utf-8", errors="replace")
    what = f"{len(numbers_of(page).claims)} numbers, each as in the ledger"
    try:
        with speaking(document.language):
            check_tracked(page, ledger, document.language, document.html.name)
    except WijkanalyseError as error:
        # the first line says how many there are, the last what the author of a text can do
        lines = [" ".join(line.split()) for line in str(error).splitlines() if line.startswith("  ")]
        return what, _shortened(lines)
    return what, []


def faults_of_pdf(document: Document, ledger: pd.DataFrame) -> Outcome:
    """Return what was looked at, and the faults: a number in the HTML or the PDF alone; a text where it cannot be looked at.

    Numbers of pages, sections, references and the list of claims are not compared.
    """
    if not document.pdf.is_file():
        return "", ["is missing"]
    if shutil.which("pdftotext") is None:
        return "pdftotext (of poppler-utils) is not installed"
    answer = subprocess.run(["pdftotext", str(document.pdf), "-"], capture_output=True, check=False)
    if answer.returncode:
        return "", ["cannot be read as PDF"]
    if not document.html.is_file():
        return "there is no HTML to compare it with"
    text = answer.stdout.decode("utf-8", errors="replace")
    on_paper, on_screen = numbers_in_text(text), numbers_of(document.html.read_text(encoding="utf-8", errors="replace"))
    pages = {str(number) for number in range(1, text.count("\f") + 1)}
    faults = [f"{number} is in the HTML only" for number in sorted(on_screen.values - on_paper)]
    faults += [f"{number} is in the PDF only" for number in sorted(on_paper - on_screen.values - on_screen.apart - pages)]
    return f"{len(on_screen.values)} different numbers, as in the HTML", _shortened(faults)


def _shortened(faults: list[str]) -> list[str]:
    return faults if len(faults) <= _SHOWN else [*faults[:_SHOWN], f"and {len(faults) - _SHOWN} more"]

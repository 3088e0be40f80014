"""Putting the report together: the text, the numbers it calls, and a renderer."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from wijkanalyse import __version__
from wijkanalyse.report.claims import as_variables
from wijkanalyse.report.numerals import refuse_typed_numerals
from wijkanalyse.report.rendering import find_renderer, render

log = logging.getLogger(__name__)


def build_report(
    text: Path,
    sections: Sequence[Path],
    claims: pd.DataFrame,
    html: Path,
    pdf: Path,
    renderer: Literal["auto", "quarto", "pandoc"],
) -> None:
    """Render `text`, which includes `sections`, with the numbers of `claims` (the ledger) into `html` and `pdf`.

    Raises `WijkanalyseError` for a typed numeral, an unknown claim, or anything else that does not resolve; the files of an
    earlier run then stay as they were.
    """
    for source in (text, *sections):
        refuse_typed_numerals(source)
    chosen = find_renderer(renderer)
    variables = as_variables(claims)
    variables["colophon"] = {"version": __version__, "commit": _commit(), "renderer": chosen.versions}
    render(text.parent, text.name, html, pdf, variables, chosen)
    log.info("rendered with %s", chosen.versions)


def _commit() -> str:
    """The commit of this checkout, marked when files were changed since; empty words outside a checkout."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty=-gewijzigd"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return "zonder versiebeheer"
    return f"commit {answer.stdout.strip()}"

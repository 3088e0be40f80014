"""Putting the report together: the text, the numbers it calls, and a renderer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from wijkanalyse import __version__
from wijkanalyse.config import Config
from wijkanalyse.provenance.code import commit
from wijkanalyse.provenance.tracing import Run
from wijkanalyse.report.claims import as_variables, in_language
from wijkanalyse.report.claims.listing import called_claims, claims_list
from wijkanalyse.report.language import Language, speaking, tr
from wijkanalyse.report.numerals import refuse_typed_numerals
from wijkanalyse.report.rendering import find_renderer, render
from wijkanalyse.report.tracked import check_tracked

log = logging.getLogger(__name__)


def build_report(
    text: Path,
    sections: Sequence[Path],
    claims: pd.DataFrame,
    printed: pd.DataFrame,
    config: Config,
    html: Path,
    pdf: Path,
    renderer: Literal["auto", "quarto", "pandoc"],
    language: Language,
) -> None:
    """Render `text`, which includes `sections`, in `language` into `html` and `pdf`.

    `claims` is the ledger, `printed` the claims of tables and figures, `config` the choices of the run. Raises
    `WijkanalyseError` for a typed numeral, an unknown claim, a number on the page that is no claim, or anything else that does
    not resolve; the files of an earlier run then stay as they were.
    """
    for source in (text, *sections):
        refuse_typed_numerals(source)
    chosen = find_renderer(renderer)
    ledger = pd.concat([claims, printed], ignore_index=True)
    with speaking(language):
        called = called_claims(text.parent, text.name, ledger["id"])
        listed = claims_list(ledger, called, Run(in_language(ledger, language), config=config))
        variables = as_variables(claims)
        version = commit(Path())
        # names, not numbers: code
        variables["colophon"] = {
            "version": f"`{__version__}`",
            "commit": f"commit `{version}`" if version else tr("zonder versiebeheer"),
            "renderer": f"`{chosen.versions}`",
        }
        render(
            text.parent,
            text.name,
            html,
            pdf,
            variables,
            chosen,
            made={f"_generated/{language}/claims.md": listed},
            check=lambda page: check_tracked(page, ledger, language, html.name),
        )
    log.info("rendered with %s", chosen.versions)

"""The made parts of the report: figures with their captions and tables, each a file that the text includes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wijkanalyse.files import write_text
from wijkanalyse.report.pieces import contrasts, data, effects, evidence, multiverse
from wijkanalyse.report.pieces.context import Context
from wijkanalyse.report.words import MARK

DOMAINS = (contrasts, effects, multiverse, evidence, data)
"""Each offers `figures(context)` and `tables(context)`."""


def make_pieces(files: Mapping[str, Path], config: Mapping[str, Any], folder: Path) -> None:
    """Make every figure and table of the report in `folder`.

    `files` names the tables of the run (the inputs of rule make_pieces); `config` is the configuration as plain values. A
    figure is drawn into ``folder/figures`` and gets ``folder/fig_<name>.md`` with caption and text alternative; a table is
    ``folder/tbl_<name>.md``; ``folder/example.md`` says that figures are made up, and is empty for real ones.
    """
    context = Context(files, config)
    for domain in DOMAINS:
        for figure in domain.figures(context):
            alt = figure.draw(folder / "figures" / f"{figure.name}.svg")
            note = f" {MARK}." if context.mark and figure.rests_on_statline else ""
            alt_text = f"{note} {alt}".strip().replace('"', "'")
            target = f"_generated/figures/{figure.name}.svg"
            text = f'![{figure.caption}{note}]({target}){{#fig-{figure.name} fig-alt="{alt_text}"}}\n'
            write_text(text, folder / f"fig_{figure.name}.md")
        for name, text in domain.tables(context):
            write_text(text, folder / f"tbl_{name}.md")
    write_text(data.example_note(context.ledger) if context.mark else "", folder / "example.md")

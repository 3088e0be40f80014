"""The made parts of the report: figures with their captions and tables, each a file that the text includes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from wijkanalyse.files import write_text
from wijkanalyse.report.claims import Claim, as_frame
from wijkanalyse.report.language import spoken, tr
from wijkanalyse.report.pieces import contrasts, data, effects, evidence, multiverse, municipalities
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables.markdown import markdown_table, marked
from wijkanalyse.report.words import MARK

DOMAINS = (contrasts, effects, multiverse, evidence, municipalities, data)
"""Each offers `figures(context)` and `tables(context)`."""


def make_pieces(files: Mapping[str, Path], config: Mapping[str, Any], folder: Path) -> pd.DataFrame:
    """Make every figure and table of the report in `folder`, a folder per language; return what they print, as claims.

    `files` names the tables of the run (the inputs of rule make_pieces); `config` is the configuration as plain values. In
    each language a figure is drawn into ``figures`` and gets ``fig_<name>.md`` with caption, text alternative and the figures
    behind it; a table is ``tbl_<name>.md``; ``figure_data.md`` has the figures behind all figures once more, for paper;
    ``example.md`` says that figures are made up, and is empty for real ones.
    """

    def in_spoken_language() -> Iterable[Claim]:
        context = Context(files, config)
        _write(context, folder / spoken())
        return context.book.claims.values()

    return as_frame(in_spoken_language, str(Context(files, config).run["source_text"]))


def _write(context: Context, folder: Path) -> None:
    behind = []
    for domain in DOMAINS:
        for figure in domain.figures(context):
            text, data_table = _figure(figure, context.mark, folder)
            write_text(text, folder / f"fig_{figure.name}.md")
            behind.append(data_table)
        for name, text in domain.tables(context):
            write_text(text, folder / f"tbl_{name}.md")
    write_text("\n".join(behind), folder / "figure_data.md")
    write_text(data.example_note(context.ledger) if context.mark else "", folder / "example.md")


def _figure(figure: Figure, mark: bool, folder: Path) -> tuple[str, str]:
    """Draw a figure; return its Markdown, in which the figures behind it can be opened, and these figures as a table."""
    drawn = figure.draw(folder / "figures" / f"{figure.name}.svg")
    note = f" {MARK}." if mark and figure.rests_on_statline else ""
    alt_text = f"{note} {drawn.alt}".strip().replace('"', "'")
    target = f"_generated/{folder.name}/figures/{figure.name}.svg"
    image = f'![{figure.caption}{note}]({target}){{#fig-{figure.name} fig-alt="{alt_text}"}}\n'
    if drawn.data.empty:
        return image, ""
    caption = tr("De cijfers van {figure}.", figure=f"@fig-{figure.name}") + marked(mark and figure.rests_on_statline)
    numbers = sum(column.unit is not None for column in drawn.columns)
    header = [column.title for column in drawn.columns]
    widths = [10 if column.unit else 26 for column in drawn.columns]
    data_table = markdown_table(header, list(drawn.rows(figure.printed)), caption, "", widths, numbers)
    return f'{image}\n::: {{.figure-data title="{tr("De cijfers achter deze figuur")}"}}\n\n{data_table}\n:::\n', data_table

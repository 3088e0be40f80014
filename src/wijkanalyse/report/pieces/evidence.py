"""The hand-coded evidence: client surveys and annual reports."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from wijkanalyse.report.figures import evidence as draw
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables import evidence as tabulate


def figures(context: Context) -> Iterator[Figure]:
    """The client indicators and the themes of annual reports."""
    yield Figure(
        "indicators",
        "Cliëntcijfers: herhaling naast gepubliceerd, met tussen haakjes het aantal onderzoeken.",
        partial(draw.draw_indicators, pd.read_parquet(context.files["indicators"])),
        rests_on_statline=False,
    )
    yield Figure(
        "themes",
        f"Thema's in {context.ledger.text('themes.n')} verslagen van teams. Niet gezien is niet hetzelfde als afwezig.",
        partial(draw.draw_themes, pd.read_parquet(context.files["themes"])),
        rests_on_statline=False,
    )


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """The client indicators beside the published ones."""
    yield "indicators", tabulate.client_indicators(context.ledger, pd.read_parquet(context.files["indicators"]))

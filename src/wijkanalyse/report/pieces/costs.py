"""The business cases: cases with both amounts where there are any, and the other records on cost."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from wijkanalyse.report.claims.costs import FILES, RULE
from wijkanalyse.report.figures.costs import draw_tornado
from wijkanalyse.report.language import tr
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables import costs as tabulate
from wijkanalyse.report.tables.printed import Printed
from wijkanalyse.synthesis.business_tables import CONTRACTS


def figures(context: Context) -> Iterator[Figure]:
    """What the result rests on: one assumption at a time. The text includes it only where there are cases."""
    tornado = _table(context, "business_tornado")
    yield Figure(
        tabulate.TORNADO,
        tr(
            "Hoe ver het gemiddelde verschil per casus verschuift met telkens één andere aanname. Links van nul is goedkoper "
            "met het team."
        ),
        partial(draw_tornado, tornado[tornado["origin"].eq("all")]),
        _printed(context, tabulate.TORNADO, "business_tornado"),
        rests_on_statline=False,
    )


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """The comparison of cases, and the records that cannot be compared."""
    compared, payers = _table(context, "business_cases"), _table(context, "business_payers")
    each, paying = _printed(context, "costs", "business_cases"), _printed(context, "payers", "business_payers")
    yield "costs", tabulate.cases(context.ledger, compared, payers, each, paying)
    listed = _printed(context, "costs_listed", "business_listed")
    yield "costs_listed", tabulate.listed(_table(context, "business_listed"), listed)


def _table(context: Context, name: str) -> pd.DataFrame:
    return context.table(name, CONTRACTS[name])


def _printed(context: Context, piece: str, name: str) -> Printed:
    return context.printed(piece, name, RULE, FILES)

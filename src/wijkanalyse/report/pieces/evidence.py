"""The hand-coded evidence: client surveys, reports of the teams, studies, polls and (in `costs`) business cases."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd

from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.reports import COMPARED
from wijkanalyse.report.figures import evidence as draw
from wijkanalyse.report.pieces import costs
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables import evidence as tabulate
from wijkanalyse.synthesis.results import CONTRACTS

FOREST = "tevredenheid_cijfer"
"""The client figure with the most surveys, drawn survey by survey."""

FEWEST_DRAWN = 5
"""Surveys of known size below which a plot of size shows nothing."""


def figures(context: Context) -> Iterator[Figure]:
    """Client figures together and survey by survey, their size, themes in reports, polls, and the assumptions on cost."""
    forest = _table(context, "client_forest")
    yield _figure(
        "indicators",
        "Cliëntcijfers: herhaling naast gepubliceerd, met tussen haakjes het aantal onderzoeken. De brede balk is het gebied "
        "waar nog een plaats te verwachten is.",
        partial(draw.draw_indicators, forest),
    )
    yield _figure(
        "forest",
        "Elk onderzoek met een rapportcijfer, en wat ze samen zeggen. De band is het interval van het gemiddelde over "
        "plaatsen, de stippellijn het gepubliceerde cijfer.",
        partial(draw.draw_forest, forest[forest["indicator"].eq(FOREST)]),
    )
    yield _figure(
        "sizes",
        "Cliëntcijfers naar de omvang van het onderzoek. Als kleine onderzoeken anders uitvallen dan grote, staan de punten "
        "onderaan scheef ten opzichte van die bovenaan.",
        partial(draw.draw_small_studies, _table(context, "client_survey_values"), FEWEST_DRAWN),
    )
    themes = _table(context, "themes_all")
    yield _figure(
        "themes",
        "Hoe vaak een thema is gezien, met interval; tussen haakjes het aantal teksten. Niet gezien is niet hetzelfde als "
        "afwezig.",
        partial(draw.draw_themes, themes[themes["consensus"].eq(_consensus(themes))], _levels(themes)),
    )
    yield _figure(
        "polls",
        "Gemeenten met wijkteams volgens peilingen. De brede balk is wat mogelijk is voor alle gevraagde gemeenten, ook die "
        "niet antwoordden.",
        partial(draw.draw_polls, _table(context, "polls")),
    )
    yield from costs.figures(context)


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """Client figures, their sensitivity and activity; elements and coders; studies and the CPB; polls; cost."""
    ledger = context.ledger
    yield "indicators", tabulate.client_indicators(ledger)
    yield "client_sensitivity", tabulate.client_sensitivity(ledger)
    yield "client_activity", tabulate.client_activity(ledger, context.mark)
    themes = _table(context, "themes_all")
    yield "elements", tabulate.elements(_table(context, "elements"), _levels(themes))
    yield "coders", tabulate.coders(_table(context, "coder_agreement"))
    yield "studies", tabulate.studies(_table(context, "studies"))
    yield "cpb", tabulate.flagged(ledger, _table(context, "study_list"))
    yield "poll_answers", tabulate.poll_answers(_table(context, "poll_answers"))
    yield from costs.tables(context)


def _levels(themes: pd.DataFrame) -> dict[str, str]:
    """The kinds of text that stand beside each other: that of the configuration, and the municipal sections."""
    main = str(themes.loc[themes["is_base"], "source_level"].iloc[0])
    return {level: words.LEVELS[level] for level in dict.fromkeys([main, COMPARED])}


def _consensus(themes: pd.DataFrame) -> str:
    return str(themes.loc[themes["is_base"], "consensus"].iloc[0])


def _table(context: Context, name: str) -> pd.DataFrame:
    return context.table(name, CONTRACTS[name])


def _figure(name: str, caption: str, draw_it: Any) -> Figure:
    return Figure(name, caption, draw_it, rests_on_statline=False)

"""The hand-coded evidence: client surveys, reports of the teams, studies, polls and (in `costs`) business cases."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

import pandas as pd

from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.hand_coded import RULE
from wijkanalyse.report.claims.reports import COMPARED
from wijkanalyse.report.figures import clients as draw_clients
from wijkanalyse.report.figures import evidence as draw
from wijkanalyse.report.language import tr
from wijkanalyse.report.pieces import costs
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables import clients as tabulate_clients
from wijkanalyse.report.tables import evidence as tabulate
from wijkanalyse.report.tables.printed import Printed
from wijkanalyse.synthesis.results import CONTRACTS

FOREST: Final = "tevredenheid_cijfer"
"""The client figure with the most surveys, drawn survey by survey."""

FEWEST_DRAWN: Final = 5
"""Surveys of known size below which a plot of size shows nothing."""

SURVEYS, REPORTS = "client_surveys.csv", "annual_reports.csv, annual_reports_second_coder.csv"
POLLS, STUDIES = "municipal_polls.csv", "local_studies.csv"


def figures(context: Context) -> Iterator[Figure]:
    """Client figures together and survey by survey, their size, themes in reports, polls, and the assumptions on cost."""
    forest = _table(context, "client_forest")
    yield Figure(
        "indicators",
        tr(
            "Cliëntcijfers: herhaling naast gepubliceerd, met tussen haakjes het aantal onderzoeken. De brede balk is het "
            "gebied waar nog een plaats te verwachten is."
        ),
        partial(draw_clients.draw_indicators, forest),
        _printed(context, "indicators", "client_forest", SURVEYS),
        rests_on_statline=False,
    )
    yield Figure(
        "forest",
        tr(
            "Elk onderzoek met een rapportcijfer, en wat ze samen zeggen. De band is het interval van het gemiddelde over "
            "plaatsen, de stippellijn het gepubliceerde cijfer."
        ),
        partial(draw_clients.draw_forest, forest[forest["indicator"].eq(FOREST)]),
        _printed(context, "forest", "client_forest", SURVEYS),
        rests_on_statline=False,
    )
    yield Figure(
        "sizes",
        tr(
            "Cliëntcijfers naar de omvang van het onderzoek. Als kleine onderzoeken anders uitvallen dan grote, staan de "
            "punten onderaan scheef ten opzichte van die bovenaan."
        ),
        partial(draw_clients.draw_small_studies, _table(context, "client_survey_values"), FEWEST_DRAWN),
        _printed(context, "sizes", "client_survey_values", SURVEYS),
        rests_on_statline=False,
    )
    themes = _table(context, "themes_all")
    yield Figure(
        "themes",
        tr(
            "Hoe vaak een thema is gezien, met interval; tussen haakjes het aantal teksten. Niet gezien is niet hetzelfde als "
            "afwezig."
        ),
        partial(draw.draw_themes, themes[themes["consensus"].eq(_consensus(themes))], _levels(themes)),
        _printed(context, "themes", "themes_all", REPORTS),
        rests_on_statline=False,
    )
    yield Figure(
        "polls",
        tr(
            "Gemeenten met wijkteams volgens peilingen. De brede balk is wat mogelijk is voor alle gevraagde gemeenten, ook "
            "die niet antwoordden."
        ),
        partial(draw.draw_polls, _table(context, "polls")),
        _printed(context, "polls", "polls", POLLS),
        rests_on_statline=False,
    )
    yield from costs.figures(context)


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """Client figures, their sensitivity and activity; elements and coders; studies and the CPB; polls; cost."""
    ledger = context.ledger
    yield "indicators", tabulate_clients.client_indicators(ledger)
    yield "client_sensitivity", tabulate_clients.client_sensitivity(ledger)
    yield "client_activity", tabulate_clients.client_activity(ledger, context.mark)
    levels = _levels(_table(context, "themes_all"))
    elements = _printed(context, "elements", "elements", REPORTS)
    yield "elements", tabulate.elements(_table(context, "elements"), levels, elements)
    coders = _printed(context, "coders", "coder_agreement", REPORTS)
    yield "coders", tabulate.coders(_table(context, "coder_agreement"), ledger, coders)
    yield "studies", tabulate.studies(_table(context, "studies"), _printed(context, "studies", "studies", STUDIES))
    yield "cpb", tabulate.flagged(ledger, _table(context, "study_list"), _printed(context, "cpb", "study_list", STUDIES))
    answers = _printed(context, "poll_answers", "poll_answers", POLLS)
    yield "poll_answers", tabulate.poll_answers(_table(context, "poll_answers"), ledger, answers)
    yield from costs.tables(context)


def _levels(themes: pd.DataFrame) -> dict[str, str]:
    """The kinds of text that stand beside each other: that of the configuration, and the municipal sections."""
    main = str(themes.loc[themes["is_base"], "source_level"].iloc[0])
    return {level: words.LEVELS[level] for level in dict.fromkeys([main, COMPARED])}


def _consensus(themes: pd.DataFrame) -> str:
    return str(themes.loc[themes["is_base"], "consensus"].iloc[0])


def _table(context: Context, name: str) -> pd.DataFrame:
    return context.table(name, CONTRACTS[name])


def _printed(context: Context, piece: str, name: str, tables: str) -> Printed:
    return context.printed(piece, name, RULE, tables)

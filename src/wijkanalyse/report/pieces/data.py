"""What the run rests on: tables, checks, revisions, choices, and whether the figures are made up."""

from __future__ import annotations

from collections.abc import Iterator

from wijkanalyse.effects.revised import Revised, RevisedContrasts
from wijkanalyse.panel.schemas import Checks
from wijkanalyse.report.language import tr
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables import data as tabulate
from wijkanalyse.report.tables.markdown import Ledger
from wijkanalyse.report.words import MARK


def figures(_: Context) -> Iterator[Figure]:
    """None."""
    return iter(())


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """Sources, checks, revisions and choices."""
    sources = context.printed("sources", "register", "fetch_statline")
    yield "sources", tabulate.sources(context.run, sources, context.mark)
    yield (
        "checks",
        tabulate.checks(context.table("checks", Checks), context.printed("checks", "checks", "build_panel"), context.mark),
    )
    revised, contrasts = context.table("revised", Revised), context.table("revised_contrasts", RevisedContrasts)
    cells = context.printed("revisions", "revised", "compare_vintages")
    differences = context.printed("revised_contrasts", "revised_contrasts", "compare_vintages")
    yield "revisions", tabulate.revisions(revised, contrasts, cells, differences)
    yield "choices", tabulate.choices(context.ledger, context.config)


def example_note(ledger: Ledger) -> str:
    """The box on the first page that says so, with the truth that was built in."""
    said = tr(
        "De cijfers uit StatLine in dit rapport zijn **verzonnen**: StatLine was niet bereikbaar, of er is om het voorbeeld "
        "gevraagd. Ze komen uit een nagebootst land waarvan de waarheid bekend is. Een actief wijkteam verandert daar het "
        "specialistische gebruik met {use}, de duur binnen een vorm van hulp met {duration} en de starts vanuit crisis buiten "
        "het team met {crisis}. Wat het rapport verder aan verschillen laat zien, is dus geen effect. De handmatig vastgelegde "
        "bronnen (cliëntcijfers, verslagen, peilingen, onderzoeken) zijn wel echt.",
        use=ledger.text("truth.use"),
        duration=ledger.text("truth.duration"),
        crisis=ledger.text("truth.crisis"),
    )
    return f'::: {{.callout-warning title="{MARK}"}}\n{said}\n:::\n'

"""What the run rests on: tables, checks, revisions, choices, and whether the figures are made up."""

from __future__ import annotations

from collections.abc import Iterator

from wijkanalyse.effects.revised import Revised, RevisedContrasts
from wijkanalyse.panel.schemas import Checks
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables import data as tabulate
from wijkanalyse.report.tables.markdown import Ledger
from wijkanalyse.report.words import MARK


def figures(_: Context) -> Iterator[Figure]:
    """None."""
    return iter(())


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """Sources, checks, revisions and choices."""
    yield "sources", tabulate.sources(context.run, context.mark)
    yield "checks", tabulate.checks(context.table("checks", Checks), context.mark)
    revised = context.table("revised", Revised)
    yield "revisions", tabulate.revisions(revised, context.table("revised_contrasts", RevisedContrasts))
    yield "choices", tabulate.choices(context.ledger, context.config)


def example_note(ledger: Ledger) -> str:
    """The box on the first page that says so, with the truth that was built in."""
    return (
        f'::: {{.callout-warning title="{MARK}"}}\n'
        "De cijfers uit StatLine in dit rapport zijn **verzonnen**: StatLine was niet bereikbaar, of er is om het voorbeeld "
        "gevraagd. Ze komen uit een nagebootst land waarvan de waarheid bekend is. Een actief wijkteam verandert daar het "
        f"specialistische gebruik met {ledger.text('truth.use')}, de duur binnen een vorm van hulp met "
        f"{ledger.text('truth.duration')} en de starts vanuit crisis buiten het team met {ledger.text('truth.crisis')}. Wat "
        "het rapport verder aan verschillen laat zien, is dus geen effect. De handmatig vastgelegde bronnen (cliëntcijfers, "
        "verslagen, peilingen, onderzoeken) zijn wel echt.\n:::\n"
    )

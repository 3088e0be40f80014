"""The municipalities: where the active teams are, and which municipalities take part in what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from wijkanalyse.classification import Classified
from wijkanalyse.config import Classification
from wijkanalyse.effects.contrasts import Estimates
from wijkanalyse.effects.estimands import Estimand, read_estimands
from wijkanalyse.effects.results import Effects
from wijkanalyse.frames import rows
from wijkanalyse.municipalities import municipalities
from wijkanalyse.report.figures.flow import PUBLISHED, draw_flow, flow_of
from wijkanalyse.report.figures.geometry import check_codes, read_boundaries
from wijkanalyse.report.figures.map import draw_map
from wijkanalyse.report.language import tr
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables.printed import Printed


def figures(context: Context) -> Iterator[Figure]:
    """The map of active teams and the flow of municipalities."""
    yield _map(context)
    yield _flow(context)


def tables(_: Context) -> Iterator[tuple[str, str]]:
    """None."""
    return iter(())


def _map(context: Context) -> Figure:
    ledger, classification = context.ledger, context.table("classification", Classified)
    province_of = {row.gm_code: row.province_code for row in rows(municipalities())}
    caption = tr(
        "Gemeenten met een actief wijkteam, {years}, op de gemeentegrenzen van {boundaries}. Gearceerd: de indeling kan binnen "
        "afronding en onderdrukking omslaan.",
        years=ledger.text("choice.classification_years"),
        boundaries=ledger.text("choice.boundaries_year"),
    )
    boundaries, path = None, context.files.get("geometry")
    if path is None:
        caption += " " + tr(
            "Elke zeshoek is een gemeente, ongeacht haar grootte; samen staan ze zo dicht mogelijk bij hun werkelijke plaats."
        )
    else:
        boundaries = read_boundaries(path)
        check_codes(path, boundaries, classification["gm_code"], int(context.config["panel"]["boundaries_year"]))
        caption += " " + tr("Grenzen uit {file}.", file=f"`{path.name}`")
    return Figure(
        "map",
        caption,
        partial(draw_map, classification, province_of, boundaries, mark=context.mark),
        context.printed("map", "classification", "classify", context.tables_of("municipalities.active")),
    )


def _flow(context: Context) -> Figure:
    primary = read_estimands(context.files["estimands"]).primary
    flow = flow_of(
        context.table("classification", Classified),
        context.table("estimates", Estimates),
        context.table("effects", Effects),
        primary,
        Classification.model_validate(context.config["classification"]),
    )
    return Figure(
        "flow",
        tr(
            "Gemeenten in dit onderzoek: welke meedoen aan de nagerekende vergelijkingen en welke aan de hoofdvragen, en "
            "waarom andere niet. De twee delen gemeenten in naar verschillende jaren."
        ),
        partial(draw_flow, flow, int(context.config["panel"]["boundaries_year"]), mark=context.mark),
        _printed(context, primary),
    )


@dataclass(frozen=True)
class FromSeveral(Printed):
    """Numbers of one piece from several files: the first word of a row's name says from which."""

    others: Mapping[str, Printed] = field(default_factory=dict)

    def _say(self, row: str, column: str, text: str, value: float, unit: str) -> str:
        other = self.others.get(row.split()[0])
        return other._say(row, column, text, value, unit) if other else super()._say(row, column, text, value, unit)


def _printed(context: Context, primary: list[Estimand]) -> Printed:
    """Where the numbers of the flow come from: the classification, the comparisons or the estimates."""
    tables = context.tables_of("municipalities.active")
    others = {
        name: context.printed(
            "flow", "estimates", "estimate_contrasts", context.tables_of(f"{name}.zonder_verblijf.pooled.difference")
        )
        for name in PUBLISHED
        if f"{name}.zonder_verblijf.pooled.difference" in context.ledger
    }
    for estimand in primary:
        claim = f"effect.{estimand.id}.municipalities"
        under = context.tables_of(claim) if claim in context.ledger else tables
        printed = context.printed("flow", "effects", "estimate_effects", under)
        others |= {estimand.id: printed, f"activity_{estimand.id}": printed}
    return FromSeveral(context.book, "flow", context.files["classification"].as_posix(), "classify", tables, others)

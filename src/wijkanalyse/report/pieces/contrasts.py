"""The published comparisons: their distributions, and the tables that set them beside the study."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wijkanalyse.classification import ActivityByYear, Classified
from wijkanalyse.effects.contrasts import Estimates, Observations
from wijkanalyse.report.claims.effectiveness import PUBLISHED_AS
from wijkanalyse.report.figures import contrasts as draw
from wijkanalyse.report.language import tr
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables import contrasts as tabulate
from wijkanalyse.report.words import CONTRASTS


def figures(context: Context) -> Iterator[Figure]:
    """The share by which municipalities are classified, and one distribution per contrast."""
    ledger, classification = context.ledger, context.table("classification", Classified)
    threshold = float(context.config["classification"]["threshold_pct"])
    yield Figure(
        "share",
        tr(
            "Aandeel van het wijkteam per gemeente, {years}. De streep is de grens van {threshold}.",
            years=ledger.text("choice.classification_years"),
            threshold=ledger.text("choice.threshold"),
        ),
        lambda path: draw.draw_shares(classification, threshold, path, context.mark),
        context.printed("share", "classification", "classify", context.tables_of("municipalities.active")),
    )
    estimates, observations = context.table("estimates", Estimates), context.table("observations", Observations)
    for name in CONTRASTS:
        published = {
            group: float(context.values[f"published.{name}.{group}"])
            for group in ("active", "not_active")
            if f"published.{name}.{group}" in context.values.index
        }
        caption = tr(
            "{contrast}, {years}: {active} gemeenten met en {not_active} zonder actief wijkteam. Elke stip is een gemeente, "
            "groter bij meer trajecten of jongeren.",
            contrast=CONTRASTS[name],
            years=ledger.text(f"choice.{name}_years"),
            active=ledger.text(f"{name}.zonder_verblijf.municipalities_active"),
            not_active=ledger.text(f"{name}.zonder_verblijf.municipalities_not_active"),
        ) + (" " + tr("De stippellijn is het gepubliceerde cijfer.") if name in PUBLISHED_AS else "")
        yield Figure(
            name,
            caption,
            partial(draw.draw_contrast, name, observations, estimates, published, mark=context.mark),
            context.printed(
                name, "observations", "estimate_contrasts", context.tables_of(f"{name}.zonder_verblijf.pooled.active")
            ),
        )


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """Activity by year; published beside rerun; the same differences with and without the help of the team."""
    by_year = context.printed("activity", "activity_by_year", "classify", context.tables_of("municipalities.active"))
    yield "activity", tabulate.activity_by_year(context.table("activity_by_year", ActivityByYear), by_year, context.mark)
    yield "published", tabulate.published_against_rerun(context.ledger, context.mark)
    yield "construction", tabulate.with_and_without_team(context.ledger, context.mark, has_truth=context.mark)

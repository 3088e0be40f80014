"""What teams may do, apart from what counting does: estimates, their inference, and how far they move."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from wijkanalyse.effects.estimands import Estimands, read_estimands
from wijkanalyse.effects.results import Balance, Curves, Decomposition, Effects, Overlap, Sensitivity, Switchers, TrendBounds
from wijkanalyse.report.claims.effects import split_in_two
from wijkanalyse.report.figures import effects as draw
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables import effects as tabulate

FAMILIES = {
    "use": "Gebruik",
    "duration": "Duur",
    "crisis": "Start vanuit crisis",
    "reach": "Bereik",
    "control": "Controle-uitkomsten",
}
"""By the first word of the name of an estimand."""

PLACES = {"difference": 0, "team": 1, "others": 2}
OUTCOMES = {"trajectories_niet_wijkteam": "hulp van anderen", "trajectories_zonder_verblijf": "alle hulp (telt het team mee)"}
ERAS = {"2017-2020": "eerste reeks", "2021-2025": "tweede reeks"}


def figures(context: Context) -> Iterator[Figure]:
    """Decomposition, estimates, sensitivity, curves, event study, balance and overlap."""
    estimands, mark = _estimands(context), context.mark
    parts = split_in_two(context.table("decomposition", Decomposition))
    parts["part"] = parts["part"].map(PLACES)
    published = {name: _published_difference(context, name) for name in parts["contrast"].unique()}
    yield Figure(
        "decomposition",
        "Het verschil van actieve met andere gemeenten, gesplitst in wat ontstaat doordat de hulp van het team meetelt en wat "
        "er binnen de hulp van anderen overblijft.",
        partial(draw.draw_decomposition, parts, published, mark=mark),
    )
    effects = context.table("effects", Effects)
    yield Figure(
        "estimates",
        "Alle schattingen. Dicht en doorgetrokken: de uitkomst bevat niet waarop is ingedeeld. Open en gestreept: die bevat "
        "het wel, en het verschil volgt dan (deels) uit de manier van tellen.",
        partial(draw.draw_estimates, estimate_rows(effects, estimands), mark=mark),
    )
    titles = {estimand.id: estimand.label for estimand in estimands.primary}
    sensitivity = context.table("sensitivity", Sensitivity)
    yield Figure(
        "sensitivity",
        "De drie hoofdschattingen bij telkens één andere keuze. De band is het interval van de hoofdschatting. Van het "
        "weglaten van jeugdregio's staan het laagste en het hoogste.",
        partial(draw.draw_sensitivity, sensitivity_rows(sensitivity), titles, mark=mark),
    )
    threshold = float(context.config["classification"]["threshold_pct"])
    yield Figure(
        "curves",
        "De hoofdschattingen bij elke grens voor actief, en langs het aandeel van het team zelf.",
        partial(draw.draw_curves, context.table("curves", Curves), titles, threshold, mark=mark),
    )
    switchers = context.table("switchers", Switchers)
    yield Figure(
        "switchers",
        "Gemeenten waarvan het team actief werd, tegen gemeenten waar dat niet gebeurde.",
        partial(draw.draw_event_study, switchers[switchers["event_time"].notna()], OUTCOMES, mark=mark),
    )
    balance = context.table("balance", Balance)
    first = balance[balance["estimand"].eq(balance["estimand"].iloc[0])]
    yield Figure(
        "balance",
        "Achtergrondkenmerken van actieve en andere gemeenten. Binnen de grijze band is een verschil klein.",
        partial(draw.draw_balance, first, mark=mark),
    )
    yield Figure(
        "overlap",
        "Hoe waarschijnlijk het was dat een gemeente actief zou zijn, gezien haar achtergrond.",
        partial(draw.draw_overlap, context.table("overlap", Overlap), ("actief", "niet actief"), mark=mark),
    )


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """Primary estimates, all estimates, methods, balance and bounds on trends."""
    estimands, mark = _estimands(context), context.mark
    yield "primary", tabulate.primary(context.ledger, estimands, mark)
    yield "estimates", tabulate.estimates(context.table("effects", Effects), estimands, mark)
    yield "methods", tabulate.methods(estimands)
    yield "balance", tabulate.balance(context.table("balance", Balance), mark)
    yield "trends", tabulate.trend_bounds(context.table("trend_bounds", TrendBounds), ERAS, mark)


def estimate_rows(effects: pd.DataFrame, estimands: Estimands) -> pd.DataFrame:
    """The estimates as `draw_estimates` takes them: group, label, value, interval and marks."""
    rows = effects[effects["unit"].eq("percent") & ~effects["estimand"].eq("use_adoption")]
    group = rows["estimand"].str.split("_").str[0].map(FAMILIES).fillna("Overig")
    label = rows["estimand"].map({estimand.id: estimand.label for estimand in estimands.estimands})
    ordered = rows.assign(group=group, label=label, is_primary=rows["role"].eq("primary"))
    order = {name: place for place, name in enumerate([*FAMILIES.values(), "Overig"])}
    return ordered.sort_values("group", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def sensitivity_rows(sensitivity: pd.DataFrame) -> pd.DataFrame:
    """The settings as `draw_sensitivity` takes them; of the youth regions the lowest and the highest estimate."""
    is_region = sensitivity["kind"].eq("region")
    regions = sensitivity[is_region & sensitivity["value"].notna()].groupby("estimand")["value"]
    kept = sensitivity.loc[[*regions.idxmin(), *regions.idxmax()]]  # none where nothing could be estimated
    rows = pd.concat([sensitivity[~is_region & sensitivity["value"].notna()], kept.drop_duplicates()]).sort_index()
    # the same kinds of choices stand together, whichever estimand has them
    place = rows["kind"].map({kind: n for n, kind in enumerate(rows["kind"].unique())})
    return rows.assign(label=rows["setting"]).iloc[place.argsort(kind="stable")]


def _estimands(context: Context) -> Estimands:
    return read_estimands(context.files["estimands"])


def _published_difference(context: Context, name: str) -> float:
    active, other = (float(context.values[f"published.{name}.{group}"]) for group in ("active", "not_active"))
    return active - other

"""What teams may do, apart from what counting does: estimates, their inference, and how far they move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain

import pandas as pd

from wijkanalyse.effects.estimands import Estimands, read_estimands
from wijkanalyse.effects.results import Balance, Curves, Decomposition, Effects, Overlap, Sensitivity, Switchers, TrendBounds
from wijkanalyse.report.claims.effects import split_in_two
from wijkanalyse.report.figures import effects as draw
from wijkanalyse.report.figures.curves import draw_curves
from wijkanalyse.report.figures.decomposition import draw_decomposition
from wijkanalyse.report.figures.event_study import draw_event_study
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.pieces.settings import sensitivity_rows
from wijkanalyse.report.tables import effects as tabulate
from wijkanalyse.report.tables.printed import Printed

FAMILIES = Words(
    {
        "use": "Gebruik",
        "duration": "Duur",
        "crisis": "Start vanuit crisis",
        "reach": "Bereik",
        "control": "Controle-uitkomsten",
        "other": "Overig",
    }
)
"""By the first word of the name of an estimand."""


def figures(context: Context) -> Iterator[Figure]:
    """Decomposition, estimates, sensitivity, curves, event study, balance and overlap."""
    yield from _of_the_construction(context)
    yield from _of_the_primary(context)
    yield from _of_the_comparison(context)


def _of_the_construction(context: Context) -> Iterator[Figure]:
    parts = split_in_two(context.table("decomposition", Decomposition))
    published = {name: _published_difference(context, name) for name in parts["contrast"].unique()}
    yield Figure(
        "decomposition",
        tr(
            "Van het hele verschil van actieve met andere gemeenten naar wat er binnen de hulp van anderen overblijft: eraf "
            "gaat wat ontstaat doordat de hulp van het team meetelt. De dunne streep is het interval van het verschil of deel "
            "zelf."
        ),
        partial(draw_decomposition, parts, published, mark=context.mark),
        _printed(
            context, "decomposition", "decompose_contrasts", [f"split.{name}.difference" for name in parts["contrast"].unique()]
        ),
    )
    estimands, effects = _estimands(context), context.table("effects", Effects)
    yield Figure(
        "estimates",
        tr(
            "Alle schattingen. Dicht en doorgetrokken: de uitkomst bevat niet waarop is ingedeeld. Open en gestreept: die "
            "bevat het wel, en het verschil volgt dan (deels) uit de manier van tellen."
        ),
        partial(draw.draw_estimates, estimate_rows(effects, estimands), mark=context.mark),
        _printed(context, "effects", "estimate_effects", _claims(estimands), piece="estimates"),
    )


def _of_the_primary(context: Context) -> Iterator[Figure]:
    estimands, mark = _estimands(context), context.mark
    titles = {estimand.id: tr(estimand.label) for estimand in estimands.primary}
    briefs = _briefs(titles)
    primary = [f"effect.{name}.value" for name in titles]
    yield Figure(
        "sensitivity",
        tr(
            "De hoofdschattingen bij telkens één andere keuze. De band is het interval van de hoofdschatting. Van het weglaten "
            "van telkens één jeugdregio staan het laagste en het hoogste."
        ),
        partial(draw.draw_sensitivity, sensitivity_rows(context.table("sensitivity", Sensitivity)), titles, briefs, mark=mark),
        _printed(context, "sensitivity", "probe_sensitivity", primary),
    )
    threshold = float(context.config["classification"]["threshold_pct"])
    yield Figure(
        "curves",
        tr(
            "De hoofdschattingen bij elke grens voor actief (links; de streep is de grens van dit rapport), en langs het "
            "aandeel van het team zelf (rechts)."
        ),
        partial(draw_curves, context.table("curves", Curves), titles, briefs, threshold, mark=mark),
        _printed(context, "curves", "probe_sensitivity", primary),
    )


def _of_the_comparison(context: Context) -> Iterator[Figure]:
    switchers, mark = context.table("switchers", Switchers), context.mark
    yield Figure(
        "switchers",
        tr("Gemeenten waarvan het team actief werd, tegen gemeenten waar dat niet gebeurde, naar jaren sinds die overgang."),
        partial(draw_event_study, switchers[switchers["event_time"].notna()], mark=mark),
        _printed(context, "switchers", "estimate_switchers", ["switchers.use.early.value"]),
    )
    balance = context.table("balance", Balance)
    first = balance[balance["estimand"].eq(balance["estimand"].iloc[0])]
    yield Figure(
        "balance",
        tr("Achtergrondkenmerken van actieve en andere gemeenten. Binnen de grijze band is een verschil klein."),
        partial(draw.draw_balance, first.assign(label=first["label"].map(tr)), mark=mark),
        _printed(context, "balance", "estimate_effects", ["balance.before"]),
    )
    yield Figure(
        "overlap",
        tr("Hoe waarschijnlijk het was dat een gemeente actief zou zijn, gezien haar achtergrond."),
        partial(draw.draw_overlap, context.table("overlap", Overlap), mark=mark),
        _printed(context, "overlap", "estimate_effects", ["balance.before"]),
    )


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """Primary estimates, all estimates, methods, balance and bounds on trends."""
    estimands, mark, ledger = _estimands(context), context.mark, context.ledger
    effects = context.table("effects", Effects)
    yield "primary", tabulate.primary(ledger, estimands, mark)
    printed = _printed(context, "effects", "estimate_effects", _claims(estimands), piece="tbl_estimates")
    yield "estimates", tabulate.estimates(effects, estimands, ledger, printed, mark)
    methods = context.printed("tbl_methods", "estimands", "-", "-")
    yield "methods", tabulate.methods(estimands, methods)
    printed = _printed(context, "balance", "estimate_effects", ["balance.before"], piece="tbl_balance")
    yield "balance", tabulate.balance(context.table("balance", Balance), printed, mark)
    printed = _printed(context, "trend_bounds", "estimate_switchers", ["switchers.use.early.value"], piece="tbl_trends")
    bounds, switchers = context.table("trend_bounds", TrendBounds), context.table("switchers", Switchers)
    yield "trends", tabulate.trend_bounds(bounds, switchers, printed, mark)


def estimate_rows(effects: pd.DataFrame, estimands: Estimands) -> pd.DataFrame:
    """The estimates as `draw_estimates` takes them: group, label, value, interval and marks."""
    rows = effects[effects["unit"].eq("percent") & ~effects["estimand"].eq("use_adoption")]
    order = {family: place for place, family in enumerate(FAMILIES)}
    family = rows["estimand"].str.split("_").str[0]
    family = family.where(family.isin(order), "other")
    labels: Mapping[str, str] = {estimand.id: tr(estimand.label) for estimand in estimands.estimands}
    made = rows.assign(
        family=family,
        group=family.map(dict(FAMILIES)),
        label=rows["estimand"].map(labels),
        is_primary=rows["role"].eq("primary"),
    )
    return made.sort_values("family", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def _briefs(titles: Mapping[str, str]) -> dict[str, str]:
    """The families of some estimands, each as its brief name, or their labels where two are of one family."""
    families = {name: name.split("_")[0] for name in titles}
    is_clear = len(set(families.values())) == len(titles) and set(families.values()) <= set(FAMILIES)
    return {name: FAMILIES[family] for name, family in families.items()} if is_clear else dict(titles)


def _estimands(context: Context) -> Estimands:
    return read_estimands(context.files["estimands"])


def _claims(estimands: Estimands) -> list[str]:
    return [f"effect.{estimand.id}.value" for estimand in estimands.estimands]


def _printed(context: Context, name: str, rule: str, claims: list[str], piece: str = "") -> Printed:
    """What a piece prints from the file `name`, resting on the tables under `claims`."""
    tables = chain.from_iterable(context.tables_of(claim).split(", ") for claim in claims if claim in context.ledger)
    return context.printed(piece or name, name, rule, ", ".join(dict.fromkeys(tables)) or "all")


def _published_difference(context: Context, name: str) -> float:
    active, other = (float(context.values[f"published.{name}.{group}"]) for group in ("active", "not_active"))
    return active - other

"""The multiverse: every defensible definition, one picture and six tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from wijkanalyse.effects.multiverse.declaration import BRANCHES, Declaration, read_declaration
from wijkanalyse.effects.multiverse.declaration import CONTRASTS as NAMES
from wijkanalyse.effects.multiverse.drawing import curve_drawing
from wijkanalyse.effects.multiverse.nearest import published_pairs
from wijkanalyse.effects.multiverse.schemas import BranchShares, Nearest, Specifications, Summary
from wijkanalyse.report.figures import multiverse as draw
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables import multiverse as tabulate
from wijkanalyse.report.tables.declared import declared, deviations
from wijkanalyse.report.tables.multiverse import Choice
from wijkanalyse.report.tables.printed import Printed
from wijkanalyse.report.words import CONTRASTS

AXES = Words({"use": "procentpunt", "duration": "dagen", "crisis": "procentpunt"})


def figures(context: Context) -> Iterator[Figure]:
    """The specification curves of the three contrasts."""
    declaration = read_declaration(context.files["declaration"])
    pairs = published_pairs(declaration, pd.read_parquet(context.files["published_figures"]))
    specifications = context.table("specifications", Specifications)
    drawings = {
        str(name): curve_drawing(specifications, name, pairs[name], declaration.level, steps=120, bins=60) for name in NAMES
    }
    titles = {str(name): f"{CONTRASTS[name]} ({AXES[name]})" for name in NAMES}
    briefs = {name: f"{tabulate.BRIEF[name]} ({AXES[name]})" for name in titles}
    labels = {name: tr(named.label) for name, named in declaration.named.items()}
    yield Figure(
        "multiverse",
        tr(
            "Het verschil actief min niet actief over alle berekende specificaties: links gesorteerd, met de mediaan van hun "
            "intervallen; rechts hoe ze verdeeld zijn, de mechanische naar beneden."
        ),
        partial(
            draw.draw_curves, drawings, titles, briefs, labels, context.table("multiverse_summary", Summary), mark=context.mark
        ),
        _printed(context, "multiverse", "specifications"),
    )


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """Curves in a few figures, what each choice does, the nearest specifications, and what was declared."""
    declaration, mark = read_declaration(context.files["declaration"]), context.mark
    summary = context.table("multiverse_summary", Summary)
    yield (
        "multiverse",
        tabulate.curves(summary, context.ledger, _printed(context, "tbl_multiverse", "multiverse_summary"), mark),
    )
    shares = context.table("branch_shares", BranchShares)
    yield "multiverse_choices", tabulate.choices(shares, _printed(context, "tbl_multiverse_choices", "branch_shares"), mark)
    found = context.table("nearest", Nearest)
    differences = from_primary(declaration, context.table("specifications", Specifications), set(found["id"]))
    for name, tabulated in (("multiverse_nearest", tabulate.nearest), ("multiverse_nearest_all", tabulate.nearest_all)):
        yield name, tabulated(found, differences, _printed(context, f"tbl_{name}", "nearest"), mark)
    printed = context.printed("tbl_multiverse_deviations", "declaration", "-", "-")
    yield "multiverse_deviations", deviations(declaration, printed)
    printed = context.printed("tbl_multiverse_declared", "declaration", "-", "-")
    yield "multiverse_declared", declared(declaration, printed)


def from_primary(declaration: Declaration, specifications: pd.DataFrame, wanted: set[str]) -> dict[str, list[Choice]]:
    """Return by id of the `wanted` specifications the choices in which they differ from the primary of their contrast."""
    found: dict[str, list[Choice]] = {}
    for contrast, rows in specifications[specifications["id"].isin(wanted)].groupby("contrast", sort=False):
        primary = declaration.primary.of(contrast)  # type: ignore[arg-type]
        for _, row in rows.iterrows():
            found[str(row["id"])] = [
                (
                    branch,
                    tr(getattr(declaration.branches, branch).label).lower(),
                    tr(declaration.options(branch)[row[branch]].label),
                )
                for branch in BRANCHES
                if row[branch] != primary[branch]
            ]
    return found


def _printed(context: Context, piece: str, file: str) -> Printed:
    rule = "check_multiverse" if file == "specifications" else "gather_multiverse"
    tables = [context.tables_of(f"multiverse.{name}.other.median").split(", ") for name in NAMES]
    return context.printed(piece, file, rule, ", ".join(dict.fromkeys(table for each in tables for table in each)))

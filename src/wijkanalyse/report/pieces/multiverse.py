"""The multiverse: every defensible definition, one picture and three tables."""

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
from wijkanalyse.report.pieces.context import Context, Figure
from wijkanalyse.report.tables import multiverse as tabulate
from wijkanalyse.report.words import CONTRASTS

AXES = {"use": "procentpunt", "duration": "dagen", "crisis": "procentpunt"}


def figures(context: Context) -> Iterator[Figure]:
    """The specification curves of the three contrasts."""
    declaration = read_declaration(context.files["declaration"])
    pairs = published_pairs(declaration, pd.read_parquet(context.files["published_figures"]))
    specifications = context.table("specifications", Specifications)
    drawings = {str(name): curve_drawing(specifications, name, pairs[name], declaration.level) for name in NAMES}
    titles = {str(name): f"{CONTRASTS[name]} ({AXES[name]})" for name in NAMES}
    yield Figure(
        "multiverse",
        "Het verschil actief min niet actief over alle berekende specificaties: links gesorteerd, met de mediaan van hun "
        "intervallen; rechts hoe ze verdeeld zijn.",
        partial(draw.draw_curves, drawings, titles, mark=context.mark),
    )


def tables(context: Context) -> Iterator[tuple[str, str]]:
    """Curves in a few figures, what each choice does, and the nearest specifications."""
    yield "multiverse", tabulate.curves(context.table("multiverse_summary", Summary), context.ledger, context.mark)
    yield "multiverse_choices", tabulate.choices(context.table("branch_shares", BranchShares), context.mark)
    found = context.table("nearest", Nearest)
    differences = from_primary(read_declaration(context.files["declaration"]), context.table("specifications", Specifications))
    yield "multiverse_nearest", tabulate.nearest(found, differences, context.mark)


def from_primary(declaration: Declaration, specifications: pd.DataFrame) -> dict[str, str]:
    """Return by id the options in which a specification differs from the primary of its contrast, in words."""
    words: dict[str, str] = {}
    for _, rows in specifications.groupby("contrast", sort=False):
        primary = rows[rows["name"].eq("primary")]
        if primary.empty:
            continue
        said = pd.Series("", index=rows.index)
        for branch in BRANCHES:
            choice = getattr(declaration.branches, branch).label.lower()
            labels = {name: f"{choice}: {option.label}" for name, option in declaration.options(branch).items()}
            differs = rows[branch].ne(primary[branch].iloc[0])
            said = said.where(~differs, said + "; " + rows[branch].map(labels))
        words |= dict(zip(rows["id"], said.str.removeprefix("; "), strict=True))
    return words

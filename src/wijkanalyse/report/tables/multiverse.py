"""Tables of the multiverse: the curves in a few figures, what each choice does, and what comes nearest to the study."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from wijkanalyse.effects.multiverse.schemas import MECHANICAL, NOT_MECHANICAL, SIDES
from wijkanalyse.frames import rows as records
from wijkanalyse.report.claims.multiverse import SHORT, SIDE_WORDS
from wijkanalyse.report.numbers import number
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table, marked
from wijkanalyse.report.words import CONTRASTS

SHORT_UNITS = {"percent": "procentpunt", "days": "dagen", "percentage points": "procentpunt"}
DECIMALS = {"percent": 1, "days": 0, "percentage points": 1}


def curves(summary: pd.DataFrame, ledger: Ledger, mark: bool) -> str:
    """Each curve: specifications, quantiles, share in the published direction, and the joint test."""
    rows = []
    for row in records(summary):
        name, decimals = f"multiverse.{row.contrast}.{SHORT[row.side]}", DECIMALS[row.unit]
        rows.append(
            [
                f"{CONTRASTS[row.contrast]} ({SHORT_UNITS[row.unit]}), {SIDE_WORDS[row.side]}",
                number(row.published, decimals),
                _figure(row.median, decimals),
                f"{_figure(row.q05, decimals)} tot {_figure(row.q95, decimals)}",
                ledger.text(f"{name}.share_in_direction"),
                ledger.text(f"{name}.share_significant"),
                ledger.text(f"{name}.p_median_statistic"),
                ledger.text(f"{name}.estimated"),
            ]
        )
    header = ["", "Studie", "Mediaan", "Middelste negentig procent", "Zelfde richting", "En aantoonbaar", "p samen", "Aantal"]
    caption = "Het verschil actief min niet actief over alle berekende specificaties. p samen: de hele curve tegen verwisselde."
    return markdown_table(header, rows, caption + marked(mark), "tbl-multiversum", [30, 9, 10, 17, 10, 12, 9, 9], 7)


def choices(shares: pd.DataFrame, mark: bool) -> str:
    """How much of the differences between specifications goes with each choice."""
    branches = list(dict.fromkeys(shares["branch"]))
    labels = shares.drop_duplicates("branch").set_index("branch")["label"]
    found = {(row.contrast, row.side, row.branch): row.eta2 for row in records(shares)}
    columns = [(contrast, side) for contrast in dict.fromkeys(shares["contrast"]) for side in SIDES]
    rows = [
        [str(labels[branch]), *(_share(found.get((contrast, side, branch), math.nan)) for contrast, side in columns)]
        for branch in branches
    ]
    header = ["Keuze", *(f"{BRIEF[contrast]}, {BRIEF_SIDES[side]}" for contrast, side in columns)]
    caption = "Welk deel van de spreiding tussen specificaties bij welke keuze hoort (%); mech.: mechanisch."
    widths = [40, *[10] * len(columns)]
    return markdown_table(header, rows, caption + marked(mark), "tbl-multiversum-keuzes", widths, len(columns))


BRIEF = {"use": "Gebruik", "duration": "Duur", "crisis": "Crisis"}
BRIEF_SIDES = {MECHANICAL: "mech.", NOT_MECHANICAL: "anders"}


def nearest(table: pd.DataFrame, differences: Mapping[str, str], mark: bool, most: int = 3) -> str:
    """The specifications nearest to the published figures, the first few of each contrast.

    `differences` says by id in which choices a specification differs from the primary.
    """
    rows = [
        [
            BRIEF[row.contrast],
            f"{number(row.active, 1)} tegen {number(row.not_active, 1)}",
            "ja" if row.within_rounding else "nee",
            "ja" if row.mechanical else "nee",
            differences.get(row.id, row.choices),
        ]
        for row in records(table[table["rank"].le(most)])
    ]
    if not rows:
        return "Van geen specificatie is te zeggen hoe ver zij van de gepubliceerde cijfers ligt.\n"
    header = ["Uitkomst", "Actief tegen niet actief", "Als de studie", "Mech.", "Wat anders is dan in de hoofdspecificatie"]
    caption = (
        "De specificaties die het dichtst bij de gepubliceerde cijfers komen; als de studie: beide groepen ronden daarop af."
    )
    return markdown_table(header, rows, caption + marked(mark), "tbl-multiversum-dichtbij", [11, 15, 9, 8, 57], 0)


def _figure(value: float, decimals: int) -> str:
    return NOTHING if math.isnan(value) else number(value, decimals)


def _share(value: float) -> str:
    return NOTHING if math.isnan(value) else number(100 * value)

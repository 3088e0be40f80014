"""Tables of the multiverse: the curves in a few figures, what each choice does, and what comes nearest to the study."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

import pandas as pd

from wijkanalyse.effects.multiverse.schemas import MECHANICAL, NOT_MECHANICAL, SIDES
from wijkanalyse.frames import rows as records
from wijkanalyse.report.claims.multiverse import DECIMALS, SHORT, SIDE_WORDS
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table, marked
from wijkanalyse.report.tables.printed import Printed
from wijkanalyse.report.words import CONTRASTS

UNITS = Words({"percent": "procentpunt", "days": "dagen", "percentage points": "procentpunt"})
BRIEF = Words({"use": "Gebruik", "duration": "Duur", "crisis": "Crisis"})
BRIEF_SIDES = Words({MECHANICAL: "mech.", NOT_MECHANICAL: "overige"})
SHOWN = 3
"""How many of the nearest specifications stand in the text; all of them stand in the appendix."""

Choice = tuple[str, str, str]
"""A choice of a specification: code of the branch, and branch and option in words."""


def curves(summary: pd.DataFrame, ledger: Ledger, printed: Printed, mark: bool) -> str:
    """Each curve: specifications, quantiles, share in the published direction, and the joint test."""
    rows = []
    for row in records(summary):
        name = f"multiverse.{row.contrast}.{SHORT[row.side]}"
        q05, q95 = (ledger.bare(f"{name}.{end}") if ledger.is_known(f"{name}.{end}") else NOTHING for end in ("q05", "q95"))
        rows.append(
            [
                f"{CONTRASTS[row.contrast]} ({UNITS[row.unit]}), {SIDE_WORDS[row.side]}",
                printed.number(row.contrast, "published", row.published, decimals=min(DECIMALS[row.contrast], 1)),
                ledger.bare(f"{name}.median") if ledger.is_known(f"{name}.median") else NOTHING,
                tr("{lower} tot {upper}", lower=q05, upper=q95),
                ledger.text(f"{name}.share_in_direction"),
                ledger.text(f"{name}.share_significant"),
                ledger.text(f"{name}.p_median_statistic"),
                ledger.text(f"{name}.estimated"),
            ]
        )
    header = [
        "",
        tr("Studie"),
        tr("Mediaan"),
        tr("Middelste negentig procent"),
        tr("Zelfde richting"),
        tr("En aantoonbaar"),
        tr("p samen"),
        tr("Aantal"),
    ]
    caption = tr(
        "Het verschil actief min niet actief over alle berekende specificaties. p samen: de hele curve tegen verwisselde."
    )
    return markdown_table(header, rows, caption + marked(mark), "tbl-multiversum", [30, 9, 10, 17, 10, 12, 9, 9], 7)


def choices(shares: pd.DataFrame, printed: Printed, mark: bool) -> str:
    """How much of the differences between specifications goes with each choice."""
    labels = shares.drop_duplicates("branch").set_index("branch")["label"]
    found = {(row.branch, row.contrast, row.side): 100 * row.eta2 for row in records(shares)}
    columns = [(contrast, side) for contrast in dict.fromkeys(shares["contrast"]) for side in SIDES]
    rows = [
        [
            tr(str(labels[branch])),
            *(
                printed.number(branch, f"{contrast} {SHORT[side]}", found.get((branch, contrast, side), math.nan), "percent", 0)
                for contrast, side in columns
            ),
        ]
        for branch in labels.index
    ]
    header = [tr("Keuze"), *(f"{BRIEF[contrast]}, {BRIEF_SIDES[side]}" for contrast, side in columns)]
    caption = tr("Welk deel van de spreiding tussen specificaties bij welke keuze hoort (%); mech.: mechanisch.")
    widths = [40, *[10] * len(columns)]
    return markdown_table(header, rows, caption + marked(mark), "tbl-multiversum-keuzes", widths, len(columns))


def nearest(table: pd.DataFrame, differences: Mapping[str, Sequence[Choice]], printed: Printed, mark: bool) -> str:
    """The specifications nearest to the published figures, the first few of each contrast."""
    caption = tr(
        "De specificaties die het dichtst bij de gepubliceerde cijfers komen. Mech.: mechanisch. Met een sterretje: beide "
        "groepen ronden op de gepubliceerde cijfers af."
    )
    return _nearest(table[table["rank"].le(SHOWN)], differences, printed, caption + marked(mark), "tbl-multiversum-dichtbij")


def nearest_all(table: pd.DataFrame, differences: Mapping[str, Sequence[Choice]], printed: Printed, mark: bool) -> str:
    """All of the nearest specifications (`Nearest`), with the name of a choice only where its option does not tell it."""
    branches = defaultdict(set)
    for code, _, option in chain.from_iterable(differences.values()):
        branches[option].add(code)
    differences = {
        name: [
            (code, branch if len(branches[option]) > 1 or not _is_word(option) else "", option)
            for code, branch, option in chosen
        ]
        for name, chosen in differences.items()
    }
    most = printed.number("all", "most", float(table["rank"].max()) if len(table) else math.nan, "count")
    caption = tr(
        "Per uitkomst de {n} specificaties die het dichtst bij de gepubliceerde cijfers komen. Mech.: mechanisch. Met een "
        "sterretje: beide groepen ronden op de gepubliceerde cijfers af.",
        n=most,
    )
    return _nearest(table, differences, printed, caption + marked(mark), "tbl-multiversum-dichtbij-alle")


def _is_word(text: str) -> bool:
    return any(map(str.isalpha, text))


def _nearest(
    table: pd.DataFrame, differences: Mapping[str, Sequence[Choice]], printed: Printed, caption: str, label: str
) -> str:
    """`differences` says by id in which choices a specification differs from the primary."""
    if table.empty:
        return tr("Van geen specificatie is te zeggen hoe ver zij van de gepubliceerde cijfers ligt.") + "\n"
    rows = []
    for row in records(table):
        decimals = min(DECIMALS[row.contrast] + 1, 2)
        values = [printed.number(row.id, group, getattr(row, group), decimals=decimals) for group in ("active", "not_active")]
        rows.append(
            [
                BRIEF[row.contrast] + (f", {BRIEF_SIDES[MECHANICAL]}" if row.mechanical else ""),
                tr("{active} tegen {others}", active=values[0], others=values[1]) + ("\\*" if row.within_rounding else ""),
                "; ".join(
                    (f"{branch}: " if branch else "") + printed.words(row.id, code, option)
                    for code, branch, option in differences.get(row.id, ())
                )
                or tr("niets"),
            ]
        )
    header = [
        tr("Uitkomst"),
        tr("Actief tegen niet actief"),
        tr("Wat anders is dan in de hoofdspecificatie"),
    ]
    return markdown_table(header, rows, caption, label, [14, 20, 66], 0)

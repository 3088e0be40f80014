"""Which choices move the answer: the variance between specifications taken apart by branch, and the shift of each option.

Of every branch two indices of Sobol (2001): the first-order one, the part of the variance that lies between the means of its
options; and the total one, the part that remains on average when all other choices are held and only this one varies. The
second needs specifications that differ in one choice alone: of a sample all such neighbours are computed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkanalyse.effects.multiverse.curve import Curve
from wijkanalyse.effects.multiverse.declaration import BRANCHES, CONTRASTS, Declaration
from wijkanalyse.effects.multiverse.enumeration import Space
from wijkanalyse.effects.multiverse.figures import Figures, Floats, Ints
from wijkanalyse.effects.multiverse.schemas import ESTIMATED, MECHANICAL, BranchShares, OptionShifts
from wijkanalyse.effects.multiverse.specifications import by_contrast, by_side, rows_of, verdicts_of

SAMPLE = 100
"""Specifications of each curve whose neighbours are computed for the total index."""


def decompose(
    declaration: Declaration, figures: Figures, estimated: pd.DataFrame, direction: dict[str, float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (`BranchShares`, `OptionShifts`) of `estimated` (`Specifications`).

    `direction` is the sign of the published difference by contrast. Both sides of the firewall are taken apart on their own.
    """
    shares, shifts = [], []
    spaces = {contrast: Space(declaration, contrast, figures) for contrast in CONTRASTS}
    primaries = {contrast: _around_primary(spaces[contrast]) for contrast, _ in by_contrast(estimated)}
    for contrast, side, table in by_side(estimated):
        space, around = spaces[contrast], primaries[contrast]
        known = table[table["status"].eq(ESTIMATED)]
        labels = {"contrast": contrast, "side": side, "source": table["source"].iloc[0]}
        total = _total(space, known, side == MECHANICAL)
        variance = known["estimate"].var(ddof=0)
        for place, branch in enumerate(BRANCHES):
            groups = known.groupby(branch)["estimate"]
            between = float(((groups.mean() - known["estimate"].mean()) ** 2 * groups.size()).sum() / max(len(known), 1))
            label = getattr(declaration.branches, branch).label
            shares.append(
                {**labels, "branch": branch, "label": label, "options": max(groups.ngroups, 1),
                 "eta2": between / variance if variance > 0 else np.nan, "eta2_total": total[place]}
            )  # fmt: skip
            for option in space.names[branch]:
                means = declaration.options(branch)[option]
                values = known.loc[known[branch].eq(option), "estimate"]
                with_sign = (np.sign(values) == direction[contrast]).mean() if len(values) else np.nan
                shifts.append(
                    {**labels, "branch": branch, "option": option, "label": means.label, "defence": means.defence,
                     "specifications": len(values), "median": values.median(), "shift": values.median() -
                     known["estimate"].median(), "share_in_direction": with_sign, "from_primary": around.get((branch, option),
                     np.nan)}
                )  # fmt: skip
    return (
        pd.DataFrame(shares)[list(BranchShares.to_schema().columns)],
        pd.DataFrame(shifts)[list(OptionShifts.to_schema().columns)],
    )


def _total(space: Space, known: pd.DataFrame, mechanical: bool) -> Floats:
    """The total index of every branch: E[variance when only this choice varies] / variance."""
    variance = known["estimate"].var(ddof=0)
    # the table is ordered by hash, so its first rows are a random sample
    rows = rows_of(space, known.iloc[:SAMPLE])
    if not len(rows) or not variance > 0:
        return np.full(len(BRANCHES), np.nan)
    others, origin, branch = space.neighbours(rows)
    same_side = np.array([verdict.is_mechanical for verdict in verdicts_of(space, others)]) == mechanical
    others, origin, branch = others[same_side], origin[same_side], branch[same_side]
    found = _estimates(space, others)
    indices = np.zeros(len(BRANCHES))
    for place in range(len(BRANCHES)):
        mine = (branch == place) & np.isfinite(found)
        values = pd.DataFrame(
            {
                "row": np.concatenate([np.arange(len(rows)), origin[mine]]),
                "estimate": np.concatenate([known["estimate"].to_numpy()[: len(rows)], found[mine]]),
            }
        )
        indices[place] = values.groupby("row")["estimate"].var(ddof=0).mean() / variance
    return indices


def _around_primary(space: Space) -> dict[tuple[str, str], float]:
    """The primary, and with each option in its place, by branch and option."""
    primary = space.named_rows()[:1]
    others, _, branch = space.neighbours(primary)
    values = _estimates(space, np.concatenate([primary, others]))
    found = {(name, space.names[name][primary[0, place]]): values[0] for place, name in enumerate(BRANCHES)}
    for row, place, value in zip(others, branch, values[1:], strict=True):
        found[BRANCHES[place], space.names[BRANCHES[place]][row[place]]] = value
    return found


def _estimates(space: Space, rows: Ints) -> Floats:
    """Estimates of any specifications, many of which may be the same."""
    if not len(rows):
        return np.empty(0)
    distinct, number = np.unique(rows, axis=0, return_inverse=True)
    return Curve(space, distinct).fit().estimate[number.reshape(-1)]

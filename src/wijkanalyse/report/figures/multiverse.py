"""The specification curve: every computed specification of a contrast, as quantiles and densities instead of points."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np

from wijkanalyse.effects.multiverse.drawing import CurveDrawing
from wijkanalyse.effects.multiverse.schemas import MECHANICAL, NOT_MECHANICAL
from wijkanalyse.frames import rows as records
from wijkanalyse.report.figures.effects import MECHANICAL as ORANGE
from wijkanalyse.report.figures.effects import WITHIN as BLUE
from wijkanalyse.report.figures.theme import FAINT, INK, nothing_to_draw, themed
from wijkanalyse.report.numbers import number

COLOURS = {NOT_MECHANICAL: BLUE, MECHANICAL: ORANGE}
NAMES = {NOT_MECHANICAL: "niet mechanisch", MECHANICAL: "mechanisch: telt mee waarop is ingedeeld"}


def draw_curves(drawings: Mapping[str, CurveDrawing], titles: Mapping[str, str], path: Path, mark: bool) -> str:
    """A row per contrast: on the left the sorted estimates with their intervals, on the right how they are spread.

    Both sides of the firewall in their own colour; a dashed line is the published difference, a square the primary.
    """
    drawings = {name: drawing for name, drawing in drawings.items() if len(drawing.curve)}
    if not drawings:
        return nothing_to_draw(path, mark)
    said = []
    with themed(path, 0.5 + 1.75 * len(drawings), len(drawings), mark, sharex=False, columns=2) as (figure, axes):
        for n, (contrast, drawing) in enumerate(drawings.items()):
            curve_axis, density_axis = axes[2 * n : 2 * n + 2]
            published = drawing.marks[drawing.marks["kind"].eq("published")]["estimate"]
            primary = drawing.marks[drawing.marks["kind"].eq("primary")]
            for side, steps in drawing.curve.groupby("side", sort=False):
                colour = COLOURS[str(side)]
                curve_axis.fill_between(
                    100 * steps["rank_share"], steps["lower"], steps["upper"], color=colour, alpha=0.15, lw=0
                )
                curve_axis.plot(100 * steps["rank_share"], steps["estimate"], color=colour, lw=1.6)
                density = drawing.density[drawing.density["side"].eq(side)]
                width = float(np.diff(density["estimate"]).mean()) if len(density) > 1 else 1.0
                density_axis.bar(density["estimate"], density["density"], width=width, color=colour, alpha=0.6, lw=0)
                middle = float(steps["estimate"].median())
                said.append(f"{titles[contrast]}, {NAMES[str(side)]}: mediaan {number(middle, 1)}, van "
                            f"{number(steps['estimate'].min(), 1)} tot {number(steps['estimate'].max(), 1)}")  # fmt: skip
            for axis, draw in ((curve_axis, curve_axis.axhline), (density_axis, density_axis.axvline)):
                draw(0, color=FAINT, lw=1)
                for value in published:
                    draw(value, color=INK, ls=(0, (3, 2)), lw=1.2)
                axis.grid(visible=False)
            for row in records(primary):
                density_axis.plot([row.estimate], [0], "s", color=COLOURS[row.side], mec="white", ms=7, clip_on=False, zorder=6)
            low, high = _limits(drawing)
            curve_axis.set_ylim(low, high)
            density_axis.set_xlim(low, high)
            density_axis.set_yticks([])
            curve_axis.set_title(titles[contrast], fontsize=8.5)
        axes[-2].set_xlabel("specificaties, van laag naar hoog (%)")
        axes[-1].set_xlabel("verschil actief min niet actief")
        line = mpl.lines.Line2D
        handles = [
            *(line([], [], color=COLOURS[side], lw=4, alpha=0.7, label=NAMES[side]) for side in COLOURS),
            line([], [], color=INK, ls=(0, (3, 2)), lw=1.2, label="gepubliceerd"),
            line([], [], marker="s", ls="", color=BLUE, ms=6, label="hoofdspecificatie"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=7.5, handlelength=2)
    return "Specificatiecurven. " + "; ".join(said) + "."


def _limits(drawing: CurveDrawing) -> tuple[float, float]:
    """The range of the densities: it leaves out only the outermost half per cent."""
    ends = drawing.density["estimate"]
    margin = 0.04 * float(ends.max() - ends.min())
    return float(ends.min()) - margin, float(ends.max()) + margin

"""The specification curve: every computed specification of a contrast, as quantiles and densities instead of points."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from wijkanalyse.effects.multiverse.drawing import CurveDrawing
from wijkanalyse.effects.multiverse.schemas import MECHANICAL, NOT_MECHANICAL
from wijkanalyse.frames import rows as records
from wijkanalyse.report.claims.multiverse import DECIMALS, SHORT, SIDE_WORDS
from wijkanalyse.report.figures.theme import BROKEN, FAINT, INK, nothing_to_draw, themed
from wijkanalyse.report.figures.theme import MECHANICAL as ORANGE
from wijkanalyse.report.figures.theme import OTHER as BLUE
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.numbers import number
from wijkanalyse.report.tables.printed import Column, Drawn

COLOURS = {NOT_MECHANICAL: BLUE, MECHANICAL: ORANGE}
NAMES = Words({NOT_MECHANICAL: "niet mechanisch", MECHANICAL: "mechanisch: telt mee waarop is ingedeeld"})
_BEHIND = (0.02, 0.05, 0.25, 0.5, 0.75, 0.95, 0.98)
"""Ranks of the sorted curve that stand in the figures behind it."""
_WINDOW = 9
"""Steps over which the ends of the intervals are taken together: neighbours on the curve have very different ones."""


def draw_curves(
    drawings: Mapping[str, CurveDrawing],
    titles: Mapping[str, str],
    briefs: Mapping[str, str],
    labels: Mapping[str, str],
    summary: pd.DataFrame,
    path: Path,
    mark: bool,
) -> Drawn:
    """A row per contrast: on the left the sorted estimates with their intervals, on the right how they are spread.

    On the right the specifications that are not mechanical stand upwards and the mechanical ones downwards, with of each side
    the middle half (thick) and nine tenths (thin). Marked are the published difference and the specifications with a name,
    which `labels` has in words. `titles` names the contrasts, `briefs` does so behind the figure; `summary` (`Summary`) has
    the quantiles.
    """
    drawings = {name: drawing for name, drawing in drawings.items() if len(drawing.curve)}
    if not drawings:
        return nothing_to_draw(path, mark)
    said, data = [], []
    with themed(path, 0.9 + 1.85 * len(drawings), len(drawings), mark, sharex=False, columns=2) as (figure, axes):
        for n, (contrast, drawing) in enumerate(drawings.items()):
            curve_axis, density_axis = axes[2 * n : 2 * n + 2]
            low, high = _limits(drawing)
            _draw_curve(curve_axis, drawing)
            _draw_density(density_axis, drawing, _quantiles(summary, contrast))
            curve_axis.set_ylim(low, high)
            density_axis.set_xlim(low, high)
            curve_axis.set_title(titles[contrast], fontsize=8.5)
            said += _in_words(contrast, titles[contrast], drawing)
            data += _behind(contrast, briefs[contrast], drawing, labels)
        axes[-2].set_xlabel(tr("specificaties, van laag naar hoog (%)"))
        axes[-1].set_xlabel(tr("verschil actief min niet actief"))
        figure.legend(handles=_legend(drawings, labels), loc="outside lower center", ncols=2, fontsize=7.5, handlelength=2)
    alt = tr("Specificatiecurven. {said}.", said="; ".join(said))
    columns = [Column("contrast", tr("Uitkomst")), Column("side", ""), Column("what", tr("Plaats op de curve")),
               *(Column(name, title, "ratio", 2) for name, title in _ends().items())]  # fmt: skip
    return Drawn(alt, columns, pd.DataFrame(data).set_index("key"))


def _ends() -> dict[str, str]:
    return {"estimate": tr("Verschil"), "lower": tr("Interval van"), "upper": tr("Interval tot")}


def _limits(drawing: CurveDrawing) -> tuple[float, float]:
    """Room for the middle 96 % of each side, for what is marked and for no difference."""
    sides = drawing.curve.groupby("side")["estimate"]
    marks = drawing.marks["estimate"].dropna()
    low = min(float(sides.quantile(0.02).min()), float(marks.min()), 0.0)
    high = max(float(sides.quantile(0.98).max()), float(marks.max()), 0.0)
    margin = 0.06 * (high - low)
    return low - margin, high + margin


def _draw_curve(axis: Axes, drawing: CurveDrawing) -> None:
    axis.axhline(0, color=FAINT, lw=1)
    for side, steps in drawing.curve.groupby("side", sort=False):
        lower, upper = (
            steps[end].rolling(_WINDOW, center=True, min_periods=1).median() for end in ("lower", "upper")
        )  # fmt: skip
        rank, colour, is_mechanical = 100 * steps["rank_share"], COLOURS[str(side)], side == MECHANICAL
        axis.fill_between(rank, lower, upper, color=colour, alpha=0.15, lw=0)
        axis.plot(rank, steps["estimate"], color=colour, lw=1.7, ls=(0, (5, 1)) if is_mechanical else "-")
    _draw_marks(axis, drawing, is_curve=True)
    axis.grid(visible=False)
    axis.set_xlim(0, 100)


def _draw_density(axis: Axes, drawing: CurveDrawing, quantiles: Mapping[str, pd.Series]) -> None:
    """Upwards the one side and downwards the other, so that neither hides the other."""
    top = float(drawing.density["density"].max())
    axis.axvline(0, color=FAINT, lw=1)
    for side, sign in ((NOT_MECHANICAL, 1), (MECHANICAL, -1)):
        density = drawing.density[drawing.density["side"].eq(side)]
        if density.empty:
            continue
        middles = density["estimate"].to_numpy()
        half = (middles[1] - middles[0]) / 2 if len(middles) > 1 else 0.5
        edges = np.append(middles - half, middles[-1] + half)
        axis.stairs(sign * density["density"], edges, fill=True, color=COLOURS[side], alpha=0.55,
                    hatch="/////" if side == MECHANICAL else None, ec="white", lw=0)  # fmt: skip
        if side in quantiles:
            found, place = quantiles[side], sign * 1.14 * top
            axis.plot([found["q05"], found["q95"]], [place] * 2, color=COLOURS[side], lw=1.2)
            axis.plot([found["q25"], found["q75"]], [place] * 2, color=COLOURS[side], lw=4, solid_capstyle="butt")
            axis.plot([found["median"]] * 2, [place - 0.07 * top, place + 0.07 * top], color="white", lw=1.6)
    axis.axhline(0, color=INK, lw=0.8)
    _draw_marks(axis, drawing, is_curve=False)
    axis.grid(visible=False)
    axis.set_ylim(-1.3 * top, 1.3 * top)
    axis.set_yticks([])


def _draw_marks(axis: Axes, drawing: CurveDrawing, is_curve: bool) -> None:
    """The published difference as a line; the primary and other readings where they are among their own side."""
    for row in records(drawing.marks):
        if row.kind == "published":
            (axis.axhline if is_curve else axis.axvline)(row.estimate, color=INK, ls=BROKEN, lw=1.2, zorder=2)
            continue
        x, y = row.estimate, 0.0
        if is_curve:
            steps = drawing.curve[drawing.curve["side"].eq(row.side)]
            x, y = 100 * float(np.interp(row.estimate, steps["estimate"], steps["rank_share"])), row.estimate
        axis.plot(
            [x], [y], "s" if row.kind == "primary" else "D", color=COLOURS[row.side], mec="white", mew=1.1, ms=7, zorder=6
        )


def _quantiles(summary: pd.DataFrame, contrast: str) -> dict[str, pd.Series]:
    rows = summary[summary["contrast"].eq(contrast)]
    return {row["side"]: row for _, row in rows.iterrows() if pd.notna(row["median"])}


def _in_words(contrast: str, title: str, drawing: CurveDrawing) -> list[str]:
    decimals = DECIMALS[contrast]
    parts = []
    for side, steps in drawing.curve.groupby("side", sort=False):
        ends = steps["estimate"].quantile([0.05, 0.5, 0.95])
        parts.append(
            tr(
                "{title}, {side}: mediaan {median}, negentig procent van {low} tot {high}",
                title=title,
                side=SIDE_WORDS[str(side)],
                median=number(ends[0.5], decimals),
                low=number(ends[0.05], decimals),
                high=number(ends[0.95], decimals),
            )
        )
    return parts


def _behind(contrast: str, title: str, drawing: CurveDrawing, labels: Mapping[str, str]) -> list[dict[str, object]]:
    """The figures behind a row: what is marked, and the curve of each side at some ranks."""
    found: list[dict[str, object]] = []
    for row in records(drawing.marks):
        what = tr("gepubliceerd") if row.kind == "published" else labels[row.kind]
        words = SIDE_WORDS[row.side] if row.side else ""
        found.append({"key": f"{contrast} {row.kind}", "contrast": title, "side": words, "what": what, **_numbers(row)})
    for side, steps in drawing.curve.groupby("side", sort=False):
        for rank in _BEHIND:
            nearest = steps.iloc[int((steps["rank_share"] - rank).abs().argmin())]
            what = tr("{rank}% van de specificaties ligt lager", rank=number(100 * rank))
            key = f"{contrast} {SHORT[str(side)]} {100 * rank:g}"
            found.append({"key": key, "contrast": title, "side": SIDE_WORDS[str(side)], "what": what, **_numbers(nearest)})
    return found


def _numbers(row: object) -> dict[str, float]:
    return {name: float(getattr(row, name)) for name in ("estimate", "lower", "upper")}


def _legend(drawings: Mapping[str, CurveDrawing], labels: Mapping[str, str]) -> list[mpl.artist.Artist]:
    line, patch = mpl.lines.Line2D, mpl.patches.Patch
    kinds = {row.kind: row.side for drawing in drawings.values() for row in records(drawing.marks) if row.kind != "published"}
    return [
        patch(facecolor=BLUE, alpha=0.6, label=NAMES[NOT_MECHANICAL]),
        patch(facecolor=ORANGE, alpha=0.6, hatch="/////", edgecolor="white", lw=0, label=NAMES[MECHANICAL]),
        line([], [], color=FAINT, lw=4, label=tr("middelste helft en negentig procent")),
        line([], [], color=INK, ls=BROKEN, lw=1.2, label=tr("gepubliceerd")),
        *(
            line([], [], marker="s" if kind == "primary" else "D", ls="", color=COLOURS[side], ms=6, label=labels[kind])
            for kind, side in sorted(kinds.items(), key=lambda pair: pair[0] != "primary")
        ),
    ]

"""Figures of the hand-coded evidence. They carry no mark: the records are real, also where the StatLine figures are made up."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from wijkanalyse.frames import rows as records
from wijkanalyse.report.figures.theme import COLOURS, INK, THEME, WIDTH_INCHES, save, tick
from wijkanalyse.report.numbers import number, with_unit


def draw_indicators(table: pd.DataFrame, path: Path) -> str:
    """The eight client indicators: the rerun with its interval beside the published figure; the grade on its own scale."""
    table = table.assign(
        lower=table["lower"].where(table["headline"].eq("pooled"), table["unweighted_lower"]),
        upper=table["upper"].where(table["headline"].eq("pooled"), table["unweighted_upper"]),
    )
    percents, grades = table[table["unit"].eq("percent")], table[table["unit"].eq("grade")]
    heights = [max(len(grades), 1), len(percents)]
    with mpl.rc_context(THEME):
        figure = Figure(figsize=(WIDTH_INCHES, 0.9 + 0.33 * len(table)))
        axes = figure.subplots(2, 1, height_ratios=heights)
        for axis, rows, limits, label in (
            (axes[0], grades, (6, 10), "rapportcijfer (schaal tot tien)"),
            (axes[1], percents, (40, 100), "cliënten die het er (helemaal) mee eens zijn (%)"),
        ):
            places = np.arange(len(rows))[::-1]
            ends = (rows[end].fillna(rows["headline_value"]) for end in ("lower", "upper"))
            axis.hlines(places, *ends, color=COLOURS["active"], lw=1.8)
            axis.plot(rows["headline_value"], places, "o", color=COLOURS["active"], ms=6)
            axis.plot(rows["published"], places, marker="D", ls="", mfc="white", mec=INK, ms=5.5, mew=1.2)
            axis.set_yticks(places, [f"{label} ({k})" for label, k in zip(rows["label_nl"], rows["k"], strict=True)])
            axis.set_ylim(-0.7, len(rows) - 0.3)
            axis.set_xlim(*limits)
            axis.set_xlabel(label)
            axis.tick_params(axis="y", length=0)
            axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
        handles = [
            mpl.lines.Line2D([], [], marker="o", color=COLOURS["active"], ms=6, label="herhaling, met interval"),
            mpl.lines.Line2D([], [], marker="D", ls="", mfc="white", mec=INK, ms=5.5, mew=1.2, label="gepubliceerd"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=7.5)
        save(figure, path)
    parts = [
        f"{row.label_nl}: herhaling {with_unit(row.headline_value, row.unit, 1 if row.unit == 'grade' else 0)}, "
        f"gepubliceerd {with_unit(row.published, row.unit, 1 if row.unit == 'grade' else 0)}"
        for row in records(table)
    ]
    return "Cliëntcijfers, herhaling naast gepubliceerd. " + "; ".join(parts) + "."


def draw_themes(table: pd.DataFrame, path: Path) -> str:
    """How often each theme is seen in the reports of teams, with Wilson intervals."""
    rows = table[table["is_prevalence"]].sort_values("share_pct", ascending=True)
    with mpl.rc_context(THEME):
        figure = Figure(figsize=(WIDTH_INCHES, 0.7 + 0.27 * len(rows)))
        axis = figure.subplots()
        places = np.arange(len(rows))
        axis.hlines(places, rows["lower"], rows["upper"], color=COLOURS["active"], lw=1.8)
        axis.plot(rows["share_pct"], places, "o", color=COLOURS["active"], ms=6, label="gezien, met interval")
        known = rows["published_pct"].notna().to_numpy()
        figures = rows.loc[known, "published_pct"].astype(float)
        axis.plot(figures, places[known], "D", mfc="white", mec=INK, ms=5.5, mew=1.2, label="gepubliceerd (circa)")
        axis.set_yticks(places, rows["label_nl"])
        axis.set_xlim(0, 100)
        axis.set_xlabel("verslagen van teams waarin het thema is gezien (%)")
        axis.tick_params(axis="y", length=0)
        axis.legend(loc="lower right")
        save(figure, path)
    parts = [f"{row.label_nl} {number(row.share_pct)}%" for row in records(rows.iloc[::-1])]
    return f"Thema's in {int(rows['n'].iloc[0])} verslagen van teams, vaakst gezien eerst: " + ", ".join(parts) + "."

"""Figures of reports and polls. They carry no mark: the records are real, also where the StatLine figures are made up.

Each function draws one figure into a file and returns what is seen in it, in words, and the figures behind it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd

from wijkanalyse.frames import rows as records
from wijkanalyse.report.figures.clients import BLUE, LIGHT, floats, published_handle
from wijkanalyse.report.figures.theme import COLOURS, INK, themed
from wijkanalyse.report.language import tr
from wijkanalyse.report.numbers import interval, number
from wijkanalyse.report.tables.printed import Column, Drawn

ORANGE = COLOURS["not_active"]


def draw_themes(table: pd.DataFrame, levels: Mapping[str, str], path: Path) -> Drawn:
    """How often each theme is seen in two kinds of text, with Wilson intervals, and the published figure where there is one.

    table: rows of `Themes` of one consensus rule; levels: the kinds of text to draw and what they are called, the main first.
    """
    main = table[table["source_level"].eq(next(iter(levels))) & table["is_prevalence"]]
    order = main.sort_values("share_pct", kind="stable")["theme"].tolist()
    published = floats(main.set_index("theme").loc[order, "published_pct"])
    styles = dict(zip(levels, (("o", BLUE, 0.14), ("s", ORANGE, -0.14)), strict=False))
    text, handles, data = [], [], []
    with themed(path, 0.9 + 0.36 * len(order), 1, mark=False) as (figure, (axis,)):
        for level, (marker, colour, shift) in styles.items():
            rows = table[table["source_level"].eq(level)].set_index("theme").loc[order]
            places = np.arange(len(order)) + shift
            axis.hlines(places, rows["lower"], rows["upper"], color=colour, lw=1.6)
            axis.plot(rows["share_pct"], places, marker, color=colour, ms=5.5)
            label = f"{levels[level]} ({int(rows['n'].iloc[0])})"
            handles.append(mpl.lines.Line2D([], [], marker=marker, color=colour, ms=5.5, lw=1.6, label=label))
            said = ", ".join(f"{tr(row.label_nl)} {number(row.share_pct)}%" for row in records(rows.iloc[::-1]))
            text.append(f"{label}: {said}")
            shown = rows.assign(theme=rows.index, texts=levels[level], published=published)
            data.append(shown.set_index(rows.index + f" {level}").iloc[::-1])
        axis.plot(published, np.arange(len(order)), "D", ls="", mfc="white", mec=INK, ms=5.5, mew=1.2, zorder=5)
        handles.append(published_handle(tr("gepubliceerd (circa)")))
        axis.set_yticks(range(len(order)), [tr(label) for label in main.set_index("theme").loc[order, "label_nl"]])
        axis.set_xlim(-1, 100)
        axis.set_ylim(-0.6, len(order) - 0.4)
        axis.set_xlabel(tr("teksten waarin het thema is gezien (%)"))
        axis.tick_params(axis="y", length=0)
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7.5)
    columns = [
        Column("theme", tr("Thema")),
        Column("texts", tr("Gezien in")),
        Column("seen", tr("Keer"), "count"),
        Column("n", tr("Van"), "count"),
        Column("share_pct", tr("Aandeel (%)"), "percent", 0),
        Column("lower", tr("Interval van"), "percent", 0),
        Column("upper", tr("Interval tot"), "percent", 0),
        Column("published", tr("Gepu\N{SOFT HYPHEN}bliceerd"), "percent", 0),
    ]
    frame = pd.concat(data)
    frame = frame.assign(theme=[tr(label) for label in frame["label_nl"]])
    alt = tr("Thema's, vaakst gezien eerst. {figures}.", figures=". ".join(text))
    return Drawn(alt, columns, frame[[column.name for column in columns]])


def draw_polls(table: pd.DataFrame, path: Path) -> Drawn:
    """The share of municipalities with teams over the years: interval, and how far non-response leaves it open.

    table: frame as in `Polls` of one indicator. A poll without a number of municipalities has no interval and is open.
    """
    years = table["year"].astype(float)
    with themed(path, 2.6, 1, mark=False) as (figure, (axis,)):
        axis.vlines(years, table["lowest_pct"], table["highest_pct"], color=LIGHT, lw=7)
        axis.vlines(years, table["lower"], table["upper"], color=BLUE, lw=2)
        known = table["n"].notna()
        axis.plot(years[known], table.loc[known, "percent"], "o", color=BLUE, ms=6)
        axis.plot(years[~known], table.loc[~known, "percent"], "o", mfc="white", mec=BLUE, ms=6, mew=1.3)
        for row in records(table):
            beside = not pd.isna(row.n)  # an open dot has no interval below it to write over
            axis.annotate(_poll_label(row), (float(row.year), row.percent), (7, 0) if beside else (0, -11), fontsize=7.5,
                          textcoords="offset points", va="center", ha="left" if beside else "center")  # fmt: skip
        axis.set_ylim(0, 100)
        axis.set_xlim(years.min() - 0.5, years.max() + 0.8)
        axis.set_xticks(sorted(set(years)), [f"{year:.0f}" for year in sorted(set(years))])
        axis.set_ylabel(tr("gemeenten met wijkteam (%)"))
        axis.grid(axis="y")
        axis.grid(axis="x", visible=False)
        answered, open_, all_asked = (
            tr("van wie antwoordde, met interval"),
            tr("aantal niet bekend"),
            tr("van alle gevraagde gemeenten, uitersten"),
        )
        handles = [
            mpl.lines.Line2D([], [], marker="o", color=BLUE, ms=6, lw=2, label=answered),
            mpl.lines.Line2D([], [], marker="o", ls="", mfc="white", mec=BLUE, ms=6, mew=1.3, label=open_),
            mpl.lines.Line2D([], [], color=LIGHT, lw=7, label=all_asked),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7.5)
    said = []
    for row in records(table):
        ends = "" if math.isnan(row.lower) else f" ({interval(row.lower, row.upper, 'percent', 0)})"
        said.append(f"{row.year} {number(row.percent)}%{ends}, {tr(row.source)}")
    columns = [
        Column("source", tr("Peiling")),
        Column("year", tr("Jaar"), "year"),
        Column("n", tr("Gemeenten"), "count"),
        Column("percent", tr("Aandeel (%)"), "percent", 0),
        Column("lower", tr("Interval van"), "percent", 0),
        Column("upper", tr("Interval tot"), "percent", 0),
        Column("lowest_pct", tr("Van alle gevraagde van"), "percent", 0),
        Column("highest_pct", tr("tot"), "percent", 0),
    ]
    data = table.assign(source=[tr(source) for source in table["source"]], n=floats(table["n"]))
    alt = tr("Gemeenten met wijkteams volgens peilingen: {polls}.", polls="; ".join(said))
    return Drawn(alt, columns, data.set_index("poll_id")[[column.name for column in columns]])


def _poll_label(row: Any) -> str:
    share = f"{number(row.percent)}%"
    said = tr("circa {percent}", percent=share) if row.precision == "approx" else share
    return said + ("" if row.source.startswith("Movisie") else f" ({tr(row.source)})")

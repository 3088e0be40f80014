"""Figures of the hand-coded evidence. They carry no mark: the records are real, also where the StatLine figures are made up.

Each function draws one figure into a file and returns its text alternative, made from the figures that are drawn.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS
from wijkanalyse.frames import rows as records
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import unknown
from wijkanalyse.report.figures.theme import COLOURS, FAINT, INK, themed
from wijkanalyse.report.numbers import interval, number, with_unit
from wijkanalyse.synthesis.forest import PREDICTION, PUBLISHED, SURVEY
from wijkanalyse.synthesis.indicators import POOLED, RANDOM, UNWEIGHTED

BLUE, ORANGE, LIGHT = COLOURS["active"], COLOURS["not_active"], "#9ecae1"
DECIMALS = {"grade": 1, "percent": 0}
AXES = {"grade": "rapportcijfer (schaal tot tien)", "percent": "cliënten die het er (helemaal) mee eens zijn (%)"}
SIZES = (50, 100, 250, 500, 1000, 2500, 5000)
INDICATORS = {name: indicator.label_nl for name, indicator in PUBLISHED_INDICATORS.items()}


def draw_indicators(forest: pd.DataFrame, path: Path) -> str:
    """Every client figure: surveys as dots, the mean over places, where another place lies, and the published figure.

    forest: frame as in `Forest`. Grades stand on their own scale, above the percentages.
    """
    units = [unit for unit in ("grade", "percent") if unit in set(forest["unit"])]
    counts = [forest.loc[forest["unit"].eq(unit), "indicator"].nunique() for unit in units]
    text = []
    with themed(path, 1.15 + 0.46 * sum(counts), len(units), mark=False, sharex=False) as (figure, axes):
        grid = axes[0].get_gridspec()
        assert grid is not None  # `themed` makes its panels with one
        grid.set_height_ratios(counts)
        for axis, unit in zip(axes, units, strict=True):
            names = list(forest.loc[forest["unit"].eq(unit), "indicator"].unique())
            for place, name in zip(range(len(names), 0, -1), names, strict=True):
                text.append(_draw_indicator(axis, place, forest[forest["indicator"].eq(name)]))
            labels = [_indicator_label(forest[forest["indicator"].eq(name)]) for name in names]
            axis.set_yticks(range(len(names), 0, -1), labels)
            axis.set_ylim(0.4, len(names) + 0.6)
            _scale(axis, unit)
            axis.tick_params(axis="y", length=0)
        if units[-1] == "percent":
            axes[-1].set_xlim(right=100)
        handles = [_dot(), _mean("gemiddelde over plaatsen"), _area(), _published()]
        figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=7.5, handlelength=1.8, columnspacing=1.2)
    return "Cliëntcijfers, herhaling naast gepubliceerd. " + "; ".join(text) + "."


def _draw_indicator(axis: Axes, place: int, rows: pd.DataFrame) -> str:
    unit = str(rows["unit"].iloc[0])
    by_row = {row.row: row for row in records(rows)}
    surveys = rows.loc[rows["row"].eq(SURVEY), "value"].to_numpy(float)
    area, mean, published = by_row[PREDICTION], by_row[RANDOM], by_row[PUBLISHED]
    _line(axis, place, area.lower, area.upper, LIGHT, 7)
    _line(axis, place, mean.lower, mean.upper, BLUE, 2.2)
    axis.plot(surveys, place - 0.24 - 0.12 * (np.arange(len(surveys)) % 2), "o", color=FAINT, ms=2.6, alpha=0.75, mew=0)
    axis.plot([mean.value], [place], "o", color=BLUE, ms=6, zorder=4)
    axis.plot([published.value], [place + 0.22], "D", mfc="white", mec=INK, ms=5, mew=1.2, zorder=5)
    said = f"{_label_of(rows)}: {_said(mean.value, unit)}"
    if not math.isnan(mean.lower):
        ends = (interval(row.lower, row.upper, unit, DECIMALS[unit]) for row in (mean, area))
        said += " ({}), een andere plaats {}".format(*ends)
    return f"{said}, gepubliceerd {_said(published.value, unit)}"


def draw_forest(rows: pd.DataFrame, path: Path) -> str:
    """The forest plot of one client figure: every survey with its interval, the means below, the published figure last.

    rows: those of one indicator of `Forest`, in its order. A survey without a number of respondents is open, without interval.
    """
    unit, label = str(rows["unit"].iloc[0]), _label_of(rows)
    surveys = rows[rows["row"].eq(SURVEY)]
    together = rows[~rows["row"].eq(SURVEY)]
    by_row = {row.row: row for row in records(together)}
    mean, published = by_row[RANDOM], by_row[PUBLISHED]
    with themed(path, 0.7 + 0.148 * (len(rows) + 1), 1, mark=False) as (figure, (axis,)):
        places = {**_downwards(surveys, len(rows)), **_downwards(together, len(together) - 1)}
        if not math.isnan(mean.value):
            axis.axvspan(mean.lower, mean.upper, color=LIGHT, alpha=0.35, lw=0, zorder=0)
        for row in records(surveys):
            place, has_n = places[row.place_in_plot], not pd.isna(row.n)
            _line(axis, place, row.lower, row.upper, FAINT, 1.1)
            axis.plot([row.value], [place], "s", ms=4.2, color=FAINT, mfc=FAINT if has_n else "white", mew=0.9)
        _draw_means(axis, together, places)
        labels = [_row_label(row) for row in records(rows)]
        axis.set_yticks([places[place] for place in rows["place_in_plot"]], labels, fontsize=6.2)
        for tick, row in zip(axis.get_yticklabels(), records(rows), strict=True):
            tick.set_fontweight("normal" if row.row == SURVEY else "bold")
        axis.set_ylim(-0.8, len(rows) + 0.8)
        axis.tick_params(axis="y", length=0)
        _scale(axis, unit)
        handles = [
            mpl.lines.Line2D([], [], marker="s", color=FAINT, ms=4.2, lw=1.1, label="met aantal respondenten, interval"),
            mpl.lines.Line2D([], [], marker="s", ls="", mec=FAINT, mfc="white", ms=4.2, label="zonder aantal"),
            _published(),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7)
    values = surveys["value"]
    with_n = int(surveys["n"].notna().sum())
    return (
        f"Forest plot van {label}: {len(surveys)} onderzoeken, waarvan {with_n} met een aantal respondenten, van "
        f"{_said(values.min(), unit)} tot {_said(values.max(), unit)}. Gemiddelde over plaatsen {_said(mean.value, unit)}, "
        f"gepubliceerd {_said(published.value, unit)}."
    )


def _draw_means(axis: Axes, together: pd.DataFrame, places: dict[int, float]) -> None:
    markers = {UNWEIGHTED: ("v", BLUE), POOLED: ("^", BLUE), RANDOM: ("o", BLUE)}
    for row in records(together):
        place = places[row.place_in_plot]
        if row.row == PREDICTION:
            _line(axis, place, row.lower, row.upper, LIGHT, 6)
        elif row.row == PUBLISHED:
            axis.plot([row.value], [place], "D", mfc="white", mec=INK, ms=5, mew=1.2)
            axis.axvline(row.value, color=INK, lw=0.8, ls=(0, (3, 2)), zorder=0.5)
        else:
            marker, colour = markers[row.row]
            _line(axis, place, row.lower, row.upper, colour, 1.8)
            axis.plot([row.value], [place], marker, color=colour, ms=5)


def draw_small_studies(values: pd.DataFrame, fewest: int, path: Path) -> str:
    """Value against the size of the survey, for the figures that at least `fewest` surveys state their respondents for.

    values: frame as in `SurveyValues`. The axis of size runs with 1 / square root of n, labelled with n.
    """
    known = values.dropna(subset="n")
    names = [name for name, group in known.groupby("indicator", sort=False) if len(group) >= fewest]
    text = []
    with themed(path, 0.8 + 1.15 * max(len(names), 1), max(len(names), 1), mark=False, sharex=False) as (_, axes):
        for axis, name in zip(axes, names, strict=False):
            of = known[known["indicator"].eq(name)]
            unit, size = str(of["unit"].iloc[0]), of["n"].to_numpy(float)
            axis.plot(of["value"], 1 / np.sqrt(size), "o", color=BLUE, ms=5)
            axis.set_title(INDICATORS[str(name)])
            _scale(axis, unit)
            axis.set_ylabel("respondenten")
            shown = [n for n in SIZES if 0.8 * size.min() <= n <= 1.25 * size.max()]
            axis.set_yticks([1 / math.sqrt(n) for n in shown], [number(n) for n in shown])
            axis.margins(y=0.2)
            axis.invert_yaxis()
            said = ", ".join(f"{with_unit(row.value, unit, 1)} (n = {number(row.n)})" for row in records(of))
            text.append(f"{INDICATORS[str(name)]}: {said}")
        if not names:
            _say(axes[0], "geen cijfer waarvoor genoeg onderzoeken hun aantal noemen")
    return "Cliëntcijfers naar omvang van het onderzoek. " + "; ".join(text or ["te weinig onderzoeken"]) + "."


def draw_themes(table: pd.DataFrame, levels: dict[str, str], path: Path) -> str:
    """How often each theme is seen in two kinds of text, with Wilson intervals, and the published figure where there is one.

    table: rows of `Themes` of one consensus rule; levels: the kinds of text to draw and their Dutch names, the main one first.
    """
    main = table[table["source_level"].eq(next(iter(levels))) & table["is_prevalence"]]
    order = main.sort_values("share_pct", kind="stable")["theme"].tolist()
    styles = dict(zip(levels, (("o", BLUE, 0.14), ("s", ORANGE, -0.14)), strict=False))
    text, handles = [], []
    with themed(path, 0.9 + 0.36 * len(order), 1, mark=False) as (figure, (axis,)):
        for level, (marker, colour, shift) in styles.items():
            rows = table[table["source_level"].eq(level)].set_index("theme").loc[order]
            places = np.arange(len(order)) + shift
            axis.hlines(places, rows["lower"], rows["upper"], color=colour, lw=1.6)
            axis.plot(rows["share_pct"], places, marker, color=colour, ms=5.5)
            label = f"{levels[level]} ({int(rows['n'].iloc[0])})"
            handles.append(mpl.lines.Line2D([], [], marker=marker, color=colour, ms=5.5, lw=1.6, label=label))
            said = ", ".join(f"{row.label_nl} {number(row.share_pct)}%" for row in records(rows.iloc[::-1]))
            text.append(f"{label}: {said}")
        published = main.set_index("theme").loc[order, "published_pct"].astype("Float64").to_numpy("float64", na_value=math.nan)
        axis.plot(published, np.arange(len(order)), "D", ls="", mfc="white", mec=INK, ms=5.5, mew=1.2, zorder=5)
        handles.append(_published("gepubliceerd (circa)"))
        axis.set_yticks(range(len(order)), main.set_index("theme").loc[order, "label_nl"])
        axis.set_xlim(-1, 100)
        axis.set_ylim(-0.6, len(order) - 0.4)
        axis.set_xlabel("teksten waarin het thema is gezien (%)")
        axis.tick_params(axis="y", length=0)
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7.5)
    return "Thema's, vaakst gezien eerst. " + ". ".join(text) + "."


def draw_polls(table: pd.DataFrame, path: Path) -> str:
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
        axis.set_ylabel("gemeenten met wijkteam (%)")
        axis.grid(axis="y")
        axis.grid(axis="x", visible=False)
        handles = [
            mpl.lines.Line2D([], [], marker="o", color=BLUE, ms=6, lw=2, label="van wie antwoordde, met interval"),
            mpl.lines.Line2D([], [], marker="o", ls="", mfc="white", mec=BLUE, ms=6, mew=1.3, label="aantal niet bekend"),
            mpl.lines.Line2D([], [], color=LIGHT, lw=7, label="van alle gevraagde gemeenten, uitersten"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7.5)
    said = []
    for row in records(table):
        ends = "" if math.isnan(row.lower) else f" ({interval(row.lower, row.upper, 'percent', 0)})"
        said.append(f"{row.year} {number(row.percent)}%{ends}, {row.source}")
    return "Gemeenten met wijkteams volgens peilingen: " + "; ".join(said) + "."


def _poll_label(row: Any) -> str:
    about = "circa " if row.precision == "approx" else ""
    return f"{about}{number(row.percent)}%" + ("" if row.source.startswith("Movisie") else f" ({row.source})")


def _scale(axis: Axes, unit: str) -> None:
    """Label the axis of values, with ticks that one decimal can name."""
    axis.set_xlabel(AXES[unit])
    axis.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))


def _row_label(row: Any) -> str:
    """A survey with its respondents, a mean with its surveys, the published figure with its respondents."""
    if row.row == SURVEY:
        name = f"{row.label_nl.removesuffix(row.population)}{words.POPULATIONS[row.population]}"
        return name if pd.isna(row.n) else f"{name} (n = {number(row.n)})"
    if row.row == PUBLISHED:
        return str(row.label_nl) if pd.isna(row.n) else f"{row.label_nl} (n = {number(row.n)})"
    return str(row.label_nl) if pd.isna(row.k) else f"{row.label_nl} ({row.k} onderzoeken)"


def _indicator_label(rows: pd.DataFrame) -> str:
    return f"{_label_of(rows)} ({int(rows['row'].eq(SURVEY).sum())})"


def _label_of(rows: pd.DataFrame) -> str:
    return INDICATORS[str(rows["indicator"].iloc[0])]


def _said(value: float, unit: str) -> str:
    return unknown() if math.isnan(value) else with_unit(value, unit, DECIMALS[unit])


def _downwards(rows: pd.DataFrame, top: int) -> dict[int, float]:
    """The height of each row, the first at `top`."""
    return {int(place): float(top - step) for step, place in enumerate(rows["place_in_plot"])}


def _line(axis: Axes, place: float, lower: float, upper: float, colour: str, width: float) -> None:
    if not math.isnan(lower):
        axis.plot([lower, upper], [place, place], color=colour, lw=width, solid_capstyle="butt", zorder=2 if width > 3 else 3)


def _say(axis: Axes, sentence: str) -> None:
    axis.text(0.5, 0.5, sentence, ha="center", va="center", transform=axis.transAxes)
    axis.set_axis_off()


def _dot() -> mpl.lines.Line2D:
    return mpl.lines.Line2D([], [], marker="o", ls="", color=FAINT, ms=3.5, mew=0, label="onderzoek")


def _mean(label: str) -> mpl.lines.Line2D:
    return mpl.lines.Line2D([], [], marker="o", color=BLUE, ms=6, lw=2.2, label=label)


def _area() -> mpl.lines.Line2D:
    return mpl.lines.Line2D([], [], color=LIGHT, lw=7, label="een andere plaats")


def _published(label: str = "gepubliceerd") -> mpl.lines.Line2D:
    return mpl.lines.Line2D([], [], marker="D", ls="", mfc="white", mec=INK, ms=5.5, mew=1.2, label=label)

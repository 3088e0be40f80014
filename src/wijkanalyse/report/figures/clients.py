"""Figures of the client surveys. They carry no mark: the records are real, also where the StatLine figures are made up.

Each function draws one figure into a file and returns what is seen in it, in words, and the figures behind it.
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

from wijkanalyse.frames import rows as records
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import unknown
from wijkanalyse.report.figures.theme import COLOURS, FAINT, INK, themed
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.numbers import interval, number, with_unit
from wijkanalyse.report.tables.printed import Column, Drawn
from wijkanalyse.synthesis.forest import PREDICTION, PUBLISHED, SURVEY
from wijkanalyse.synthesis.indicators import POOLED, RANDOM, UNWEIGHTED

BLUE, LIGHT = COLOURS["active"], "#9ecae1"
DECIMALS = {"grade": 1, "percent": 0}
AXES = Words({"grade": "rapportcijfer (schaal tot tien)", "percent": "cliënten die het er (helemaal) mee eens zijn (%)"})
SIZES = (50, 100, 250, 500, 1000, 2500, 5000)


def draw_indicators(forest: pd.DataFrame, path: Path) -> Drawn:
    """Every client figure: surveys as dots, the mean over places, where another place lies, and the published figure.

    forest: frame as in `Forest`. Grades stand on their own scale, above the percentages.
    """
    units = [unit for unit in ("grade", "percent") if unit in set(forest["unit"])]
    counts = [forest.loc[forest["unit"].eq(unit), "indicator"].nunique() for unit in units]
    text, data = [], []
    with themed(path, 1.15 + 0.46 * sum(counts), len(units), mark=False, sharex=False) as (figure, axes):
        grid = axes[0].get_gridspec()
        assert grid is not None  # `themed` makes its panels with one
        grid.set_height_ratios(counts)
        for axis, unit in zip(axes, units, strict=True):
            names = list(forest.loc[forest["unit"].eq(unit), "indicator"].unique())
            labels = []
            for place, name in zip(range(len(names), 0, -1), names, strict=True):
                rows = forest[forest["indicator"].eq(name)]
                found = _means(rows)
                _draw_indicator(axis, place, rows, found)
                text.append(_indicator_in_words(found, unit))
                labels.append(f"{found['indicator']} ({found['surveys']})")
                data.append({"key": name, **found})
            axis.set_yticks(range(len(names), 0, -1), labels)
            axis.set_ylim(0.4, len(names) + 0.6)
            _scale(axis, unit)
            axis.tick_params(axis="y", length=0)
        if units[-1] == "percent":
            axes[-1].set_xlim(right=100)
        survey = mpl.lines.Line2D([], [], marker="o", ls="", color=FAINT, ms=3.5, mew=0, label=tr("een onderzoek"))
        mean = mpl.lines.Line2D([], [], marker="o", color=BLUE, ms=6, lw=2.2, label=tr("gemiddelde over plaatsen"))
        area = mpl.lines.Line2D([], [], color=LIGHT, lw=7, label=tr("een andere plaats"))
        handles = [survey, mean, area, published_handle(tr("gepubliceerd"))]
        figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=7.5, handlelength=1.8, columnspacing=1.2)
    columns = [
        Column("indicator", tr("Indicator")),
        Column("surveys", tr("Onder\N{SOFT HYPHEN}zoeken"), "count"),
        *(
            Column(name, title, "ratio", 1)
            for name, title in {
                "mean": tr("Gemiddelde"),
                "lower": tr("Interval van"),
                "upper": tr("Interval tot"),
                "area_lower": tr("Andere plaats van"),
                "area_upper": tr("Andere plaats tot"),
                "published": tr("Gepu\N{SOFT HYPHEN}bliceerd"),
            }.items()
        ),
    ]
    alt = tr("Cliëntcijfers, herhaling naast gepubliceerd. {figures}.", figures="; ".join(text))
    return Drawn(alt, columns, pd.DataFrame(data).set_index("key"))


def _means(rows: pd.DataFrame) -> dict[str, Any]:
    """What is drawn of one indicator but for its surveys, by name of the column."""
    by_row = {row.row: row for row in records(rows)}
    area, mean = by_row[PREDICTION], by_row[RANDOM]
    return {
        "indicator": words.indicator_name(str(rows["indicator"].iloc[0])),
        "surveys": int(rows["row"].eq(SURVEY).sum()),
        **{"mean": mean.value, "lower": mean.lower, "upper": mean.upper, "area_lower": area.lower, "area_upper": area.upper},
        "published": by_row[PUBLISHED].value,
    }


def _draw_indicator(axis: Axes, place: int, rows: pd.DataFrame, found: dict[str, Any]) -> None:
    surveys = rows.loc[rows["row"].eq(SURVEY), "value"].to_numpy(float)
    _line(axis, place, found["area_lower"], found["area_upper"], LIGHT, 7)
    _line(axis, place, found["lower"], found["upper"], BLUE, 2.2)
    axis.plot(surveys, place - 0.24 - 0.12 * (np.arange(len(surveys)) % 2), "o", color=FAINT, ms=2.6, alpha=0.75, mew=0)
    axis.plot([found["mean"]], [place], "o", color=BLUE, ms=6, zorder=4)
    axis.plot([found["published"]], [place + 0.22], "D", mfc="white", mec=INK, ms=5, mew=1.2, zorder=5)


def _indicator_in_words(found: dict[str, Any], unit: str) -> str:
    said = f"{found['indicator']}: {_said(found['mean'], unit)}"
    if not math.isnan(found["lower"]):
        said += " " + tr(
            "({interval}), een andere plaats {area}",
            interval=interval(found["lower"], found["upper"], unit, DECIMALS[unit]),
            area=interval(found["area_lower"], found["area_upper"], unit, DECIMALS[unit]),
        )
    return said + ", " + tr("gepubliceerd {value}", value=_said(found["published"], unit))


def draw_forest(rows: pd.DataFrame, path: Path) -> Drawn:
    """The forest plot of one client figure: every survey with its interval, the means below, the published figure last.

    rows: those of one indicator of `Forest`, in its order. A survey without a number of respondents is open, without interval.
    """
    unit, label = str(rows["unit"].iloc[0]), words.indicator_name(str(rows["indicator"].iloc[0]))
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
        labels = [f"{_row_name(row)}{_row_size(row)}" for row in records(rows)]
        axis.set_yticks([places[place] for place in rows["place_in_plot"]], labels, fontsize=6.2)
        for tick, row in zip(axis.get_yticklabels(), records(rows), strict=True):
            tick.set_fontweight("normal" if row.row == SURVEY else "bold")
        axis.set_ylim(-0.8, len(rows) + 0.8)
        axis.tick_params(axis="y", length=0)
        _scale(axis, unit)
        known = tr("met aantal respondenten, interval")
        handles = [
            mpl.lines.Line2D([], [], marker="s", color=FAINT, ms=4.2, lw=1.1, label=known),
            mpl.lines.Line2D([], [], marker="s", ls="", mec=FAINT, mfc="white", ms=4.2, label=tr("zonder aantal")),
            published_handle(tr("gepubliceerd")),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7)
    alt = tr(
        "Forest plot van {indicator}: {surveys} onderzoeken, waarvan {with_n} met een aantal respondenten, van {lowest} tot "
        "{highest}. Gemiddelde over plaatsen {mean}, gepubliceerd {published}.",
        indicator=label,
        surveys=len(surveys),
        with_n=int(surveys["n"].notna().sum()),
        lowest=_said(surveys["value"].min(), unit),
        highest=_said(surveys["value"].max(), unit),
        mean=_said(mean.value, unit),
        published=_said(published.value, unit),
    )
    columns = [
        Column("name", tr("Onderzoek of gemiddelde")),
        Column("value", label[:1].upper() + label[1:], unit, DECIMALS[unit]),
        Column("lower", tr("Interval van"), unit, DECIMALS[unit]),
        Column("upper", tr("Interval tot"), unit, DECIMALS[unit]),
        Column("n", tr("Respon\N{SOFT HYPHEN}denten"), "count"),
    ]
    keys = rows["survey_id"].fillna(rows["row"])
    data = rows.assign(name=[_row_name(row) for row in records(rows)], n=floats(rows["n"]))
    return Drawn(alt, columns, data.set_index(keys)[[column.name for column in columns]])


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


def draw_small_studies(values: pd.DataFrame, fewest: int, path: Path) -> Drawn:
    """Value against the size of the survey, for the figures that at least `fewest` surveys state their respondents for.

    values: frame as in `SurveyValues`. The axis of size runs with 1 / square root of n, labelled with n.
    """
    known = values.dropna(subset="n")
    names = [str(name) for name, group in known.groupby("indicator", sort=False) if len(group) >= fewest]
    text = []
    with themed(path, 0.8 + 1.15 * max(len(names), 1), max(len(names), 1), mark=False, sharex=False) as (_, axes):
        for axis, name in zip(axes, names, strict=False):
            of = known[known["indicator"].eq(name)]
            unit, size = str(of["unit"].iloc[0]), of["n"].to_numpy(float)
            axis.plot(of["value"], 1 / np.sqrt(size), "o", color=BLUE, ms=5)
            axis.set_title(words.indicator_name(name))
            _scale(axis, unit)
            axis.set_ylabel(tr("respondenten"))
            shown = [n for n in SIZES if 0.8 * size.min() <= n <= 1.25 * size.max()]
            axis.set_yticks([1 / math.sqrt(n) for n in shown], [number(n) for n in shown])
            axis.margins(y=0.2)
            axis.invert_yaxis()
            said = ", ".join(f"{with_unit(row.value, unit, 1)} (n = {number(row.n)})" for row in records(of))
            text.append(f"{words.indicator_name(name)}: {said}")
        if not names:
            nothing = tr("geen cijfer waarvoor genoeg onderzoeken hun aantal noemen")
            axes[0].text(0.5, 0.5, nothing, ha="center", va="center", transform=axes[0].transAxes)
            axes[0].set_axis_off()
    alt = tr(
        "Cliëntcijfers naar omvang van het onderzoek. {figures}.", figures="; ".join(text or [tr("Te weinig onderzoeken")])
    )
    drawn = known[known["indicator"].isin(names)]
    data = pd.DataFrame(
        {
            "indicator": [words.indicator_name(name) for name in drawn["indicator"]],
            "place": [f"{row.gm_name}{'' if pd.isna(row.year) else f' {row.year}'}" for row in records(drawn)],
            "value": drawn["value"].to_numpy(float),
            "n": floats(drawn["n"]),
        },
        index=(drawn["survey_id"] + " " + drawn["indicator"]).to_numpy(),
    )
    columns = [
        Column("indicator", tr("Indicator")),
        Column("place", tr("Plaats")),
        Column("value", tr("Cijfer (of %)"), "ratio", 1),
        Column("n", tr("Respon\N{SOFT HYPHEN}denten"), "count"),
    ]
    return Drawn(alt, columns, data)


def published_handle(label: str) -> mpl.lines.Line2D:
    """What a legend shows for a published figure."""
    return mpl.lines.Line2D([], [], marker="D", ls="", mfc="white", mec=INK, ms=5.5, mew=1.2, label=label)


def _scale(axis: Axes, unit: str) -> None:
    """Label the axis of values, with ticks that one decimal can name."""
    axis.set_xlabel(AXES[unit])
    axis.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))


def _row_name(row: Any) -> str:
    """A survey with the clients it asked; what the others are."""
    if row.row == SURVEY:
        return f"{row.label_nl.removesuffix(row.population)}{words.POPULATIONS[row.population]}"
    return tr(str(row.label_nl))


def _row_size(row: Any) -> str:
    """The respondents of a survey or of the study; the surveys of a mean."""
    if row.row in (SURVEY, PUBLISHED):
        return "" if pd.isna(row.n) else f" (n = {number(row.n)})"
    return "" if pd.isna(row.k) else " " + tr("({n} onderzoeken)", n=row.k)


def _said(value: float, unit: str) -> str:
    return unknown() if math.isnan(value) else with_unit(value, unit, DECIMALS[unit])


def _downwards(rows: pd.DataFrame, top: int) -> dict[int, float]:
    """The height of each row, the first at `top`."""
    return {int(place): float(top - step) for step, place in enumerate(rows["place_in_plot"])}


def _line(axis: Axes, place: float, lower: float, upper: float, colour: str, width: float) -> None:
    if not math.isnan(lower):
        axis.plot([lower, upper], [place, place], color=colour, lw=width, solid_capstyle="butt", zorder=2 if width > 3 else 3)


def floats(values: pd.Series) -> np.ndarray:
    """Numbers of which some are missing, as plain numbers."""
    return values.astype("Float64").to_numpy("float64", na_value=math.nan)

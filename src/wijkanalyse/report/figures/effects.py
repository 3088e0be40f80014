"""Figures of the effects: the estimates beside each other, how far they move with other choices, and who is compared."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from wijkanalyse.frames import rows as records
from wijkanalyse.report.figures.theme import BROKEN, COLOURS, FAINT, INK, MECHANICAL, OTHER, nothing_to_draw, themed
from wijkanalyse.report.language import tr
from wijkanalyse.report.numbers import interval, number, with_unit
from wijkanalyse.report.tables.markdown import without_unit
from wijkanalyse.report.tables.printed import Column, Drawn
from wijkanalyse.report.words import GROUPS

_FURTHEST = 60.0
"""An interval that reaches further than this many percent is cut off, with an arrow."""


def draw_estimates(rows: pd.DataFrame, path: Path, mark: bool) -> Drawn:
    """Every estimate with its interval on one axis, in groups, its figures beside it.

    `rows` has estimand, group, label, value, lower, upper (percent), is_mechanical and is_primary, from top to bottom.
    """
    known = rows[rows["value"].notna()]
    if known.empty:
        return nothing_to_draw(path, mark)
    known = known.fillna({"lower": known["value"], "upper": known["value"]})
    lines = _grouped(known["group"])
    with themed(path, 0.7 + 0.172 * len(lines), 1, mark) as (figure, (axis,)):
        axis.axvline(0, color=FAINT, lw=1)
        low, high = max(float(known["lower"].min()), -_FURTHEST), min(float(known["upper"].max()), _FURTHEST)
        margin = 0.05 * (high - low)
        axis.set_xlim(low - margin, high + margin)
        labels = {-place: (known["label"].iloc[line] if isinstance(line, int) else line) for place, line in enumerate(lines)}
        for place, line in enumerate(lines):
            if isinstance(line, int):
                row = known.iloc[line]
                _estimate(axis, -place, row, emphasised=bool(row["is_primary"]))
                axis.text(1.02, -place, _value(row), transform=axis.get_yaxis_transform(), va="center", fontsize=7)
        _label_lines(axis, labels, [-place for place, line in enumerate(lines) if not isinstance(line, int)], 7.2)
        axis.set_xlabel(tr("verschil van actieve met andere gemeenten (%)"))
        figure.legend(handles=_estimate_legend(known), loc="outside lower center", ncols=3, fontsize=7.5)
    parts = [
        f"{row.label}: {with_unit(row.value, 'percent', 1)} ({interval(row.lower, row.upper, 'percent', 1)})"
        + (f", {tr('mechanisch')}" if row.is_mechanical else "")
        for row in records(known)
    ]
    alt = tr("Schattingen met hun interval. {said}.", said="; ".join(parts))
    counted = known["is_mechanical"].map({True: tr("mechanisch"), False: ""})
    columns = [Column("label", tr("Schatting")), Column("counted", ""), *_ends()]
    return Drawn(alt, columns, known.assign(counted=counted).set_index("estimand"))


def _grouped(groups: pd.Series) -> list[int | str]:
    """Lines from top to bottom: the name of a group, then the positions of its members."""
    lines: list[int | str] = []
    previous = None
    for position, group in enumerate(groups):
        if group != previous:
            lines.append(str(group))
        lines.append(position)
        previous = group
    return lines


def _label_lines(axis: Axes, labels: Mapping[int, str], headings: list[int], size: float) -> None:
    """The words at each line, those of a heading bold."""
    axis.set_yticks(list(labels), list(labels.values()), fontsize=size)
    for text, place in zip(axis.get_yticklabels(), labels, strict=True):
        text.set_fontweight("bold" if place in headings else "normal")
    axis.set_ylim(min(labels) - 0.7, max(labels) + 0.7)
    axis.tick_params(axis="y", length=0)


def _value(row: pd.Series) -> str:
    span = without_unit(interval(row["lower"], row["upper"], "percent", 1))
    return f"{number(row['value'], 1)} ({span})"


def _ends() -> list[Column]:
    ends = {"value": tr("Verschil (%)"), "lower": tr("Interval van"), "upper": tr("Interval tot")}
    return [Column(name, title, "percent", 1) for name, title in ends.items()]


def _estimate(axis: Axes, place: float, row: pd.Series, emphasised: bool) -> None:
    is_mechanical = bool(row["is_mechanical"])
    colour = MECHANICAL if is_mechanical else OTHER
    dashes = BROKEN if is_mechanical else "-"
    axis.plot([row["lower"], row["upper"]], [place] * 2, color=colour, lw=2.2 if emphasised else 1.3, zorder=3, ls=dashes)
    low, high = axis.get_xlim()
    for end, arrow in (("lower", "<"), ("upper", ">")):
        if not low <= row[end] <= high:
            axis.plot([low if end == "lower" else high], [place], arrow, color=colour, ms=4, clip_on=False, zorder=4)
    shape, size = ("s", 5.5) if emphasised else ("o", 4.2)
    axis.plot(
        [row["value"]], [place], shape, ms=size, color=colour, mfc="white" if is_mechanical else colour, mew=1.2, zorder=4
    )


def _estimate_legend(known: pd.DataFrame) -> list[mpl.lines.Line2D]:
    line = mpl.lines.Line2D
    handles = [
        line([], [], marker="s", color=OTHER, ms=5.5, lw=2.2, label=tr("hoofdvraag")),
        line([], [], marker="o", color=OTHER, ms=4.2, lw=1.3, label=tr("andere schatting")),
    ]
    if known["is_mechanical"].any():
        words = tr("mechanisch: telt mee waarop is ingedeeld")
        handles.append(line([], [], marker="o", color=MECHANICAL, mfc="white", ms=4.2, lw=1.3, ls=BROKEN, label=words))
    return handles


def draw_sensitivity(rows: pd.DataFrame, titles: Mapping[str, str], briefs: Mapping[str, str], path: Path, mark: bool) -> Drawn:
    """A column per primary estimand, a row per choice: the estimate and its interval when that one choice is another.

    `rows` has estimand, key (a code that names the choice), group, label, value, lower, upper, is_main, is_mechanical, in the
    order from top to bottom; `titles` names the columns, and `briefs` those of the figures behind it.
    """
    names = [name for name in titles if name in set(rows["estimand"])]
    if not names:
        return nothing_to_draw(path, mark)
    choices = rows.drop_duplicates("key")
    lines = _grouped(choices["group"])
    place_of = {choices["key"].iloc[line]: -place for place, line in enumerate(lines) if isinstance(line, int)}
    labels = {-place: (choices["label"].iloc[line] if isinstance(line, int) else line) for place, line in enumerate(lines)}
    headings = [-place for place, line in enumerate(lines) if not isinstance(line, int)]
    with themed(path, 0.9 + 0.142 * len(lines), 1, mark, columns=len(names)) as (_, axes):
        for axis, name in zip(axes, names, strict=True):
            chosen = rows[rows["estimand"].eq(name)]
            axis.set_title(textwrap.fill(titles[name], 20), fontsize=8)
            axis.axvline(0, color=FAINT, lw=1)
            axis.set_xlim(*_room(chosen))
            for _, row in chosen.iterrows():
                if row["is_main"]:
                    axis.axvspan(row["lower"], row["upper"], color=OTHER, alpha=0.08, lw=0)
                _estimate(axis, place_of[row["key"]], row, emphasised=bool(row["is_main"]))
            axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
            shown = labels if axis is axes[0] else dict.fromkeys(labels, "")
            _label_lines(axis, shown, headings, 7)
            axis.set_xlabel(tr("verschil (%)"))
    said = [
        tr(
            "{title}: {n} schattingen, van {low}% tot {high}%",
            title=titles[name],
            n=len(values),
            low=number(values.min(), 1),
            high=number(values.max(), 1),
        )
        for name in names
        if len(values := rows.loc[rows["estimand"].eq(name), "value"].dropna())
    ]
    alt = tr("De hoofdschattingen bij andere keuzes. {said}.", said=". ".join(said))
    return Drawn(alt, *_sensitivity_data(rows, choices, {name: briefs[name] for name in names}))


def _room(chosen: pd.DataFrame) -> tuple[float, float]:
    """Limits that hold nearly every interval; the ends of the others get an arrow."""
    low, high = max(float(chosen["lower"].min()), -_FURTHEST), min(float(chosen["upper"].max()), _FURTHEST)
    return low - 0.06 * (high - low), high + 0.06 * (high - low)


def _sensitivity_data(
    rows: pd.DataFrame, choices: pd.DataFrame, titles: Mapping[str, str]
) -> tuple[list[Column], pd.DataFrame]:
    """A row per choice; of each estimand the estimate and its interval."""
    columns, data = [Column("choice", tr("Keuze"))], choices.set_index("key")[["group", "label"]]
    data = data.assign(choice=data["group"] + ": " + data["label"])
    for name, title in titles.items():
        own = rows[rows["estimand"].eq(name)].set_index("key")
        for end, column in (("value", title), ("lower", tr("van")), ("upper", tr("tot"))):
            data[f"{name} {end}"] = own[end]
            columns.append(Column(f"{name} {end}", column, "percent", 1))
    return columns, data


def draw_balance(rows: pd.DataFrame, path: Path, mark: bool) -> Drawn:
    """Standardised differences of the baseline covariates, before and after weighting.

    `rows` has covariate, label, smd_before, smd_after.
    """
    rows = rows[rows["smd_before"].notna()]
    if rows.empty:
        return nothing_to_draw(path, mark)
    places = np.arange(len(rows))[::-1]
    before, after = rows["smd_before"], rows["smd_after"]
    with themed(path, 0.75 + 0.27 * len(rows), 1, mark) as (figure, (axis,)):
        axis.axvspan(-0.1, 0.1, color=FAINT, alpha=0.15, lw=0)
        axis.axvline(0, color=FAINT, lw=1)
        axis.hlines(places, before, after.fillna(before), color=FAINT, lw=1)
        axis.plot(before, places, "o", color=COLOURS["not_active"], mfc="white", mew=1.3, ms=6, label=tr("voor weging"))
        axis.plot(after, places, "s", color=COLOURS["active"], ms=5, label=tr("na weging"))
        axis.set_yticks(places, list(rows["label"]))
        axis.tick_params(axis="y", length=0)
        axis.set_ylim(-0.6, len(rows) - 0.4)
        axis.set_xlabel(tr("verschil in standaarddeviaties (actief min niet actief)"), loc="right")
        figure.legend(loc="outside lower center", ncols=2, fontsize=7.5)
    said = [
        tr(
            "{label} {before} voor en {after} na weging",
            label=row.label,
            before=number(row.smd_before, 2),
            after=tr("onbekend") if np.isnan(row.smd_after) else number(row.smd_after, 2),
        )
        for row in records(rows)
    ]
    alt = tr("Verschil in achtergrondkenmerken: {said}.", said="; ".join(said))
    columns = [
        Column("label", tr("Kenmerk")),
        Column("smd_before", tr("Verschil voor weging"), "ratio", 2),
        Column("smd_after", tr("Verschil na weging"), "ratio", 2),
    ]
    return Drawn(alt, columns, rows.set_index("covariate"))


def draw_overlap(overlap: pd.DataFrame, path: Path, mark: bool) -> Drawn:
    """Histogram of the estimated chance to be active, of the active (up) and of the other municipalities (down)."""
    if overlap.empty:
        return nothing_to_draw(path, mark)
    edges = np.linspace(0, 1, 21)
    counts = {
        group: np.histogram(overlap.loc[overlap["is_active"].eq(flag), "propensity"], bins=edges)[0]
        for group, flag in (("active", True), ("not_active", False))
    }
    with themed(path, 2.2, 1, mark) as (figure, (axis,)):
        for group, count in counts.items():
            up = count if group == "active" else -count
            axis.bar(edges[:-1], up, width=0.046, align="edge", color=COLOURS[group], alpha=0.85, label=GROUPS[group])
        axis.axhline(0, color=INK, lw=0.8)
        axis.set_xlim(0, 1)
        axis.set_xlabel(tr("geschatte kans om actief te zijn, uit de achtergrondkenmerken"))
        axis.set_ylabel(tr("gemeenten"))
        axis.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: number(abs(value))))
        axis.grid(axis="x", visible=False)
        figure.legend(loc="outside lower center", ncols=2, fontsize=7.5)
    middles = [float(overlap.loc[overlap["is_active"].eq(flag), "propensity"].median()) for flag in (True, False)]
    alt = tr(
        "Kans om actief te zijn: mediaan {active} bij actieve en {others} bij andere gemeenten.",
        active=number(middles[0], 2),
        others=number(middles[1], 2),
    )
    bins = pd.DataFrame({"low": edges[:-1], "high": edges[1:], **counts})
    bins.index = pd.Index([f"from_{100 * low:.0f}" for low in bins["low"]])
    columns = [
        Column("low", tr("Kans vanaf"), "ratio", 2),
        Column("high", tr("Kans tot"), "ratio", 2),
        *(Column(group, GROUPS[group][0].upper() + GROUPS[group][1:], "count") for group in counts),
    ]
    return Drawn(alt, columns, bins[bins["active"].add(bins["not_active"]).gt(0)])

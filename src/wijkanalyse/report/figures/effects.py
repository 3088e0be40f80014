"""Figures of the effects: what counting does, the estimates beside each other, and how far they move with other choices."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from wijkanalyse.frames import rows as records
from wijkanalyse.report.figures.theme import COLOURS, FAINT, INK, nothing_to_draw, themed
from wijkanalyse.report.numbers import interval, number, with_unit
from wijkanalyse.report.words import CONTRASTS

MECHANICAL, WITHIN = "#D55E00", "#0072B2"
PARTS = ("het hele verschil", "doordat de hulp van het team meetelt", "binnen de hulp van anderen")
UNIT_AXES = {"days": "dagen", "points": "procentpunten"}
DECIMALS = {"days": 0, "points": 1}


def draw_decomposition(parts: pd.DataFrame, published: Mapping[str, float], path: Path, mark: bool) -> str:
    """One panel per contrast: the whole difference, the part that counting makes and the part within other help.

    `parts` has contrast, part (0, 1, 2 as in `PARTS`), value, lower, upper and unit; `published` the published differences.
    """
    names = [name for name in CONTRASTS if name in set(parts["contrast"])]
    text = []
    with themed(path, 0.55 + 1.25 * len(names), len(names), mark, sharex=False) as (figure, axes):
        for axis, name in zip(axes, names, strict=True):
            rows = parts[parts["contrast"].eq(name)].sort_values("part")
            unit = str(rows["unit"].iloc[0])
            axis.set_title(f"{CONTRASTS[name]} ({UNIT_AXES[unit]})")
            axis.axvline(0, color=FAINT, lw=1)
            for row in records(rows):
                place = 2 - row.part
                colour = (INK, MECHANICAL, WITHIN)[row.part]
                axis.barh(place, row.value, height=0.5, color=colour, alpha=0.85, hatch="///" if row.part == 1 else None,
                          edgecolor="white", linewidth=0, zorder=3)  # fmt: skip
                axis.plot([row.lower, row.upper], [place] * 2, color="#000000", lw=1.3, zorder=4)
            if name in published:
                axis.plot([published[name]], [2], marker="D", ms=6, mfc="white", mec=INK, mew=1.3, ls="", zorder=6)
            axis.set_yticks([2, 1, 0], PARTS)
            axis.set_ylim(-0.55, 2.55)
            axis.tick_params(axis="y", length=0)
            said = "; ".join(
                f"{PARTS[row.part]} {number(row.value, DECIMALS[unit], signed=True)} "
                f"({interval(row.lower, row.upper, unit, DECIMALS[unit])})"
                for row in records(rows)
            )
            text.append(f"{CONTRASTS[name]} in {UNIT_AXES[unit]}: {said}")
        handles = [
            mpl.lines.Line2D([], [], color="#000000", lw=1.3, label="interval"),
            mpl.lines.Line2D([], [], marker="D", ls="", mfc="white", mec=INK, ms=6, mew=1.3, label="gepubliceerd verschil"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=7.5)
    return "Verschil actief min niet actief, gesplitst. " + ". ".join(text) + "."


def draw_estimates(rows: pd.DataFrame, path: Path, mark: bool) -> str:
    """Every estimate with its interval on one axis, in groups.

    `rows` has group, label, value, lower, upper (percent), is_mechanical and is_primary, in the order from top to bottom.
    """
    known = rows[rows["value"].notna()]
    if known.empty:
        return nothing_to_draw(path, mark)
    places, headings, place = [], [], 0.0
    for group, members in known.groupby("group", sort=False):
        headings.append((place, str(group)))
        place -= 0.9
        for _ in range(len(members)):
            places.append(place)
            place -= 1.0
        place -= 0.35
    ends = known[["lower", "upper"]].fillna({"lower": known["value"], "upper": known["value"]})
    low, high = float(ends["lower"].quantile(0.02)), float(ends["upper"].quantile(0.98))
    margin = 0.06 * (high - low)
    with themed(path, 0.6 + 0.2 * (-place), 1, mark) as (figure, (axis,)):
        axis.axvline(0, color=FAINT, lw=1)
        for place, row in zip(places, records(known), strict=True):
            _estimate(axis, place, row, emphasised=bool(row.is_primary))
        for place, group in headings:
            axis.text(-0.52, place, group, transform=axis.get_yaxis_transform(), fontweight="bold", va="center", fontsize=8.5)
        axis.set_yticks(places, list(known["label"]))
        axis.set_ylim(min(places) - 0.7, 0.6)
        axis.set_xlim(low - margin, high + margin)
        axis.set_xlabel("verschil van actieve met andere gemeenten (%)")
        axis.tick_params(axis="y", length=0)
        figure.legend(handles=_estimate_legend(), loc="outside lower center", ncols=3, fontsize=7.5)
    parts = [
        f"{row.label}: {with_unit(row.value, 'percent', 1)} ({interval(row.lower, row.upper, 'percent', 1)})"
        + (", mechanisch" if row.is_mechanical else "")
        for row in records(known)
    ]
    return "Schattingen met hun interval. " + "; ".join(parts) + "."


def _estimate(axis: Axes, place: float, row: object, emphasised: bool) -> None:
    value, lower, upper, is_mechanical = (getattr(row, name) for name in ("value", "lower", "upper", "is_mechanical"))
    colour = MECHANICAL if is_mechanical else WITHIN
    axis.plot(
        [lower, upper],
        [place] * 2,
        color=colour,
        lw=2.2 if emphasised else 1.3,
        zorder=3,
        ls=(0, (3, 1.5)) if is_mechanical else "-",
    )
    face = "white" if is_mechanical else colour
    axis.plot(
        [value],
        [place],
        marker="s" if emphasised else "o",
        ms=6.5 if emphasised else 5,
        color=colour,
        mfc=face,
        mew=1.3,
        zorder=4,
    )


def _estimate_legend() -> list[mpl.lines.Line2D]:
    dashed = (0, (3, 1.5))
    line = mpl.lines.Line2D
    return [
        line([], [], marker="s", color=WITHIN, ms=6.5, lw=2.2, label="hoofdvraag"),
        line([], [], marker="o", color=WITHIN, ms=5, lw=1.3, label="andere schatting"),
        line([], [], marker="o", color=MECHANICAL, mfc="white", ms=5, lw=1.3, ls=dashed, label="mechanisch (zie tekst)"),
    ]


def draw_sensitivity(rows: pd.DataFrame, titles: Mapping[str, str], path: Path, mark: bool) -> str:
    """A column per primary estimand, a row per choice: the estimate and its interval when that one choice is another.

    `rows` has estimand, label, value, lower, upper, is_main, is_mechanical; `titles` names the columns.
    """
    names = [name for name in titles if name in set(rows["estimand"])]
    if not names:
        return nothing_to_draw(path, mark)
    labels = list(dict.fromkeys(rows["label"]))
    place_of = {label: len(labels) - 1 - n for n, label in enumerate(labels)}
    with themed(path, 0.9 + 0.165 * len(labels), 1, mark, columns=len(names)) as (_, axes):
        for axis, name in zip(axes, names, strict=True):
            chosen = rows[rows["estimand"].eq(name)]
            axis.set_title(textwrap.fill(titles[name], 21), fontsize=8)
            axis.axvline(0, color=FAINT, lw=1)
            for main in records(chosen[chosen["is_main"]]):
                axis.axvspan(main.lower, main.upper, color=WITHIN, alpha=0.08, lw=0)
            for row in records(chosen):
                _estimate(axis, place_of[row.label], row, emphasised=bool(row.is_main))
            axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(nbins=4))
            axis.set_yticks(list(place_of.values()), labels if axis is axes[0] else [""] * len(labels), fontsize=6.8)
            axis.set_ylim(-0.8, len(labels) - 0.2)
            axis.tick_params(axis="y", length=0)
            axis.set_xlabel("verschil (%)")
    said = []
    for name in names:
        values = rows.loc[rows["estimand"].eq(name), "value"].dropna()
        said.append(f"{titles[name]}: {len(values)} schattingen, van {number(values.min(), 1)}% tot {number(values.max(), 1)}%")
    return "De hoofdschattingen bij andere keuzes. " + ". ".join(said) + "."


def draw_curves(curves: pd.DataFrame, titles: Mapping[str, str], threshold_pct: float, path: Path, mark: bool) -> str:
    """A row per estimand: on the left the estimate for every threshold, on the right along the share of the team."""
    names = [name for name in titles if len(_curve(curves, name, "threshold")) and len(_curve(curves, name, "dose"))]
    if not names:
        return nothing_to_draw(path, mark)
    said = []
    with themed(path, 0.5 + 1.35 * len(names), len(names), mark, sharex=False, columns=2) as (_, axes):
        for n, name in enumerate(names):
            for axis, curve in zip(axes[2 * n : 2 * n + 2], ("threshold", "dose"), strict=True):
                rows = _curve(curves, name, curve)
                axis.axhline(0, color=FAINT, lw=1)
                axis.fill_between(rows["x"], rows["lower"], rows["upper"], color=WITHIN, alpha=0.18, lw=0)
                axis.plot(rows["x"], rows["value"], color=WITHIN, lw=1.6)
                axis.set_title(textwrap.fill(titles[name], 40) if curve == "threshold" else "", fontsize=8)
                if curve == "threshold":
                    axis.axvline(threshold_pct, color=INK, ls=(0, (3, 2)), lw=1.2)
                    axis.set_ylabel("verschil (%)")
                last = rows.iloc[-1]
                said.append(
                    f"{titles[name]}, {'grens' if curve == 'threshold' else 'aandeel'} {number(last['x'])}%: "
                    f"{with_unit(last['value'], 'percent', 1)} ({interval(last['lower'], last['upper'], 'percent', 1)})"
                )
        axes[-2].set_xlabel("actief boven dit aandeel van het team (%)")
        axes[-1].set_xlabel("aandeel van het team (%), tegen geen")
    return "Schattingen langs de grens en langs het aandeel. " + "; ".join(said) + "."


def _curve(curves: pd.DataFrame, name: str, curve: str) -> pd.DataFrame:
    return curves[curves["estimand"].eq(name) & curves["curve"].eq(curve) & curves["value"].notna()].sort_values("x")


def draw_event_study(rows: pd.DataFrame, titles: Mapping[str, str], path: Path, mark: bool) -> str:
    """Change around becoming active, by years since: a panel per era, other help and all help side by side.

    `rows` as in `effects.results.Switchers` with an event time; `titles` names the outcomes.
    """
    rows = rows[rows["value"].notna()]
    eras = list(dict.fromkeys(rows["era"]))
    if not eras:
        return nothing_to_draw(path, mark)
    said = []
    with themed(path, 0.6 + 1.75 * len(eras), len(eras), mark) as (figure, axes):
        for axis, era in zip(axes, eras, strict=True):
            axis.axhline(0, color=FAINT, lw=1)
            axis.axvline(-0.5, color=INK, ls=(0, (3, 2)), lw=1.2)
            for shift, (outcome, title) in zip((-0.07, 0.07), titles.items(), strict=True):
                chosen = rows[rows["era"].eq(era) & rows["outcome"].eq(outcome) & rows["value"].notna()].sort_values(
                    "event_time"
                )
                is_all = outcome != next(iter(titles))
                colour = MECHANICAL if is_all else WITHIN
                times = chosen["event_time"] + shift
                axis.vlines(times, chosen["lower"], chosen["upper"], color=colour, lw=1.5)
                axis.plot(
                    times,
                    chosen["value"],
                    "s" if is_all else "o",
                    color=colour,
                    mfc="white" if is_all else colour,
                    ms=5,
                    label=title,
                )
                listed = ", ".join(f"jaar {number(row.event_time)}: {number(row.value, 1)}%" for row in records(chosen))
                said.append(f"{era}, {title}: {listed}")
            axis.set_title(era)
            axis.set_ylabel("verandering (%)")
            axis.xaxis.set_major_locator(mpl.ticker.MultipleLocator(1))
        axes[-1].set_xlabel("jaren sinds het wijkteam actief werd")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=7.5)
    return "Verandering rond het jaar waarin een team actief werd. " + ". ".join(said) + "."


def draw_balance(rows: pd.DataFrame, path: Path, mark: bool) -> str:
    """Standardised differences of the baseline covariates, before and after weighting. `rows`: label, smd_before, smd_after."""
    rows = rows[rows["smd_before"].notna()]
    if rows.empty:
        return nothing_to_draw(path, mark)
    places = np.arange(len(rows))[::-1]
    with themed(path, 0.7 + 0.26 * len(rows), 1, mark) as (figure, (axis,)):
        axis.axvline(0, color=FAINT, lw=1)
        axis.axvspan(-0.1, 0.1, color=FAINT, alpha=0.15, lw=0)
        axis.hlines(places, rows["smd_before"], rows["smd_after"].fillna(rows["smd_before"]), color=FAINT, lw=1)
        axis.plot(rows["smd_before"], places, "o", color=COLOURS["not_active"], mfc="white", mew=1.3, ms=6, label="voor weging")
        axis.plot(rows["smd_after"], places, "o", color=COLOURS["active"], ms=5, label="na weging")
        axis.set_yticks(places, list(rows["label"]))
        axis.tick_params(axis="y", length=0)
        axis.set_ylim(-0.6, len(rows) - 0.4)
        axis.set_xlabel("verschil in standaarddeviaties (actief min niet actief)")
        figure.legend(loc="outside lower center", ncols=2, fontsize=7.5)
    said = "; ".join(
        f"{row.label} {number(row.smd_before, 2)} voor en {_known(row.smd_after)} na weging" for row in records(rows)
    )
    return f"Verschil in achtergrondkenmerken: {said}."


def _known(value: float) -> str:
    return "onbekend" if math.isnan(value) else number(value, 2)


def draw_overlap(overlap: pd.DataFrame, labels: Sequence[str], path: Path, mark: bool) -> str:
    """Histogram of the estimated chance to be active, of the active and of the other municipalities."""
    if overlap.empty:
        return nothing_to_draw(path, mark)
    edges = np.linspace(0, 1, 21)
    with themed(path, 2.0, 1, mark) as (_, (axis,)):
        for is_active, group, label in zip((True, False), ("active", "not_active"), labels, strict=True):
            values = overlap.loc[overlap["is_active"].eq(is_active), "propensity"]
            sign = 1 if is_active else -1
            counts, _ = np.histogram(values, bins=edges)
            axis.bar(edges[:-1], sign * counts, width=0.046, align="edge", color=COLOURS[group], alpha=0.85, label=label)
        axis.axhline(0, color=INK, lw=0.8)
        axis.set_xlabel("geschatte kans om actief te zijn, uit de achtergrondkenmerken")
        axis.set_ylabel("gemeenten")
        axis.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: number(abs(value))))
        axis.grid(axis="x", visible=False)
        axis.legend(loc="upper right")
    middles = [float(overlap.loc[overlap["is_active"].eq(flag), "propensity"].median()) for flag in (True, False)]
    return (
        f"Kans om actief te zijn: mediaan {number(middles[0], 2)} bij actieve en {number(middles[1], 2)} bij andere gemeenten."
    )

"""The report's figures: one theme, SVG, the same bytes for the same figures.

Each function draws one figure into a file and returns its text alternative, made from the figures that are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from wijkanalyse.files import replacing
from wijkanalyse.frames import rows as records
from wijkanalyse.report.numbers import number, with_unit
from wijkanalyse.report.words import CONTRAST_AXES, CONTRASTS, FORMS, GROUPS, MARK

# Okabe and Ito (2008): distinguishable with colour-blindness, and in grey
COLOURS = {"active": "#0072B2", "not_active": "#D55E00"}
INK, FAINT = "#222222", "#8a8a8a"
WIDTH_INCHES = 6.6
THEME: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "axes.grid": True,
    "axes.grid.axis": "x",
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    # paths, not text: the figure looks the same where the font is missing
    "svg.fonttype": "path",
    "svg.hashsalt": "wijkanalyse",
    "figure.constrained_layout.use": True,
}
GROUP_ORDER = ("active", "not_active")


@contextmanager
def _figure(path: Path, height: float, panels: int, mark: bool, *, sharex: bool = True) -> Iterator[tuple[Figure, list[Axes]]]:
    """A themed figure of `panels` rows, marked when its figures are made up, written when the block ends well."""
    with mpl.rc_context(THEME):
        figure = Figure(figsize=(WIDTH_INCHES, height))
        axes = figure.subplots(panels, 1, sharex=sharex, squeeze=False)[:, 0]
        yield figure, list(axes)
        for axis in axes:
            axis.xaxis.set_major_locator(MaxNLocator(nbins=8))
            axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
        if mark:
            figure.text(
                0.5, 0.5, MARK, fontsize=34, color="#000000", alpha=0.07, rotation=18, ha="center", va="center", zorder=0
            )
            figure.suptitle(f"{MARK}: verzonnen, niet van CBS", fontsize=7.5, color="#a40000", ha="right", x=0.995)
        with replacing(path) as temporary:
            figure.savefig(temporary, format="svg", metadata={"Date": None})


def _tick(value: float) -> str:
    return number(value, 0 if float(value).is_integer() else 1)


def draw_contrast(
    name: str, observations: pd.DataFrame, estimates: pd.DataFrame, published: Mapping[str, float], path: Path, mark: bool
) -> str:
    """Distribution over municipalities of one contrast: a panel per form of help, a row per group.

    Dots are municipalities (size by denominator), the box spans the middle half, the diamond is the pooled mean with its
    interval, a dashed line the published figure. Few extreme municipalities lie outside the axis; the caption counts them.
    """
    forms = [form for form in FORMS if form in set(observations.loc[observations["contrast"].eq(name), "form"])]
    rows = observations[observations["contrast"].eq(name)]
    low, high = _limits(rows["value"], [*published.values()])
    text = []
    with _figure(path, 0.75 + 1.5 * len(forms), len(forms), mark) as (figure, axes):
        for axis, form in zip(axes, forms, strict=True):
            axis.set_title(FORMS[form][0].upper() + FORMS[form][1:])
            parts = []
            for place, group in zip((1, 0), GROUP_ORDER, strict=True):
                values = rows[rows["form"].eq(form) & rows["group"].eq(group)]
                estimate = _estimate(estimates, name, form, group)
                _draw_group(axis, place, group, values, estimate)
                parts.append(_group_in_words(group, values["value"], estimate))
                if form == "zonder_verblijf" and group in published:
                    axis.plot([published[group]] * 2, [place - 0.42, place + 0.42], ls=(0, (3, 2)), color=INK, lw=1.3, zorder=6)
            axis.set_yticks([1, 0], [GROUPS[group] for group in GROUP_ORDER])
            axis.set_ylim(-0.6, 1.6)
            axis.set_xlim(low, high)
            axis.tick_params(axis="y", length=0)
            text.append(f"{FORMS[form]}: " + "; ".join(parts))
        axes[-1].set_xlabel(CONTRAST_AXES[name])
        _legend(figure, bool(published))
    outside = int((~rows["value"].between(low, high)).sum())
    alt = f"{CONTRASTS[name]}, verdeling over gemeenten. " + ". ".join(text) + "."
    return alt + (f" Buiten de as vallen {outside} waarden." if outside else "")


def _limits(values: pd.Series, always: list[float]) -> tuple[float, float]:
    """Axis limits that hold the middle 98 % of the municipalities and every published figure."""
    low, high = float(values.quantile(0.01)), float(values.quantile(0.99))
    low, high = min([low, *always]), max([high, *always])
    margin = 0.05 * (high - low)
    return low - margin, high + margin


def _draw_group(axis: Axes, place: int, group: str, values: pd.DataFrame, estimate: pd.Series) -> None:
    spread = _spread(values["value"].to_numpy())
    sizes = 3 + 60 * values["weight"] / values["weight"].max()
    axis.scatter(values["value"], place + spread, s=sizes, color=COLOURS[group], alpha=0.35, linewidths=0, zorder=3)
    quartiles = values["value"].quantile([0.25, 0.5, 0.75]).to_numpy()
    axis.plot(
        [quartiles[0], quartiles[2]], [place - 0.36] * 2, color=COLOURS[group], lw=4, alpha=0.9, solid_capstyle="butt", zorder=4
    )
    axis.plot([quartiles[1]] * 2, [place - 0.42, place - 0.30], color="white", lw=1.6, zorder=5)
    axis.plot([estimate["lower"], estimate["upper"]], [place] * 2, color=INK, lw=1.4, zorder=6)
    axis.plot([estimate["value"]], [place], marker="D", ms=5.5, color=COLOURS[group], mec="white", mew=1.0, zorder=7)


def _spread(values: np.ndarray) -> np.ndarray:
    """Vertical places that keep neighbouring dots apart, the same at every drawing (no random jitter)."""
    if len(values) < 2:
        return np.zeros(len(values))
    order = np.argsort(values, kind="stable")
    golden = np.empty(len(values))
    golden[order] = (np.arange(len(values)) * 0.6180339887) % 1.0
    return 0.52 * (golden - 0.4)


def _estimate(estimates: pd.DataFrame, name: str, form: str, term: str) -> pd.Series:
    keys = {"contrast": name, "form": form, "weighting": "pooled", "term": term}
    return estimates.loc[np.logical_and.reduce([estimates[key].eq(value) for key, value in keys.items()])].iloc[0]


def _group_in_words(group: str, values: pd.Series, estimate: pd.Series) -> str:
    unit = str(estimate["unit"])
    low, middle, high = (number(value, 1 if unit == "percent" else 0) for value in values.quantile([0.25, 0.5, 0.75]))
    pooled = with_unit(float(estimate["value"]), unit)
    return f"{GROUPS[group]}: {len(values)} gemeenten, middelste helft {low} tot {high}, mediaan {middle}, samen {pooled}"


def _legend(figure: Figure, has_published: bool) -> None:
    handles = [
        mpl.lines.Line2D([], [], marker="o", ls="", color=FAINT, alpha=0.6, ms=5, label="gemeente"),
        mpl.lines.Line2D([], [], color=FAINT, lw=4, label="middelste helft"),
        mpl.lines.Line2D([], [], marker="D", ls="-", color=INK, mfc=FAINT, mec="white", ms=5.5, label="samen, met interval"),
    ]
    if has_published:
        handles.append(mpl.lines.Line2D([], [], ls=(0, (3, 2)), color=INK, lw=1.3, label="gepubliceerd"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=7.5, handlelength=3)


def draw_shares(classification: pd.DataFrame, threshold_pct: float, path: Path, mark: bool) -> str:
    """Distribution of the team's share over municipalities, with the threshold."""
    shares = classification["share_pct"].dropna()
    edges = [2.5 * step for step in range(41)]
    with _figure(path, 2.3, 1, mark) as (_, (axis,)):
        for group in GROUP_ORDER:
            values = classification.loc[classification["group"].eq(group), "share_pct"]
            axis.hist(values, bins=edges, color=COLOURS[group], alpha=0.85, label=GROUPS[group], rwidth=0.9)
        axis.axvline(threshold_pct, color=INK, ls=(0, (3, 2)), lw=1.3, label="grens")
        axis.set_xlim(0, max(float(np.ceil(shares.max() / 10) * 10), 10))
        axis.set_xlabel("aandeel van het wijkteam in de jeugdhulp zonder verblijf (%)")
        axis.set_ylabel("gemeenten")
        axis.grid(axis="x", visible=False)
        axis.legend(loc="upper right")
    counts = classification["group"].value_counts()
    return (
        f"Histogram van het aandeel van het wijkteam: {int(counts.get('not_active', 0))} gemeenten op of onder de grens van "
        f"{number(threshold_pct, 0 if float(threshold_pct).is_integer() else 1)}%, {int(counts.get('active', 0))} erboven; "
        f"mediaan {number(shares.median(), 1)}%, hoogste {number(shares.max(), 1)}%."
    )


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
            # no mark: these are real records, also where the StatLine figures are made up
            ends = (rows[end].fillna(rows["headline_value"]) for end in ("lower", "upper"))
            axis.hlines(places, *ends, color=COLOURS["active"], lw=1.8)
            axis.plot(rows["headline_value"], places, "o", color=COLOURS["active"], ms=6)
            axis.plot(rows["published"], places, marker="D", ls="", mfc="white", mec=INK, ms=5.5, mew=1.2)
            axis.set_yticks(places, [f"{label} ({k})" for label, k in zip(rows["label_nl"], rows["k"], strict=True)])
            axis.set_ylim(-0.7, len(rows) - 0.3)
            axis.set_xlim(*limits)
            axis.set_xlabel(label)
            axis.tick_params(axis="y", length=0)
            axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
        handles = [
            mpl.lines.Line2D([], [], marker="o", color=COLOURS["active"], ms=6, label="herhaling, met interval"),
            mpl.lines.Line2D([], [], marker="D", ls="", mfc="white", mec=INK, ms=5.5, mew=1.2, label="gepubliceerd"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=7.5)
        with replacing(path) as temporary:
            figure.savefig(temporary, format="svg", metadata={"Date": None})
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
        with replacing(path) as temporary:
            figure.savefig(temporary, format="svg", metadata={"Date": None})
    parts = [f"{row.label_nl} {number(row.share_pct)}%" for row in records(rows.iloc[::-1])]
    return f"Thema's in {int(rows['n'].iloc[0])} verslagen van teams, vaakst gezien eerst: " + ", ".join(parts) + "."

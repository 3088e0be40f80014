"""Figures of the contrasts: distributions over municipalities, and the share by which they are classified.

Each function draws one figure into a file and returns what is seen in it, in words, and the figures behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wijkanalyse.report.figures.theme import COLOURS, FAINT, GROUP_ORDER, INK, themed
from wijkanalyse.report.language import tr
from wijkanalyse.report.numbers import number, with_unit
from wijkanalyse.report.tables.printed import Column, Drawn
from wijkanalyse.report.words import CONTRAST_AXES, CONTRASTS, FORMS, GROUPS


def draw_contrast(
    name: str, observations: pd.DataFrame, estimates: pd.DataFrame, published: Mapping[str, float], path: Path, mark: bool
) -> Drawn:
    """Distribution over municipalities of one contrast: a panel per form of help, a row per group.

    Dots are municipalities (size by denominator), the box spans the middle half, the diamond is the pooled mean with its
    interval, a dashed line the published figure. Few extreme municipalities lie outside the axis; the caption counts them.
    """
    forms = [form for form in FORMS if form in set(observations.loc[observations["contrast"].eq(name), "form"])]
    rows = observations[observations["contrast"].eq(name)]
    low, high = _limits(rows["value"], [*published.values()])
    text, data = [], []
    with themed(path, 0.75 + 1.5 * len(forms), len(forms), mark) as (figure, axes):
        for axis, form in zip(axes, forms, strict=True):
            axis.set_title(FORMS[form][0].upper() + FORMS[form][1:])
            parts = []
            for place, group in zip((1, 0), GROUP_ORDER, strict=True):
                values = rows[rows["form"].eq(form) & rows["group"].eq(group)]
                estimate = _estimate(estimates, name, form, group)
                _draw_group(axis, place, group, values, estimate)
                found = _summary(values["value"], estimate)
                parts.append(_group_in_words(group, str(estimate["unit"]), found))
                data.append({"key": f"{form} {group}", "form": FORMS[form], "group": GROUPS[group], **found})
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
    alt = f"{CONTRASTS[name]}, {tr('verdeling over gemeenten')}. " + ". ".join(text) + "."
    alt += " " + tr("Buiten de as vallen {n} waarden.", n=outside) if outside else ""
    unit, decimals = str(estimate["unit"]), 1 if estimate["unit"] == "percent" else 0
    columns = [
        Column("form", tr("Hulp")),
        Column("group", tr("Groep")),
        Column("municipalities", tr("Gemeenten"), "count"),
        *(Column(key, title, unit, decimals) for key, title in _quartiles().items()),
        *(Column(key, title, unit, 1) for key, title in _together().items()),
    ]
    return Drawn(alt, columns, pd.DataFrame(data).set_index("key"))


def _quartiles() -> dict[str, str]:
    return {"low": tr("Een kwart onder"), "middle": tr("Mediaan"), "high": tr("Een kwart boven")}


def _together() -> dict[str, str]:
    return {"value": tr("Samen"), "lower": tr("Interval van"), "upper": tr("Interval tot")}


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


def _summary(values: pd.Series, estimate: pd.Series) -> dict[str, float]:
    low, middle, high = values.quantile([0.25, 0.5, 0.75])
    ends = {name: float(estimate[name]) for name in ("value", "lower", "upper")}
    return {"municipalities": len(values), "low": low, "middle": middle, "high": high, **ends}


def _group_in_words(group: str, unit: str, found: Mapping[str, float]) -> str:
    low, middle, high = (number(found[key], 1 if unit == "percent" else 0) for key in ("low", "middle", "high"))
    return tr(
        "{group}: {n} gemeenten, middelste helft {low} tot {high}, mediaan {middle}, samen {pooled}",
        group=GROUPS[group],
        n=int(found["municipalities"]),
        low=low,
        high=high,
        middle=middle,
        pooled=with_unit(found["value"], unit),
    )


def _legend(figure: Figure, has_published: bool) -> None:
    handles = [
        mpl.lines.Line2D([], [], marker="o", ls="", color=FAINT, alpha=0.6, ms=5, label=tr("gemeente")),
        mpl.lines.Line2D([], [], color=FAINT, lw=4, label=tr("middelste helft")),
        mpl.lines.Line2D(
            [], [], marker="D", ls="-", color=INK, mfc=FAINT, mec="white", ms=5.5, label=tr("samen, met interval")
        ),
    ]
    if has_published:
        handles.append(mpl.lines.Line2D([], [], ls=(0, (3, 2)), color=INK, lw=1.3, label=tr("gepubliceerd")))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=7.5, handlelength=3)


def draw_shares(classification: pd.DataFrame, threshold_pct: float, path: Path, mark: bool) -> Drawn:
    """Distribution of the team's share over municipalities, with the threshold."""
    shares = classification["share_pct"].dropna()
    edges = [2.5 * step for step in range(41)]
    with themed(path, 2.3, 1, mark) as (_, (axis,)):
        for group in GROUP_ORDER:
            values = classification.loc[classification["group"].eq(group), "share_pct"]
            axis.hist(values, bins=edges, color=COLOURS[group], alpha=0.85, label=GROUPS[group], rwidth=0.9)
        axis.axvline(threshold_pct, color=INK, ls=(0, (3, 2)), lw=1.3, label=tr("grens"))
        axis.set_xlim(0, max(float(np.ceil(shares.max() / 10) * 10), 10))
        axis.set_xlabel(tr("aandeel van het wijkteam in de jeugdhulp zonder verblijf (%)"))
        axis.set_ylabel(tr("gemeenten"))
        axis.grid(axis="x", visible=False)
        axis.legend(loc="upper right")
    counts = classification["group"].value_counts()
    alt = tr(
        "Histogram van het aandeel van het wijkteam: {below} gemeenten op of onder de grens van {threshold}%, {above} erboven; "
        "mediaan {median}%, hoogste {highest}%.",
        below=int(counts.get("not_active", 0)),
        threshold=number(threshold_pct, 0 if float(threshold_pct).is_integer() else 1),
        above=int(counts.get("active", 0)),
        median=number(shares.median(), 1),
        highest=number(shares.max(), 1),
    )
    columns = [Column("group", tr("Groep")), Column("low", tr("Aandeel vanaf (%)"), "percent", 1),
               Column("high", tr("tot (%)"), "percent", 1), Column("municipalities", tr("Gemeenten"), "count")]  # fmt: skip
    return Drawn(alt, columns, _bins(classification, edges))


def _bins(classification: pd.DataFrame, edges: Sequence[float]) -> pd.DataFrame:
    """The municipalities of each group in each bin of the histogram; empty bins are left out."""
    found = []
    for group in GROUP_ORDER:
        counts, _ = np.histogram(classification.loc[classification["group"].eq(group), "share_pct"].dropna(), bins=edges)
        found += [
            {"key": f"{group} {low:g}", "group": GROUPS[group], "low": low, "high": high, "municipalities": count}
            for low, high, count in zip(edges, edges[1:], counts, strict=False)
            if count
        ]
    return pd.DataFrame(found).set_index("key")

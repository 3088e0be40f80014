"""The primary estimates along the threshold for active, and along the share of the team itself."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from wijkanalyse.frames import rows as records
from wijkanalyse.report.figures.theme import BROKEN, FAINT, INK, OTHER, nothing_to_draw, themed
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.numbers import interval, number, with_unit
from wijkanalyse.report.tables.printed import Column, Drawn

KINDS = Words({"threshold": "andere grens", "dose": "aandeel van het team"})
_SHOWN_DOSES = 5
"""How many points of the smooth curve stand in the figures behind it; the thresholds are all there."""


def draw_curves(
    curves: pd.DataFrame,
    titles: Mapping[str, str],
    briefs: Mapping[str, str],
    threshold_pct: float,
    path: Path,
    mark: bool,
) -> Drawn:
    """A row per estimand: on the left the estimate for every threshold, on the right along the share of the team.

    `curves` as `effects.results.Curves`; `titles` names the estimands, `briefs` does so behind the figure. Both panels of a
    row have one vertical axis.
    """
    names = [name for name in titles if len(_curve(curves, name, "threshold")) and len(_curve(curves, name, "dose"))]
    if not names:
        return nothing_to_draw(path, mark)
    said, data = [], []
    with themed(path, 0.6 + 1.5 * len(names), len(names), mark, columns=2) as (_, axes):
        for n, name in enumerate(names):
            by_threshold, by_dose = _curve(curves, name, "threshold"), _curve(curves, name, "dose")
            left, right = axes[2 * n], axes[2 * n + 1]
            _draw_thresholds(left, by_threshold, threshold_pct)
            _draw_doses(right, by_dose)
            left.set_title(textwrap.shorten(titles[name], 90, placeholder="…"), fontsize=8.5)
            left.set_ylabel(tr("verschil (%)"))
            low, high = min(left.get_ylim()[0], right.get_ylim()[0]), max(left.get_ylim()[1], right.get_ylim()[1])
            for axis in (left, right):
                axis.set_ylim(low, high)
            for kind, rows in (("threshold", by_threshold), ("dose", by_dose)):
                last = rows.iloc[-1]
                said.append(
                    tr(
                        "{title}, {kind} {x}%: {value} ({interval})",
                        title=titles[name],
                        kind=KINDS[kind],
                        x=number(last["x"]),
                        value=with_unit(last["value"], "percent", 1),
                        interval=interval(last["lower"], last["upper"], "percent", 1),
                    )
                )
                data += [_row(name, briefs[name], kind, row) for row in records(_shown(rows, kind))]
        axes[-2].set_xlabel(tr("actief boven dit aandeel van het team (%)"))
        axes[-1].set_xlabel(tr("aandeel van het team (%), tegen geen"))
    alt = tr("Schattingen langs de grens en langs het aandeel. {said}.", said="; ".join(said))
    return Drawn(alt, _columns(), pd.DataFrame(data).set_index("key"))


def _curve(curves: pd.DataFrame, name: str, curve: str) -> pd.DataFrame:
    return curves[curves["estimand"].eq(name) & curves["curve"].eq(curve) & curves["value"].notna()].sort_values("x")


def _draw_thresholds(axis: Axes, rows: pd.DataFrame, threshold_pct: float) -> None:
    """Every threshold is an estimate of its own, with its interval; the one of the run is filled."""
    axis.axhline(0, color=FAINT, lw=1)
    axis.axvline(threshold_pct, color=INK, ls=BROKEN, lw=1.2)
    axis.vlines(rows["x"], rows["lower"], rows["upper"], color=OTHER, lw=1.2, alpha=0.7)
    axis.plot(rows["x"], rows["value"], color=OTHER, lw=0.9, alpha=0.5)
    axis.plot(rows["x"], rows["value"], "o", ms=3.6, color=OTHER, mfc="white", mew=1.1)
    own = rows[np.isclose(rows["x"], threshold_pct)]
    axis.plot(own["x"], own["value"], "s", ms=5.5, color=OTHER)
    axis.grid(axis="y", visible=True)
    axis.set_xlim(0, float(rows["x"].max()) * 1.03)


def _draw_doses(axis: Axes, rows: pd.DataFrame) -> None:
    axis.axhline(0, color=FAINT, lw=1)
    axis.fill_between(rows["x"], rows["lower"], rows["upper"], color=OTHER, alpha=0.18, lw=0)
    axis.plot(rows["x"], rows["value"], color=OTHER, lw=1.6)
    axis.grid(axis="y", visible=True)
    axis.set_xlim(0, float(rows["x"].max()))


def _shown(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    if kind == "threshold" or len(rows) <= _SHOWN_DOSES:
        return rows
    return rows.iloc[np.linspace(0, len(rows) - 1, _SHOWN_DOSES).round().astype(int)]


def _row(name: str, title: str, kind: str, row: object) -> dict[str, object]:
    values: Mapping[str, object] = {key: getattr(row, key) for key in ("x", "value", "lower", "upper")}
    active = row.active if kind == "threshold" else np.nan  # type: ignore[attr-defined]
    return {"key": f"{name} {kind} {values['x']:.4g}", "title": title, "kind": KINDS[kind], **values, "active": active}


def _columns() -> list[Column]:
    return [
        Column("title", tr("Schatting")),
        Column("kind", tr("Langs")),
        Column("x", "%", "percent", 1),
        Column("value", tr("Verschil (%)"), "percent", 1),
        Column("lower", tr("Interval van"), "percent", 1),
        Column("upper", tr("Interval tot"), "percent", 1),
        Column("active", tr("Actieve gemeenten"), "count"),
    ]

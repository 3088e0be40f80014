"""Figures of the business cases. They carry no mark: the records are real, and so are a municipality's own cases."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from wijkanalyse.frames import rows as records
from wijkanalyse.report.figures.theme import COLOURS, INK, themed
from wijkanalyse.report.numbers import number

LOW, HIGH = COLOURS["active"], COLOURS["not_active"]
NOTHING = "er zijn geen casussen met beide bedragen"


def draw_tornado(table: pd.DataFrame, path: Path) -> str:
    """How far the mean difference moves when one assumption is low or high, the one that moves it most on top.

    table: rows of `CaseTornado` of one origin, in order of rank; without rows the figure says that there are no cases.
    """
    with themed(path, 0.95 + 0.36 * max(len(table), 1), 1, mark=False) as (figure, (axis,)):
        if table.empty:
            axis.text(0.5, 0.5, NOTHING, ha="center", va="center", transform=axis.transAxes)
            axis.set_axis_off()
            return f"Geen figuur: {NOTHING}."
        for place, row in zip(range(len(table) - 1, -1, -1), records(table), strict=True):
            _draw_bar(axis, place, row.at_base_eur, row.at_low_eur, LOW)
            _draw_bar(axis, place, row.at_base_eur, row.at_high_eur, HIGH)
        axis.axvline(0, color=INK, lw=1)
        axis.axvline(float(table["at_base_eur"].iloc[0]), color=INK, lw=1, ls=(0, (3, 2)))
        labels = [f"{row.label_nl}\n{_range(row)}" for row in records(table)]
        axis.set_yticks(range(len(table) - 1, -1, -1), labels, fontsize=7.5)
        axis.tick_params(axis="y", length=0)
        axis.set_xlabel("verschil per casus, met het team min daarvoor (euro)")
        axis.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        axis.margins(x=0.08)
        handles = [
            mpl.patches.Patch(color=LOW, label="bij de lage waarde"),
            mpl.patches.Patch(color=HIGH, hatch="///", label="bij de hoge waarde"),
            mpl.lines.Line2D([], [], color=INK, ls=(0, (3, 2)), lw=1, label="zoals gekozen"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7.5)
    said = [
        f"{row.label_nl} {_range(row)}: {number(row.at_low_eur)} en {number(row.at_high_eur)} euro" for row in records(table)
    ]
    base = number(float(table["at_base_eur"].iloc[0]))
    return f"Verschil per casus bij andere aannamen; zoals gekozen {base} euro. " + "; ".join(said) + "."


def _draw_bar(axis: Axes, place: int, base: float, end: float, colour: str) -> None:
    hatch = "///" if colour == HIGH else None
    axis.barh(place, end - base, left=base, height=0.55, color=colour, hatch=hatch, edgecolor="white", linewidth=0)


def _range(row: object) -> str:
    ends = [getattr(row, name) for name in ("low", "base", "high")]
    low, base, high = (number(value, 0 if float(value).is_integer() else 2) for value in ends)
    return f"{low} tot {high}, gekozen {base}"

"""Figures of the business cases. They carry no mark: the records are real, and so are a municipality's own cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from wijkanalyse.frames import rows as records
from wijkanalyse.report.figures.theme import COLOURS, INK, themed
from wijkanalyse.report.language import tr
from wijkanalyse.report.numbers import number
from wijkanalyse.report.tables.printed import Column, Drawn

LOW, HIGH = COLOURS["active"], COLOURS["not_active"]


def draw_tornado(table: pd.DataFrame, path: Path) -> Drawn:
    """How far the mean difference moves when one assumption is low or high, the one that moves it most on top.

    table: rows of `CaseTornado` of one origin, in order of rank; without rows the figure says that there are no cases.
    """
    with themed(path, 0.95 + 0.36 * max(len(table), 1), 1, mark=False) as (figure, (axis,)):
        if table.empty:
            nothing = tr("er zijn geen casussen met beide bedragen")
            axis.text(0.5, 0.5, nothing, ha="center", va="center", transform=axis.transAxes)
            axis.set_axis_off()
            return Drawn(tr("Geen figuur: {reason}.", reason=nothing))
        for place, row in zip(range(len(table) - 1, -1, -1), records(table), strict=True):
            _draw_bar(axis, place, row.at_base_eur, row.at_low_eur, LOW)
            _draw_bar(axis, place, row.at_base_eur, row.at_high_eur, HIGH)
        axis.axvline(0, color=INK, lw=1)
        axis.axvline(float(table["at_base_eur"].iloc[0]), color=INK, lw=1, ls=(0, (3, 2)))
        labels = [f"{tr(row.label_nl)}\n{_range(row)}" for row in records(table)]
        axis.set_yticks(range(len(table) - 1, -1, -1), labels, fontsize=7.5)
        axis.tick_params(axis="y", length=0)
        axis.set_xlabel(tr("verschil per casus, met het team min daarvoor (euro)"))
        axis.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        axis.margins(x=0.08)
        handles = [
            mpl.patches.Patch(color=LOW, label=tr("bij de lage waarde")),
            mpl.patches.Patch(color=HIGH, hatch="///", label=tr("bij de hoge waarde")),
            mpl.lines.Line2D([], [], color=INK, ls=(0, (3, 2)), lw=1, label=tr("zoals gekozen")),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7.5)
    said = [
        tr(
            "{assumption} {range}: {low} en {high} euro",
            assumption=tr(row.label_nl),
            range=_range(row),
            low=number(row.at_low_eur),
            high=number(row.at_high_eur),
        )
        for row in records(table)
    ]
    base = number(float(table["at_base_eur"].iloc[0]))
    alt = tr("Verschil per casus bij andere aannamen; zoals gekozen {base} euro.", base=base)
    columns = [
        Column("assumption", tr("Aanname")),
        *(
            Column(name, title, "ratio", 1)
            for name, title in (("low", tr("Laag")), ("base", tr("Gekozen")), ("high", tr("Hoog")))
        ),
        Column("at_low_eur", tr("Verschil bij laag (euro)"), "count"),
        Column("at_base_eur", tr("zoals gekozen"), "count"),
        Column("at_high_eur", tr("bij hoog"), "count"),
    ]
    data = table.assign(key=table["assumption"], assumption=[tr(label) for label in table["label_nl"]]).set_index("key")
    return Drawn(f"{alt} {'; '.join(said)}.", columns, data[[column.name for column in columns]])


def _draw_bar(axis: Axes, place: int, base: float, end: float, colour: str) -> None:
    hatch = "///" if colour == HIGH else None
    axis.barh(place, end - base, left=base, height=0.55, color=colour, hatch=hatch, edgecolor="white", linewidth=0)


def _range(row: Any) -> str:
    low, base, high = (number(value, 0 if float(value).is_integer() else 2) for value in (row.low, row.base, row.high))
    return tr("{low} tot {high}, gekozen {base}", low=low, high=high, base=base)

"""Leads and lags around the year in which a team became active."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from wijkanalyse.frames import rows as records
from wijkanalyse.report.claims.effects import FOLLOWED, OUTCOMES
from wijkanalyse.report.figures.theme import BROKEN, FAINT, INK, MECHANICAL, OTHER, nothing_to_draw, themed
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.numbers import number, with_unit
from wijkanalyse.report.tables.printed import Column, Drawn

MECHANISMS = Words({"use": "mechanisch: staat in de noemer van het aandeel", "total": "mechanisch: telt het team mee"})
"""Why the change of an outcome in the year of the switch is partly made by counting."""


def draw_event_study(rows: pd.DataFrame, path: Path, mark: bool) -> Drawn:
    """Change by years since becoming active: a column per era, a row per outcome with an axis of its own.

    `rows` as in `effects.results.Switchers` with an event time. The year that changes are measured from is an open dot at nil.
    """
    known = rows[rows["value"].notna()]
    eras = list(dict.fromkeys(known["era"]))
    outcomes = [outcome for outcome in OUTCOMES if outcome in set(known["outcome"])]
    if not eras:
        return nothing_to_draw(path, mark)
    said, data = [], []
    with themed(path, 0.75 + 1.7 * len(outcomes), len(outcomes), mark, columns=len(eras)) as (figure, axes):
        for n, (outcome, era) in enumerate((outcome, era) for outcome in outcomes for era in eras):
            axis, code = axes[n], OUTCOMES[outcome]
            chosen = known[known["outcome"].eq(outcome) & known["era"].eq(era)].sort_values("event_time")
            is_mechanical = bool(chosen["is_mechanical"].any())
            _draw(axis, chosen, is_mechanical)
            if n < len(eras) and len(chosen):
                axis.set_title(tr("{years}: {n} gemeenten", years=era, n=number(chosen["switchers"].max())))
            if n % len(eras) == 0:
                words = FOLLOWED[code] + (f"\n({MECHANISMS[code].split(':')[0]})" if is_mechanical else "")
                axis.set_ylabel(f"{words}\n" + tr("verandering (%)"), fontsize=7.8)
            data += [_row(code, row) for row in records(chosen)]
            listed = ", ".join(
                tr("jaar {year}: {value}", year=number(row.event_time, signed=True), value=with_unit(row.value, "percent"))
                for row in records(chosen)
            )
            because = f" ({MECHANISMS[code]})" if is_mechanical else ""
            said.append(f"{FOLLOWED[code]}{because}, {era}: {listed}")
        for n in range(len(outcomes)):
            _share_scale(axes[n * len(eras) : (n + 1) * len(eras)])
        for axis in axes[-len(eras) :]:
            axis.set_xlabel(tr("jaren sinds het wijkteam actief werd"))
        figure.legend(handles=_legend(known["is_mechanical"]), loc="outside lower center", ncols=4, fontsize=7.5)
    alt = tr("Verandering rond het jaar waarin een team actief werd. {said}.", said=". ".join(said))
    return Drawn(alt, _columns(), pd.DataFrame(data).set_index("key"))


def _draw(axis: Axes, chosen: pd.DataFrame, is_mechanical: bool) -> None:
    axis.axhline(0, color=FAINT, lw=1)
    axis.axvline(-0.5, color=INK, ls=BROKEN, lw=1.2)
    axis.grid(axis="y", visible=True)
    axis.grid(axis="x", visible=False)
    axis.xaxis.set_major_locator(mpl.ticker.MultipleLocator(1))
    axis.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: number(value, signed=True)))
    is_base = chosen["lower"].eq(chosen["upper"])
    base, others = chosen[is_base], chosen[~is_base]
    colour, shape = (MECHANICAL, "s") if is_mechanical else (OTHER, "o")
    axis.plot(chosen["event_time"], chosen["value"], color=colour, lw=0.8, alpha=0.5, ls=BROKEN if is_mechanical else "-")
    axis.vlines(others["event_time"], others["lower"], others["upper"], color=colour, lw=1.7)
    axis.plot(
        others["event_time"], others["value"], shape, color=colour, ms=5, mfc="white" if is_mechanical else colour, mew=1.3
    )
    axis.plot(base["event_time"], base["value"], "o", color=INK, mfc="white", ms=5, mew=1.3)
    axis.margins(x=0.12)


def _share_scale(axes: list[Axes]) -> None:
    """The same vertical axis for the eras of one outcome."""
    low, high = min(axis.get_ylim()[0] for axis in axes), max(axis.get_ylim()[1] for axis in axes)
    for axis in axes:
        axis.set_ylim(low, high)


def _legend(is_mechanical: pd.Series) -> list[mpl.lines.Line2D]:
    line = mpl.lines.Line2D
    kinds = {
        False: line([], [], ls="", marker="o", color=OTHER, ms=5, label=tr("schatting")),
        True: line([], [], ls="", marker="s", color=MECHANICAL, mfc="white", mew=1.3, ms=5, label=tr("schatting (mechanisch)")),
    }
    return [
        *(kinds[kind] for kind in (False, True) if is_mechanical.eq(kind).any()),
        line([], [], ls="", marker="o", color=INK, mfc="white", mew=1.3, ms=5, label=tr("jaar waarmee is vergeleken")),
        line([], [], color=INK, ls=BROKEN, lw=1.2, label=tr("het team wordt actief")),
    ]


def _row(code: str, row: object) -> dict[str, object]:
    values: Mapping[str, object] = {name: getattr(row, name) for name in ("value", "lower", "upper", "switchers")}
    time, era = float(row.event_time), str(row.era)  # type: ignore[attr-defined]
    counted = tr("mechanisch") if row.is_mechanical else ""  # type: ignore[attr-defined]
    key = f"{code} {era} {'before' if time < 0 else 'after'} {abs(time):g}"
    return {"key": key, "outcome": FOLLOWED[code], "counted": counted, "era": era, "time": time, **values}


def _columns() -> list[Column]:
    return [
        Column("outcome", tr("Uitkomst")),
        Column("counted", ""),
        Column("era", tr("Jaren")),
        Column("time", tr("Jaren sinds actief"), "count", 0, signed=True),
        Column("value", tr("Verandering (%)"), "percent", 1),
        Column("lower", tr("Interval van"), "percent", 1),
        Column("upper", tr("Interval tot"), "percent", 1),
        Column("switchers", tr("Gemeenten"), "count"),
    ]

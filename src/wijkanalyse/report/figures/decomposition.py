"""The decomposition as a waterfall: from the whole difference, over what counting the team makes of it, to what is left."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from wijkanalyse.frames import rows as records
from wijkanalyse.report.claims.effects import PARTS
from wijkanalyse.report.figures.theme import FAINT, INK, MECHANICAL, OTHER, themed
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.numbers import interval, number
from wijkanalyse.report.tables.markdown import without_unit
from wijkanalyse.report.tables.printed import Column, Drawn
from wijkanalyse.report.words import CONTRASTS

UNITS = Words({"days": "dagen", "points": "procentpunten"})
DECIMALS = {"days": 0, "points": 1}
PUBLISHED, ORDER = "published", ("difference", "team", "others")
PLACES = {PUBLISHED: 3, "difference": 2, "team": 1, "others": 0}
_FILLS = {"difference": INK, "team": MECHANICAL, "others": OTHER}
_BAR = 0.56


def draw_decomposition(parts: pd.DataFrame, published: Mapping[str, float], path: Path, mark: bool) -> Drawn:
    """A waterfall per contrast: the published and the whole difference, the step that counting makes, and what is left.

    `parts` has contrast, part (difference, team, others), value, lower, upper and unit; `published` the published differences.
    The interval on the step is that of the step itself, drawn around its end.
    """
    names = [name for name in CONTRASTS if name in set(parts["contrast"])]
    text, data = [], []
    with themed(path, 0.55 + 1.45 * len(names), len(names), mark, sharex=False) as (figure, axes):
        for axis, name in zip(axes, names, strict=True):
            found = {row.part: row for row in records(parts[parts["contrast"].eq(name)])}
            unit = str(found["difference"].unit)
            axis.set_title(f"{CONTRASTS[name]} ({UNITS[unit]})")
            axis.axvline(0, color=FAINT, lw=1)
            _waterfall(axis, found)
            if name in published:
                axis.barh(PLACES[PUBLISHED], published[name], _BAR, facecolor="white", edgecolor=INK, lw=1.2, zorder=3)
                data.append(_row(name, PUBLISHED, tr("gepubliceerd"), unit, published[name]))
                _say(axis, PLACES[PUBLISHED], number(published[name], DECIMALS[unit], signed=True))
            for part in ORDER:
                row = found[part]
                _say(axis, PLACES[part], _in_words(row, unit))
                data.append(_row(name, part, PARTS[part], unit, row.value, row.lower, row.upper))
            axis.set_yticks([PLACES[part] for part in (PUBLISHED, *ORDER)], [tr("gepubliceerd"), *PARTS.values()])
            axis.set_ylim(-0.55, 3.5 if name in published else 2.5)
            axis.tick_params(axis="y", length=0)
            axis.use_sticky_edges = False
            axis.margins(x=0.06)
            said = "; ".join(f"{PARTS[part]} {_in_words(found[part], unit)}" for part in ORDER)
            text.append(tr("{contrast} in {unit}: {said}", contrast=CONTRASTS[name], unit=UNITS[unit], said=said))
        figure.legend(handles=_legend(), loc="outside lower center", ncols=3, fontsize=7.5)
    alt = tr("Waterval van het verschil actief min niet actief. {parts}.", parts=". ".join(text))
    ends = {"value": tr("Verschil"), "lower": tr("Interval van"), "upper": tr("Interval tot")}
    columns = [Column("contrast", tr("Uitkomst")), Column("part", tr("Deel")),
               *(Column(name, title, "ratio", 1, signed=name == "value") for name, title in ends.items())]  # fmt: skip
    return Drawn(alt, columns, pd.DataFrame(data).set_index("key"))


def _waterfall(axis: Axes, found: Mapping[str, object]) -> None:
    """The whole difference from nil, the step from there down to what is left, and what is left from nil."""
    value = {part: float(found[part].value) for part in ORDER}  # type: ignore[attr-defined]
    starts = {"difference": 0.0, "team": value["difference"], "others": 0.0}
    ends = {"difference": value["difference"], "team": value["others"], "others": value["others"]}
    for part in ORDER:
        place = PLACES[part]
        axis.barh(place, ends[part] - starts[part], _BAR, left=starts[part], color=_FILLS[part], alpha=0.85, linewidth=0,
                  hatch="////" if part == "team" else None, edgecolor="white", zorder=3)  # fmt: skip
        row = found[part]
        # a step of -50 ends 50 above where it starts: what is left is the whole minus the step
        low, high = (
            (value["difference"] - row.upper, value["difference"] - row.lower) if part == "team" else (row.lower, row.upper)  # type: ignore[attr-defined]
        )
        axis.plot([low, high], [place] * 2, color="white", lw=3.2, zorder=4, solid_capstyle="butt")
        axis.plot([low, high], [place] * 2, color="#000000", lw=1.4, zorder=5, marker="|", ms=5)
    for upper, at in (("difference", value["difference"]), ("team", value["others"])):
        axis.plot([at, at], [PLACES[upper] - _BAR / 2, PLACES[upper] - 1 + _BAR / 2], color=INK, lw=0.9, ls=":", zorder=2)


def _say(axis: Axes, place: float, text: str) -> None:
    axis.text(1.015, place, text, transform=axis.get_yaxis_transform(), va="center", fontsize=8)


def _in_words(row: object, unit: str) -> str:
    value, lower, upper = (getattr(row, name) for name in ("value", "lower", "upper"))
    return f"{number(value, DECIMALS[unit], signed=True)} ({without_unit(interval(lower, upper, unit, DECIMALS[unit]))})"


def _row(
    name: str, part: str, words: str, unit: str, value: float, lower: float = float("nan"), upper: float = float("nan")
) -> dict[str, object]:
    contrast = f"{CONTRASTS[name]} ({UNITS[unit]})"
    return {"key": f"{name} {part}", "contrast": contrast, "part": words, "value": value, "lower": lower, "upper": upper}


def _legend() -> list[mpl.artist.Artist]:
    counted, patch = tr("mechanisch: door de manier van tellen"), mpl.patches.Patch
    return [
        patch(facecolor=MECHANICAL, edgecolor="white", hatch="////", lw=0, label=counted),
        patch(facecolor=OTHER, alpha=0.85, label=tr("wat overblijft")),
        mpl.lines.Line2D([], [], color="#000000", lw=1.4, marker="|", ms=5, label=tr("interval")),
    ]

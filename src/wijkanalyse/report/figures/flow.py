"""The flow of municipalities: how many there are, which take part in what, and why the others do not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from wijkanalyse.config import Classification
from wijkanalyse.effects.contrasts import POOLED
from wijkanalyse.effects.estimands import Estimand
from wijkanalyse.frames import rows
from wijkanalyse.report.figures.theme import COLOURS, FAINT, INK, WIDTH_INCHES, themed
from wijkanalyse.report.language import tr
from wijkanalyse.report.numbers import number
from wijkanalyse.report.tables.markdown import NOTHING
from wijkanalyse.report.tables.printed import Column, Drawn, years_in_words
from wijkanalyse.report.words import CONTRASTS, GROUPS, MEASURES

PUBLISHED = ("use", "duration", "crisis")
"""The comparisons that the study published."""
FORM = "zonder_verblijf"
"""The form of help that they are about."""
OUT = "out"


@dataclass(frozen=True)
class Split:
    """A place where municipalities part: how many come in, and how many go where for what reason.

    `parts` has (destination, reason, municipalities); a destination that starts with ``out`` takes part no further.
    """

    name: str
    title: str
    arriving: int
    parts: tuple[tuple[str, str, int], ...]

    def staying(self) -> int:
        """How many go on."""
        return sum(count for destination, _, count in self.parts if not destination.startswith(OUT))

    def leaving(self) -> list[tuple[str, int]]:
        """Why municipalities go no further, and how many."""
        return [(reason, count) for destination, reason, count in self.parts if destination.startswith(OUT)]

    def count(self, destination: str) -> int:
        """How many go to `destination`."""
        return sum(count for each, _, count in self.parts if each == destination)


@dataclass(frozen=True)
class Flow:
    """The splits of the published comparisons, and those of the primary estimands: groups that are classified alike."""

    everyone: int
    uncertain: dict[str, int]
    figures: Split
    size: Split
    groups: Split
    published: tuple[Split, ...]
    primary: tuple[tuple[Split, tuple[Split, ...]], ...]

    def splits(self) -> Iterator[Split]:
        """Every split, in the order of the figure."""
        yield from (self.figures, self.size, self.groups, *self.published)
        for classified, estimands in self.primary:
            yield from (classified, *estimands)


def flow_of(
    classification: pd.DataFrame,
    estimates: pd.DataFrame,
    effects: pd.DataFrame,
    primary: Sequence[Estimand],
    choices: Classification,
) -> Flow:
    """Count the flow. Frames as in `Classified`, `Estimates` and `Effects`; `primary` are the primary estimands."""
    group, everyone = classification["group"], len(classification)
    years = years_in_words(choices.years)
    is_small = group.isna() & classification["denominator"].lt(choices.minimum_count)
    small, incomplete = int(is_small.sum()), int((group.isna() & ~is_small).sum())
    classified = int(group.notna().sum())
    counts = {name: int(group.eq(name).sum()) for name in GROUPS if name != "difference"}
    threshold = number(choices.threshold_pct, 0 if float(choices.threshold_pct).is_integer() else 1)
    too_small = tr("minder dan {n} {measure}", n=choices.minimum_count, measure=MEASURES[choices.measure])
    sides = {
        "active": tr("aandeel boven {threshold}%", threshold=threshold),
        "not_active": tr("aandeel van hoogstens {threshold}%", threshold=threshold),
    }
    return Flow(
        everyone,
        {name: int((group.eq(name) & ~classification["is_certain"]).sum()) for name in counts},
        Split(
            "figures",
            tr("Volledige cijfers over {years}", years=years),
            everyone,
            (("in", "", everyone - incomplete), (OUT, tr("geen volledige cijfers over {years}", years=years), incomplete)),
        ),
        Split("size", tr("Ingedeeld op cijfers van {years}", years=years), classified + small,
              (("in", "", classified), (OUT, too_small, small))),
        Split("group", tr("Groep"), classified, tuple((name, sides[name], counts[name]) for name in counts)),
        tuple(_contrast(name, estimates, classified) for name in PUBLISHED),
        tuple(_primary(effects, primary, everyone)),
    )  # fmt: skip


def _contrast(name: str, estimates: pd.DataFrame, classified: int) -> Split:
    kinds = estimates[["contrast", "form", "weighting"]].eq([name, FORM, POOLED]).all(axis=1)
    terms = {row.term: row for row in rows(estimates[kinds])}
    title = CONTRASTS[name]
    if not terms:
        return Split(name, title, classified, ((OUT, tr("te weinig gemeenten met cijfers"), classified),))
    counts = {group: int(terms[group].municipalities) for group in ("active", "not_active")}
    reason = tr("geen bruikbaar cijfer over {years}", years=terms["active"].years)
    left = (OUT, reason, classified - sum(counts.values()))
    return Split(name, title, classified, (*((group, "", count) for group, count in counts.items()), left))


def _primary(effects: pd.DataFrame, primary: Sequence[Estimand], everyone: int) -> Iterator[tuple[Split, tuple[Split, ...]]]:
    # a share has a second row, in percentage points, about the same municipalities
    once = {row.estimand: row for row in rows(effects)}

    def classified_as(estimand: Estimand) -> tuple[tuple[int, ...], int]:
        row = once[estimand.id]
        return tuple(estimand.activity), int(row.municipalities + row.left_out)

    for (activity, classified), members in groupby(sorted(primary, key=classified_as), key=classified_as):
        years, alike = years_in_words(activity), list(members)
        yield (
            Split(
                f"activity_{alike[0].id}",
                tr("Ingedeeld op cijfers van {years}", years=years),
                everyone,
                (
                    ("in", "", classified),
                    (OUT, tr("onvolledige of te kleine aantallen in {years}", years=years), everyone - classified),
                ),
            ),
            tuple(_estimand(each, once[each.id], classified) for each in alike),
        )


def _estimand(estimand: Estimand, row: Any, classified: int) -> Split:
    title = tr(estimand.label)
    left = (OUT, tr("uitkomst of kenmerk ontbreekt"), int(row.left_out))
    if row.reason:
        return Split(estimand.id, title, classified, (left, ("out_model", tr("niet te schatten"), int(row.municipalities))))
    active = int(row.active)
    return Split(
        estimand.id, title, classified, (("active", "", active), ("not_active", "", int(row.municipalities) - active), left)
    )


def draw_flow(flow: Flow, boundaries_year: int, path: Path, mark: bool) -> Drawn:
    """Draw the flow: the published comparisons on the left, the primary estimands on the right."""
    right = [split for classified, estimands in flow.primary for split in (classified, *estimands)]
    lines = max(3 + len(flow.published), len(right), 2)
    height = _Board.TOP + _Board.FIRST + lines * _Board.STEP + 0.05
    with themed(path, height, 1, mark) as (figure, (axis,)):
        figure.set_layout_engine("none")
        axis.set_position((0, 0, 1, 1))
        axis.set_axis_off()
        axis.set(xlim=(0, WIDTH_INCHES), ylim=(height, 0))
        _Board(axis).draw(flow, boundaries_year)
    columns = [
        Column("step", tr("Stap")),
        Column("to", tr("Waarheen")),
        Column("reason", tr("Reden")),
        Column("arriving", tr("Gemeenten in deze stap"), "count"),
        Column("count", tr("Waarvan"), "count"),
    ]
    return Drawn(_alt(flow, boundaries_year), columns, _data(flow))


def _data(flow: Flow) -> pd.DataFrame:
    words = {"in": tr("verder"), "active": GROUPS["active"], "not_active": GROUPS["not_active"]}
    found = [
        {
            "key": f"{split.name} {destination}",
            "step": split.title,
            "to": words.get(destination, tr("doet niet mee")),
            "reason": reason or NOTHING,
            "arriving": split.arriving,
            "count": count,
        }
        for split in flow.splits()
        for destination, reason, count in split.parts
    ]
    return pd.DataFrame(found).set_index("key")


def _alt(flow: Flow, boundaries_year: int) -> str:
    start = tr("Stroomschema van {n} gemeenten, grenzen van {year}.", n=flow.everyone, year=boundaries_year)
    flips = tr("Van {n} kan de indeling omslaan.", n=sum(flow.uncertain.values()))
    said = [f"{_split_in_words(split)} {flips}" if split is flow.groups else _split_in_words(split) for split in flow.splits()]
    return " ".join([start, *said])


def _split_in_words(split: Split) -> str:
    parts = [f"{split.count(group)} {GROUPS[group]}" for group in ("active", "not_active") if split.count(group)]
    parts = parts or [str(split.staying())]
    parts += [tr("{n} niet ({reason})", n=count, reason=reason) for reason, count in split.leaving() if count]
    return f"{split.title}: {', '.join(parts)}."


class _Board:
    """Boxes and arrows, in inches from the top left of the figure."""

    TOP, FIRST, STEP, HIGH = 0.3, 1.22, 0.92, 0.6
    COLUMNS = (0.06, 3.4)
    MAIN, ASIDE, ASIDE_WIDE = 1.72, 1.96, 1.18

    def __init__(self, axis: Axes) -> None:
        self.axis = axis

    def draw(self, flow: Flow, boundaries_year: int) -> None:
        left, right = self.COLUMNS
        middle = WIDTH_INCHES / 2
        self.box(middle - 0.95, self.TOP, 1.9, tr("Alle gemeenten, grenzen van {year}", year=boundaries_year), flow.everyone)
        bar = self.TOP + self.HIGH + 0.16
        spines = [left + self.MAIN / 2, right + self.MAIN / 2]
        self.line([middle, middle], [self.TOP + self.HIGH, bar])
        self.line(spines, [bar, bar])
        for place, title in ((left, tr("Gepubliceerde vergelijkingen")), (middle + 1.05, tr("Hoofdvragen van dit rapport"))):
            self.axis.text(place, bar - 0.1, title, fontsize=8, fontweight="bold", ha="left", va="bottom")
        self.through(left, 0, bar, flow.figures)
        self.through(left, 1, self.y(0) + self.HIGH, flow.size)
        self.groups(left, 2, flow)
        self.fan(left, 3, self.y(2) + self.HIGH + 0.12, flow.published)
        # with one group its boxes stand beside those of the comparisons; with more they follow one another
        if len(flow.primary) == 1 and len(flow.primary[0][1]) <= len(flow.published):
            [(classified, estimands)] = flow.primary
            self.through(right, 1, bar, classified)
            self.fan(right, 3, self.y(1) + self.HIGH, estimands)
            return
        line = 0
        for classified, estimands in flow.primary:
            if line:
                self.past(right, line, bar, classified)
            else:
                self.through(right, line, bar, classified)
            self.fan(right, line + 1, self.y(line) + self.HIGH, estimands)
            line += 1 + len(estimands)

    def y(self, line: int) -> float:
        """The top of the boxes on a line."""
        return self.TOP + self.FIRST + line * self.STEP + 0.1

    def through(self, column: float, line: int, start: float, split: Split) -> None:
        """An arrow down to a box, and a box aside with those who do not get there."""
        spine, top = column + self.MAIN / 2, self.y(line)
        self.arrow((spine, start), (spine, top))
        self.aside(column, (top + start) / 2, spine, split)
        self.box(column, top, self.MAIN, split.title, split.staying())

    def past(self, column: float, line: int, start: float, split: Split) -> None:
        """The same for a box that is reached from the side, past the boxes above it."""
        spine, top = column - 0.08, self.y(line)
        height = top + self.HIGH / 2
        self.line([spine, spine], [start, height])
        self.arrow((spine, height), (column, height))
        self.aside(column, height, column + self.MAIN, split)
        self.box(column, top, self.MAIN, split.title, split.staying())

    def groups(self, column: float, line: int, flow: Flow) -> None:
        """The two groups side by side."""
        top, wide = self.y(line), (self.ASIDE + self.ASIDE_WIDE - 0.14) / 2
        spine, before = column + self.MAIN / 2, self.y(line - 1) + self.HIGH
        for place, group in enumerate(("active", "not_active")):
            start = column + place * (wide + 0.14)
            title = GROUPS[group][0].upper() + GROUPS[group][1:]
            uncertain = flow.uncertain[group]
            note = tr("waarvan {n} kan omslaan", n=uncertain) if uncertain else ""
            self.line([spine, start + wide / 2], [before + 0.13, before + 0.13])
            self.arrow((start + wide / 2, before + 0.13), (start + wide / 2, top))
            self.line([start + wide / 2] * 2, [top + self.HIGH, top + self.HIGH + 0.12])
            self.box(start, top, wide, title, flow.groups.count(group), note, COLOURS[group])
        self.line([spine, spine], [before, before + 0.13])
        self.line([column + 0.08, column + 1.5 * wide + 0.14], [top + self.HIGH + 0.12] * 2)

    def fan(self, column: float, line: int, start: float, splits: Sequence[Split]) -> None:
        """From one line down to a box for each, with those who are left out aside."""
        if not splits:
            return
        spine = column + 0.08
        heights = [self.y(line + place) + self.HIGH / 2 for place in range(len(splits))]
        self.line([spine, spine], [start, heights[-1]])
        for height, split in zip(heights, splits, strict=True):
            self.arrow((spine, height), (spine + 0.14, height))
            sides = ", ".join(f"{split.count(group)} {GROUPS[group]}" for group in ("active", "not_active"))
            note = sides if split.staying() else ""
            self.box(spine + 0.14, height - self.HIGH / 2, self.MAIN - 0.22, split.title, split.staying(), note)
            self.aside(column, height, column + self.MAIN, split)

    def aside(self, column: float, height: float, start: float, split: Split) -> None:
        """The dashed box with who goes no further, and why; also when that is nobody."""
        said = [
            line for reason, count in split.leaving() for line in (tr("Afgevallen: {n}", n=count), *textwrap.wrap(reason, 22))
        ]
        text = "\n".join(said)
        high = 0.115 * len(said) + 0.1
        self.arrow((start, height), (column + self.ASIDE, height))
        left = column + self.ASIDE
        self.axis.add_patch(Rectangle((left, height - high / 2), self.ASIDE_WIDE, high, fc="white", ec=FAINT, lw=0.8, ls="--"))
        self.axis.text(left + self.ASIDE_WIDE / 2, height, text, fontsize=6.3, ha="center", va="center", linespacing=1.15)

    def box(self, left: float, top: float, wide: float, title: str, count: int, note: str = "", colour: str = INK) -> None:
        """A box with its name, how many are in it and, in small print, a note."""
        self.axis.add_patch(Rectangle((left, top), wide, self.HIGH, fc="white", ec=colour, lw=1.0 if colour == INK else 1.8))
        said: list[tuple[str, float, dict[str, Any]]] = [
            *((line, 0.125, {"fontsize": 6.8}) for line in textwrap.wrap(title, int(wide / 0.055))),
            (number(count), 0.17, {"fontsize": 8.5, "fontweight": "bold"}),
            *([(note, 0.125, {"fontsize": 6.3})] if note else []),
        ]
        height = top + (self.HIGH - sum(high for _, high, _ in said)) / 2
        for text, high, style in said:
            self.axis.text(left + wide / 2, height + high / 2, text, ha="center", va="center_baseline", **style)
            height += high

    def line(self, x: Sequence[float], y: Sequence[float]) -> None:
        """A line without a head."""
        self.axis.plot(x, y, color=INK, lw=0.8, solid_capstyle="round", zorder=1)

    def arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A line that ends in a head."""
        self.axis.add_patch(
            FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=6, lw=0.8, color=INK, shrinkA=0, shrinkB=0, zorder=1)
        )

"""One theme for all figures: SVG, colours that hold with colour-blindness, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from wijkanalyse.files import write_text
from wijkanalyse.report.figures.slender import slender
from wijkanalyse.report.language import tr
from wijkanalyse.report.numbers import number
from wijkanalyse.report.tables.printed import Drawn
from wijkanalyse.report.words import MARK

# Okabe and Ito (2008): distinguishable with colour-blindness, and in grey
COLOURS = {"active": "#0072B2", "not_active": "#D55E00"}
INK, FAINT = "#222222", "#8a8a8a"
# the firewall between what follows from how the figures are made and the rest has the same two colours, and open marks
MECHANICAL, OTHER = "#D55E00", "#0072B2"
BROKEN = (0, (3, 2))
"""Dashes of the line for what was published, and of what is mechanical."""
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
ROUND_STEPS = [1, 2, 5, 10]
"""Ticks stand at tens, fives or twos."""


@contextmanager
def themed(
    path: Path, height: float, panels: int, mark: bool, *, sharex: bool = True, columns: int = 1
) -> Iterator[tuple[Figure, list[Axes]]]:
    """A themed figure of `panels` rows and some columns, row by row, marked when its figures are made up.

    `height` in inches. Written when the block ends well.
    """
    with mpl.rc_context(THEME):
        figure = Figure(figsize=(WIDTH_INCHES, height))
        axes = figure.subplots(panels, columns, sharex="col" if sharex else False, squeeze=False).ravel()
        for axis in axes:
            axis.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=ROUND_STEPS))
            axis.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=ROUND_STEPS))
            axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
            axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
        yield figure, list(axes)
        if mark:
            figure.text(
                0.5, 0.5, MARK, fontsize=34, color="#000000", alpha=0.07, rotation=18, ha="center", va="center", zorder=0
            )
            warning = tr("{mark}: verzonnen, niet van CBS", mark=MARK)
            figure.suptitle(warning, fontsize=7.5, color="#a40000", ha="right", x=0.995)
        save(figure, path)


def nothing_to_draw(path: Path, mark: bool) -> Drawn:
    """A figure that says that there is nothing: where nothing could be estimated, the tables give the reasons."""
    words = tr("Hier is niets te tekenen: met deze gegevens is geen enkele schatting mogelijk.")
    with themed(path, 0.7, 1, mark) as (_, (axis,)):
        axis.set_axis_off()
        axis.text(0.5, 0.5, words, ha="center", va="center", transform=axis.transAxes)
    return Drawn(words)


def tick(value: float) -> str:
    """The number at a tick, with the decimals that it has (three at most)."""
    decimals = next((n for n in range(3) if abs(value - round(value, n)) < 1e-9 * max(1.0, abs(value))), 3)
    return number(value, decimals)


def save(figure: Figure, path: Path) -> None:
    """Write the figure, whole or not at all, without the moment at which it was made."""
    written = StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None})
    write_text(slender(written.getvalue()), path)

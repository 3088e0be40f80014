"""Funnel plots: how far a municipality of a given size may lie from the country before that means anything.

A small municipality swings more by chance than a large one, so the limits narrow with size. And municipalities differ more
than by chance alone, for reasons that no team is behind; limits that ignore that would call most of the country remarkable.
Both are in the limits (D.J. Spiegelhalter 2005, "Funnel plots for comparing institutional performance", Statistics in
Medicine 24:1185-1202, and "Handling over-dispersion of performance indicators", Quality and Safety in Health Care
14:347-351): the spread beyond chance is estimated from winsorised z-scores and added as a variance between municipalities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]
NORMAL: Final = NormalDist()
LEVELS: Final = (0.95, 0.998)
"""Inner and outer limits: one in twenty and one in five hundred fall outside by chance."""

WINSORISED: Final = 0.1
"""Part of the z-scores at either end that counts as the quantile there, so that outliers do not widen their own limits."""


@dataclass(frozen=True)
class Scale:
    """The scale on which an outcome's chance variance is `unit_variance` / size, whatever its value."""

    forward: Callable[[ArrayLike], Any]
    inverse: Callable[[ArrayLike], Any]
    lowest: float
    highest: float
    unit_variance: float


RATE: Final = Scale(np.sqrt, np.square, 0, np.inf, 0.25)
"""Counts per person (Poisson): the square root."""
PROPORTION: Final = Scale(lambda p: np.arcsin(np.sqrt(p)), lambda y: np.square(np.sin(y)), 0, np.pi / 2, 0.25)
"""Parts of a whole (binomial): the inverse sine of the square root."""
DURATION: Final = Scale(np.log, np.exp, -np.inf, np.inf, 1.0)
"""Means of durations: the logarithm. CBS does not publish how durations vary within a municipality; taken is that their
standard deviation equals their mean, as for waiting times that end at random (exponential)."""

Side = Literal["below", "inside", "above"]


@dataclass(frozen=True)
class Verdict:
    """Where a figure lies: on which side, and outside the limits of which level (0 when inside)."""

    side: Side
    level: float


INSIDE: Final = Verdict("inside", 0.0)


@dataclass(frozen=True)
class Funnel:
    """The country's value, and the spread around it on the scale: by chance, and between municipalities (`tau`)."""

    scale: Scale
    centre: float
    dispersion: float
    tau: float

    def limits(self, size: ArrayLike, level: float) -> tuple[Floats, Floats]:
        """Return the lower and upper limit at each `size`, in the unit of the values (level: 0.95 or 0.998)."""
        scale = self.scale
        spread = np.sqrt(scale.unit_variance / np.asarray(size, dtype=float) + self.tau**2)
        middle, reach = scale.forward(self.centre), NORMAL.inv_cdf((1 + level) / 2) * spread
        ends = (np.clip(middle + sign * reach, scale.lowest, scale.highest) for sign in (-1, 1))
        low, high = (np.asarray(scale.inverse(end), dtype=float) for end in ends)
        return low, high

    def verdict(self, low: float, high: float, size: float) -> Verdict:
        """Say where a figure between `low` and `high` lies; outside only when all of that range is."""
        for level in sorted(LEVELS, reverse=True):
            bottom, top = (float(limit) for limit in self.limits(size, level))
            if low > top:
                return Verdict("above", level)
            if high < bottom:
                return Verdict("below", level)
        return INSIDE


def fit(values: ArrayLike, sizes: ArrayLike, scale: Scale) -> Funnel:
    """Return the funnel of `values` (ratios or means, shape (n,)) with `sizes` (their denominators, all above zero).

    The centre is the country's value (weighted with the sizes). The dispersion is the mean square of the z-scores around it,
    winsorised, and divided by what that mean is for a country where only chance is at work: without that division it
    would be a third too small there, and the limits too narrow. With w = size / unit variance and I municipalities the
    variance between them is (I dispersion - (I - 1)) / (sum w - sum w^2 / sum w), or zero when that is negative
    (Spiegelhalter 2005, after DerSimonian and Laird).
    """
    value, size = np.asarray(values, dtype=float), np.asarray(sizes, dtype=float)
    centre = float(np.average(value, weights=size))
    weight = size / scale.unit_variance
    z = (scale.forward(value) - scale.forward(centre)) * np.sqrt(weight)
    winsorised = np.clip(z, *np.quantile(z, [WINSORISED, 1 - WINSORISED]))
    dispersion = float(np.mean(np.square(winsorised)) / winsorised_variance(WINSORISED))
    count = len(value)
    room = float(weight.sum() - np.square(weight).sum() / weight.sum())
    between = (count * dispersion - (count - 1)) / room if room > 0 else 0.0
    return Funnel(scale, centre, dispersion, float(np.sqrt(max(between, 0.0))))


def winsorised_variance(part: float) -> float:
    """Return the variance of a standard normal figure of which `part` at either end is moved to the quantile there."""
    end = NORMAL.inv_cdf(1 - part)
    return 1 - 2 * part - 2 * end * NORMAL.pdf(end) + 2 * part * end**2

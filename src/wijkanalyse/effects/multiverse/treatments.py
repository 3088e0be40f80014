"""Active or not, for every way to say so: the vectors of the declared classifications."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wijkanalyse.effects.multiverse.declaration import Measure, Persistence, Share
from wijkanalyse.effects.multiverse.figures import Bools, Figures, Floats
from wijkanalyse.years import TREND_BREAK

ACTIVE, NOT_ACTIVE, MISSING = 1, 0, -1

Groups = NDArray[np.int8]
Variables = tuple[str, tuple[str, ...]]


def share_variables(measure: Measure, share: Share) -> Variables:
    """The variables of the numerator and the denominator of a share."""
    numerator, *denominator = [f"{measure.measure}_{form}" for form in (share.numerator, *share.denominator)]
    return numerator, tuple(denominator)


def history(figures: Figures, year: int) -> tuple[int, ...]:
    """The years up to and including `year` on its side of the trend break."""
    return tuple(each for each in figures.years if each <= year and (each >= TREND_BREAK) == (year >= TREND_BREAK))


class Classifier:
    """Classifies the municipalities of `figures`; counts that several classifications share are added up once."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self._counts: dict[tuple[int | None, Variables, str, tuple[int, ...]], tuple[Floats, Floats, Floats, Floats]] = {}

    def classify(
        self,
        boundaries: int | None,
        variables: Variables,
        cells: str,
        years: tuple[int, ...],
        persistence: Persistence,
        threshold_pct: float,
        minimum_count: int,
    ) -> Groups:
        """Return, by municipality, 1 (active), 0 (not active) or -1 (not classified).

        `variables` are those of the share's numerator and denominator, `years` the years of the share. A municipality without
        all figures, or with a denominator over the years below `minimum_count`, is not classified (as in
        `classification.classify`). together: the share over the years is above the threshold. every_year: that of each year is.
        hysteresis: it rose above the threshold in or before the last of `years` (on this side of the trend break) and has not
        been below ``leave_at`` times the threshold since.
        """
        parts, whole, over_years, over_whole = self._figures(boundaries, variables, cells, years)
        # both are NaN where a figure is missing, and a comparison with NaN is false
        known: Bools = np.asarray((over_whole > 0) & (over_whole >= minimum_count) & (over_years >= 0))
        if persistence.rule == "together":
            is_active = _is_above(over_years, over_whole, threshold_pct)
        elif persistence.rule == "every_year":
            is_active = np.asarray(_is_above(parts, whole, threshold_pct).all(axis=1))
        else:
            parts, whole, *_ = self._figures(boundaries, variables, cells, history(self.figures, years[-1]))
            is_active = _stays(parts, whole, threshold_pct, persistence.leave_at)
        return np.where(known, is_active, MISSING).astype(np.int8)

    def _figures(
        self, boundaries: int | None, variables: Variables, cells: str, years: tuple[int, ...]
    ) -> tuple[Floats, Floats, Floats, Floats]:
        key = (boundaries, variables, cells, years)
        if key not in self._counts:
            numerator, denominator = variables
            whole = np.sum([self.figures.of(boundaries, name, cells, years) for name in denominator], axis=0)
            parts = self.figures.of(boundaries, numerator, cells, years)
            self._counts[key] = parts, whole, parts.sum(axis=1), whole.sum(axis=1)
        return self._counts[key]


def _stays(parts: Floats, whole: Floats, threshold_pct: float, leave_at: float) -> Bools:
    is_active = np.zeros(len(parts), dtype=bool)
    for part, all_help in zip(parts.T, whole.T, strict=True):
        # a year without a figure changes nothing
        has_left = leave_at * threshold_pct * all_help > 100 * part
        is_active = (is_active & ~has_left) | _is_above(part, all_help, threshold_pct)
    return is_active


def _is_above(part: Floats, whole: Floats, threshold_pct: float) -> Bools:
    # exact for counts, so that a share of just the threshold is not above it
    return np.asarray(100 * part > threshold_pct * whole)

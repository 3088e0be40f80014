"""What is compared, for every way to say so: the municipal values and weights of the declared outcomes.

All outcomes of one contrast are on one scale, so that they make one curve. Use is in percent: a change, or how much a rate lies
above that of the country. Duration is in days, crisis in percent of the starts; where crisis is counted per young person it is
expressed as if the country's number of starts per young person held everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wijkanalyse.effects.multiverse.declaration import Help, Outcome, Per
from wijkanalyse.effects.multiverse.figures import Bools, Figures, Floats

Years = tuple[int, ...]


@dataclass(frozen=True)
class Variables:
    """The variables of the panel that an outcome is made of."""

    outcome: str
    per: str | None
    starts: str | None
    """share: the count that a share per other than starts is brought to the scale of"""


@dataclass(frozen=True)
class Values:
    """By municipality: the value (NaN where there is none) and the denominator that makes its weighted mean the pooled
    ratio."""

    value: Floats
    denominator: Floats


@dataclass(frozen=True)
class Counts:
    """Municipalities x periods (base year, then each year of the window): counts and what they are counted per."""

    count: Floats
    exposure: Floats
    scale: float
    """what a relative change of 1 is on the scale of the contrast"""


def outcome_variables(outcome: Outcome, per: Per, help_: Help, known: frozenset[str]) -> Variables:
    """The variables of an outcome; a denominator that has no forms of help (population) is itself."""
    denominator = per.denominator
    if denominator is not None and f"{denominator}_{help_.form}" in known:
        denominator = f"{denominator}_{help_.form}"
    starts = f"{outcome.measure.removesuffix('_crisis')}_{help_.form}" if outcome.kind == "share" else None
    return Variables(f"{outcome.measure}_{help_.form}", denominator, starts)


def municipal_values(
    figures: Figures,
    boundaries: int | None,
    kind: str,
    variables: Variables,
    cells: str,
    window: Years,
    base: int | None,
) -> Values:
    """Return the values of one outcome over the years `window`, or their change since the year `base`.

    count: percentage change (weights: the base count), or per denominator and as level: percent above the ratio of the country.
    share: percent of the denominator; change in percentage points. mean: in the unit of the mean, weighted with the
    denominator.
    """
    ratio, weight, whole_ratio = _ratio(figures, boundaries, kind, variables, cells, window)
    if base is None:
        return Values(100 * (ratio / whole_ratio - 1) if kind == "count" else ratio, weight)
    before, _, _ = _ratio(figures, boundaries, kind, variables, cells, (base,))
    if kind != "count":
        return Values(ratio - before, weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = 100 * (ratio / before - 1)
    base_count = figures.of(boundaries, variables.outcome, cells, (base,))[:, 0]
    return Values(np.where(np.isfinite(change), change, np.nan), base_count)


def municipal_counts(
    figures: Figures, boundaries: int | None, variables: Variables, cells: str, window: Years, base: int
) -> Counts:
    """Return counts and exposures of the base year and the window, for Poisson within municipalities."""
    periods = (base, *window)
    count = figures.of(boundaries, variables.outcome, cells, periods)
    if variables.per is None:
        return Counts(count, np.ones_like(count), 100.0)
    exposure = figures.of(boundaries, variables.per, cells, periods)
    scale = 100.0
    if variables.starts is not None:
        starts = figures.of(boundaries, variables.starts, cells, (base,))
        both = np.isfinite(count[:, :1]) & np.isfinite(starts)
        scale = float(100 * count[:, :1][both].sum() / starts[both].sum())
    return Counts(count, exposure, scale)


def _ratio(
    figures: Figures, boundaries: int | None, kind: str, variables: Variables, cells: str, years: Years
) -> tuple[Floats, Floats, float]:
    """Value by municipality, its weight, and the value of the country (count only)."""
    outcome = figures.of(boundaries, variables.outcome, cells, years)
    if variables.per is None:
        return outcome.mean(axis=1), outcome.sum(axis=1), 1.0
    per = figures.of(boundaries, variables.per, cells, years)
    if kind == "mean":
        # a year without ended trajectories has no mean duration, and adds nothing
        outcome = np.where(per == 0, 0.0, outcome * per)
    part, whole = outcome.sum(axis=1), per.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = part / whole
    known = np.isfinite(ratio)
    ratio = np.where(known, ratio, np.nan)
    if kind == "share":
        ratio = 100 * ratio * _starts_per(figures, boundaries, variables, cells, years, known)
    return ratio, whole, float(part[known].sum() / whole[known].sum())


def _starts_per(
    figures: Figures, boundaries: int | None, variables: Variables, cells: str, years: Years, known: Bools
) -> float:
    """The country's exposure per start: 1 where the share is per start itself."""
    if variables.per == variables.starts or variables.starts is None or variables.per is None:
        return 1.0
    starts = figures.of(boundaries, variables.starts, cells, years).sum(axis=1)
    both = known & np.isfinite(starts)
    per = figures.of(boundaries, variables.per, cells, years).sum(axis=1)
    return float(per[both].sum() / starts[both].sum())

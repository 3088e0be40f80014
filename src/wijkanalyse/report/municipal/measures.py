"""What is shown of a municipality: ratios of panel figures per year, with what rounding and suppression leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from wijkanalyse.cells import SUPPRESSED
from wijkanalyse.config import Classification

WITH_TEAM, WITHOUT_TEAM = "zonder_verblijf", "niet_wijkteam"
FORMS: Final = (WITH_TEAM, WITHOUT_TEAM)
"""All help without residence, and the same without what the team gives itself: always side by side."""

SHARE: Final = "share"
FROM, TO = 0, 22
"""The ages of young people in every rate (`population_0_22`)."""


@dataclass(frozen=True)
class Measure:
    """A figure of a municipality: `count` of each `size`, times `per`; or a published mean over `size`."""

    name: str
    count: str
    size: str
    per: float
    decimals: int
    is_mean: bool = False

    def columns(self, form: str) -> tuple[str, str]:
        """The panel's variables for this form: what is counted (or the mean), and what it is divided by (or a mean of)."""
        size = self.size if self.size.startswith("population") else f"{self.size}_{form}"
        return f"{self.count}_{form}", size


MEASURES: Final = (
    Measure("begun", "begun", "population_0_22", 1000, 1),
    Measure("running", "trajectories", "population_0_22", 1000, 1),
    Measure("duration", "mean_duration_days", "ended", 1, 0, is_mean=True),
    Measure("crisis", "begun_crisis", "begun", 100, 1),
)

COLUMNS: Final = ("gm_code", "year", "measure", "form", "value", "low", "high", "size", "is_suppressed")


@dataclass(frozen=True)
class Cell:
    """One figure: its value, between which bounds it lies, and whether (a part of) its count was not printed."""

    value: float
    low: float
    high: float
    size: float
    is_suppressed: bool

    @property
    def is_known(self) -> bool:
        """Whether there is anything to show: a printed figure, or bounds."""
        return not np.isnan(self.low) or not np.isnan(self.value)


UNKNOWN: Final = Cell(np.nan, np.nan, np.nan, np.nan, False)


def measured(long: pd.DataFrame, choices: Classification) -> pd.DataFrame:
    """Return every figure of every municipality and year, one row each, as in `COLUMNS`.

    `long` as in `PanelLong`. A ratio's bounds are those of its parts: the lowest count over the largest size, and the other
    way round. `value` counts a suppressed part as the panel does, so with `is_suppressed` only the bounds say what is known.
    Of a mean no bounds are published: they equal the value, and are empty where a part of the mean was suppressed. The
    team's share is that of the classification, year by year. Figures without a size, or with size zero, are left out.
    """
    table = long.set_index(["variable", "gm_code", "year"])[["value", "low", "high", "reason"]].sort_index()
    frames = []
    for measure in MEASURES:
        for form in FORMS:
            count, size = (_variable(table, name) for name in measure.columns(form))
            frame = _mean(count, size) if measure.is_mean else _ratio(count, size, measure.per)
            frames.append(frame.assign(measure=measure.name, form=form))
    team = _variable(table, f"{choices.measure}_{choices.numerator}")
    whole = _sum([_variable(table, f"{choices.measure}_{form}") for form in choices.denominator])
    frames.append(_ratio(team, whole, 100).assign(measure=SHARE, form=""))
    found = pd.concat(frames).reset_index()
    return found[list(COLUMNS)].sort_values(["gm_code", "measure", "form", "year"], ignore_index=True)


def by_year(figures: pd.DataFrame) -> dict[tuple[str, str, str], dict[int, Cell]]:
    """Return the figures as (municipality, measure, form) -> year -> cell."""
    cells: dict[tuple[str, str, str], dict[int, Cell]] = {}
    for gm, year, measure, form, *cell in figures[list(COLUMNS)].itertuples(index=False, name=None):
        cells.setdefault((gm, measure, form), {})[int(year)] = Cell(*cell)
    return cells


def comparison_years(figures: pd.DataFrame, statuses: pd.Series) -> dict[str, int]:
    """Return per measure the year in which municipalities are compared.

    It is the last year with definitive figures of at least half of the municipalities; where none is definitive, the last year
    with such figures. `statuses`: year -> status of CBS. A measure without any such year is left out.
    """
    half = figures["gm_code"].nunique() / 2
    known = figures[figures["form"].ne(WITHOUT_TEAM) & figures["value"].notna()]
    years: dict[str, int] = {}
    for name, rows in known.groupby("measure"):
        counts = rows.groupby("year").size()
        enough = [int(year) for year in counts.index[counts >= half]]
        definitive = [year for year in enough if statuses.get(year) == "Definitief"]
        if enough:
            years[str(name)] = max(definitive or enough)
    return years


def _variable(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The figures of one variable; none where CBS does not offer it."""
    if name in table.index.get_level_values("variable"):
        return pd.DataFrame(table.loc[name])
    return table.iloc[:0].droplevel("variable")


def _sum(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    first, *others = parts
    for part in others:
        shared = first.index.intersection(part.index)
        first, part = first.loc[shared], part.loc[shared]
        reason = first["reason"].where(first["reason"].eq(SUPPRESSED), part["reason"])
        first = (first[["value", "low", "high"]] + part[["value", "low", "high"]]).assign(reason=reason)
    return first


def _ratio(count: pd.DataFrame, size: pd.DataFrame, per: float) -> pd.DataFrame:
    both = count.join(size.add_suffix("_size"), how="inner")
    both = both[both["value_size"].gt(0)]
    ratio = pd.DataFrame(
        {
            "value": per * both["value"] / both["value_size"],
            "low": per * both["low"] / both["high_size"],
            "high": per * both["high"] / both["low_size"].where(both["low_size"].gt(0)),
            "size": both["value_size"],
            "is_suppressed": both["reason"].eq(SUPPRESSED) | both["reason_size"].eq(SUPPRESSED),
        }
    )
    # a part cannot be more than the whole, whatever the rounding of either says
    return ratio.assign(**{name: ratio[name].clip(upper=100) for name in ("value", "low", "high")}) if per == 100 else ratio


def _mean(mean: pd.DataFrame, size: pd.DataFrame) -> pd.DataFrame:
    both = mean.join(size.add_suffix("_size"), how="inner")
    both = both[both["value_size"].gt(0)]
    is_suppressed = both["reason"].eq(SUPPRESSED)
    bound = both["value"].mask(is_suppressed)
    return pd.DataFrame(
        {"value": both["value"], "low": bound, "high": bound, "size": both["value_size"], "is_suppressed": is_suppressed}
    )

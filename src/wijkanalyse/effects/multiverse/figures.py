"""The panel as arrays: every figure of every municipality and year, for each way to read a suppressed cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.files import read_table
from wijkanalyse.panel.schemas import Panel, PanelLong
from wijkanalyse.years import TREND_BREAK

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CELLS = ("low", "filled", "high", "complete")


@dataclass(frozen=True)
class Figures:
    """Figures by boundaries year (None: the panel of the run), variable, municipality and year.

    `arrays` maps (boundaries, variable) to an array of 4 (`CELLS`) x municipalities x years, NaN where there is no figure. All
    panels share one axis of municipalities (those of any of them); in a panel that does not have one its figures are NaN.
    `regions` maps (boundaries, country, gm_code, province_code or jeugdregio_code) to a number for each municipality, -1 where
    the panel does not have it.
    """

    gm_code: tuple[str, ...]
    years: tuple[int, ...]
    regions: Mapping[tuple[int | None, str], Ints]
    arrays: Mapping[tuple[int | None, str], Floats]
    source: str
    _covariates: dict[tuple[int | None, tuple[str, ...], int], Floats] = field(default_factory=dict, repr=False)

    @cached_property
    def published(self) -> frozenset[tuple[int | None, str, int]]:
        """Boundaries, variable and year of which at least one municipality has a figure."""
        return frozenset(
            (boundaries, variable, year)
            for (boundaries, variable), array in self.arrays.items()
            for year, is_there in zip(self.years, np.isfinite(array[1]).any(axis=0), strict=True)
            if is_there
        )

    def of(self, boundaries: int | None, variable: str, cells: str, years: Iterable[int]) -> Floats:
        """The figures of one variable: municipalities x `years`."""
        array = self.arrays.get((boundaries, variable))
        if array is None:
            known = {name for _, name in self.arrays}
            raise WijkanalyseError(f"multiverse: the panel has no variable {variable}{nearest(variable, known)}")
        return array[CELLS.index(cells)][:, [self.years.index(year) for year in years]]

    def covariates(self, boundaries: int | None, columns: tuple[str, ...], year: int) -> Floats:
        """Baseline characteristics, municipalities x columns, each with mean 0 and standard deviation 1."""
        key = (boundaries, columns, year)
        if key not in self._covariates:
            made = [self._covariate(boundaries, column, year) for column in columns]
            self._covariates[key] = np.column_stack([(each - np.nanmean(each)) / np.nanstd(each) for each in made])
        return self._covariates[key]

    def _covariate(self, boundaries: int | None, column: str, year: int) -> Floats:
        def one(variable: str) -> Floats:
            return self.of(boundaries, variable, "filled", [year])[:, 0]

        with np.errstate(divide="ignore", invalid="ignore"):
            if column.startswith("log "):
                made = np.log(one(column.removeprefix("log ")))
            else:
                part, _, whole = column.partition(" / ")
                made = one(part) / one(whole) if whole else one(part)
        found = np.where(np.isfinite(made), made, np.nan)
        if not np.nanstd(found) > 0:
            raise WijkanalyseError(f"multiverse: covariate {column} has no figures that differ in {year}; choose another year")
        return found


def make_figures(panels: Mapping[int | None, tuple[pd.DataFrame, pd.DataFrame]]) -> Figures:
    """Return the figures of one or more panels, each (`Panel`, `PanelLong`), by boundaries year; None is the run's own."""
    people = pd.concat([wide for wide, _ in panels.values()]).drop_duplicates("gm_code").sort_values("gm_code")
    codes = pd.Index(people["gm_code"])
    years = sorted({int(year) for wide, _ in panels.values() for year in wide["year"].unique()})
    arrays: dict[tuple[int | None, str], Floats] = {}
    for boundaries, (_, long) in panels.items():
        place = codes.get_indexer(pd.Index(long["gm_code"])), pd.Index(years).get_indexer(pd.Index(long["year"]))
        hidden = long["suppressed"].gt(0).to_numpy()
        value = long["value"].to_numpy(dtype=float)
        readings = {
            "low": np.where(hidden, long["low"].to_numpy(dtype=float), value),
            "filled": value,
            "high": np.where(hidden, long["high"].to_numpy(dtype=float), value),
            "complete": np.where(hidden, np.nan, value),
        }
        number, names = pd.factorize(long["variable"])
        cube = np.full((len(CELLS), len(names), len(codes), len(years)), np.nan)
        for layer, cells in enumerate(CELLS):
            cube[layer, number, place[0], place[1]] = readings[cells]
        arrays |= {(boundaries, str(name)): cube[:, position] for position, name in enumerate(names)}
    return Figures(
        gm_code=tuple(codes),
        years=tuple(years),
        regions=_regions(codes, panels),
        arrays=arrays,
        source=str(people["source"].iloc[0]),
    )


def _regions(
    codes: pd.Index, panels: Mapping[int | None, tuple[pd.DataFrame, pd.DataFrame]]
) -> dict[tuple[int | None, str], Ints]:
    found = {}
    for boundaries, (wide, _) in panels.items():
        people = wide.drop_duplicates("gm_code").set_index("gm_code").reindex(codes)
        there = people["gm_name"].notna().to_numpy()
        found[boundaries, "country"] = np.where(there, 0, -1)
        found[boundaries, "gm_code"] = np.where(there, np.arange(len(codes)), -1)
        for name in ("province_code", "jeugdregio_code"):
            found[boundaries, name] = pd.factorize(people[name], sort=True)[0].astype(np.int64)
    return found


def figures_of(files: Any, boundaries: Iterable[int]) -> Figures:
    """Return the figures of the files that a rule names: ``panel`` and ``long`` of the run, and ``panels`` and ``longs`` on the
    boundaries of the years `boundaries`."""
    paths: dict[int | None, tuple[str, str]] = {None: (files.panel, files.long)}
    paths |= dict(zip(boundaries, zip(files.panels, files.longs, strict=True), strict=True))
    return make_figures(
        {year: (read_table(Path(wide), Panel), read_table(Path(long), PanelLong)) for year, (wide, long) in paths.items()}
    )


def one_side(years: Iterable[int]) -> bool:
    """Whether all years lie on the same side of the 2020/2021 trend break."""
    return len({year >= TREND_BREAK for year in years}) <= 1

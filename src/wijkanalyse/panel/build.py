"""Building the panel: cells out of tables, regions beside them, one set of boundaries, checks on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.panel.areas import members, read_areas
from wijkanalyse.panel.boundaries import harmonise
from wijkanalyse.panel.bounds import tighten
from wijkanalyse.panel.checks import (
    Finding,
    check_counts,
    check_coverage_kept,
    check_division,
    check_title,
    findings_frame,
    stop_on_hard_failures,
)
from wijkanalyse.panel.extract import NATIONAL, extract_cells
from wijkanalyse.panel.schemas import STATUSES, UNKNOWN
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.run import TableAbsentError
from wijkanalyse.statline.tables import TableRegister
from wijkanalyse.years import TREND_BREAK


@dataclass(frozen=True)
class BuiltPanel:
    """The panel and what lies under it; the frames fit the contracts in `panel.schemas`."""

    cells: pd.DataFrame
    long: pd.DataFrame
    wide: pd.DataFrame
    checks: pd.DataFrame


def build_panel(
    read: Callable[[str], RawTable],
    register: TableRegister,
    choices: PanelChoices,
    source: str,
    read_previous: Callable[[str], RawTable | None] = lambda identifier: None,
) -> BuiltPanel:
    """Build the panel from the tables that `read` gives by number; `read_previous` gives the version before, if there is one.

    Raises `WijkanalyseError` for a column or category that is gone and for figures that fail a hard check.
    """
    findings: list[Finding] = []
    frames = []
    for identifier, table in register.tables.items():
        try:
            raw = read(identifier)
        except TableAbsentError:
            if table.is_required:
                raise
            continue
        frames.append(extract_cells(raw, table, source, tuple(register.areas.regions.values())))
        findings.append(check_title(raw, table))
        previous = read_previous(identifier)
        if previous is not None:
            findings += check_coverage_kept(frames[-1], previous, table)
    cells = pd.concat(frames, ignore_index=True)

    areas = {year: read_areas(read(name), register.areas.regions) for year, name in register.areas.tables.items()}
    findings += [check_division(division, year) for year, division in areas.items()]
    is_count = ~cells["variable"].isin(list(register.mean_of))
    required = [name for name, variable in register.variables.items() if variable.required and name not in register.mean_of]
    counts = cells[is_count]
    findings += check_counts(counts, required, register.sum_of, areas)
    checks = findings_frame(findings).assign(source=source)
    stop_on_hard_failures(checks)

    lies_in = members(areas, register.areas.regions, NATIONAL)
    cells = cells.assign(**tighten(counts, lies_in, register.sum_of)[["low", "high"]].reindex(cells.index))
    yearly = cells[cells["is_year"] & cells["region"].str.startswith("GM")]
    long = harmonise(yearly, choices.boundaries_year, choices.suppressed_value, register.mean_of).assign(source=source)
    division = areas[min(areas, key=lambda year: abs(year - choices.boundaries_year))]
    wide = _widen(long, _statuses(yearly), division, list(register.variables), source)
    return BuiltPanel(cells, long, wide, checks)


def _widen(long: pd.DataFrame, statuses: pd.Series, division: pd.DataFrame, variables: list[str], source: str) -> pd.DataFrame:
    values = long.pivot(index=["gm_code", "year"], columns="variable", values="value").reindex(columns=variables)
    wide = values.reset_index().merge(division, on="gm_code", how="left", validate="m:1")
    wide["period_status"] = wide["year"].map(statuses)
    wide["series"] = wide["year"].lt(TREND_BREAK).map({True: "2015-2020", False: "2021-"})
    first = ["gm_code", "gm_name", "year", "series", "period_status"]
    regions = [column for column in division.columns if column not in first]
    # a code that the division does not know would vanish from every count by region: it stays, visibly
    wide[["gm_name", *regions]] = wide[["gm_name", *regions]].fillna("unknown")
    wide = wide.assign(source=source)[[*first, *regions, "source", *variables]]
    return wide.sort_values(["gm_code", "year"], ignore_index=True)


def _statuses(yearly: pd.DataFrame) -> pd.Series:
    """The least definitive status of the figures of each year; a table that states no status says nothing about it."""
    order = [status for status in STATUSES if status != UNKNOWN]
    rank = yearly["period_status"].map({status: number for number, status in enumerate(order)})
    return rank.groupby(yearly["year"]).max().map(dict(enumerate(order))).fillna(UNKNOWN)

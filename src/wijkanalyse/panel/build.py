"""Building the panel: cells out of tables, regions beside them, one set of boundaries, checks on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from wijkanalyse.cells import PUBLISHED, SUPPRESSED
from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.frames import rows
from wijkanalyse.panel.areas import check_division, read_areas
from wijkanalyse.panel.boundaries import harmonise
from wijkanalyse.panel.extract import NATIONAL, extract_cells
from wijkanalyse.panel.schemas import STATUSES
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.tables import TableRegister
from wijkanalyse.statline.titles import same_title
from wijkanalyse.years import TREND_BREAK


@dataclass(frozen=True)
class BuiltPanel:
    """The panel and what lies under it; the frames fit the contracts in `panel.schemas`."""

    cells: pd.DataFrame
    long: pd.DataFrame
    wide: pd.DataFrame
    checks: pd.DataFrame


def build_panel(read: Callable[[str], RawTable], register: TableRegister, choices: PanelChoices, source: str) -> BuiltPanel:
    """Build the panel from the tables that `read` gives by number."""
    checks: list[dict[str, object]] = []
    frames = []
    for identifier, table in register.tables.items():
        raw = read(identifier)
        frames.append(extract_cells(raw, table, source))
        title = str(raw.infos.get("Title", "")).strip()
        checks.append(
            {
                "check": "title",
                "subject": identifier,
                "passed": same_title(title, table.title),
                "expected": table.title,
                "found": title,
            }
        )
    cells = pd.concat(frames, ignore_index=True)

    areas = {}
    for year, identifier in register.areas.tables.items():
        areas[year] = read_areas(read(identifier), register.areas.regions)
        checks.append(check_division(areas[year], year))

    yearly = cells[cells["is_year"] & cells["region"].ne(NATIONAL)]
    mean_of = {name: v.mean_of for name, v in register.variables.items() if v.mean_of is not None}
    long = harmonise(yearly, choices.boundaries_year, choices.suppressed_value, mean_of).assign(source=source)
    checks += _check_national_totals(cells, mean_of)
    division = areas.get(choices.boundaries_year)
    if division is None:
        division = areas[min(areas, key=lambda year: abs(year - choices.boundaries_year))]
    wide = _widen(long, _statuses(yearly), division, list(register.variables), source)
    return BuiltPanel(cells, long, wide, pd.DataFrame(checks).assign(source=source))


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
    """The least definitive status of the figures of each year."""
    rank = yearly["period_status"].map({status: number for number, status in enumerate(STATUSES)})
    return rank.groupby(yearly["year"]).max().map(dict(enumerate(STATUSES)))


def _check_national_totals(cells: pd.DataFrame, mean_of: dict[str, str]) -> list[dict[str, object]]:
    """Do the municipalities add up to the national figure, within what rounding and suppression leave open?"""
    counts = cells[cells["is_year"] & ~cells["variable"].isin(list(mean_of)) & cells["reason"].isin([PUBLISHED, SUPPRESSED])]
    national = counts[counts["region"].eq(NATIONAL) & counts["reason"].eq(PUBLISHED)].set_index(["variable", "year"])["value"]
    sums = counts[counts["region"].ne(NATIONAL)].groupby(["variable", "year"])[["low", "high"]].sum()
    both = sums.join(national.rename("national"), how="inner").reset_index()
    both["inside"] = both["national"].between(both["low"] - 5, both["high"] + 5)
    findings = []
    for variable, by_year in both.groupby("variable"):
        outside = by_year[~by_year["inside"]]
        shown = by_year if outside.empty else outside
        findings.append(
            {
                "check": "national_total",
                "subject": str(variable),
                "passed": outside.empty,
                "expected": "; ".join(f"{row.year}: {row.national:.0f}" for row in rows(shown)),
                "found": "; ".join(f"{row.year}: {row.low:.0f} - {row.high:.0f}" for row in rows(shown)),
            }
        )
    return findings

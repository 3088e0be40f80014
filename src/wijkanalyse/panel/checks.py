"""The data checks: what must hold of figures before anybody looks at a difference between them.

Each check gives one or more `Finding`s. A hard one stops the run; the others are told in the report.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from io import StringIO

import pandas as pd

from wijkanalyse.cells import PUBLISHED, SUPPRESSED
from wijkanalyse.errors import WijkanalyseError, listing
from wijkanalyse.frames import rows
from wijkanalyse.municipalities import codes_in_force
from wijkanalyse.panel.extract import NATIONAL, extract_cells
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.tables import Table
from wijkanalyse.statline.titles import TitleNotFoundError, same_title
from wijkanalyse.years import TREND_BREAK

log = logging.getLogger(__name__)

LEAST_COVERED = 0.9
"""Share of the municipalities of a year that must have a figure, printed or suppressed."""

LARGEST_CHANGE_PCT = 25.0
"""A national count that changes more than this within a series deserves a look."""

MOSTLY_SUPPRESSED_PCT = 75.0


@dataclass(frozen=True)
class Finding:
    """What one check found on one subject; `expected` and `found` in figures and signs, so that they read in any language."""

    check: str
    subject: str
    passed: bool
    expected: str
    found: str
    is_hard: bool = False


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return the findings as a frame (`panel.schemas.Checks` without its source)."""
    return pd.DataFrame([asdict(finding) for finding in findings])


def stop_on_hard_failures(checks: pd.DataFrame) -> None:
    """Raise `WijkanalyseError` naming every hard check that did not pass."""
    failed = checks[checks["is_hard"] & ~checks["passed"]]
    if not failed.empty:
        lines = [f"  {row.check} {row.subject}: expected {row.expected}, found {row.found}" for row in rows(failed)]
        raise WijkanalyseError(
            "The figures fail a check that the rest cannot do without:\n" + "\n".join(lines) + "\n"
            "Look at the table on StatLine; if it is right there, fetch it again (`snakemake --cores 1 refresh`)."
        )


def check_title(raw: RawTable, table: Table) -> Finding:
    """Is the table called what the register says?"""
    title = str(raw.infos.get("Title", "")).strip()
    return Finding("title", raw.identifier, same_title(title, table.title), table.title, title)


def check_coverage_kept(cells: pd.DataFrame, previous: RawTable, table: Table) -> Iterator[Finding]:
    """Has every municipality a figure for each year for which it had one in the version that CBS gave before?

    `cells` are those of the table now. CBS withdraws a figure now and then, and it may be right to do so: a soft check.
    """
    try:
        before = _covered(extract_cells(previous, table, ""))
    except TitleNotFoundError as error:
        log.warning("table %s: the version before cannot be compared with: %s", previous.identifier, error)
        return
    now = _covered(cells)
    for variable in sorted(set(before["variable"])):
        had, has = (frame.loc[frame["variable"].eq(variable), ["region", "year"]] for frame in (before, now))
        lost = had.merge(has, how="left", indicator=True).query("_merge == 'left_only'")
        by_year = "; ".join(f"{year}: −{count}" for year, count in lost["year"].value_counts().sort_index().items())
        found = f"{len(has)}" + (f" ({by_year})" if by_year else "")
        yield Finding("coverage_kept", f"{previous.identifier} {variable}", lost.empty, f"≥ {len(had)}", found)


def _covered(cells: pd.DataFrame) -> pd.DataFrame:
    """The yearly cells of municipalities that have a figure, printed or suppressed."""
    is_known = cells["reason"].isin([PUBLISHED, SUPPRESSED])
    return cells[is_known & cells["is_year"] & cells["region"].str.startswith("GM")]


def check_division(areas: pd.DataFrame, year: int) -> Finding:
    """Are the municipalities of the "Gebieden" table of `year` those of the list that the mergers rest on?"""
    published, ours = set(areas["gm_code"]), set(codes_in_force(year))
    odd = sorted(published ^ ours)
    found = str(len(published)) + (f" ({listing(odd)})" if odd else "")
    return Finding("division", str(year), not odd, str(len(ours)), found)


def check_counts(
    cells: pd.DataFrame, required: Sequence[str], sum_of: Mapping[str, Sequence[str]], areas: Mapping[int, pd.DataFrame]
) -> Iterator[Finding]:
    """All checks on the yearly counts in `cells` (bounds as published, not narrowed)."""
    yearly = cells[cells["is_year"]]
    known = yearly[yearly["reason"].isin([PUBLISHED, SUPPRESSED])]
    municipal = known[known["region"].str.startswith("GM")]
    national = known[known["region"].eq(NATIONAL) & known["reason"].eq(PUBLISHED)]
    yield from _coverage(municipal, national, required, areas)
    yield from _national_totals(municipal, national)
    yield from _parts(known, sum_of)
    yield from _published_totals(national)
    yield from _year_on_year(national)
    yield from _suppressed(municipal)


def _coverage(
    municipal: pd.DataFrame, national: pd.DataFrame, required: Sequence[str], areas: Mapping[int, pd.DataFrame]
) -> Iterator[Finding]:
    """Has nearly every municipality a figure, in each year for which there is a national one?"""
    counts = municipal.groupby(["variable", "year"])["region"].nunique()
    for variable in required:
        thin = []
        for year in national.loc[national["variable"].eq(variable), "year"]:
            there = len(areas[min(areas, key=lambda known: abs(known - year))])
            covered = int(counts.get((variable, year), 0))
            if covered < LEAST_COVERED * there:
                thin.append(f"{year}: {covered}/{there}")
        expected = f"≥ {100 * LEAST_COVERED:g} %"
        yield Finding("coverage", variable, not thin, expected, "; ".join(thin) or "—", is_hard=True)


def _national_totals(municipal: pd.DataFrame, national: pd.DataFrame) -> Iterator[Finding]:
    """Do the municipalities add up to the national figure, within what rounding and suppression leave open?"""
    sums = municipal.groupby(["variable", "year"])[["low", "high"]].sum(min_count=1).dropna()
    totals = national.set_index(["variable", "year"])[["low", "high"]].add_prefix("national_")
    both = sums.join(totals, how="inner").reset_index()
    both["inside"] = both["national_high"].ge(both["low"]) & both["national_low"].le(both["high"])
    for variable, by_year in both.groupby("variable"):
        outside = by_year[~by_year["inside"]]
        shown = by_year if outside.empty else outside
        expected = "; ".join(f"{row.year}: {(row.national_low + row.national_high) / 2:.0f}" for row in rows(shown))
        found = "; ".join(f"{row.year}: {row.low:.0f} - {row.high:.0f}" for row in rows(shown))
        yield Finding("national_total", str(variable), outside.empty, expected, found)


def _parts(known: pd.DataFrame, sum_of: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Do the forms of help add up to their whole, in every region and year?"""
    wide = known.pivot_table(index=["region", "year"], columns="variable", values=["low", "high"], aggfunc="first")
    for whole, parts in sum_of.items():
        if not {whole, *parts} <= set(wide["low"].columns if not wide.empty else []):
            continue
        rows_with_all = wide.dropna(subset=[(end, name) for end in ("low", "high") for name in (whole, *parts)])
        low, high = (sum(rows_with_all[end, part] for part in parts) for end in ("low", "high"))
        wrong = rows_with_all[(rows_with_all["high", whole] < low) | (rows_with_all["low", whole] > high)]
        found = listing([f"{region} {year}" for region, year in wrong.index], 5) if len(wrong) else f"{len(rows_with_all)} sums"
        yield Finding("parts", whole, wrong.empty, " + ".join(parts), found)


def _published_totals(national: pd.DataFrame) -> Iterator[Finding]:
    """Is the national row near the total that CBS printed in its yearly publications?"""
    both = published_totals().merge(
        national[["variable", "period", "value"]], on=["variable", "period"], suffixes=("", "_found")
    )
    for row in rows(both):
        near = abs(row.value_found / row.value - 1) * 100 <= row.tolerance_pct
        expected = f"{row.value:.0f} ± {row.tolerance_pct:g} %"
        yield Finding("published_total", f"{row.variable} {row.period[:4]}", near, expected, f"{row.value_found:.0f}")


def _year_on_year(national: pd.DataFrame) -> Iterator[Finding]:
    """Does a national count change more from year to year than counts do?"""
    for variable, by_year in national.sort_values("year").groupby("variable"):
        same_series = by_year["year"].lt(TREND_BREAK)
        change = 100 * by_year.groupby(same_series)["value"].pct_change()
        jumps = by_year.assign(change=change)[change.abs().gt(LARGEST_CHANGE_PCT)]
        found = "; ".join(f"{row.year}: {row.change:+.0f} %" for row in rows(jumps)) or "—"
        yield Finding("year_on_year", str(variable), jumps.empty, f"≤ {LARGEST_CHANGE_PCT:g} %", found)


def _suppressed(municipal: pd.DataFrame) -> Iterator[Finding]:
    """Which part of the municipal cells is suppressed?"""
    share = 100 * municipal["reason"].eq(SUPPRESSED).groupby(municipal["variable"]).mean()
    for variable, percentage in share.items():
        passed = bool(percentage <= MOSTLY_SUPPRESSED_PCT)
        yield Finding("suppressed", str(variable), passed, f"≤ {MOSTLY_SUPPRESSED_PCT:g} %", f"{percentage:.0f} %")


@cache
def published_totals() -> pd.DataFrame:
    """National totals that CBS printed: variable, period, value, tolerance_pct, source.

    Provisional figures and later revisions differ by 1 to 3 %, hence the tolerance; from 2021 the revision of October 2024
    comes on top.
    """
    text = files("wijkanalyse.panel").joinpath("published_totals.csv").read_text(encoding="utf-8")
    return pd.read_csv(StringIO(text))

"""The data checks: each passes on figures that are right and fails on one that is wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.panel.raw import NOT_TEAM, TEAM, key_figures
from tests.small_world import ROOT, fetched_tables, register
from wijkanalyse.cells import count_bounds
from wijkanalyse.config import Panel
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.panel.build import build_panel
from wijkanalyse.panel.checks import (
    Finding,
    check_counts,
    check_coverage_kept,
    findings_frame,
    published_totals,
    stop_on_hard_failures,
)
from wijkanalyse.panel.extract import extract_cells
from wijkanalyse.panel.schemas import CHECKS
from wijkanalyse.statline.tables import Table, read_tables

CODES = [f"GM{number:04}" for number in range(1, 11)]
AREAS = {2019: pd.DataFrame({"gm_code": CODES}), 2020: pd.DataFrame({"gm_code": CODES})}


def cells(odd: dict[tuple[str, str, int], float | None] | None = None) -> pd.DataFrame:
    """Ten municipalities with 50 by the team and 100 not, two years; `odd` changes single figures, None suppresses one."""
    figures: dict[tuple[str, str, int], float | None] = {}
    for year in (2019, 2020):
        for region, times in [*((code, 1) for code in CODES), ("NL01", 10)]:
            for name, count in (("team", 50), ("other", 100), ("all", 150)):
                figures[region, name, year] = count * times
    figures |= odd or {}
    frame = pd.DataFrame([(*key, value) for key, value in figures.items()], columns=["region", "variable", "year", "value"])
    frame = frame.assign(
        value=frame["value"].astype(float),
        period=frame["year"].astype(str) + "JJ00",
        is_year=True,
        reason=np.where(frame["value"].isna(), "suppressed", "published"),
    )
    return frame.assign(**count_bounds(frame, 5, 7))


def failed(frame: pd.DataFrame) -> dict[str, Finding]:
    found = check_counts(frame, ["team", "all"], {"all": ["team", "other"]}, AREAS)
    return {f"{finding.check} {finding.subject}": finding for finding in found if not finding.passed}


def test_right_figures_pass_every_check() -> None:
    assert failed(cells()) == {}


def test_municipalities_that_do_not_add_up_to_the_country() -> None:
    found = failed(cells({("NL01", "team", 2020): 700}))
    assert "national_total team" in found
    assert found["national_total team"].expected.startswith("2020: 700")
    assert "2020: 475 - 525" in found["national_total team"].found


def test_forms_that_do_not_add_up_to_their_whole() -> None:
    found = failed(cells({("GM0003", "all", 2019): 400}))
    assert found["parts all"].found == "GM0003 2019"


def test_rounding_and_suppression_alone_fail_nothing() -> None:
    odd: dict[tuple[str, str, int], float | None] = {("GM0003", "team", 2019): 55, ("GM0004", "team", 2019): None}
    odd |= {("GM0004", "all", 2019): 105, ("NL01", "team", 2019): 460, ("NL01", "all", 2019): 1460}
    assert failed(cells(odd)) == {}


def test_a_year_that_few_municipalities_have_stops_the_run() -> None:
    frame = cells()
    thin = frame[~(frame["region"].isin(CODES[:3]) & frame["year"].eq(2020) & frame["variable"].eq("team"))]
    found = failed(thin)
    assert found["coverage team"].found == "2020: 7/10"
    assert found["coverage team"].is_hard
    with pytest.raises(WijkanalyseError, match=r"coverage team: expected ≥ 90 %, found 2020: 7/10"):
        stop_on_hard_failures(findings_frame(found.values()))


def test_a_soft_failure_does_not_stop_the_run() -> None:
    stop_on_hard_failures(findings_frame([Finding("parts", "all", False, "a", "b")]))


def test_a_national_count_that_jumps() -> None:
    odd = {("NL01", "other", 2020): 1400.0} | {(code, "other", 2020): 140.0 for code in CODES}
    assert failed(cells(odd))["year_on_year other"].found == "2020: +40 %"


def test_figures_that_are_mostly_suppressed() -> None:
    odd = {(code, "team", year): None for code in CODES for year in (2019, 2020)}
    assert failed(cells(odd))["suppressed team"].found == "100 %"


def test_a_national_row_far_from_what_cbs_printed() -> None:
    totals = published_totals()
    known = totals[totals["variable"].eq("trajectories_wijkteam") & totals["period"].eq("2019JJ00")].iloc[0]
    frame = cells().replace({"variable": {"team": "trajectories_wijkteam"}})
    found = {f"{f.check} {f.subject}": f for f in check_counts(frame, [], {}, AREAS)}
    finding = found["published_total trajectories_wijkteam 2019"]
    assert not finding.passed
    assert finding.expected == f"{known['value']:.0f} ± {known['tolerance_pct']:g} %"
    assert finding.found == "500"


def kept(cells_before: dict[tuple[str, str, str], str], cells_now: dict[tuple[str, str, str], str]) -> dict[str, Finding]:
    """What the check on the version before says of two versions of one table."""
    table = Table.model_validate(
        {
            "title": "T", "series": "s", "years": (2018, 2019), "rounded_to": 5, "suppressed_up_to": 7,
            "variables": {
                "team": {"topic": "Jeugdzorgtrajecten", "where": {"Vormen van jeugdzorg": TEAM}},
                "other": {"topic": "Jeugdzorgtrajecten", "where": {"Vormen van jeugdzorg": NOT_TEAM}},
            },
        }
    )  # fmt: skip
    regions, periods = ["NL01", "GM0344", "GM0014"], dict.fromkeys(["2018JJ00", "2019JJ00", "2019HJ01"], "Definitief")
    before, now = (key_figures(regions, periods, figures) for figures in (cells_before, cells_now))
    return {finding.subject: finding for finding in check_coverage_kept(extract_cells(now, table, "x"), before, table)}


def test_a_figure_that_is_gone_since_the_version_before_is_told_by_year() -> None:
    found = kept({}, {(TEAM, "GM0344", "2019JJ00"): "", (TEAM, "GM0344", "2019HJ01"): "", (TEAM, "NL01", "2018JJ00"): ""})
    assert found["84134NED team"] == Finding("coverage_kept", "84134NED team", False, "≥ 4", "3 (2019: −1)")
    assert found["84134NED other"] == Finding("coverage_kept", "84134NED other", True, "≥ 4", "4")


def test_a_figure_that_is_new_or_now_suppressed_is_no_loss() -> None:
    found = kept({(TEAM, "GM0344", "2018JJ00"): ""}, {(TEAM, "GM0014", "2019JJ00"): "       ."})
    assert all(finding.passed for finding in found.values())
    assert found["84134NED team"].found == "4"


def test_a_gain_elsewhere_does_not_hide_a_loss() -> None:
    found = kept({(TEAM, "GM0344", "2018JJ00"): ""}, {(TEAM, "GM0014", "2019JJ00"): ""})
    assert found["84134NED team"].found == "3 (2019: −1)"
    assert not found["84134NED team"].passed
    assert not found["84134NED team"].is_hard


def test_the_panel_is_checked_against_the_version_before_of_each_table_that_has_one() -> None:
    had = "84134NED"
    previous = fetched_tables()[had]
    built = build_panel(
        fetched_tables().__getitem__, register(), Panel(), "x", lambda identifier: previous if identifier == had else None
    )
    assert set(built.checks["check"]) == set(CHECKS)
    found = built.checks.query("check == 'coverage_kept'")
    assert list(found["subject"]) == [f"{had} {name}" for name in sorted(register().tables[had].variables)]
    assert found["passed"].all()


def test_every_published_total_has_a_source_and_is_a_variable_of_the_register() -> None:
    totals = published_totals()
    assert totals["source"].str.startswith("https://").all()
    assert set(totals["variable"]) <= set(read_tables(ROOT / "config/tables.yaml").variables)

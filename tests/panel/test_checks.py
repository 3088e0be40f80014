"""The data checks: each passes on figures that are right and fails on one that is wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.small_world import ROOT
from wijkanalyse.cells import count_bounds
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.panel.checks import Finding, check_counts, findings_frame, published_totals, stop_on_hard_failures
from wijkanalyse.statline.tables import read_tables

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


def test_every_published_total_has_a_source_and_is_a_variable_of_the_register() -> None:
    totals = published_totals()
    assert totals["source"].str.startswith("https://").all()
    assert set(totals["variable"]) <= set(read_tables(ROOT / "config/tables.yaml").variables)

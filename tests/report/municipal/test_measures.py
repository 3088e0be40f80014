"""Figures of a municipality: ratios with bounds, and the year in which they are compared."""

import math

import pandas as pd
import pytest

from wijkanalyse.config import Classification
from wijkanalyse.report.municipal.measures import WITH_TEAM, WITHOUT_TEAM, by_year, comparison_years, measured

NAN = math.nan


def long_panel(rows: list[tuple[str, float, float, float, str]], year: int = 2020) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["variable", "value", "low", "high", "reason"])
    return frame.assign(gm_code="GM0001", year=year)


LONG = long_panel(
    [
        ("population_0_22", 2000, 2000, 2000, "published"),
        ("begun_zonder_verblijf", 100, 97.5, 102.5, "published"),
        ("begun_crisis_zonder_verblijf", 3.5, 0, 7, "suppressed"),
        ("ended_zonder_verblijf", 90, 87.5, 92.5, "published"),
        ("mean_duration_days_zonder_verblijf", 321, NAN, NAN, "published"),
        ("mean_duration_days_niet_wijkteam", 340, NAN, NAN, "suppressed"),
        ("ended_niet_wijkteam", 60, 57.5, 62.5, "published"),
        ("trajectories_zonder_verblijf", 8, 7.5, 8, "published"),
        ("trajectories_wijkteam", 8, 7.5, 8.5, "published"),
    ]
)


def test_ratios_and_their_bounds_by_hand() -> None:
    cells = by_year(measured(LONG, Classification()))
    begun = cells["GM0001", "begun", WITH_TEAM][2020]
    assert (begun.value, begun.low, begun.high) == pytest.approx((50, 48.75, 51.25))
    assert not begun.is_suppressed
    crisis = cells["GM0001", "crisis", WITH_TEAM][2020]
    assert crisis.is_suppressed
    assert (crisis.low, crisis.high) == pytest.approx((0, 100 * 7 / 97.5))
    # a mean has no bounds; where a part of it is hidden, none at all
    duration = cells["GM0001", "duration", WITH_TEAM][2020]
    assert (duration.value, duration.low, duration.high, duration.size) == (321, 321, 321, 90)
    partly = cells["GM0001", "duration", WITHOUT_TEAM][2020]
    assert partly.value == 340
    assert math.isnan(partly.low)
    # rounding of part and whole may give more than all of it: no share is above 100
    assert cells["GM0001", "share", ""][2020].high == 100


def test_what_is_not_offered_is_absent() -> None:
    cells = by_year(measured(LONG, Classification()))
    assert ("GM0001", "begun", WITHOUT_TEAM) not in cells
    assert ("GM0001", "crisis", WITHOUT_TEAM) not in cells


def test_a_denominator_of_several_forms_is_added_with_its_bounds() -> None:
    extra = long_panel([("trajectories_ambulant_locatie", 12, 10, 14, "suppressed")])
    choices = Classification(denominator=["wijkteam", "ambulant_locatie"])
    share = by_year(measured(pd.concat([LONG, extra]), choices))["GM0001", "share", ""][2020]
    assert share.value == pytest.approx(100 * 8 / 20)
    assert (share.low, share.high) == pytest.approx((100 * 7.5 / 22.5, 100 * 8.5 / 17.5))
    assert share.is_suppressed, "a part of the whole was not printed"


def test_the_year_of_comparison_is_the_last_definitive_one() -> None:
    figures = pd.concat([measured(LONG.assign(year=year), Classification()) for year in (2022, 2023, 2024)], ignore_index=True)
    statuses = pd.Series({2022: "Definitief", 2023: "Definitief", 2024: "Voorlopig"})
    assert comparison_years(figures, statuses)["begun"] == 2023
    assert comparison_years(figures, pd.Series(dict.fromkeys((2022, 2023, 2024), "Voorlopig")))["begun"] == 2024

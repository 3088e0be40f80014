"""Municipalities that became active for good, against those that never were."""

import numpy as np
import pandas as pd
import pytest

from tests.effects.country import BASELINE, CHOICES, PROJECT, QUICK, USE, country, long_of
from wijkanalyse.effects.results import Switchers, TrendBounds
from wijkanalyse.effects.switching import estimate_switchers, switching_rows

LATER = list(range(2021, 2026))
SWITCHES = {number: 2023 + number % 2 for number in (1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34, 37, 40)}


def estimated(panel: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    switchers, bounds = estimate_switchers(panel, long_of(panel), CHOICES, PROJECT.baseline, QUICK)
    return Switchers.validate(switchers), TrendBounds.validate(bounds)


def of(switchers: pd.DataFrame, era: str, outcome: str = USE) -> pd.DataFrame:
    return switchers[switchers["era"].eq(era) & switchers["outcome"].eq(outcome)]


def rows(panel: pd.DataFrame) -> pd.DataFrame:
    return switching_rows(panel, long_of(panel), CHOICES, LATER, USE)


def test_the_first_year_from_which_a_municipality_stayed_active():
    first = rows(country(24, switches={1: 2023, 4: 2025})).groupby("unit")["first_active"].first()
    assert first["GM0002"] == 2023
    assert first["GM0005"] == 2025
    assert first["GM0001"] == 2021, "active all along: it did not switch within these years"
    assert np.isnan(first["GM0003"])


def test_a_municipality_that_stops_has_no_rows():
    seen = set(rows(country(24, switches={1: 2023}, stops={0: 2024, 4: 2023}))["unit"])
    assert not seen & {"GM0001", "GM0005"}
    assert "GM0002" in seen
    # who stopped before these years is one of those that are not active
    assert "GM0001" in set(rows(country(24, stops={0: 2019}))["unit"])


def test_a_municipality_that_is_not_classified_in_some_year_has_no_rows():
    panel = country(24)
    panel.loc[panel["gm_code"].eq("GM0003") & panel["year"].eq(2023), "trajectories_wijkteam"] = np.nan
    assert "GM0003" not in set(rows(panel)["unit"])
    assert len(rows(panel)) == 23 * len(LATER)


def test_the_logarithm_of_use_per_young_person():
    panel = country(24)
    panel.loc[panel["gm_code"].eq("GM0002") & panel["year"].eq(2023), USE] = 0
    table = rows(panel).set_index(["unit", "year"])["log_rate"]
    now = panel.set_index(["gm_code", "year"]).loc[("GM0003", 2022)]
    assert table["GM0003", 2022] == pytest.approx(np.log(now[USE] / now["population_0_22"]))
    assert np.isnan(table["GM0002", 2023]), "a count of nothing has no logarithm"


def test_ten_percent_less_use_after_becoming_active_is_found():
    switchers, bounds = estimated(country(60, use_pct=-10, switches=SWITCHES))
    table = of(switchers, "2021-2025")
    overall = table[table["event_time"].isna()].iloc[0]
    assert overall["lower"] < -10 < overall["upper"] < -5
    assert overall["p"] < 0.001
    times = table.set_index("event_time")
    for since in (0, 1):
        assert times.loc[since, "lower"] < -10 < times.loc[since, "upper"]
    assert times.loc[-1, "lower"] < 0 < times.loc[-1, "upper"], "nothing happened before the switch"
    assert times.loc[-2, ["value", "lower", "upper"]].tolist() == [0, 0, 0], "the year that changes are counted from"
    assert (table["switchers"].eq(len(SWITCHES)) & table["comparison"].eq(26)).all()
    # the trends before were parallel, so the change stands where they may differ afterwards as little
    strict = bounds[bounds["era"].eq("2021-2025") & bounds["outcome"].eq(USE)].set_index("m_bar")
    assert strict.loc[0.0, "upper"] < 0
    assert strict["lower"].is_monotonic_decreasing
    assert strict["upper"].is_monotonic_increasing


def test_where_nothing_happens_nothing_is_found():
    table = of(estimated(country(60, switches=SWITCHES))[0], "2021-2025")
    overall = table[table["event_time"].isna()].iloc[0]
    assert overall["lower"] < 0 < overall["upper"]
    assert overall["p"] > 0.05


def test_the_teams_own_help_jumps_up_and_is_labelled():
    table = of(estimated(country(60, switches=SWITCHES))[0], "2021-2025", "trajectories_zonder_verblijf")
    assert table.loc[table["event_time"].isna(), "lower"].item() > 15
    assert table["is_mechanical"].all()


def test_without_switchers_there_is_a_reason():
    switchers, bounds = estimated(country(24, switches={1: 2023}))
    early, later = of(switchers, "2017-2020"), of(switchers, "2021-2025")
    assert early["reason"].tolist() == [
        "0 municipalities became active and 16 never were, among those with figures; 2 of each needed"
    ]
    assert later["reason"].str.startswith("1 municipalities became active").all()
    assert switchers["value"].isna().all()
    assert bounds["reason"].ne("").all()
    assert bounds.groupby(["outcome", "era"])["m_bar"].agg(list).map(len).eq(5).all()


def test_an_era_without_figures_does_not_take_the_other_along():
    panel = country(60, switches=SWITCHES)
    panel = panel[panel["year"].ge(2020)]
    switchers, _ = estimate_switchers(panel, long_of(panel), CHOICES, BASELINE, QUICK)
    assert of(switchers, "2017-2020")["reason"].str.contains("no figures for 2017").all()
    assert of(switchers, "2021-2025").set_index("event_time").loc[0, "reason"] == ""

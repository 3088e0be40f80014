"""Active is a team that gives more than the threshold of the youth help itself: five municipalities by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkanalyse.classification import ActivityByYear, Classified, activity_by_year, classify
from wijkanalyse.config import Classification
from wijkanalyse.errors import WijkanalyseError

CODES = ["GM0001", "GM0002", "GM0003", "GM0004", "GM0005"]
# value, low, high of what the team gave and of all ambulatory youth help in 2020
TEAM = [(40, 37.5, 42.5), (20, 17.5, 22.5), (25, 22.5, 27.5), (3.5, 0, 7), (30, 27.5, 32.5)]
WHOLE = [(400, 397.5, 402.5), (400, 397.5, 402.5), (400, 397.5, 402.5), (200, 197.5, 202.5), (45, 42.5, 47.5)]
NOTHING = (np.nan, np.nan, np.nan)


def long_panel(team=TEAM, whole=WHOLE, year: int = 2020, codes=CODES) -> pd.DataFrame:
    frames = [
        pd.DataFrame(cells, columns=["value", "low", "high"]).assign(gm_code=codes, variable=variable, year=year)
        for variable, cells in {"trajectories_wijkteam": team, "trajectories_zonder_verblijf": whole}.items()
    ]
    return pd.concat(frames, ignore_index=True)


def wide_panel(codes=CODES) -> pd.DataFrame:
    return pd.DataFrame({"gm_code": codes, "gm_name": codes, "jeugdregio_code": "JZ01", "source": "VOORBEELDCIJFERS"})


def classified(long: pd.DataFrame | None = None, **choices: object) -> pd.DataFrame:
    result = classify(wide_panel(), long_panel() if long is None else long, Classification(**choices))  # type: ignore[arg-type]
    return Classified.validate(result).set_index("gm_code")


def test_five_municipalities_by_hand():
    found = classified()
    assert list(found["share_pct"]) == pytest.approx([10, 5, 6.25, 1.75, 100 * 30 / 45])
    # exactly 5.0 % is not more than 5 %; GM0005 has fewer than 50 trajectories
    assert found["group"].fillna("").to_dict() == {
        "GM0001": "active",
        "GM0002": "not_active",
        "GM0003": "active",
        "GM0004": "not_active",
        "GM0005": "",
    }
    assert found.loc["GM0001", "why"] == "10.0 % > 5 % (trajectories, 2020)"
    assert found.loc["GM0002", "why"] == "5.0 % <= 5 % (trajectories, 2020)"
    assert found.loc["GM0005", "why"] == "not classified: 45 trajectories in 2020, fewer than 50"


def test_bounds_and_certainty_by_hand():
    found = classified()
    assert list(found["share_low_pct"]) == pytest.approx(
        [100 * low / high for low, high in [(37.5, 402.5), (17.5, 402.5), (22.5, 402.5), (0, 202.5), (27.5, 47.5)]]
    )
    assert list(found["share_high_pct"]) == pytest.approx(
        [100 * high / low for high, low in [(42.5, 397.5), (22.5, 397.5), (27.5, 397.5), (7, 197.5), (32.5, 42.5)]]
    )
    # GM0002 may be 5.7 %; GM0003 is at least 5.6 %, GM0004 at most 3.5 %; who is not classified is not certain of a group
    assert list(found["is_certain"]) == [True, False, True, True, False]


def test_the_threshold_is_the_researchers():
    assert list(classified(threshold_pct=6.25)["group"].fillna("")) == ["active", "not_active", "not_active", "not_active", ""]
    assert list(classified(threshold_pct=1)["group"].fillna("")) == ["active", "active", "active", "active", ""]
    assert list(classified(minimum_count=45)["group"].fillna(""))[4] == "active"
    assert list(classified(minimum_count=46)["group"].fillna(""))[4] == ""


def test_years_are_taken_together_and_each_must_be_known():
    earlier = long_panel(team=[(0, 0, 2.5), (40, 38, 42), NOTHING, (3.5, 0, 7), (30, 28, 33)], year=2019)
    # GM0001 has no row at all for 2019
    earlier = earlier[earlier["gm_code"].ne("GM0001")]
    found = classified(pd.concat([long_panel(), earlier]), years=[2019, 2020])
    assert found["group"].fillna("").to_dict() == {
        "GM0001": "",
        "GM0002": "active",  # 60 of 800
        "GM0003": "",
        "GM0004": "not_active",  # 7 of 400
        "GM0005": "active",  # 60 of 90
    }
    assert found.loc["GM0002", "share_pct"] == pytest.approx(7.5)
    assert found.loc["GM0001", "why"] == "not classified: no complete figures for 2019, 2020"
    assert found.loc["GM0003", "why"] == "not classified: no complete figures for 2019, 2020"


def test_the_denominator_may_be_several_forms():
    long = long_panel()
    other = long[long["variable"].eq("trajectories_zonder_verblijf")].assign(variable="trajectories_ambulant_locatie")
    found = classified(pd.concat([long, other]), denominator=["wijkteam", "ambulant_locatie"])
    assert found.loc["GM0001", "share_pct"] == pytest.approx(100 * 40 / 440)


def test_a_share_of_rounded_counts_is_never_above_100():
    long = long_panel(team=[(100, 97.5, 102.5)] * 5, whole=[(95, 92.5, 97.5)] * 5)
    assert list(classified(long)["share_pct"]) == [100] * 5


def test_without_a_known_upper_bound_nothing_is_certain():
    long = long_panel(team=[(0, 0, 2.5)] * 5, whole=[(3.5, 0, 7)] * 5)
    assert not classified(long, minimum_count=0)["is_certain"].any()


def test_a_measure_that_the_panel_lacks_is_named():
    with pytest.raises(WijkanalyseError, match=r"classification: the panel has no variable youths_wijkteam"):
        classified(measure="youths")


def test_a_year_without_figures_is_named():
    with pytest.raises(WijkanalyseError, match=r"classification\.years: the panel has no figures for 2018"):
        classified(years=[2018, 2020])


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(50, 4_000)), min_size=5, max_size=5), st.floats(0, 100), st.randoms()
)
def test_order_does_not_matter_and_active_is_above_the_threshold(counts, threshold, random):
    team = [(part, part, part) for part, _ in counts]
    whole = [(total, total, total) for _, total in counts]
    long = long_panel(team, whole)
    shuffled = long.iloc[random.sample(range(len(long)), len(long))]
    found = classified(long, threshold_pct=threshold)
    pd.testing.assert_frame_equal(classified(shuffled, threshold_pct=threshold), found)
    shares = [min(100.0, 100 * part / total) for part, total in counts]
    assert list(found["group"].eq("active")) == [share > threshold for share in shares]
    # counts without bounds around them leave no doubt
    assert found["is_certain"].all()


def test_every_year_by_itself_says_how_many_teams_give_help_and_of_how_many_it_cannot_be_seen():
    nothing_given = [(0, 0, 0), *TEAM[1:]]
    long = pd.concat([long_panel(year=2019, team=nothing_given), long_panel()]).assign(
        suppressed=lambda cells: (cells["variable"].eq("trajectories_wijkteam") & cells["high"].eq(7)).astype(int)
    )
    # of 2021 there are municipalities, but no figures yet
    long = pd.concat([long, long_panel(year=2021, team=[NOTHING] * 5, whole=[NOTHING] * 5).assign(suppressed=0)])
    wide = pd.concat([wide_panel().assign(year=year, period_status="Definitief") for year in (2019, 2020, 2021)])
    found = ActivityByYear.validate(activity_by_year(wide, long, Classification())).set_index("year")
    counts = ["municipalities", "unknown", "none", "suppressed", "below", "active"]
    # GM0005 is too small, GM0004 has a figure that is not printed, GM0002 lies on the threshold
    assert found.index.tolist() == [2019, 2020]
    assert found.loc[2020, counts].tolist() == [5, 1, 0, 1, 1, 2]
    assert found.loc[2019, counts].tolist() == [5, 1, 1, 1, 1, 1]
    assert found.loc[2020, "national_share_pct"] == pytest.approx(100 * (40 + 20 + 25 + 3.5) / 1400)
    assert (found[counts[1:]].sum(axis=1) == found["municipalities"]).all()

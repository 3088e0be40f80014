"""Which municipalities and years a model sees, and as what."""

import numpy as np
import pandas as pd
import pytest

from tests.effects.country import BASELINE, CHOICES, USE, YOUNG, ask, by_share, country, long_of, panel_of
from wijkanalyse.effects.estimands import Baseline, Covariate, Estimand
from wijkanalyse.effects.rows import Rows, activity, baseline_covariates, rows_of, share_figures, strata

PLACES, SPAN = 6, range(2015, 2026)
YOUNGS = np.array([1000.0, 2000, 3000, 4000, 5000, 6000])[:, None]


def world(team: object = None, **figures: object) -> pd.DataFrame:
    """Six municipalities; the first two are active in all years."""
    own = np.array([50.0, 50, 0, 0, 0, 0])[:, None] * np.ones(len(SPAN)) if team is None else team
    return panel_of({**by_share(own, 150.0), YOUNG: YOUNGS, **figures}, PLACES, SPAN)


def seen(panel: pd.DataFrame, estimand: Estimand, baseline: Baseline = BASELINE) -> Rows:
    return rows_of(panel, long_of(panel), estimand, baseline, CHOICES)


def put(panel: pd.DataFrame, code: str, year: int, **values: float) -> pd.DataFrame:
    panel = panel.copy()
    panel.loc[panel["gm_code"].eq(code) & panel["year"].eq(year), list(values)] = list(values.values())
    return panel


def test_a_municipality_that_is_not_classified_has_no_rows():
    # of the third the share is unknown in 2017; of the fourth it rests on fewer than 50 trajectories
    panel = put(world(), "GM0003", 2017, trajectories_wijkteam=np.nan)
    panel = put(panel, "GM0004", 2017, trajectories_wijkteam=0, trajectories_zonder_verblijf=49)
    rows = seen(panel, ask())
    assert set(rows.frame["gm_code"]) == {"GM0001", "GM0002", "GM0005", "GM0006"}
    assert rows.left_out == 0, "they are not classified, which is something else than being left out"


def test_activity_is_of_the_years_asked_for_and_outcomes_of_their_own():
    frame = seen(world(), ask()).frame
    assert frame.groupby("gm_code")["treated"].first().tolist() == [1, 1, 0, 0, 0, 0]
    assert frame["year"].tolist() == [2021, 2025] * PLACES
    assert frame["after"].tolist() == [0, 1] * PLACES


def test_a_change_needs_both_years():
    panel = put(world(), "GM0002", 2025, **{USE: np.nan})
    rows = seen(panel, ask())
    assert "GM0002" not in set(rows.frame["gm_code"])
    assert rows.left_out == 1
    level = ask(design="level", years=[2021, 2025])
    assert seen(panel, level).frame["gm_code"].eq("GM0002").sum() == 1, "a level takes the year that there is"


def test_a_count_of_nothing_in_both_years_says_nothing_about_a_ratio():
    nothing = put(put(world(), "GM0003", 2021, **{USE: 0}), "GM0003", 2025, **{USE: 0})
    assert "GM0003" not in set(seen(nothing, ask()).frame["gm_code"])
    once = put(world(), "GM0003", 2021, **{USE: 0})
    assert "GM0003" in set(seen(once, ask()).frame["gm_code"])


def test_a_mean_over_nothing_is_left_out():
    panel = put(world(days=300.0, ended=40.0), "GM0001", 2021, days=np.nan, ended=0)
    duration = ask(design="level", model="mean", outcome="days", per="ended", years=[2021, 2022])
    frame = seen(panel, duration).frame
    assert len(frame) == 2 * PLACES - 1
    assert frame.loc[frame["gm_code"].eq("GM0001"), "year"].tolist() == [2022]


def test_covariates_have_mean_nil_and_spread_one_over_municipalities_each_counted_once():
    panel = put(world(), "GM0006", 2022, **{USE: np.nan})
    rows = seen(panel, ask(design="level", adjustment="regression", years=[2021, 2022]))
    assert rows.covariates == ["population"]
    once = rows.frame.drop_duplicates("gm_code")["population"]
    assert once.mean() == pytest.approx(0, abs=1e-12)
    assert once.std(ddof=0) == pytest.approx(1)
    # the logarithm of 1,000 to 6,000 keeps its order and its distances
    logs = np.log(YOUNGS[:, 0])
    assert once.to_numpy() == pytest.approx((logs - logs.mean()) / logs.std())


def test_a_share_of_nobody_and_a_logarithm_of_nil_are_unknown_and_cost_the_municipality():
    parts = Covariate(label="deel", part="young_part", whole=["young_part", "young_rest"])
    density = Covariate(label="dichtheid", part="density", log=True)
    panel = world(young_part=np.arange(6.0)[:, None], young_rest=np.array([0, 1, 1, 1, 1, 1.0])[:, None], density=100 * YOUNGS)
    panel = put(panel, "GM0004", 2015, density=0)
    rows = seen(panel, ask(adjustment="regression"), Baseline(year=2015, covariates={"part": parts, "density": density}))
    assert set(rows.frame["gm_code"]) == {"GM0002", "GM0003", "GM0005", "GM0006"}
    assert rows.left_out == 2


def test_a_covariate_that_this_run_does_not_have_is_named_and_costs_nothing():
    baseline = Baseline(year=2015, covariates={**BASELINE.covariates, "income": Covariate(label="inkomen", part="mean_income")})
    rows = seen(world(mean_income=np.nan), ask(adjustment="regression"), baseline)
    assert rows.without == ("inkomen",)
    assert rows.covariates == ["population"]
    assert rows.frame["gm_code"].nunique() == PLACES


def test_a_covariate_that_is_the_same_everywhere_is_not_used():
    baseline = Baseline(year=2015, covariates={**BASELINE.covariates, "same": Covariate(label="gelijk", part="same")})
    assert seen(world(same=0.1), ask(adjustment="regression"), baseline).covariates == ["population"]


def test_covariates_are_those_of_the_baseline_year():
    later = world()
    later.loc[later["year"].gt(2015), YOUNG] *= 10
    covariates, without = baseline_covariates(later, BASELINE)
    assert covariates["population"].to_numpy() == pytest.approx(np.log(YOUNGS[:, 0]))
    assert without == ()


def test_yearly_activity_is_of_the_year_before_when_so_asked():
    team = np.zeros((PLACES, len(SPAN)))
    team[0, [SPAN.index(2022), SPAN.index(2023)]] = 50
    yearly = {"design": "yearly", "activity": [], "years": [2022, 2023, 2024, 2025]}

    def years_active(lag: int) -> list[int]:
        frame = seen(world(team), ask(**yearly, lag=lag)).frame
        return frame.loc[frame["treated"].eq(1), "year"].tolist()

    assert years_active(0) == [2022, 2023]
    assert years_active(1) == [2023, 2024]


def test_adoption_looks_at_use_of_the_year_before_among_those_that_were_not_active():
    team, years = np.zeros((PLACES, len(SPAN))), list(SPAN)
    team[0] = 50
    team[1, years.index(2023) :] = 50
    team[2, years.index(2024) :] = 50
    others = 100.0 + np.arange(len(SPAN))
    panel = panel_of({**by_share(team, others), YOUNG: YOUNGS}, PLACES, SPAN)
    frame = seen(panel, ask(design="adoption", activity=[], years=[2022, 2023, 2024, 2025])).frame
    # nobody became active in 2022 and 2025; who already was has no rows
    assert frame.groupby("year")["gm_code"].agg(list).to_dict() == {
        2023: ["GM0002", "GM0003", "GM0004", "GM0005", "GM0006"],
        2024: ["GM0003", "GM0004", "GM0005", "GM0006"],
    }
    assert frame.loc[frame["treated"].eq(1), ["gm_code", "year"]].to_numpy().tolist() == [["GM0002", 2023], ["GM0003", 2024]]
    # use of 2022 stands beside what happened in 2023
    assert frame.groupby("year")["outcome"].unique().map(list).to_dict() == {2023: [107.0], 2024: [108.0]}


def test_rows_do_not_depend_on_the_order_of_the_panel():
    panel = country(20)
    estimand = ask(adjustment="regression")
    mixed = panel.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(seen(panel, estimand).frame, seen(mixed, estimand).frame)


def test_the_figures_of_the_share_are_all_that_activity_rests_on():
    panel = country(20)
    long = long_of(panel)
    few = share_figures(long, CHOICES)
    assert set(few["variable"]) == {"trajectories_wijkteam", "trajectories_zonder_verblijf"}
    years = [2017, 2018, 2019]
    pd.testing.assert_series_equal(activity(panel, few, CHOICES, years), activity(panel, long, CHOICES, years))
    assert activity(panel[panel["gm_code"].ne("GM0001")], long, CHOICES, years).index[0] == "GM0002"


def test_a_panel_without_the_years_of_activity_gives_a_reason_instead_of_rows():
    panel = world()[lambda rows: rows["year"].ge(2020)]
    rows = seen(panel, ask(adjustment="regression"))
    assert rows.frame.empty
    assert "no figures for 2017" in rows.reason


def test_strata_are_thirds_of_size_within_parts_of_the_country():
    panel = world()
    panel.loc[panel["gm_code"].eq("GM0006"), "province_code"] = "unknown"
    assert strata(panel).to_dict() == {
        "GM0001": "klein-noord", "GM0002": "klein-west", "GM0003": "middel-noord", "GM0004": "middel-west",
        "GM0005": "groot-noord", "GM0006": "groot-onbekend",
    }  # fmt: skip

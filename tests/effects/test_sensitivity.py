"""Another choice changes one thing, none is left out, and what is hidden can move the estimate so far and no further."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.effects.country import BASELINE, CHOICES, QUICK, asked, country, hidden, long_of, of_project
from wijkanalyse.effects.designing import design_of, ratio_of
from wijkanalyse.effects.estimands import Estimands
from wijkanalyse.effects.estimate import estimate_effects
from wijkanalyse.effects.models import Design, newton
from wijkanalyse.effects.results import Curves, Sensitivity
from wijkanalyse.effects.rows import rows_of
from wijkanalyse.effects.sensitivity import Case, probe_sensitivity, refilled, variations

CRISIS, BEGUN = "begun_crisis_niet_wijkteam", "begun_niet_wijkteam"
REGIONS = 5
FILLED = 7.5


@cache
def world() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A country in which use falls by a tenth, and in which crisis starts below 15 are not shown (and filled with 7.5)."""
    panel = country(60, use_pct=-10, switches={4: 2018, 7: 2019}, regions=REGIONS)
    long = long_of(panel)
    is_hidden = long["variable"].eq(CRISIS) & long["value"].lt(15)
    panel[CRISIS] = panel[CRISIS].mask(panel[CRISIS].lt(15), FILLED)
    return panel, hidden(long, is_hidden, high=14)


def case_of(name: str) -> Case:
    panel, long = world()
    estimands = of_project(name)
    return Case(panel, long, estimands.estimands[0], estimands.baseline, CHOICES, "gm_code")


@cache
def probed() -> tuple[pd.DataFrame, pd.DataFrame]:
    settings, curves = probe_sensitivity(*world(), of_project("use_change", "crisis_share"), CHOICES, QUICK)
    return Sensitivity.validate(settings), Curves.validate(curves)


def of(name: str, *kinds: str) -> pd.DataFrame:
    settings = probed()[0]
    return settings[settings["estimand"].eq(name) & settings["kind"].isin(kinds)].set_index("setting")


def main_of(name: str) -> pd.Series:
    (row,) = of(name, "main").to_dict("records")
    return pd.Series(row)


def curve_of(name: str, kind: str) -> pd.DataFrame:
    curves = probed()[1]
    return curves[curves["estimand"].eq(name) & curves["curve"].eq(kind)]


NAMES = ["use_change", "crisis_share"]


def test_the_main_row_is_the_estimate_itself():
    table = estimate_effects(*world(), of_project(*NAMES), CHOICES, QUICK)
    for name in NAMES:
        told = table[table["estimand"].eq(name) & table["unit"].eq("percent")].iloc[0]
        main = main_of(name)
        assert main["value"] == pytest.approx(told["value"], rel=1e-7)
        # the errors here take one Newton step for each municipality left out, those of the estimate all of them
        for column in ("lower", "upper", "p"):
            assert main[column] == pytest.approx(told[column], rel=1e-3), column
        assert main["municipalities"] == told["municipalities"]
        assert main["is_main"]
    assert probed()[0]["is_main"].sum() == len(NAMES)


def test_every_choice_is_there_once_under_its_own_name():
    settings = probed()[0]
    assert not settings.duplicated(["estimand", "kind", "setting"]).any()
    assert settings["reason"].eq("").all()
    for name in NAMES:
        kinds = settings.loc[settings["estimand"].eq(name), "kind"].value_counts().to_dict()
        # of a change the years are those it begins or ends in; of a level, one of five is left out
        assert kinds == {
            "main": 1, "adjustment": 2, "activity": 10, "years": 6 if name == "use_change" else 5, "municipalities": 2,
            "suppression": 3, "weights": 1, "cluster": 1, "region": REGIONS, "bounds": 1,
        }  # fmt: skip


def test_adjustment_is_varied_to_what_it_is_not():
    assert list(of("use_change", "adjustment").index) == ["none", "entropy"]
    case = case_of("use_change_weighted")
    settings = [setting for kind, setting, _ in variations(case) if kind == "adjustment"]
    assert settings == ["none", "regression"]
    plain = estimate_effects(*world(), of_project("use_change_unadjusted"), CHOICES, QUICK)["value"].item()
    assert of("use_change", "adjustment").loc["none", "value"] == pytest.approx(plain, rel=1e-7)


def test_each_region_is_left_out_once():
    regions = of("use_change", "region")
    assert sorted(regions.index) == sorted(f"Regio {number + 1}" for number in range(REGIONS))
    assert regions["municipalities"].eq(60 - 60 // REGIONS).all()
    assert regions["value"].nunique() == REGIONS


def test_other_clusters_move_the_interval_and_not_the_estimate():
    main, other = main_of("use_change"), of("use_change", "cluster").loc["jeugdregio_code"]
    assert other["value"] == pytest.approx(main["value"], rel=1e-9)
    assert abs(other["upper"] - main["upper"]) > 1e-3


def test_who_changes_group_is_left_out_where_groups_must_be_the_same_each_year():
    same = of("use_change", "activity").loc["same_each_year"]
    # two municipalities became active in 2018 and 2019
    assert same["municipalities"] == main_of("use_change")["municipalities"] - 2


def test_the_four_big_cities_are_left_out_by_their_codes():
    panel, long = world()
    codes = {"GM0002": "GM0363", "GM0003": "GM0599", "GM0005": "GM0518", "GM0006": "GM0344"}
    panel, long = (frame.assign(gm_code=frame["gm_code"].replace(codes)) for frame in (panel, long))
    estimand, baseline = of_project("use_change").estimands[0], of_project("use_change").baseline
    cases = {setting: case for _, setting, case in variations(Case(panel, long, estimand, baseline, CHOICES, "gm_code"))}
    seen = set(cases["without_big_four"].rows().frame["gm_code"])
    assert len(seen) == 56
    assert not seen & set(codes.values())


def test_every_municipality_weighs_the_same_when_asked_for(monkeypatch: pytest.MonkeyPatch):
    """With equal weights an active municipality of a hundred times the size pulls no harder than the others."""
    monkeypatch.setattr("wijkanalyse.effects.sensitivity.variations", lambda case: iter(()))
    panel, _ = world()
    plain = asked(of_project("use_change_unadjusted").estimands[0].model_copy(update={"role": "primary"}), baseline=BASELINE)
    outcome, young = "trajectories_niet_wijkteam", "population_0_22"
    panel = panel.assign(**{outcome: 100.0, young: 1000.0})
    is_last = panel["year"].eq(2025)
    panel.loc[panel["gm_code"].eq("GM0001"), [outcome, young]] *= 100
    panel.loc[panel["gm_code"].eq("GM0001") & is_last, outcome] /= 2
    long = long_of(world()[0])
    settings, _ = probe_sensitivity(panel, long, Estimands(baseline=BASELINE, estimands=plain.estimands), CHOICES, QUICK)
    of_kind = settings.set_index("kind")["value"]
    active = int(rows_of(panel, long, plain.estimands[0], BASELINE, CHOICES).frame.query("treated == 1")["gm_code"].nunique())
    assert of_kind["weights"] == pytest.approx(100 * ((active - 0.5) / active - 1))
    assert of_kind["main"] == pytest.approx(100 * ((active - 1 + 50) / (active - 1 + 100) - 1))


# --- what is not shown ---------------------------------------------------------------------------------------------------


def test_what_is_hidden_is_refilled_with_its_bounds_or_left_empty():
    case = case_of("crisis_share")
    is_hidden = world()[0][CRISIS].eq(FILLED).to_numpy()
    assert is_hidden.sum() > 20
    for bound, value in (("low", 0.0), ("high", 14.0)):
        filled = refilled(case, bound)[CRISIS].to_numpy()
        assert (filled[is_hidden] == value).all()
        assert (filled[~is_hidden] == case.panel[CRISIS].to_numpy()[~is_hidden]).all()
    assert np.isnan(refilled(case, None)[CRISIS].to_numpy()).tolist() == is_hidden.tolist()


def test_the_outer_bounds_hold_the_estimate_and_every_way_to_fill_what_is_hidden():
    (bounds,) = of("crisis_share", "bounds").to_dict("records")
    # without the municipalities with hidden counts it is an estimate for others
    filled = of("crisis_share", "suppression")["value"].drop("shown")
    values = [main_of("crisis_share")["value"], *filled]
    assert bounds["lower"] < min(values)
    assert max(values) < bounds["upper"]
    assert bounds["upper"] - bounds["lower"] < 50
    assert np.isnan(bounds["value"])
    rng = np.random.default_rng(3)
    panel = world()[0]
    is_hidden = panel[CRISIS].eq(FILLED)
    for _ in range(8):
        # the most telling ways: each count at one of its ends, and more so in one group
        high = rng.random(is_hidden.sum()) < rng.choice([0.1, 0.5, 0.9])
        filled = panel[CRISIS].copy()
        filled[is_hidden] = np.where(high, 14.0, 0.0)
        case = replace(case_of("crisis_share"), panel=panel.assign(**{CRISIS: filled}))
        design = design_of(case.estimand, case.rows())
        assert isinstance(design, Design)
        value = 100 * (ratio_of(case.estimand, design, newton(design), 0.95)[0] - 1)
        assert bounds["lower"] < value < bounds["upper"]


def test_without_anything_hidden_the_outer_bounds_are_the_estimate():
    (bounds,) = of("use_change", "bounds").to_dict("records")
    assert bounds["lower"] == bounds["upper"] == pytest.approx(main_of("use_change")["value"], rel=1e-7)
    assert of("use_change", "suppression")["value"].tolist() == pytest.approx([main_of("use_change")["value"]] * 3, rel=1e-7)


# --- thresholds and doses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_higher_threshold_never_makes_more_municipalities_active(name: str):
    curve = curve_of(name, "threshold")
    assert curve["x"].is_monotonic_increasing
    assert curve["active"].is_monotonic_decreasing
    assert curve["active"].iloc[0] > curve["active"].iloc[-1]
    at = curve[curve["x"].eq(CHOICES.threshold_pct)].iloc[0]
    assert at["value"] == pytest.approx(main_of(name)["value"], rel=1e-7)
    assert at["lower"] == pytest.approx(main_of(name)["lower"], rel=1e-7)


def test_the_configured_threshold_is_on_the_curve_whatever_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("wijkanalyse.effects.sensitivity.THRESHOLDS", (1.0, 20.0))
    monkeypatch.setattr("wijkanalyse.effects.sensitivity.variations", lambda case: iter(()))
    choices = CHOICES.model_copy(update={"threshold_pct": 3.3})
    settings, curves = probe_sensitivity(*world(), of_project("use_change"), choices, QUICK)
    at = curves[curves["curve"].eq("threshold")].set_index("x")["value"]
    assert list(at.index) == [1.0, 3.3, 20.0]
    assert at[3.3] == pytest.approx(settings.set_index("kind")["value"]["main"], rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_a_dose_of_nothing_differs_in_nothing_from_none(name: str):
    curve = curve_of(name, "dose")
    assert curve["x"].iloc[0] == 0
    assert curve[["value", "lower", "upper"]].iloc[0].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    assert curve["x"].is_monotonic_increasing
    assert (curve["lower"].le(curve["value"]) & curve["value"].le(curve["upper"])).all()


def test_a_dose_as_large_as_that_of_the_active_shows_their_effect():
    """Active municipalities give about a quarter of the help themselves, and use falls by a tenth there."""
    curve = curve_of("use_change", "dose")
    last = curve.iloc[-1]
    assert 20 < last["x"] < 35
    assert last["lower"] < -10 < last["upper"]
    assert last["upper"] < -3

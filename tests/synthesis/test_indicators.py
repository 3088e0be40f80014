"""The long table of ways to pool the client surveys."""

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from tests.synthesis.made_up import PUBLISHED, surveys
from wijkanalyse.config import Evidence
from wijkanalyse.synthesis.indicators import (
    ClientEstimates,
    LeaveOneOut,
    by_place,
    estimate_indicators,
    fill_in_numbers,
)
from wijkanalyse.synthesis.logit_glmm import logit_glmm
from wijkanalyse.synthesis.meta import random_effects
from wijkanalyse.synthesis.surveys import pool_client_indicators, survey_values

CHOICES = Evidence()
FRAME = surveys(
    {"value": 70, "n": 100},
    {"value": 80, "n": 300, "population": "jeugd"},
    {"value": 90, "n": 200},
    {"value": 60},
    {"value": 50, "precision": "approx"},
    {"value": 7.0, "n": 100, "indicator": "tevredenheid_cijfer"},
    {"value": 8.0, "n": 400, "indicator": "tevredenheid_cijfer"},
    {"value": 7.5, "n": 100, "indicator": "tevredenheid_cijfer"},
)


@cache
def of_the_frame():
    return estimate_indicators(FRAME, PUBLISHED, CHOICES)


def estimates(frame=None, choices=CHOICES, **keys):
    is_usual = frame is None and choices is CHOICES
    table = of_the_frame()[0] if is_usual else estimate_indicators(FRAME if frame is None else frame, PUBLISHED, choices)[0]
    for key, value in keys.items():
        table = table[table[key].eq(value)]
    return table


def one(**keys):
    rows = estimates(**({"indicator": "regie", "subset": "all", "precision": "exact"} | keys))
    assert len(rows) == 1
    return rows.iloc[0]


def test_the_tables_fit_their_contracts():
    table, left_out = of_the_frame()
    ClientEstimates.validate(table)
    LeaveOneOut.validate(left_out)
    keys = ["indicator", "subset", "precision", "missing_n", "grade_sd", "estimator"]
    assert not table.duplicated(keys).any()


def test_pooled_and_plain_are_those_of_the_headline_table():
    """One number, two tables."""
    wide = pool_client_indicators(FRAME, PUBLISHED).set_index("indicator")
    for name, value, lower, upper in (
        ("pooled", "pooled", "lower", "upper"),
        ("unweighted", "unweighted", "unweighted_lower", "unweighted_upper"),
    ):
        main = estimates(is_base=True, estimator=name).set_index("indicator")
        expected = wide[[value, lower, upper]].set_axis(["value", "lower", "upper"], axis=1)
        pd.testing.assert_frame_equal(main[["value", "lower", "upper"]], expected, check_names=False)


def test_percentages_go_through_the_model_for_proportions():
    row = one(missing_n="left_out", estimator="random_effects")
    n = np.array([100.0, 300.0, 200.0])
    expected = logit_glmm(np.array([0.7, 0.8, 0.9]) * n, n)
    assert (row["value"], row["lower"], row["upper"]) == pytest.approx(
        tuple(100 * expit([expected.mean, expected.lower, expected.upper]))
    )
    assert (row["tau2"], row["i2_pct"]) == pytest.approx((expected.tau2, expected.i2_pct))
    assert (row["k"], row["places"], row["k_with_n"], row["n"]) == (3, 3, 3, 600)
    assert row["status"] == "logit GLMM over 3 places, interval t(2)"


def test_grades_go_through_reml_with_the_standard_deviation_chosen():
    for sd in CHOICES.grade_sd:
        row = one(indicator="tevredenheid_cijfer", missing_n="left_out", estimator="random_effects", grade_sd=sd)
        variance = sd**2 / np.array([100, 400, 100])
        expected = random_effects(np.array([7.0, 8.0, 7.5]), variance, interval="modified knapp-hartung")
        assert (row["value"], row["tau2"]) == pytest.approx((expected.mean, expected.tau2))
    assert sum(estimates(indicator="tevredenheid_cijfer", is_base=True)["grade_sd"].eq(CHOICES.grade_sd[1])) == 1


def test_a_missing_number_is_left_out_or_filled_in():
    values = survey_values(FRAME, include_precision=["exact", "approx"])
    filled = fill_in_numbers(values, CHOICES)
    # 100, 300, 200, 100, 400, 100 in order: 100 x3, 200, 300, 400; quantiles 0.1, 0.5, 0.9
    assert filled == {"small": 100, "median": 150, "large": 350}
    assert one(missing_n="left_out", estimator="pooled")["k"] == 3
    for name, number in filled.items():
        row = one(missing_n=name, estimator="pooled")
        assert (row["k"], row["k_with_n"], row["n"]) == (4, 3, 600)
        assert row["value"] == pytest.approx((7000 + 24000 + 18000 + 60 * number) / (600 + number))


def test_no_survey_states_its_number():
    table = estimates(frame=surveys({"value": 70}, {"value": 80}), indicator="regie", subset="all", estimator="random_effects")
    assert table["value"].isna().all()
    assert set(table["status"]) == {"not estimated: 0 places, fewer than 3"}


def test_surveys_of_a_place_are_put_together_first():
    value, n = by_place(np.array([70.0, 80.0, 90.0]), np.array([100.0, 300.0, 50.0]), np.array(["A", "A", "B"], object))
    assert value.tolist() == [77.5, 90]
    assert n.tolist() == [400, 50]
    frame = surveys(
        *({"value": value, "n": 100, "gm_name": place} for value, place in ((70, "A"), (80, "A"), (90, "B"), (85, "C")))
    )
    keys = {"indicator": "regie", "subset": "all", "precision": "exact", "missing_n": "left_out"}
    assert estimates(frame, estimator="random_effects", **keys)["status"].item().startswith("logit GLMM over 3 places")
    assert (
        estimates(frame, estimator="random_effects_by_survey", **keys)["status"].item().startswith("logit GLMM over 4 surveys")
    )


def test_rounds_of_one_place_do_not_make_the_result_surer():
    """Ten rounds in one town and one elsewhere are two places: no interval from random effects."""
    frame = surveys(*({"value": 80 + place % 3, "n": 500, "gm_name": "A"} for place in range(10)), {"value": 70, "n": 500})
    row = estimates(frame, indicator="regie", subset="all", precision="exact", missing_n="left_out", estimator="random_effects")
    assert row["status"].item() == "not estimated: 2 places, fewer than 3"


def test_only_the_surveys_of_a_population():
    assert one(subset="jeugd", estimator="unweighted")[["k", "value"]].tolist() == [1, 80]
    assert one(subset="wijkteam", estimator="unweighted")["k"] == 3
    assert (
        one(subset="jeugd", estimator="random_effects", missing_n="median")["status"] == "not estimated: 1 place, fewer than 3"
    )


def test_inexact_values_in_or_out():
    assert one(estimator="unweighted")["value"] == 75
    assert one(estimator="unweighted", precision="exact+approx")["value"] == 70


def test_leave_one_out_by_hand():
    table, left_out = of_the_frame()
    rows = left_out[left_out["indicator"].eq("regie") & left_out["estimator"].eq("unweighted")]
    # without 70, 80, 90, 60 in turn
    assert rows["value"].tolist() == pytest.approx([230 / 3, 220 / 3, 210 / 3, 240 / 3])
    assert rows["shift"].tolist() == pytest.approx([230 / 3 - 75, 220 / 3 - 75, 210 / 3 - 75, 5])
    main = table[table["is_base"] & table["indicator"].eq("regie") & table["estimator"].eq("unweighted")].iloc[0]
    assert (main["left_out_low"], main["left_out_high"]) == pytest.approx((70, 80))
    pooled = left_out[left_out["indicator"].eq("regie") & left_out["estimator"].eq("pooled")]
    assert len(pooled) == 3


def test_where_the_published_figure_lies():
    row = one(estimator="unweighted")
    assert row["published"] == 79
    assert row["published_in_interval"] == (row["lower"] <= 79 <= row["upper"])
    assert pd.isna(row["published_in_prediction"])
    assert pd.isna(one(indicator="passend", estimator="unweighted")["published_in_interval"])


def test_the_main_rows_follow_the_configuration():
    choices = Evidence(missing_n="left_out", precision=["exact", "approx"])
    main = estimates(choices=choices, is_base=True, indicator="regie")
    assert sorted(main["estimator"]) == ["pooled", "random_effects", "unweighted"]
    assert set(main["precision"]) == {"exact+approx"}
    assert main.set_index("estimator").loc["random_effects", "missing_n"] == "left_out"
    assert len(estimates(choices=choices, indicator="regie")) == len(estimates(indicator="regie"))


def test_everybody_agrees_with_everything():
    frame = surveys({"value": 100, "n": 10}, {"value": 100, "n": 20}, {"value": 100, "n": 30})
    row = estimates(frame, indicator="regie", subset="all", precision="exact", missing_n="median", estimator="random_effects")
    assert row["value"].isna().all()
    assert row["status"].item() == "not estimated: every value is 0 or every value is 100 percent"


@given(st.lists(st.tuples(st.integers(20, 98), st.integers(20, 2000)), min_size=3, max_size=6), st.randoms())
@settings(max_examples=3, deadline=None)
def test_the_order_of_the_records_does_not_matter(rows, random):
    records = [
        {"survey_id": f"S{place}", "gm_name": f"P{place}", "value": value, "n": n} for place, (value, n) in enumerate(rows)
    ]
    keys = ["subset", "precision", "missing_n", "estimator"]
    before = estimates(surveys(*records), indicator="regie").set_index(keys)["value"]
    random.shuffle(records)
    after = estimates(surveys(*records), indicator="regie").set_index(keys)["value"]
    assert np.allclose(before, after, rtol=1e-6, equal_nan=True)
    assert math.isfinite(before.loc["all", "exact", "left_out", "random_effects"])

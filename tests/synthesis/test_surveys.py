"""Pooling of client surveys, against numbers worked out by hand and what must hold for any surveys."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.synthesis.made_up import PUBLISHED, surveys
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS
from wijkanalyse.synthesis import pool_client_indicators, survey_values


def pooled(frame: pd.DataFrame, indicator: str = "regie", **options: Any) -> pd.Series:
    return pool_client_indicators(frame, PUBLISHED, **options).set_index("indicator").loc[indicator]


def test_by_hand() -> None:
    row = pooled(surveys({"value": 70, "n": 100}, {"value": 80, "n": 300}, {"value": 90, "n": 100}, {"value": 60}))
    assert (row["k"], row["k_with_n"], row["n"]) == (4, 3, 500)
    # (70 x 100 + 80 x 300 + 90 x 100) / 500
    assert row["pooled"] == pytest.approx(80)
    # Cluster-robust with one row per cluster: variance = G/(G-1) x sum((w e)^2) / (sum w)^2, t with G - 1.
    half = stats.t.ppf(0.975, 2) * math.sqrt(3 / 2 * ((100 * -10) ** 2 + 0 + (100 * 10) ** 2) / 500**2)
    assert (row["lower"], row["upper"]) == (pytest.approx(80 - half), pytest.approx(80 + half))
    # Plain mean of 70, 80, 90, 60 with the usual t interval.
    plain = stats.t.interval(0.95, 3, 75, np.std([70, 80, 90, 60], ddof=1) / 2)
    assert (row["unweighted"], row["unweighted_lower"], row["unweighted_upper"]) == (75, *map(pytest.approx, plain))
    assert (row["headline"], row["headline_value"]) == ("pooled", pytest.approx(80))
    assert (row["published"], row["published_n"], row["difference"]) == (79, 3621, pytest.approx(1))
    assert row["status"] == "headline: mean weighted by respondents, over the 3 of 4 surveys that state their number"


def test_eight_rows_in_published_order() -> None:
    table = pool_client_indicators(surveys({}), PUBLISHED)
    assert list(table["indicator"]) == list(PUBLISHED_INDICATORS)
    assert list(table["published"]) == [7.7, 75, 80, 79, 72, 81, 76, 67]


def test_no_survey_has_the_indicator() -> None:
    row = pooled(surveys({}), "passend")
    assert (row["k"], row["n"], row["headline"]) == (0, 0, "none")
    assert row[["pooled", "lower", "unweighted", "headline_value", "difference"]].isna().all()
    assert row["status"] == "no survey states this indicator with the precision asked for"


def test_one_survey_has_a_value_and_no_interval() -> None:
    row = pooled(surveys({"value": 70, "n": 100}))
    assert (row["pooled"], row["unweighted"], row["headline_value"]) == (70, 70, 70)
    assert row[["lower", "upper", "unweighted_lower", "unweighted_upper"]].isna().all()
    assert "no interval for the weighted mean: 1 place; no interval for the plain mean: 1 place" in row["status"]


def test_two_surveys_with_n_do_not_carry_the_headline() -> None:
    frame = surveys({"value": 70, "n": 100}, {"value": 90, "n": 300}, {"value": 80})
    row = pooled(frame)
    assert (row["pooled"], row["headline"], row["headline_value"]) == (85, "unweighted", 80)
    assert "the interval for the weighted mean rests on 2 places" in row["status"]
    assert pooled(frame, fewest_with_n=2)["headline"] == "pooled"


def test_the_interval_stays_on_the_scale() -> None:
    row = pooled(surveys({"value": 70, "n": 100}, {"value": 95, "n": 100}))
    assert row["upper"] == 100
    grades = surveys(*({"value": value, "n": 1, "indicator": "tevredenheid_cijfer"} for value in (2, 9)))
    row = pooled(grades, "tevredenheid_cijfer")
    assert (row["lower"], row["upper"]) == (1, 10)


def test_only_clients_count() -> None:
    frame = surveys({"value": 70}, {"value": 10, "respondent_type": "residents"}, {"value": 20, "respondent_type": "panel"})
    assert (pooled(frame)["k"], pooled(frame)["unweighted"]) == (1, 70)


def test_the_row_all_goes_before_its_subgroups() -> None:
    frame = surveys(
        {"survey_id": "A", "value": 77, "n": 939},
        {"survey_id": "A", "value": 71, "n": 50, "subgroup": "jongeren"},
        {"survey_id": "A", "value": 90, "n": 60, "subgroup": "ouders"},
    )
    values = survey_values(frame)
    assert values[["survey_id", "value", "n", "basis", "rows"]].to_numpy().tolist() == [["A", 77, 939, "all", 1]]


def test_subgroups_are_combined_by_their_numbers() -> None:
    frame = surveys(
        {"survey_id": "A", "value": 73, "n": 95, "subgroup": "jongeren", "n_survey": 347},
        {"survey_id": "A", "value": 77, "n": 252, "subgroup": "ouders", "n_survey": 347},
    )
    value = survey_values(frame).iloc[0]
    assert value["value"] == pytest.approx((73 * 95 + 77 * 252) / 347)
    assert (value["n"], value["rows"], value["basis"]) == (347, 2, "subgroups: jongeren, ouders")
    assert value["url"] == "https://example.nl/0 https://example.nl/1"


def test_subgroups_without_numbers_are_averaged_and_weigh_nothing() -> None:
    frame = surveys(
        {"survey_id": "A", "value": 84, "subgroup": "jongeren"}, {"survey_id": "A", "value": 80, "n": 10, "subgroup": "ouders"}
    )
    value = survey_values(frame).iloc[0]
    assert value["value"] == 82
    assert pd.isna(value["n"])


def test_the_number_of_the_whole_survey_is_not_lent_to_a_subgroup() -> None:
    frame = surveys({"subgroup": "jongeren", "n_survey": 939, "n_basis": "survey_only"})
    assert survey_values(frame)["n"].isna().all()
    assert pooled(frame)["k_with_n"] == 0


def test_an_inexact_row_all_is_not_replaced_by_a_subgroup() -> None:
    frame = surveys(
        {"survey_id": "A", "value": 75, "precision": "approx"}, {"survey_id": "A", "value": 71, "subgroup": "jongeren"}
    )
    assert survey_values(frame).empty
    assert survey_values(frame, include_precision=["exact", "approx"])["value"].tolist() == [75]


def test_precision_is_chosen() -> None:
    frame = surveys({"value": 70}, {"value": 80, "precision": "lower_bound"}, {"value": 90, "precision": "approx"})
    assert pooled(frame)["k"] == 1
    assert pooled(frame, include_precision=("exact", "approx"))["unweighted"] == 80


def test_population_is_chosen() -> None:
    frame = surveys({"value": 70, "population": "wmo"}, {"value": 90, "population": "jeugd"})
    assert pooled(frame, populations=("jeugd",))["unweighted"] == 90


def test_the_basis_of_n_is_chosen() -> None:
    frame = surveys({"n": 100}, {"n": 2500, "n_basis": "lower_bound"})
    assert pooled(frame)["n"] == 2600
    row = pooled(frame, include_n_basis=("exact", "approx", "derived"))
    assert (row["k"], row["k_with_n"], row["n"]) == (2, 1, 100)


def test_equal_weights_are_a_choice() -> None:
    frame = surveys({"value": 70, "n": 100}, {"value": 90, "n": 300}, {"value": 80, "n": 10})
    row = pooled(frame, weight="equal")
    assert (row["headline"], row["headline_value"]) == ("unweighted", 80)


def test_rounds_of_one_place_can_be_one_cluster() -> None:
    frame = surveys({"value": 70, "n": 9, "gm_name": "A"}, {"value": 90, "n": 9, "gm_name": "A"}, {"value": 75, "n": 9})
    assert math.isfinite(pooled(frame, cluster="place")["lower"])
    assert "rests on 2 places" in pooled(frame, cluster="place")["status"]
    assert "no interval for the weighted mean: 1 place" in pooled(frame[:2], cluster="place")["status"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"populations": ["jeugt"]}, 'Unknown population "jeugt"; did you mean "jeugd"'),
        ({"populations": []}, "No population chosen"),
        ({"include_precision": ["exakt"]}, 'Unknown precision "exakt"; did you mean "exact"'),
        ({"include_precision": "exact"}, r'found the text "exact", expected a list such as \["exact"\]'),
        ({"include_n_basis": ["survey_only"]}, 'Unknown n_basis "survey_only"'),
        ({"weight": "N"}, 'Unknown weight "N"'),
        ({"cluster": "places"}, 'Unknown cluster "places"; did you mean "place"'),
    ],
)
def test_a_choice_that_does_not_exist(options: dict[str, Any], message: str) -> None:
    with pytest.raises(WijkanalyseError, match=message):
        pooled(surveys({}), **options)


def test_a_published_figure_that_is_missing() -> None:
    with pytest.raises(WijkanalyseError, match="0 rows for regie from study-slides, expected 1"):
        pool_client_indicators(surveys({}), PUBLISHED[PUBLISHED["indicator"] != "regie"])


VALUES = st.lists(
    st.tuples(st.floats(0, 100).map(lambda v: round(v, 1)), st.integers(1, 5000) | st.none()), min_size=1, max_size=6
)


@settings(max_examples=25, deadline=None)
@given(VALUES)
def test_means_lie_between_the_surveys_and_within_their_interval(pairs: list[tuple[float, int | None]]) -> None:
    row = pooled(surveys(*({"value": value, "n": n} for value, n in pairs)))
    values = [value for value, _ in pairs]
    with_n = [value for value, n in pairs if n is not None]
    assert min(values) - 1e-9 <= row["unweighted"] <= max(values) + 1e-9
    assert row["k_with_n"] == len(with_n)
    if with_n:
        assert min(with_n) - 1e-9 <= row["pooled"] <= max(with_n) + 1e-9
    if len(with_n) >= 2:
        assert row["lower"] - 1e-9 <= row["pooled"] <= row["upper"] + 1e-9
        assert 0 <= row["lower"] <= row["upper"] <= 100


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 500)), min_size=2, max_size=5), st.integers(2, 9))
def test_only_the_ratio_of_the_numbers_matters(pairs: list[tuple[int, int]], factor: int) -> None:
    once = pooled(surveys(*({"value": value, "n": n} for value, n in pairs)))
    more = pooled(surveys(*({"value": value, "n": n * factor} for value, n in pairs)))
    np.testing.assert_allclose(
        once[["pooled", "lower", "upper"]].astype(float), more[["pooled", "lower", "upper"]].astype(float), atol=1e-8
    )


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 500)), min_size=2, max_size=5), st.randoms())
def test_the_order_of_rows_does_not_matter(pairs: list[tuple[int, int]], shuffler: Any) -> None:
    frame = surveys(*({"value": value, "n": n} for value, n in pairs))
    order = list(range(len(frame)))
    shuffler.shuffle(order)
    pd.testing.assert_frame_equal(
        pool_client_indicators(frame, PUBLISHED), pool_client_indicators(frame.iloc[order], PUBLISHED)
    )


def test_a_survey_of_twice_the_size_weighs_as_two_surveys_of_one() -> None:
    one = pooled(surveys({"value": 70, "n": 200}, {"value": 90, "n": 100}))
    two = pooled(surveys({"value": 70, "n": 100}, {"value": 70, "n": 100}, {"value": 90, "n": 100}))
    assert one["pooled"] == pytest.approx(two["pooled"])

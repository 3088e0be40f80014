"""Coefficients of agreement against published answers, and what must hold for any coders."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.synthesis.agreement import (
    alpha_interval,
    cohen_kappa,
    coincidences,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)

NONE = -1
# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", example C: four observers, twelve units, gaps.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
        [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
    ]
)
# Fleiss (1971), Psychological Bulletin 76:378-382, table 1: 30 patients, six raters, five diagnoses (ratings per patient).
FLEISS = np.array(
    [
        [4, 4, 4, 4, 4, 4], [2, 2, 2, 5, 5, 5], [2, 3, 3, 3, 3, 5], [5, 5, 5, 5, 5, 5], [2, 2, 2, 4, 4, 4],
        [1, 1, 3, 3, 3, 3], [3, 3, 3, 3, 5, 5], [1, 1, 3, 3, 3, 4], [1, 1, 4, 4, 4, 4], [5, 5, 5, 5, 5, 5],
        [1, 4, 4, 4, 4, 4], [1, 2, 4, 4, 4, 4], [2, 2, 2, 3, 3, 3], [1, 4, 4, 4, 4, 4], [2, 2, 4, 4, 4, 5],
        [3, 3, 3, 3, 3, 5], [1, 1, 1, 4, 5, 5], [1, 1, 1, 1, 1, 2], [2, 2, 4, 4, 4, 4], [1, 3, 3, 5, 5, 5],
        [5, 5, 5, 5, 5, 5], [2, 4, 4, 4, 4, 4], [2, 2, 4, 5, 5, 5], [1, 1, 4, 4, 4, 4], [1, 4, 4, 4, 4, 5],
        [2, 2, 2, 2, 2, 4], [1, 1, 1, 1, 5, 5], [2, 2, 4, 4, 4, 4], [1, 3, 3, 3, 3, 3], [5, 5, 5, 5, 5, 5],
    ]
).T  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_krippendorff(metric, expected):
    assert krippendorff_alpha(KRIPPENDORFF, metric) == pytest.approx(expected, abs=5e-4)


def test_alpha_of_the_patients_of_fleiss():
    """Without gaps alpha is Fleiss' kappa (0.430) corrected for the number of ratings N: 1 - (1 - kappa)(N - 1) / N."""
    alpha, ratings = krippendorff_alpha(FLEISS), FLEISS.size
    assert 1 - (1 - alpha) * ratings / (ratings - 1) == pytest.approx(0.430, abs=5e-4)


def test_ac1_of_the_observers_of_krippendorff():
    # Gwet's AC1 on the same data: 0.77544, agreement 0.81818 (R irrCAC, cac.raw4raters).
    assert gwet_ac1(KRIPPENDORFF) == pytest.approx(0.77544, abs=5e-6)
    assert percent_agreement(KRIPPENDORFF) == pytest.approx(81.818, abs=5e-4)


def test_kappa_by_hand():
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: agreement 0.7, by chance 0.5, kappa 0.4
    first = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
    second = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])
    kappa, lower, upper = cohen_kappa(first, second)
    assert kappa == pytest.approx(0.4)
    assert -1 <= lower < kappa < upper <= 1


def test_the_kappa_paradox():
    """48 of 50 decisions the same, nearly all `not seen`: kappa and alpha near 0, AC1 near 1."""
    first, second = np.zeros(50, int), np.zeros(50, int)
    first[0], second[1] = 1, 1
    ratings = np.stack([first, second])
    assert percent_agreement(ratings) == 96
    assert cohen_kappa(first, second)[0] == pytest.approx(-0.02, abs=0.005)
    assert krippendorff_alpha(ratings) < 0.01
    assert gwet_ac1(ratings) > 0.95


def test_nothing_varies():
    same = np.zeros((2, 10), int)
    assert np.isnan(krippendorff_alpha(same))
    assert np.isnan(cohen_kappa(same[0], same[1])).all()
    assert gwet_ac1(same) == 1
    assert np.isnan(alpha_interval(coincidences(same, 2), np.random.default_rng(1), 200)).all()


def test_no_interval_of_no_width():
    first = np.array([0, 1] * 10)
    assert cohen_kappa(first, first)[0] == 1
    assert np.isnan(cohen_kappa(first, first)[1])
    assert np.isnan(cohen_kappa(first, np.zeros(20, int))[1])


def test_the_bootstrap_holds_the_estimate_and_repeats_itself():
    units = coincidences(KRIPPENDORFF)
    first, again = (alpha_interval(units, np.random.default_rng(7), 2000) for _ in range(2))
    assert first == again
    assert first[0] < krippendorff_alpha(KRIPPENDORFF) < first[1]
    wider = alpha_interval(units, np.random.default_rng(7), 2000, level=0.99)
    assert wider[0] <= first[0]
    assert wider[1] >= first[1]


def test_a_unit_of_one_code_says_nothing():
    with_gap = np.array([[1, 0, 1], [1, 0, NONE]])
    assert krippendorff_alpha(with_gap) == krippendorff_alpha(with_gap[:, :2])
    assert percent_agreement(with_gap) == 100


@pytest.mark.parametrize("ratings", [np.array([1, 2]), np.array([[1.0], [2.0]]), np.array([[1, 2]]), np.full((2, 3), NONE)])
def test_ratings_that_are_none(ratings):
    with pytest.raises(WijkanalyseError, match="whole codes of at least two coders"):
        krippendorff_alpha(ratings)


def test_coders_of_other_units():
    with pytest.raises(WijkanalyseError, match="the same units"):
        cohen_kappa(np.array([1, 0]), np.array([1]))


ratings_of_two = st.integers(2, 30).flatmap(
    lambda units: st.tuples(*[st.lists(st.integers(0, 2), min_size=units, max_size=units)] * 2)
).map(lambda rows: np.array(rows))  # fmt: skip


@given(ratings_of_two)
@settings(max_examples=40, deadline=None)
def test_who_is_first_does_not_matter(ratings):
    swapped = ratings[::-1]
    for coefficient in (krippendorff_alpha, gwet_ac1, percent_agreement):
        assert coefficient(ratings) == pytest.approx(coefficient(swapped), nan_ok=True)
    assert cohen_kappa(*ratings)[0] == pytest.approx(cohen_kappa(*swapped)[0], nan_ok=True)


@given(ratings_of_two)
@settings(max_examples=40, deadline=None)
def test_one_is_full_agreement_and_nothing_is_above_it(ratings):
    alpha, kappa, same = krippendorff_alpha(ratings), cohen_kappa(*ratings)[0], bool((ratings[0] == ratings[1]).all())
    for coefficient in (alpha, kappa):
        assert np.isnan(coefficient) or coefficient <= 1 + 1e-12
        assert np.isnan(coefficient) or (coefficient == pytest.approx(1)) == same
    assert percent_agreement(ratings) == pytest.approx(100 * (ratings[0] == ratings[1]).mean())

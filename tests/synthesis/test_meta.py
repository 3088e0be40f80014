"""Meta-analysis against published answers, and what must hold for any studies."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.reference_data import reference
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.synthesis.meta import (
    fixed_effect,
    i_squared,
    prediction_interval,
    q_profile,
    random_effects,
    tau_squared,
)

# Colditz e.a. (1994), JAMA 271:698-702: 13 trials of the BCG vaccine; tuberculosis yes and no, vaccinated and not.
BCG = np.array(
    [
        [4, 119, 11, 128], [6, 300, 29, 274], [3, 228, 11, 209], [62, 13536, 248, 12619], [33, 5036, 47, 5761],
        [180, 1361, 372, 1079], [8, 2537, 10, 619], [505, 87886, 499, 87892], [29, 7470, 45, 7232], [17, 1699, 65, 1600],
        [186, 50448, 141, 27197], [5, 2493, 3, 2338], [27, 16886, 29, 17825],
    ]
)  # fmt: skip
A, B, C, D = BCG.T.astype(float)
EFFECT = np.log(A / (A + B)) - np.log(C / (C + D))
VARIANCE = 1 / A - 1 / (A + B) + 1 / C - 1 / (C + D)


@pytest.mark.parametrize(
    ("method", "tau2", "mean", "se", "lower", "upper", "i2", "tolerance"),
    [
        ("REML", 0.313243, -0.714532, 0.179782, -1.066898, -0.362167, 92.2214, 1e-6),
        ("DL", 0.308760, -0.714117, 0.178742, -1.064445, -0.363789, 92.1173, 1e-6),
        # metafor's PM stops early (0.318094); its EB solves the same equation to the end
        ("PM", 0.318069, -0.714968, 0.180892, -1.069510, -0.360426, 92.3303, 1e-6),
    ],
)
def test_bcg_as_metafor(method, tau2, mean, se, lower, upper, i2, tolerance):
    # R metafor: rma(yi, vi, method=...)
    found = random_effects(EFFECT, VARIANCE, method, "normal")
    assert (found.tau2, found.mean, found.se, found.lower, found.upper) == pytest.approx(
        (tau2, mean, se, lower, upper), abs=tolerance
    )
    assert found.i2_pct == pytest.approx(i2, abs=1e-4)


def test_bcg_fixed_effect():
    # R metafor: rma(yi, vi, method="FE")
    found = fixed_effect(EFFECT, VARIANCE)
    assert (found.mean, found.se) == pytest.approx((-0.430285, 0.040499), abs=1e-6)
    assert found.i2_pct == pytest.approx(92.1173, abs=1e-4)


def test_bcg_knapp_hartung():
    # R metafor: rma(yi, vi, method="REML", test="knha")
    found = random_effects(EFFECT, VARIANCE)
    assert (found.lower, found.upper) == pytest.approx((-1.10844, -0.32062), abs=5e-6)


def test_bcg_interval_of_the_variance_between_trials():
    # confint() in metafor's own tests (test_misc_confint.r): tau2 0.1197-1.1115, I2 81.9177-97.6781.
    low, high = q_profile(EFFECT, VARIANCE)
    assert (low, high) == pytest.approx((0.1197, 1.1115), abs=5e-5)
    # their tau2 is found to four decimals, so I2 to two
    assert [i_squared(EFFECT, VARIANCE, tau2) for tau2 in (low, high)] == pytest.approx([81.9177, 97.6781], abs=5e-3)


def test_the_reference_file_says_the_same():
    with reference("known_answers/bcg_results.csv").open(encoding="utf-8") as file:
        results = {row[""]: row for row in csv.DictReader(file)}
    for method in ("DL", "REML"):
        found = random_effects(EFFECT, VARIANCE, method, "normal")
        expected = [float(results[method][column]) for column in ("tau2", "b", "se", "lb", "ub")]
        assert [found.tau2, found.mean, found.se, found.lower, found.upper] == pytest.approx(expected, abs=3e-7)


def test_prediction_interval_by_hand():
    # mean +- t(k-2) sqrt(tau2 + se^2); Higgins, Thompson & Spiegelhalter (2009)
    half = stats.t.ppf(0.975, 11) * np.sqrt(0.313243 + 0.179782**2)
    assert prediction_interval(-0.7145, 0.179782, 0.313243, 13) == pytest.approx((-0.7145 - half, -0.7145 + half))
    assert np.isnan(prediction_interval(0.0, 1.0, 1.0, 2)).all()


def test_studies_that_happen_to_agree_still_have_an_interval():
    same, variance = np.full(3, 7.5), np.full(3, 0.01)
    plain = random_effects(same, variance, interval="knapp-hartung")
    assert plain.upper - plain.lower == 0
    modified = random_effects(same, variance, interval="modified knapp-hartung")
    # t(2) x sqrt(0.01 / 3)
    assert modified.upper - 7.5 == pytest.approx(stats.t.ppf(0.975, 2) * np.sqrt(0.01 / 3))
    assert modified.tau2 == 0


def test_one_study_is_its_own_mean_and_nothing_more():
    found = random_effects(np.array([3.0]), np.array([1.0]))
    assert found.mean == 3
    assert np.isnan([found.lower, found.tau2, found.i2_pct, found.prediction_lower]).all()
    assert fixed_effect(np.array([3.0]), np.array([4.0])).se == 2


@pytest.mark.parametrize(
    ("effects", "variances"), [([1.0, 2.0], [1.0]), ([], []), ([1.0, np.nan], [1.0, 1.0]), ([1.0, 2.0], [1.0, 0.0])]
)
def test_input_that_cannot_be_pooled(effects, variances):
    with pytest.raises(WijkanalyseError, match="Expected"):
        random_effects(np.array(effects), np.array(variances))


studies = st.lists(
    st.tuples(st.floats(-5, 5), st.floats(0.01, 4)), min_size=3, max_size=12
).map(lambda rows: (np.array([row[0] for row in rows]), np.array([row[1] for row in rows])))  # fmt: skip


@given(studies)
@settings(max_examples=60, deadline=None)
def test_reml_solves_its_equation(data):
    """Where REML is above zero its score is zero there; where it is zero the score does not point upward."""
    y, v = data
    tau2 = tau_squared(y, v, "REML")

    def score(t2):
        w = 1 / (v + t2)
        residual = y - np.sum(w * y) / w.sum()
        return np.sum((w * residual) ** 2) - (w.sum() - (w**2).sum() / w.sum())

    if tau2 > 0:
        assert abs(score(tau2)) < 1e-5 * np.sum(1 / (v + tau2))
    else:
        assert score(0.0) <= 1e-9


@given(studies, st.floats(-10, 10), st.floats(0.1, 10))
@settings(max_examples=30, deadline=None)
def test_units_do_not_matter(data, shift, scale):
    """Effects in other units give the same answer in those units."""
    y, v = data
    before, after = random_effects(y, v), random_effects(shift + scale * y, scale**2 * v)
    assert after.mean == pytest.approx(shift + scale * before.mean, abs=1e-4 * scale)
    assert after.tau2 == pytest.approx(scale**2 * before.tau2, rel=1e-4, abs=1e-6 * scale**2)
    assert after.upper - after.lower == pytest.approx(scale * (before.upper - before.lower), rel=1e-3, abs=1e-6)


@given(studies)
@settings(max_examples=30, deadline=None)
def test_the_mean_lies_among_the_effects_and_the_intervals_around_it(data):
    y, v = data
    found = random_effects(y, v, interval="modified knapp-hartung")
    assert y.min() - 1e-9 <= found.mean <= y.max() + 1e-9
    assert found.prediction_lower <= found.lower <= found.mean <= found.upper <= found.prediction_upper
    assert 0 <= found.tau2_lower <= found.tau2_upper
    assert 0 <= found.i2_pct <= 100
    plain = random_effects(y, v, interval="knapp-hartung")
    assert found.upper - found.lower >= plain.upper - plain.lower - 1e-9

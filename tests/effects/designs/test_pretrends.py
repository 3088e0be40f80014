"""Bounds on what trends may do: the published example, closed forms, and coverage where the bound is just met."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from wijkanalyse.effects.designs.pretrends import (
    EventStudy,
    breakdown_m,
    breakdown_mbar,
    event_study_table,
    relative_magnitudes,
    smoothness,
    wald_test_of_leads,
)
from wijkanalyse.errors import WijkanalyseError

# Benzarti & Carloni (2019), profits: coefficients and covariance as the R package HonestDiD ships them (BCdata_EventStudy)
COEFFICIENTS = [0.006696351804, 0.02934503369, -0.006472972222, 0.0730149895]
COEFFICIENTS += [0.1959611177, 0.3120639026, 0.2395415455, 0.1260425001]
UPPER = [
    [
        *[0.0008428358124, 0.0004768686777, 0.0002618051076, 0.0002354220342],
        *[0.0001676371467, 0.0001128707663, 1.992816215e-05, -0.0001368265366],
    ],
    [0.0006425420288, 0.0003987425007, 0.0002435515198, 0.0002201960306, 0.0001804591157, 3.84376508e-05, -2.960421989e-05],
    [0.0005229949602, 0.000211768609, 0.0001840722252, 0.000145852784, 7.005197403e-05, 5.952994979e-05],
    [0.0003089595411, 0.0001197866077, 0.0001334081317, 0.0001016335009, 0.0001079051726],
    [0.000359970436, 0.0002478818642, 0.0001749579242, 0.0001654256921],
    [0.0004263949813, 0.0002171437809, 0.0002892747871],
    [0.0004886697861, 0.0003805322049],
    [0.000761739444],
]


def profits() -> EventStudy:
    matrix = np.zeros((8, 8))
    for i, row in enumerate(UPPER):
        matrix[i, i:] = matrix[i:, i] = row
    return EventStudy(np.array([-5, -4, -3, -2, 0, 1, 2, 3]), np.array(COEFFICIENTS), matrix)


def random_study(seed: int, leads: int = 3, lags: int = 2) -> EventStudy:
    rng = np.random.default_rng(seed)
    n = leads + lags
    root = rng.normal(size=(n, n))
    times = np.array([*range(-leads - 1, -1), *range(lags)])
    return EventStudy(times, rng.normal(size=n), root @ root.T / n + 0.1 * np.eye(n))


def test_with_parallel_trends_it_is_the_ordinary_interval() -> None:
    row = relative_magnitudes(profits(), [0]).iloc[0]
    # HonestDiD: constructOriginalCS
    np.testing.assert_allclose(row[["lower", "upper"]], [0.15877494280765, 0.233147292681241], atol=1e-10)


def test_fixed_length_intervals_are_those_of_honest_did() -> None:
    published = {
        0.0: (0.131411316, 0.2161696482),
        0.01: (0.15496526708, 0.27038453033),
        0.02: (0.17730108790, 0.31595646819),
        0.03: (0.18940446443, 0.34854775004),
        0.1: (0.1194440001, 0.4185082143),
        0.2: (0.01944400015, 0.5185082143),
    }
    table = smoothness(profits(), list(published))
    # HonestDiD searches a grid and simulates the folded normal quantile, so it is exact to three digits
    np.testing.assert_allclose(table[["lower", "upper"]], list(published.values()), atol=1e-3)
    halves = (table["upper"] - table["lower"]) / 2
    np.testing.assert_allclose(halves, [(upper - lower) / 2 for lower, upper in published.values()], atol=2e-4)
    assert table["value"].iloc[-1] == pytest.approx(COEFFICIENTS[4] + COEFFICIENTS[3])


def test_relative_magnitudes_hold_those_of_honest_did_and_are_little_wider() -> None:
    """HonestDiD's conditional and least favourable hybrid uses more inequalities."""
    published = {0.5: (0.1181295, 0.2715839), 1.0: (0.0672313, 0.3186837), 1.5: (0.0132943, 0.3695820)}
    table = relative_magnitudes(profits(), list(published))
    for row, (lower, upper) in zip(table.itertuples(), published.values(), strict=True):
        assert row.lower < lower < row.set_lower < row.set_upper < upper < row.upper
        assert (row.upper - row.lower) / (upper - lower) < 1.1
    # between the last published set without 0 and the first with it, less what ours is wider
    assert 1.5 < breakdown_mbar(profits()) < 2.0


def test_one_lead_and_one_lag_in_closed_form() -> None:
    study = EventStudy(np.array([-2, 0]), np.array([0.3, 1.0]), np.diag([0.01, 0.04]))
    row = relative_magnitudes(study, [2.0]).iloc[0]
    assert (row["set_lower"], row["set_upper"]) == pytest.approx((1 - 2 * 0.3, 1 + 2 * 0.3))
    error = np.sqrt(0.04 + 4 * 0.01)
    # both ends have this error; their estimates correlate (0.04 - 0.04) / 0.08 = 0, so c solves cdf(c)^2 = 0.95
    critical = norm.ppf(np.sqrt(0.95))
    assert row["upper"] == pytest.approx(1.6 + critical * error, abs=1e-9)
    assert row["lower"] == pytest.approx(0.4 - critical * error, abs=1e-9)
    # one lead: the straight line through it and the base year, drawn on
    line = smoothness(study, [0.0, 0.5])
    assert line["value"].tolist() == pytest.approx([1.3, 1.3])
    assert line["standard_error"].tolist() == pytest.approx([np.sqrt(0.05)] * 2)
    assert line["worst_bias"].tolist() == pytest.approx([0.0, 0.5])


def test_the_identified_set_of_a_mean_over_lags_by_hand() -> None:
    study = EventStudy(np.array([-3, -2, 0, 1]), np.array([0.5, 0.2, 1.0, 3.0]), np.eye(4) * 1e-12)
    row = relative_magnitudes(study, [1.0], lags=[0.5, 0.5]).iloc[0]
    # largest step before is 0.3; the bias in the first lag counts in both: 0.3 x (1 + 0.5)
    assert (row["set_lower"], row["set_upper"]) == pytest.approx((2 - 0.45, 2 + 0.45))


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50))
def test_wider_bounds_give_wider_sets_and_units_do_not_matter(seed: int, scale: float) -> None:
    study = random_study(seed)
    mbars = [0.0, 0.25, 0.5, 1.0, 2.0]
    table = relative_magnitudes(study, mbars)
    assert (table["lower"].diff().dropna() <= 1e-9).all()
    assert (table["upper"].diff().dropna() >= -1e-9).all()
    assert ((table["lower"] <= table["set_lower"]) & (table["set_upper"] <= table["upper"])).all()
    scaled = EventStudy(study.times, scale * study.coefficients, scale**2 * study.covariance)
    np.testing.assert_allclose(relative_magnitudes(scaled, mbars), table * [1, *[scale] * 4], rtol=1e-6, atol=1e-7)
    widths = smoothness(study, [0.0, 0.1, 0.5]).eval("upper - lower")
    assert (widths.diff().dropna() > 0).all()
    np.testing.assert_allclose(smoothness(scaled, [0.1 * scale]).eval("upper - lower"), scale * widths[1], rtol=1e-5)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 1))
def test_no_other_unbiased_line_gives_a_shorter_interval(seed: int, m: float) -> None:
    study = random_study(seed, leads=3, lags=1)
    best = smoothness(study, [m]).iloc[0]
    rng = np.random.default_rng(seed)
    for bends in np.concatenate([rng.normal(0, 1, (80, 2)), rng.normal(0, 0.1, (80, 2)), np.zeros((1, 2))]):
        # weights of the leads -4, -3, -2 that remove a straight line: distances 3, 2, 1 must add up to 1
        far, middle = bends
        weights = np.array([far, middle, 1 - 3 * far - 2 * middle, 1.0])
        bias = m * (1 + abs(2 * far + middle) + abs(far))
        error = np.sqrt(weights @ study.covariance @ weights)
        assert _half_length(bias, error) >= (best["upper"] - best["lower"]) / 2 * (1 - 1e-5)


def _half_length(bias: float, error: float) -> float:
    grid = np.linspace(bias, bias + 4 * error, 1001)
    covered = norm.cdf((grid - bias) / error) - norm.cdf((-grid - bias) / error)
    return float(np.interp(0.95, covered, grid))


@pytest.mark.parametrize("trend", ["at its bound", "leads equally large", "no trend"])
def test_relative_magnitudes_cover_the_effect_also_when_the_bound_is_just_met(trend: str) -> None:
    """Two leads, one lag, effect 1, Mbar 1; the trend of the lag is exactly at the bound."""
    before = {"at its bound": [0.8, 0.6], "leads equally large": [0.6, 0.3], "no trend": [0.0, 0.0]}[trend]
    step = max(abs(before[1] - before[0]), abs(before[1]))
    truth = np.array([*before, 1 + step])
    matrix = 0.04 * (0.5 * np.eye(3) + 0.5)
    rng = np.random.default_rng(7)
    covered = []
    for estimate in rng.multivariate_normal(truth, matrix, size=250):
        row = relative_magnitudes(EventStudy(np.array([-3, -2, 0]), estimate, matrix), [1.0]).iloc[0]
        covered.append(row["lower"] <= 1 <= row["upper"])
    assert np.mean(covered) >= 0.92


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.floats(-0.2, 0.2), min_size=5, max_size=5), st.floats(-3, 3))
def test_smoothness_covers_every_trend_that_bends_no_more(seed: int, bends: list[float], slope: float) -> None:
    """The weights do not depend on the estimates, so coverage follows from the bias on the true coefficients."""
    study = random_study(seed)  # years -4, -3, -2, 0, 1
    steps = slope + np.cumsum(bends)
    trend = np.concatenate([[0], np.cumsum(steps)])
    true = (trend - trend[3])[[0, 1, 2, 4, 5]] + np.array([0, 0, 0, 1.0, 2.0])
    row = smoothness(EventStudy(study.times, true, study.covariance), [0.2]).iloc[0]
    bias, error, half = row["value"] - 1, row["standard_error"], (row["upper"] - row["lower"]) / 2
    assert abs(bias) <= row["worst_bias"] + 1e-9
    assert norm.cdf((half - bias) / error) - norm.cdf((-half - bias) / error) >= 0.95 - 1e-9


def test_the_breakdown_value_is_where_zero_comes_in() -> None:
    study = profits()
    mbar, m = breakdown_mbar(study), breakdown_m(study)
    around = relative_magnitudes(study, [mbar - 1e-6, mbar + 1e-6])
    assert around["lower"].iloc[0] > 0 > around["lower"].iloc[1]
    around = smoothness(study, [m - 1e-5, m + 1e-5])
    assert around["lower"].iloc[0] > 0 > around["lower"].iloc[1]
    nothing = EventStudy(np.array([-2, 0]), np.array([0.0, 0.1]), np.eye(2))
    assert breakdown_mbar(nothing) == 0
    certain = EventStudy(np.array([-2, 0]), np.array([0.0, 5.0]), np.eye(2) * 1e-20)
    assert breakdown_mbar(certain, largest=10) == 10


def test_the_table_of_an_event_study_and_the_test_of_its_leads() -> None:
    study = EventStudy(np.array([-3, -2, 0]), np.array([2.0, 1.0, 5.0]), np.diag([4.0, 1.0, 1.0]))
    table = event_study_table(study)
    assert table["time"].tolist() == [-3, -2, -1, 0]
    assert table["value"].tolist() == [2.0, 1.0, 0.0, 5.0]
    statistic, p = wald_test_of_leads(study)
    assert statistic == pytest.approx(2.0)
    assert p == pytest.approx(np.exp(-1.0))


@pytest.mark.parametrize("times", [[-4, -2, 0], [0, 1, 2], [-3, -2, -1], [-2, 1]])
def test_years_that_do_not_follow_each_other_are_refused(times: list[int]) -> None:
    with pytest.raises(WijkanalyseError, match="consecutive"):
        EventStudy(np.array(times), np.zeros(len(times)), np.eye(len(times)))


def test_weights_must_fit_the_lags() -> None:
    with pytest.raises(WijkanalyseError, match="2 weights for 4 years"):
        relative_magnitudes(profits(), [1.0], lags=[0.5, 0.5])

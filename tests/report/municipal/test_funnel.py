"""Funnel limits: by hand, and what must hold of any country."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from wijkanalyse.report.municipal.funnel import (
    DURATION,
    INSIDE,
    PROPORTION,
    RATE,
    Funnel,
    Scale,
    Verdict,
    fit,
    winsorised_variance,
)

SCALES = st.sampled_from([RATE, PROPORTION, DURATION])


def test_limits_by_hand() -> None:
    # 60 per 1,000 young people; 2,500 of them: one over twice the root of the size is 0.01
    funnel = Funnel(RATE, 0.06, dispersion=1.0, tau=0.0)
    low, high = funnel.limits(2500, 0.95)
    assert float(low) == pytest.approx((math.sqrt(0.06) - 1.959964 * 0.01) ** 2, abs=1e-8)
    assert float(high) == pytest.approx((math.sqrt(0.06) + 1.959964 * 0.01) ** 2, abs=1e-8)
    # with a spread between municipalities of 0.02 the two add as variances; 99.8 % is 3.090 standard deviations
    wide = Funnel(RATE, 0.06, dispersion=5.0, tau=0.02)
    assert float(wide.limits(2500, 0.998)[1]) == pytest.approx(
        (math.sqrt(0.06) + 3.090232 * math.sqrt(0.01**2 + 0.02**2)) ** 2, abs=1e-8
    )
    # 3 % of 400 from a crisis; a mean of 350 days over 100 trajectories that vary as much as their mean
    assert float(Funnel(PROPORTION, 0.03, 1.0, 0.0).limits(400, 0.95)[1]) == pytest.approx(
        math.sin(math.asin(math.sqrt(0.03)) + 1.959964 / 40) ** 2, abs=1e-8
    )
    assert float(Funnel(DURATION, 350.0, 1.0, 0.0).limits(100, 0.95)[0]) == pytest.approx(350 * math.exp(-0.1959964), abs=1e-4)


def test_dispersion_and_spread_by_hand() -> None:
    # ten municipalities of equal size, on the root scale at -5 .. 5 standard deviations of the middle
    steps = np.array([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])
    sizes = np.full(10, 2500.0)
    values = (math.sqrt(0.06) + 0.01 * steps) ** 2
    centre = values.mean()
    z = (np.sqrt(values) - math.sqrt(centre)) / 0.01
    # winsorised at a tenth: the ends become what lies nine tenths of the way from the second to the outermost
    ends = sorted(z)
    z = np.clip(z, ends[0] + 0.9 * (ends[1] - ends[0]), ends[-1] - 0.9 * (ends[-1] - ends[-2]))
    dispersion = np.mean(z**2) / 0.678655
    found = fit(values, sizes, RATE)
    assert found.centre == pytest.approx(centre)
    assert found.dispersion == pytest.approx(dispersion, rel=1e-4)
    # with equal sizes the variance between is (I phi - (I - 1)) / ((I - 1) w), w = 1 / 0.01^2
    assert found.tau == pytest.approx(math.sqrt((10 * dispersion - 9) / (9 / 0.01**2)), rel=1e-4)


def test_winsorising_is_made_good_for() -> None:
    draws = np.random.default_rng(7).standard_normal(200_000)
    ends = stats.norm.ppf([0.1, 0.9])
    assert winsorised_variance(0.1) == pytest.approx(np.mean(np.clip(draws, *ends) ** 2), rel=0.01)
    assert winsorised_variance(0.0 + 1e-12) == pytest.approx(1, abs=1e-6)


def test_a_country_of_chance_alone_has_one_in_twenty_outside() -> None:
    rng = np.random.default_rng(11)
    sizes = rng.integers(500, 50_000, 3000).astype(float)
    values = rng.poisson(0.06 * sizes) / sizes
    funnel = fit(values, sizes, RATE)
    assert funnel.dispersion == pytest.approx(1, abs=0.06)
    low, high = funnel.limits(sizes, 0.95)
    assert np.mean((values < low) | (values > high)) == pytest.approx(0.05, abs=0.012)


def test_spread_between_municipalities_widens_the_limits_and_few_remain_outside() -> None:
    rng = np.random.default_rng(12)
    sizes = rng.integers(500, 50_000, 3000).astype(float)
    values = rng.poisson(0.06 * sizes * rng.gamma(25, 1 / 25, 3000)) / sizes
    funnel = fit(values, sizes, RATE)
    assert funnel.dispersion > 5
    low, high = funnel.limits(sizes, 0.95)
    assert np.mean((values < low) | (values > high)) == pytest.approx(0.05, abs=0.025)


@given(SCALES, st.floats(0.01, 0.9), st.floats(0, 0.2), st.floats(10, 1e5), st.floats(1.01, 10))
@settings(deadline=None)
def test_limits_hold_the_centre_and_narrow_with_size(scale: Scale, centre: float, tau: float, size: float, more: float) -> None:
    funnel = Funnel(scale, centre, 1.0, tau)
    (low, high), (inner_low, inner_high) = funnel.limits(size, 0.998), funnel.limits(size, 0.95)
    assert low <= inner_low <= centre * (1 + 1e-9)
    assert centre * (1 - 1e-9) <= inner_high <= high
    larger_low, larger_high = funnel.limits(size * more, 0.95)
    assert larger_low >= inner_low - 1e-12
    assert larger_high <= inner_high + 1e-12
    if scale is PROPORTION:
        assert 0 <= low <= high <= 1


def test_a_verdict_needs_all_of_the_range_outside() -> None:
    funnel = Funnel(RATE, 0.06, 1.0, 0.0)
    top95, top998 = (float(funnel.limits(2500, level)[1]) for level in (0.95, 0.998))
    bottom = float(funnel.limits(2500, 0.95)[0])
    assert funnel.verdict(0.06, 0.06, 2500) == INSIDE
    assert funnel.verdict(top95 + 1e-6, top95 + 1e-6, 2500) == Verdict("above", 0.95)
    assert funnel.verdict(top998 + 1e-6, 1, 2500) == Verdict("above", 0.998)
    assert funnel.verdict(0, bottom - 1e-6, 2500) == Verdict("below", 0.95)
    # a suppressed count may be inside: then nothing is said
    assert funnel.verdict(top95 - 1e-6, 1, 2500) == INSIDE
    assert funnel.verdict(0, bottom + 1e-6, 2500) == INSIDE

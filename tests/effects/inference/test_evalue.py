"""Sensitivity to confounding: published answers."""

from math import exp, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkanalyse.effects.inference.evalue import e_value, e_value_of_difference, robustness_value


def test_formula_feeding_and_respiratory_deaths() -> None:
    """VanderWeele & Ding (2017): a risk ratio of 3.9 (1.8 to 8.7) has an E-value of 7.26, its lower limit 3.0."""
    found = e_value(3.9, 1.8, 8.7)
    assert found.estimate == pytest.approx(7.26, abs=0.005)
    assert found.interval == pytest.approx(3.0, abs=1e-9)


def test_breastfeeding_and_leukaemia() -> None:
    """The same paper, a protective ratio: 0.80 (0.71 to 0.91), as in the R package EValue's tests."""
    found = e_value(0.80, 0.71, 0.91)
    assert found.estimate == pytest.approx(1 / 0.8 + sqrt(1 / 0.8 * (1 / 0.8 - 1)))
    assert found.interval == pytest.approx(1 / 0.91 + sqrt(1 / 0.91 * (1 / 0.91 - 1)))


def test_a_standardised_difference() -> None:
    """The R package EValue's test "SMD, causative" without its shifted null: exp(0.91 d -/+ 1.78 se)."""
    found = e_value_of_difference(1.0, 0.4, 2.0)
    ratio, lower = exp(0.91 * 0.5), exp(0.91 * 0.5 - 1.78 * 0.2)
    assert found.estimate == pytest.approx(ratio + sqrt(ratio * (ratio - 1)))
    assert found.interval == pytest.approx(lower + sqrt(lower * (lower - 1)))


def test_an_interval_that_holds_no_effect_needs_no_confounder() -> None:
    assert e_value(1.2, 0.9, 1.6).interval == 1.0
    assert np.isnan(e_value(nan).estimate)
    assert np.isnan(e_value(2.0).interval)


@given(st.floats(0.01, 100))
def test_protection_and_harm_are_alike(ratio: float) -> None:
    assert e_value(ratio).estimate == pytest.approx(e_value(1 / ratio).estimate)
    assert e_value(ratio).estimate >= max(ratio, 1 / ratio) - 1e-12


def test_darfur() -> None:
    """Cinelli & Hazlett (2020, section 5), figures of the R package sensemakr: 0.09731582 / 0.02325654, 783 degrees."""
    t = 0.09731582 / 0.02325654
    assert robustness_value(t, 783) == pytest.approx(0.138776, abs=2e-6)
    assert robustness_value(t, 783, level=0.95) == pytest.approx(0.07625797, abs=2e-7)


def test_an_insignificant_estimate_has_no_robustness() -> None:
    assert robustness_value(1.5, 100, level=0.95) == 0.0
    assert np.isnan(robustness_value(nan, 100, level=0.95))
    assert robustness_value(1e6, 100) == pytest.approx(1.0, abs=1e-4)

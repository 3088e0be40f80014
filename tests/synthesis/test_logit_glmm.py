"""The model for proportions against metafor, plain numerical integration, and what must hold."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import expit, logit

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.synthesis.logit_glmm import _likelihood, empirical_logits, logit_glmm
from wijkanalyse.synthesis.meta import random_effects

# Zhou, Brizendine & Pritz (1999), Statistics in Medicine 18:557-566: 14 studies, improved and treated (metadat dat.pritz1997).
IMPROVED = np.array([16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6], float)
TREATED = np.array([17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10], float)


def test_pritz_as_metafor():
    # R metafor: rma.glmm(measure="PLO", xi, ni, nAGQ=7) gives 1.3766 and tau2 0.5893.
    found = logit_glmm(IMPROVED, TREATED)
    assert (found.mean, found.tau2) == pytest.approx((1.3766, 0.5893), abs=1e-4)
    assert 100 * expit(found.mean) == pytest.approx(79.8, abs=0.05)


def test_pritz_with_logits_pooled_as_if_normal():
    # R metafor: rma(escalc(measure="PLO", xi, ni)): 1.138909 (0.241478)
    found = random_effects(*empirical_logits(IMPROVED, TREATED), "REML", "normal")
    assert (found.mean, found.se) == pytest.approx((1.138909, 0.241478), abs=1e-6)


def test_intervals_are_those_of_t():
    found = logit_glmm(IMPROVED, TREATED)
    assert found.upper - found.mean == pytest.approx(stats.t.ppf(0.975, 13) * found.se)
    half = stats.t.ppf(0.975, 12) * np.sqrt(found.tau2 + found.se**2)
    assert (found.prediction_lower, found.prediction_upper) == pytest.approx((found.mean - half, found.mean + half))


@pytest.mark.parametrize(("mean", "tau"), [(1.2, 0.4), (-0.5, 1.5), (2.0, 0.05)])
def test_the_likelihood_is_that_of_plain_integration(mean, tau):
    """Adaptive quadrature with few nodes, also for studies of thousands, against an integral in small steps."""
    x, n = np.array([3.0, 850.0, 2100.0]), np.array([9.0, 1000.0, 2500.0])
    expected = 0.0
    for successes, size in zip(x, n, strict=True):
        peak = np.max(successes * np.log(successes / size) + (size - successes) * np.log(1 - successes / size))

        def density(u, successes=successes, size=size, peak=peak):
            eta = mean + tau * u
            return np.exp(successes * eta - size * np.logaddexp(0, eta) - peak) * stats.norm.pdf(u)

        mode = (logit(successes / size) - mean) / tau
        grid = sorted({*np.linspace(-12, 12, 25), *(mode + np.linspace(-1, 1, 21) * min(10 / tau / np.sqrt(size), 12))})
        inside = [point for point in grid if abs(point) <= 40]
        expected += peak + np.log(sum(integrate.quad(density, a, b, epsabs=0)[0] for a, b in pairwise(inside)))
    constant = len(x) * 0.5 * np.log(2 * np.pi)
    assert _likelihood(mean, tau, x, n)[0] - constant == pytest.approx(expected, abs=2e-4)


def test_studies_that_agree_are_pooled_as_one():
    found = logit_glmm(np.array([80.0, 160.0, 400.0]), np.array([100.0, 200.0, 500.0]))
    assert found.tau2 == pytest.approx(0, abs=1e-6)
    assert expit(found.mean) == pytest.approx(0.8)
    # the information of 800 answers with p = 0.8
    assert found.se == pytest.approx(1 / np.sqrt(800 * 0.8 * 0.2), rel=1e-3)


def test_all_or_nothing_has_no_logit():
    assert logit_glmm(np.array([5.0, 9.0]), np.array([5.0, 9.0])).mean == np.inf
    assert logit_glmm(np.zeros(2), np.array([5.0, 9.0])).mean == -np.inf


def test_one_study():
    found = logit_glmm(np.array([75.0]), np.array([100.0]))
    assert expit(found.mean) == pytest.approx(0.75)
    assert np.isnan([found.lower, found.tau2]).all()


@pytest.mark.parametrize(("successes", "n"), [([1.0], [1.0, 2.0]), ([3.0], [2.0]), ([-1.0], [2.0]), ([np.nan], [2.0])])
def test_impossible_counts(successes, n):
    with pytest.raises(WijkanalyseError, match="Expected"):
        logit_glmm(np.array(successes), np.array(n))


counts = st.lists(st.tuples(st.integers(1, 3000), st.floats(0.02, 0.98)), min_size=3, max_size=10).map(
    lambda rows: (np.array([n * share for n, share in rows]), np.array([float(n) for n, _ in rows]))
)


@given(counts)
@settings(max_examples=20, deadline=None)
def test_no_counted_instead_of_yes_turns_the_sign(data):
    x, n = data
    yes, no = logit_glmm(x, n), logit_glmm(n - x, n)
    assert yes.mean == pytest.approx(-no.mean, abs=2e-3 * (1 + abs(yes.mean)))
    assert yes.tau2 == pytest.approx(no.tau2, rel=2e-2, abs=2e-3)


@given(counts)
@settings(max_examples=20, deadline=None)
def test_the_maximum_is_a_maximum(data):
    x, n = data
    found = logit_glmm(x, n)
    tau = np.sqrt(found.tau2)
    best = _likelihood(found.mean, tau, x, n)[0]
    for step in (-0.05, 0.05):
        assert _likelihood(found.mean + step, tau, x, n)[0] <= best + 1e-6 * n.sum()
        assert _likelihood(found.mean, max(tau + step, 0.0), x, n)[0] <= best + 1e-6 * n.sum()

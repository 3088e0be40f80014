"""The wild cluster bootstrap: refits by hand, Darwin's maize, the interval, and p values under the null."""

from dataclasses import replace

import numpy as np
import pytest

from tests.effects.panels import panel
from wijkanalyse.effects.inference.resampling import multipliers_of, wild_bootstrap
from wijkanalyse.effects.models import Design, fit, newton

# Fisher (1935, The Design of Experiments, §17-21): Darwin's 15 pairs, crossed minus self-fertilised, in eighths of an inch
MAIZE = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], dtype=float)


def test_darwins_maize_through_all_sign_changes() -> None:
    """1,726 of the 32,768 sign changes give a sum as far from zero (Fisher's 863 on each side)."""
    design = Design(MAIZE, np.ones((15, 1)), ("mean",), np.arange(15), "gaussian")
    found = wild_bootstrap(design, fit(design), "mean", seed=1, draws=40_000, level=None)
    assert found.exact
    assert found.draws == 32_768
    assert found.p * found.draws == pytest.approx(1_726)


@pytest.mark.parametrize("kind", ["gaussian", "gaussian_units"])
@pytest.mark.parametrize("null", [0.0, 4.0])
def test_the_draws_are_those_of_refitting_made_up_outcomes(kind: str, null: float) -> None:
    """WCR11 as it is defined: restricted fit, its residuals times a weight per cluster, refit, CR1."""
    design = panel(kind, clusters=10)
    if design.units is not None:  # residuals of the restricted fit with unit effects: dummies, so that refitting is plain
        columns = (design.units[:, None] == np.arange(10)).astype(float)
        restricted_x = np.column_stack([design.without("treated").x, columns])
    else:
        restricted_x = design.without("treated").x
    treated = design.x[:, design.position("treated")]
    root = np.sqrt(design.w)[:, None]
    target = design.y - null * treated
    mean = restricted_x @ np.linalg.lstsq(restricted_x * root, target * root[:, 0], rcond=None)[0] + null * treated
    weights, exact = multipliers_of(10, 200, "webb", np.random.default_rng(5))
    assert not exact
    made = []
    for draw in weights:
        again = newton(replace(design, y=mean + draw[design.clusters] * (design.y - mean)))
        made.append((again.estimate("treated") - null) / again.error("treated"))
    fitted = newton(design)
    observed = (fitted.estimate("treated") - null) / fitted.error("treated")
    found = wild_bootstrap(design, fitted, "treated", seed=5, draws=200, null=null, level=None, weights="webb")
    assert found.statistic == pytest.approx(observed, rel=1e-8)
    assert found.p == pytest.approx((1 + (np.abs(made) >= abs(observed)).sum()) / 201)


@pytest.mark.parametrize("kind", ["gaussian", "poisson", "binomial", "gamma", "poisson_units"])
def test_the_interval_holds_what_is_not_rejected(kind: str) -> None:
    design = panel(kind, effect=0.3)
    fitted = fit(design, "treated")
    found = wild_bootstrap(design, fitted, "treated", seed=2, draws=999)
    assert found.lower < fitted.estimate("treated") < found.upper
    error = fitted.error("treated")
    for end, outward in ((found.lower, -1), (found.upper, 1)):
        for away, rejected in ((0.02, True), (-0.02, False)):
            at = wild_bootstrap(design, fitted, "treated", seed=2, draws=999, null=end + outward * away * error, level=None)
            assert (at.p <= 0.05) == rejected
    wide = found.upper - found.lower
    classical = np.subtract(*fitted.interval("treated")[::-1])
    assert 0.7 < wide / classical < 2.0


@pytest.mark.parametrize("kind", ["gaussian", "binomial", "poisson_units"])
def test_p_values_are_uniform_where_there_is_no_effect(kind: str) -> None:
    """200 worlds without effect: about 5 % reject at 5 %, about half at 50 %."""
    p = np.empty(200)
    for world in range(200):
        design = panel(kind, clusters=20, years=4, seed=1000 + world)
        p[world] = wild_bootstrap(design, newton(design, "treated"), "treated", seed=world, draws=199, level=None).p
    assert 0.01 <= (p <= 0.05).mean() <= 0.11
    assert 0.40 <= (p <= 0.50).mean() <= 0.60


def test_the_same_seed_gives_the_same_and_row_order_does_not_matter() -> None:
    design = panel("poisson")
    fitted = fit(design)
    one = wild_bootstrap(design, fitted, "treated", seed=9, draws=999, level=None)
    shuffled = design.take(np.random.default_rng(0).permutation(120))
    two = wild_bootstrap(shuffled, fitted, "treated", seed=9, draws=999, level=None)
    assert one.p == two.p
    assert one.p == wild_bootstrap(design, fitted, "treated", seed=9, draws=999, level=None).p
    assert one.p != wild_bootstrap(design, fitted, "treated", seed=10, draws=999, level=None).p


def test_with_few_clusters_all_sign_changes_or_webbs_six_points() -> None:
    rng = np.random.default_rng(1)
    signs, exact = multipliers_of(5, 999, "rademacher", rng)
    assert exact
    assert signs.shape == (32, 5)
    assert len({tuple(row) for row in signs}) == 32
    webb, exact = multipliers_of(10, 20_000, "webb", rng)
    assert not exact
    assert np.unique(np.round(webb**2, 12)).tolist() == [0.5, 1.0, 1.5]
    assert webb.mean() == pytest.approx(0, abs=0.01)
    assert webb.var() == pytest.approx(1, abs=0.01)


def test_so_few_clusters_that_nothing_can_be_rejected_give_an_open_interval() -> None:
    design = Design(np.array([1.0, 2.0, 3.0, 2.5]), np.ones((4, 1)), ("mean",), np.arange(4), "gaussian")
    found = wild_bootstrap(design, fit(design), "mean", seed=1)
    assert found.exact
    assert found.p == pytest.approx(2 / 16)
    assert (found.lower, found.upper) == (-np.inf, np.inf)


def test_the_reason_of_a_fit_is_handed_on() -> None:
    design = replace(panel("poisson"), y=np.zeros(120))
    found = wild_bootstrap(design, fit(design), "treated", seed=1)
    assert found.reason == "all zero: the outcome is 0 in all 120 rows"
    assert np.isnan(found.p)

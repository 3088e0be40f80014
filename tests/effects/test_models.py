"""The models: statsmodels' numbers, the numpy engine beside them, and what must not matter."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.discrete.conditional_models import ConditionalPoisson

from tests.effects.panels import KINDS, changed, panel
from wijkanalyse.effects.models import Design, contributions, fit, newton, refit_many


def dummies(design: Design) -> Design:
    """The same model with a column per unit."""
    assert design.units is not None
    columns = (design.units[:, None] == np.unique(design.units)).astype(float)
    names = (*design.names, *(f"unit_{at}" for at in range(columns.shape[1])))
    return replace(design, x=np.column_stack([design.x, columns]), names=names, units=None)


@pytest.mark.parametrize("kind", KINDS)
def test_the_engine_gives_the_numbers_of_statsmodels(kind: str) -> None:
    reported, quick = fit(panel(kind), "treated"), newton(panel(kind), "treated")
    assert reported.reason is None
    np.testing.assert_allclose(quick.params, reported.params, rtol=0, atol=1e-10 * max(1, np.abs(reported.params).max()))
    np.testing.assert_allclose(quick.covariance, reported.covariance, rtol=1e-8, atol=1e-12)
    assert (quick.df, quick.n, quick.clusters) == (reported.df, reported.n, reported.clusters) == (23, 120, 24)


@pytest.mark.parametrize("kind", ["gaussian_units", "poisson_units"])
def test_unit_effects_are_those_of_dummies_but_for_what_k_counts(kind: str) -> None:
    design = panel(kind)
    concentrated, explicit = fit(design, "treated"), fit(dummies(design), "treated")
    k = design.k
    np.testing.assert_allclose(concentrated.params, explicit.params[:k], rtol=0, atol=1e-9 * np.abs(explicit.params[:k]).max())
    # with dummies K counts 24 columns more, and the variances are larger by (N - K) / (N - K - 24)
    n, units = 120, 24
    ratio = (n - k) / (n - k - units)
    np.testing.assert_allclose(concentrated.covariance * ratio, explicit.covariance[:k, :k], rtol=1e-7)


def test_unit_effects_are_those_of_conditional_poisson() -> None:
    """statsmodels' own optimiser stops some 1e-6 away; its score says that ours are the estimates."""
    design = replace(panel("poisson_units"), weights=None)
    model = ConditionalPoisson(design.y, design.x, groups=design.units, offset=design.offset)
    params = fit(design).params
    np.testing.assert_allclose(params, model.fit(disp=False).params, atol=1e-5)
    np.testing.assert_allclose(model.score(params), 0, atol=1e-7 * design.y.sum())


def test_k_counts_unit_effects_that_reach_over_clusters() -> None:
    nested = panel("gaussian_units")
    across = replace(nested, clusters=np.arange(120) % 7)
    assert nested.parameters == nested.k
    assert across.parameters == nested.k + 24


@pytest.mark.filterwarnings("ignore:cov_type not fully supported with var_weights")
def test_poisson_errors_need_no_dispersion() -> None:
    design = panel("poisson")
    model = sm.GLM(design.y, design.x, family=sm.families.Poisson(), offset=design.offset, var_weights=design.weights)
    quasi = model.fit(scale="X2", cov_type="cluster", cov_kwds={"groups": design.clusters}, tol=1e-12)
    np.testing.assert_allclose(fit(design).covariance, quasi.cov_params(), rtol=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_are_the_derivatives_of_the_likelihood(kind: str) -> None:
    design = panel(kind)
    params = newton(design).params
    at = contributions(design, params)
    size = np.abs(at.scores).sum(axis=0)
    assert (np.abs(at.scores.sum(axis=0)) < 1e-9 * size).all(), "the scores of the estimates sum to zero"
    for column in range(design.k):
        step = np.zeros(design.k)
        step[column] = 1e-5
        up, down = (contributions(design, params + side * step).scores.sum(axis=0) for side in (1, -1))
        np.testing.assert_allclose((down - up) / 2e-5, at.total[column], rtol=1e-5, atol=1e-6 * np.abs(at.total).max())


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100))
def test_order_labels_and_the_scale_of_weights_do_not_matter(kind: str, seed: int, factor: float) -> None:
    design = panel(kind, seed=seed)
    rng = np.random.default_rng(seed)
    labels = rng.permutation(1000)[:24]
    other = replace(design, clusters=labels[design.clusters], weights=design.w * factor).take(rng.permutation(120))
    one, two = newton(design, "treated"), newton(other, "treated")
    np.testing.assert_allclose(one.params, two.params, atol=1e-8 * np.abs(one.params).max())
    np.testing.assert_allclose(one.covariance, two.covariance, rtol=1e-5, atol=1e-9 * np.abs(one.covariance).max())


@pytest.mark.parametrize("kind", KINDS)
def test_a_cluster_that_counts_twice_is_the_cluster_written_twice(kind: str) -> None:
    design = panel(kind)
    multiplicity = np.random.default_rng(3).multinomial(24, np.full(24, 1 / 24), size=4).astype(float)
    many = refit_many(design, multiplicity, newton(design).params)
    for draw, params, converged in zip(multiplicity, many.params, many.converged, strict=True):
        copies = [np.flatnonzero(design.clusters == cluster) for cluster in range(24) for _ in range(int(draw[cluster]))]
        written = design.take(np.concatenate(copies))
        ids = np.repeat(np.arange(24), 5)
        written = replace(written, clusters=ids, units=None if design.units is None else ids)
        assert converged
        np.testing.assert_allclose(params, newton(written).params, atol=1e-8 * np.abs(params).max())


def test_a_draw_that_cannot_be_fitted_is_unknown_and_harms_no_other() -> None:
    design = panel("poisson_units")
    only_two = np.zeros((2, 24))
    only_two[0, 4] = only_two[0, 9] = 1.0  # neither is active
    only_two[1] = 1.0
    many = refit_many(design, only_two, np.zeros(design.k))
    assert many.converged.tolist() == [False, True]
    assert np.isnan(many.params[0]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_regressors_of_very_different_size_do_no_harm(kind: str) -> None:
    design = panel(kind)
    large = changed(design, covariate=1e7 * design.x[:, design.position("covariate")])
    for one, two in ((fit(design), fit(large)), (newton(design), newton(large))):
        assert two.estimate("treated") == pytest.approx(one.estimate("treated"), rel=1e-7)
        assert two.error("covariate") * 1e7 == pytest.approx(one.error("covariate"), rel=1e-6)


def test_a_large_outcome_does_no_harm() -> None:
    design = panel("gaussian")
    large = newton(replace(design, y=1e9 * design.y))
    np.testing.assert_allclose(large.params / 1e9, newton(design).params, rtol=1e-8)


def test_rows_without_information_are_not_counted() -> None:
    design = panel("poisson_units")
    silent = replace(
        design, y=np.where(design.clusters == 3, 0.0, design.y), weights=np.where(design.clusters == 5, 0.0, design.w)
    )
    single = silent.take(~((design.clusters == 8) & (np.arange(120) % 5 > 0)))
    fitted = fit(single, "treated")
    assert (fitted.clusters, fitted.n) == (21, 105)
    rest = design.take(~np.isin(design.clusters, [3, 5, 8]))
    assert fitted.error("treated") == pytest.approx(fit(rest, "treated").error("treated"), rel=1e-9)


def test_intervals_and_p_values_agree() -> None:
    fitted = fit(panel("binomial", effect=0.4), "treated")
    level = 1 - fitted.p_value("treated")
    lower, upper = fitted.interval("treated", level)
    assert min(abs(lower), abs(upper)) == pytest.approx(0, abs=1e-9)

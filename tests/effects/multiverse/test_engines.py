"""Both engines against statsmodels, row by row, on data made to be awkward; and what they refuse to estimate."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkanalyse.effects.multiverse.least_squares import Structure, fit_least_squares, solved
from wijkanalyse.effects.multiverse.poisson import fit_poisson

G = 60


def data(seed: int, covariates: int, regions: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(G, covariates))
    x[rng.random(G) < 0.05] = np.nan
    value = rng.normal(0, 40, (3, G))
    weight = rng.lognormal(4, 1.5, (3, G)) * (rng.random((3, G)) > 0.1)
    group = rng.choice([1, 0, -1], p=[0.4, 0.5, 0.1], size=(3, G)).astype(np.int8)
    return x, rng.integers(0, regions, G), rng.integers(0, 12, G), value, weight, group


@given(
    seed=st.integers(0, 10_000), covariates=st.sampled_from([0, 1, 4]), regions=st.sampled_from([1, 5]), clustered=st.booleans()
)
@settings(max_examples=40, deadline=None)
def test_least_squares_is_that_of_statsmodels(seed: int, covariates: int, regions: int, clustered: bool) -> None:
    x, within, areas, value, weight, group = data(seed, covariates, regions)
    cluster = areas if clustered else np.arange(G)
    fits = fit_least_squares(Structure(x, within, cluster), value, weight, group, 2)
    for row in range(3):
        use = (group[row] >= 0) & (weight[row] > 0) & np.isfinite(x).all(axis=1)
        active = (group[row][use] == 1).astype(float)
        dummies = (within[use][:, None] == np.unique(within[use])).astype(float)
        fitted = sm.WLS(value[row][use], np.column_stack([active, dummies, x[use]]), weights=weight[row][use]).fit(
            cov_type="cluster", cov_kwds={"groups": cluster[use]}, use_t=True
        )
        assert fits.estimate[row] == pytest.approx(fitted.params[0], rel=1e-10, abs=1e-10)
        assert fits.error[row] == pytest.approx(fitted.bse[0], rel=1e-10)
        assert fits.municipalities[row] == use.sum()
        assert fits.n_active[row] == active.sum()
        assert fits.clusters[row] == len(np.unique(cluster[use]))
        if covariates == 0 and regions == 1:
            means = [np.average(value[row][use][active == a], weights=weight[row][use][active == a]) for a in (1, 0)]
            assert [fits.active[row], fits.not_active[row]] == pytest.approx(means)


def test_what_cannot_be_told_apart_is_not_estimated() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat([1, 0], G // 2).astype(np.int8)[None, :]
    value, weight = rng.normal(size=(1, G)), np.ones((1, G))
    none = np.empty((G, 0))
    # active and not active lie in different regions
    same = fit_least_squares(Structure(none, (group[0] == 1).astype(int), np.arange(G)), value, weight, group, 2)
    assert np.isnan(same.estimate[0])
    # a covariate that is the group itself
    copied = fit_least_squares(Structure(group.T.astype(float), np.zeros(G, int), np.arange(G)), value, weight, group, 2)
    assert np.isnan(copied.estimate[0])
    # all active municipalities in one cluster, or too few of them
    one = fit_least_squares(
        Structure(none, np.zeros(G, int), (group[0] == 1) * 99 + np.arange(G) // 20), value, weight, group, 2
    )
    assert np.isfinite(one.estimate[0])
    one = fit_least_squares(
        Structure(none, np.zeros(G, int), np.where(group[0] == 1, 99, np.arange(G))), value, weight, group, 2
    )
    assert np.isnan(one.estimate[0])
    few = fit_least_squares(Structure(none, np.zeros(G, int), np.arange(G)), value, weight, group, G // 2 + 1)
    assert np.isnan(few.estimate[0])


@given(seed=st.integers(0, 10_000), size=st.integers(1, 7))
@settings(max_examples=30, deadline=None)
def test_elimination_gives_the_solution_and_the_last_row_of_the_inverse(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(4, 3 * size, size))
    system = columns.transpose(0, 2, 1) @ columns
    right = rng.normal(size=(4, size))
    moments = np.zeros((4, size + 1, size + 1))
    moments[:, :size, :size], moments[:, :size, size] = system, right
    slopes, direction, is_regular = solved(moments, system[:, -1, -1])
    assert is_regular.all()
    assert slopes == pytest.approx(np.linalg.solve(system, right[:, :, None])[:, :, 0], rel=1e-7, abs=1e-9)
    assert direction == pytest.approx(np.linalg.inv(system)[:, -1, :], rel=1e-7, abs=1e-9)


@given(seed=st.integers(0, 10_000), periods=st.sampled_from([2, 4]), clustered=st.booleans())
@settings(max_examples=10, deadline=None)
def test_poisson_is_that_of_statsmodels_with_dummies(seed: int, periods: int, clustered: bool) -> None:
    rng = np.random.default_rng(seed)
    exposure = rng.lognormal(5, 1, (1, G, 1)) * rng.uniform(0.8, 1.2, (1, G, periods))
    count = rng.poisson(exposure * 0.05).astype(float)
    group = rng.choice([1, 0, -1], p=[0.4, 0.5, 0.1], size=(1, G)).astype(np.int8)
    cluster = rng.integers(0, 12, G) if clustered else np.arange(G)
    fits = fit_poisson(count, exposure, group, cluster, 2)
    use = (group[0] >= 0) & (count[0].sum(axis=1) > 0)
    units, later = int(use.sum()), np.tile(np.arange(periods) > 0, int(use.sum()))
    design = np.column_stack(
        [
            np.repeat(group[0][use] == 1, periods) & later,
            np.tile(np.eye(periods)[:, 1:], (units, 1)),
            np.repeat(np.eye(units), periods, axis=0),
        ]
    ).astype(float)
    fitted = sm.GLM(count[0][use].ravel(), design, offset=np.log(exposure[0][use].ravel()), family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": np.repeat(cluster[use], periods)}, tol=1e-14, maxiter=200
    )
    rows, parameters = design.shape
    assert fits.estimate[0] == pytest.approx(fitted.params[0], abs=1e-9)
    # statsmodels counts the nested dummies among the parameters
    assert fits.error[0] == pytest.approx(fitted.bse[0] * np.sqrt((rows - parameters) / (rows - periods)), rel=1e-8)
    assert fits.not_active[0] == pytest.approx(np.exp(fitted.params[1:periods]).mean() - 1, abs=1e-8)


def test_poisson_of_two_periods_without_exposure_is_the_ratio_of_the_pooled_changes() -> None:
    count = np.array([[[100.0, 90], [300, 285], [200, 200], [50, 60], [250, 225]]])
    group = np.array([[1, 1, 0, 0, 0]], dtype=np.int8)
    fits = fit_poisson(count, np.ones_like(count), group, np.arange(5), 2)
    assert fits.not_active[0] == pytest.approx(485 / 500 - 1)
    assert fits.active[0] == pytest.approx(375 / 400 - 1)
    assert np.exp(fits.estimate[0]) == pytest.approx((375 / 400) / (485 / 500))


def test_poisson_without_counts_in_a_group_is_not_estimated() -> None:
    count = np.ones((1, G, 2))
    group = np.repeat([1, 0], G // 2).astype(np.int8)[None, :]
    count[0, : G // 2, 1] = 0
    assert np.isnan(fit_poisson(count, np.ones_like(count), group, np.arange(G), 2).estimate[0])

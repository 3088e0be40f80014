"""Cluster-robust errors: published answers, definitions written out with n x n matrices, statsmodels, and what must hold."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from statsmodels.stats.sandwich_covariance import cov_cluster, cov_cluster_2groups

from tests.effects.panels import KINDS, panel
from tests.effects.test_models import dummies
from tests.reference_data import reference
from wijkanalyse.effects.inference.clustered import Variant, cluster_covariance, robust_error, satterthwaite, two_way
from wijkanalyse.effects.models import Design, contributions, fit, newton


def petersen() -> tuple[Design, np.ndarray[Any, Any]]:
    rows = pd.read_csv(reference("known_answers/petersen.csv"))
    x = np.column_stack([np.ones(len(rows)), rows["x"]])
    design = Design(rows["y"].to_numpy(), x, ("intercept", "x"), rows["firm"].to_numpy(), "gaussian")
    return design, rows["year"].to_numpy()


def grunfeld() -> Design:
    rows = pd.read_csv(reference("known_answers/grunfeld10.csv"))
    firm = rows["firm"].to_numpy()
    x = rows[["value", "capital"]].to_numpy(dtype=float)
    return Design(rows["inv"].to_numpy(), x, ("value", "capital"), firm, "gaussian", units=firm)


def test_petersen_by_firm_and_by_firm_and_year() -> None:
    """Petersen's test data (R sandwich's PetersenCL): his published errors by firm, and by firm and year."""
    design, year = petersen()
    fitted = fit(design)
    assert [fitted.error(name) for name in fitted.names] == pytest.approx([0.0670127, 0.0505957], abs=5e-8)
    covariance, df = two_way(design, fitted, year)
    assert np.sqrt(np.diag(covariance)) == pytest.approx([0.0650639, 0.0535580], abs=5e-8)
    assert df == 9


def test_grunfeld_with_firm_effects() -> None:
    """R plm's within estimator: coefficients and classical errors."""
    design = grunfeld()
    fitted = fit(design)
    assert fitted.params == pytest.approx([0.1101238, 0.3100653], abs=5e-8)
    parts = contributions(design, fitted.params)
    y, x = (values - values.reshape(10, 20, -1).mean(axis=1).repeat(20, axis=0) for values in (design.y[:, None], design.x))
    variance = ((y[:, 0] - x @ fitted.params) ** 2).sum() / (200 - 10 - 2)
    assert np.sqrt(variance * np.diag(np.linalg.inv(parts.total))) == pytest.approx([0.0118567, 0.0173545], abs=5e-8)


def by_definition(design: Design, contrast: np.ndarray[Any, Any]) -> dict[str, float]:
    """CR0-CR3 and the degrees of freedom from their definitions, with all of the hat matrix.

    Weights are inverse working variances, so all is done on rows times the root of their weight; unit effects are dummies.
    """
    if design.units is not None:
        design = dummies(design)
    contrast = np.concatenate([contrast, np.zeros(design.k - len(contrast))])
    root = np.sqrt(design.w)
    x, y = design.x * root[:, None], design.y * root
    bread = np.linalg.pinv(x.T @ x)
    beta = bread @ x.T @ y
    left = np.eye(len(y)) - x @ bread @ x.T
    residual = left @ y
    clusters = np.unique(design.clusters)
    moves, cr0, cr2, columns = [], [], [], []
    for cluster in clusters:
        rows = design.clusters == cluster
        values, vectors = np.linalg.eigh(left[np.ix_(rows, rows)])
        inverse = np.where(values > 1e-9, 1 / np.sqrt(np.maximum(values, 1e-9)), 0.0)
        adjust = vectors @ np.diag(inverse) @ vectors.T
        cr0.append(contrast @ bread @ x[rows].T @ residual[rows])
        cr2.append(contrast @ bread @ x[rows].T @ adjust @ residual[rows])
        columns.append(left[:, rows] @ adjust @ x[rows] @ bread @ contrast)
        without = np.linalg.pinv(x[~rows]) @ y[~rows]
        moves.append(contrast @ (without - beta))
    eigenvalues = np.linalg.eigvalsh(np.column_stack(columns).T @ np.column_stack(columns))
    size = len(clusters)
    return {
        "CR0": np.sqrt(np.sum(np.square(cr0))),
        "CR2": np.sqrt(np.sum(np.square(cr2))),
        "CR3": np.sqrt((size - 1) / size * np.sum(np.square(moves))),
        "df": eigenvalues.sum() ** 2 / (eigenvalues**2).sum(),
    }


def assert_as_defined(design: Design, term: str) -> None:
    fitted = newton(design)
    contrast = fitted.contrast(term)
    expected = by_definition(design, contrast)
    variants: list[Variant] = ["CR0", "CR2", "CR3"]
    for variant in variants:
        assert robust_error(design, fitted, term, variant).error == pytest.approx(expected[variant], rel=1e-8)
    assert robust_error(design, fitted, term, "CR2").df == pytest.approx(expected["df"], rel=1e-8)
    assert robust_error(design, fitted, term, "CR1").error == pytest.approx(fitted.error(term), rel=1e-10)


@pytest.mark.parametrize("kind", ["gaussian", "gaussian_units"])
def test_definitions(kind: str) -> None:
    """No published CR2, CR3 or degrees of freedom could be had for such models: the definition itself, by brute force."""
    assert_as_defined(panel(kind), "treated")
    assert_as_defined(replace(panel(kind), weights=None), "covariate")


def test_definitions_on_grunfeld() -> None:
    """As above, on the data that clubSandwich is often shown with (its own figures were not at hand)."""
    assert_as_defined(grunfeld(), "value")
    assert_as_defined(grunfeld(), "capital")


def test_the_square_root_is_the_symmetric_one() -> None:
    """Against scipy's matrix square root on one cluster, so that the definition above is not its own witness."""
    design = replace(panel("gaussian"), weights=None)
    x = design.x
    hat = x @ np.linalg.inv(x.T @ x) @ x.T
    rows = design.clusters == 4
    adjust = np.linalg.inv(sqrtm(np.eye(5) - hat[np.ix_(rows, rows)]))
    one = replace(design, y=np.where(rows, design.y, x @ newton(design).params))
    fitted = newton(design)
    residual = (design.y - x @ fitted.params)[rows]
    expected = np.linalg.inv(x.T @ x) @ x[rows].T @ adjust @ residual
    # only this cluster has residuals around these coefficients
    covariance, _ = cluster_covariance(one, fitted, "CR2")
    np.testing.assert_allclose(covariance, np.outer(expected, expected), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_jackknife_is_what_leaving_each_cluster_out_gives(kind: str) -> None:
    design = panel(kind, clusters=12)
    fitted = newton(design)
    moves = np.array([newton(design.take(design.clusters != cluster)).params - fitted.params for cluster in range(12)])
    covariance, reason = cluster_covariance(design, fitted, "CR3")
    assert reason is None
    np.testing.assert_allclose(covariance, 11 / 12 * moves.T @ moves, rtol=1e-6, atol=1e-12 * np.abs(covariance).max())


def test_the_jackknife_is_that_of_statsmodels() -> None:
    design = panel("gaussian")
    theirs = cov_cluster(sm.WLS(design.y, design.x, weights=design.w).fit(), design.clusters, crv_type="cluster-crv3")
    np.testing.assert_allclose(cluster_covariance(design, fit(design), "CR3")[0], theirs, rtol=1e-8)


def test_two_way_is_that_of_statsmodels() -> None:
    design = panel("poisson")
    design = replace(design, weights=None)
    years = np.tile(np.arange(5), 24)
    theirs = sm.GLM(design.y, design.x, family=sm.families.Poisson(), offset=design.offset).fit(tol=1e-12)
    expected = cov_cluster_2groups(theirs, design.clusters, years)[0]
    covariance, df = two_way(design, fit(design), years)
    known = np.diag(expected) > 0
    np.testing.assert_allclose(covariance[np.ix_(known, known)], expected[np.ix_(known, known)], rtol=1e-6)
    assert np.isnan(np.diag(covariance)[~known]).all()
    assert df == 4


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 100_000), kind=st.sampled_from(KINDS))
def test_what_holds_of_every_panel(seed: int, kind: str) -> None:
    design = panel(kind, seed=seed, clusters=15)
    fitted = newton(design, "treated")
    errors = {variant: robust_error(design, fitted, "treated", variant) for variant in ("CR0", "CR1", "CR2", "CR3")}
    assert errors["CR0"].error < errors["CR2"].error < errors["CR3"].error * np.sqrt(15 / 14)
    assert 1 <= errors["CR2"].df <= 14
    shuffled = design.take(np.random.default_rng(seed).permutation(75))
    for variant, found in errors.items():
        assert robust_error(shuffled, fitted, "treated", variant).error == pytest.approx(found.error, rel=1e-6)  # type: ignore[arg-type]


def test_equal_balanced_clusters_have_g_minus_one_degrees_of_freedom() -> None:
    """A mean of equally large clusters is a mean of G values."""
    design = Design(np.arange(40.0), np.ones((40, 1)), ("mean",), np.repeat(np.arange(10), 4), "gaussian")
    assert satterthwaite(contributions(design, newton(design).params), np.ones(1)) == pytest.approx(9)


def test_a_jackknife_that_cannot_be_made_says_so() -> None:
    design = panel("poisson")
    alone = replace(design, x=np.column_stack([design.x, design.clusters == 7]), names=(*design.names, "city"))
    found = robust_error(alone, fit(alone, "treated"), "treated", "CR3")
    assert found.reason == "rests on one cluster: the model cannot be fitted without cluster 7"
    assert np.isnan(found.p_value)
    assert np.isfinite(robust_error(alone, fit(alone, "treated"), "treated", "CR2").error)


def test_the_reason_of_a_fit_is_handed_on() -> None:
    design = panel("poisson")
    nothing = replace(design, y=np.zeros(120))
    assert robust_error(nothing, fit(nothing), "treated", "CR3").reason == "all zero: the outcome is 0 in all 120 rows"


def test_units_across_clusters_are_refused() -> None:
    design = replace(panel("poisson_units"), clusters=np.arange(120) % 5)
    with pytest.raises(ValueError, match="one unit lie in several clusters"):
        robust_error(design, fit(design), "treated", "CR3")


def test_one_newton_step_per_cluster_comes_close_to_leaving_it_out() -> None:
    rng = np.random.default_rng(7)
    clusters = np.repeat(np.arange(60), 5)
    x = np.column_stack([np.ones(300), rng.normal(size=60)[clusters]])
    y = rng.poisson(np.exp(2 + 0.2 * x[:, 1] + rng.normal(0, 0.3, 60)[clusters])).astype(float)
    design = Design(y, x, ("one", "x"), clusters, "poisson")
    found = fit(design)
    exact, quick = (robust_error(design, found, "x", variant).error for variant in ("CR3", "CR3L"))
    assert quick == pytest.approx(exact, rel=0.02)
    linear = Design(np.log(y + 1), x, ("one", "x"), clusters, "gaussian")
    found = fit(linear)
    errors = [robust_error(linear, found, "x", variant).error for variant in ("CR3", "CR3L")]
    assert errors[0] == errors[1]

"""Data that cannot be fitted give a reason, from statsmodels' side and the engine's alike, and never a number."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.effects.panels import KINDS, changed, panel
from wijkanalyse.effects.models import Design, Fit, fit, newton
from wijkanalyse.effects.models.problems import REASONS

BOTH = pytest.mark.parametrize("fitted", [fit, newton])


def reason(fitted: Callable[..., Fit], design: Design, term: str = "treated") -> str:
    result = fitted(design, term)
    assert result.reason is not None
    assert np.isnan(result.params).all()
    assert np.isnan(result.covariance).all()
    assert not result.converged
    assert np.isnan(result.error(term))
    assert np.isnan(result.p_value(term))
    assert result.reason.split(":")[0] in REASONS
    return result.reason


def activity(design: Design, active: list[int]) -> Design:
    """The design with other active municipalities."""
    return changed(design, treated=(np.isin(design.clusters, active) & (np.arange(120) % 5 >= 2)).astype(float))


@BOTH
@pytest.mark.parametrize("kind", KINDS)
def test_no_active_municipality(fitted: Callable[..., Fit], kind: str) -> None:
    assert reason(fitted, activity(panel(kind), [])).startswith("no variation: treated")


@BOTH
@pytest.mark.parametrize("kind", KINDS)
def test_one_active_municipality(fitted: Callable[..., Fit], kind: str) -> None:
    assert reason(fitted, activity(panel(kind), [3])).startswith("too few clusters in a group: without cluster 3 ")


@BOTH
@pytest.mark.parametrize("kind", ["gaussian_units", "poisson_units"])
def test_one_municipality_that_is_not_active(fitted: Callable[..., Fit], kind: str) -> None:
    found = reason(fitted, activity(panel(kind), [at for at in range(24) if at != 6]))
    assert found.startswith("too few clusters in a group: without cluster 6 ")


@BOTH
@pytest.mark.parametrize("kind", KINDS)
def test_two_of_each_are_enough(fitted: Callable[..., Fit], kind: str) -> None:
    assert fitted(activity(panel(kind), [3, 8]), "treated").reason is None


@BOTH
@pytest.mark.parametrize("kind", KINDS)
def test_a_regressor_that_follows_from_the_others(fitted: Callable[..., Fit], kind: str) -> None:
    design = panel(kind)
    found = reason(fitted, changed(design, twice=2 * design.x[:, design.position("covariate")]))
    assert found.startswith("rank deficient: ")
    assert "twice" in found or "covariate" in found


@BOTH
@pytest.mark.parametrize("kind", ["gaussian_units", "poisson_units"])
def test_a_treatment_that_is_constant_within_units(fitted: Callable[..., Fit], kind: str) -> None:
    design = panel(kind)
    always = changed(design, treated=(design.clusters % 2).astype(float))
    assert reason(fitted, always) == "no variation: treated does not vary within any unit"
    fixed = changed(design, region=(design.clusters % 3).astype(float))
    assert reason(fitted, fixed) == "rank deficient: region follows from the other regressors and the unit effects"


@BOTH
@pytest.mark.parametrize("kind", ["poisson", "binomial"])
def test_an_outcome_that_is_nowhere(fitted: Callable[..., Fit], kind: str) -> None:
    design = panel(kind)
    assert reason(fitted, replace(design, y=np.zeros(120))).startswith("all zero: ")


@BOTH
def test_an_outcome_that_is_everywhere(fitted: Callable[..., Fit]) -> None:
    design = panel("binomial")
    assert design.trials is not None
    assert reason(fitted, replace(design, y=design.trials)).startswith("all one: ")


@BOTH
@pytest.mark.parametrize("kind", ["poisson", "binomial", "poisson_units"])
def test_no_event_among_the_treated_is_separation(fitted: Callable[..., Fit], kind: str) -> None:
    design = panel(kind)
    treated = design.x[:, design.position("treated")] == 1
    found = reason(fitted, replace(design, y=np.where(treated, 0.0, design.y)))
    assert found.startswith(f"separation: treated predicts {treated.sum()} of 120 rows perfectly")


@BOTH
@pytest.mark.parametrize("kind", ["poisson", "binomial", "poisson_units"])
def test_a_year_without_the_item_is_separation(fitted: Callable[..., Fit], kind: str) -> None:
    design = panel(kind)
    found = reason(fitted, replace(design, y=np.where(np.arange(120) % 5 == 3, 0.0, design.y)))
    assert found.startswith("separation: ")
    assert "year_3" in found


@BOTH
def test_separation_by_a_combination_of_regressors_is_found(fitted: Callable[..., Fit]) -> None:
    design = panel("binomial")
    assert design.trials is not None
    line = design.x[:, design.position("covariate")] - 0.4 * design.x[:, design.position("treated")]
    found = reason(fitted, replace(design, y=np.where(line > 0.1, design.trials, 0.0)))
    assert found.startswith("separation: ")


@BOTH
def test_two_clusters_at_least_and_more_rows_than_coefficients(fitted: Callable[..., Fit]) -> None:
    design = panel("gaussian")
    assert reason(fitted, replace(design, clusters=np.zeros(120, dtype=int))).startswith("one cluster: ")
    assert reason(fitted, design.take(np.arange(7))).startswith("no rows: 7 usable rows for 7 coefficients")
    assert reason(fitted, replace(design, weights=np.zeros(120))).startswith("no rows: 0 ")


@pytest.mark.parametrize("name", ["y", "weights", "offset"])
def test_missing_values_are_refused_by_name(name: str) -> None:
    design = panel("gaussian")
    with pytest.raises(ValueError, match=f"^{name}: expected 120 rows without missing"):
        replace(design, **{name: np.append(np.nan, np.ones(119))})  # type: ignore[arg-type]


def test_unknown_terms_are_refused() -> None:
    with pytest.raises(ValueError, match="no regressor 'activity'; there are intercept, treated"):
        fit(panel("gaussian"), "activity")

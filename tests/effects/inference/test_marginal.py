"""Standardised means: statsmodels' marginal effects, finite differences, and what must hold."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from tests.effects.panels import panel
from wijkanalyse.effects.inference.marginal import Standardised, standardise, with_term
from wijkanalyse.effects.models import Design, Fit, fit


def standardised(design: Design, fitted: Fit) -> Standardised:
    return standardise(design, fitted, with_term(design, "treated", 1), with_term(design, "treated", 0))


def test_the_difference_is_statsmodels_average_effect_of_a_dummy() -> None:
    """One trial per row, so that statsmodels' rows count as ours: get_margeff of a discrete change, robust covariance."""
    design = panel("binomial", clusters=60, effect=0.5)
    rng = np.random.default_rng(1)
    assert design.trials is not None
    design = replace(design, y=(rng.random(300) < design.y / design.trials).astype(float), trials=np.ones(300))
    robust = {"cov_type": "cluster", "cov_kwds": {"groups": design.clusters}}
    theirs = sm.Logit(design.y, design.x).fit(disp=False, **robust).get_margeff(dummy=True)
    at = design.position("treated") - 1  # without the intercept
    ours = standardised(design, fit(design))
    assert ours.difference == pytest.approx(theirs.margeff[at], rel=1e-6)
    assert ours.difference_error == pytest.approx(theirs.margeff_se[at], rel=1e-5)


@pytest.mark.parametrize("kind", ["gaussian", "poisson", "binomial", "gamma"])
def test_errors_follow_from_finite_differences(kind: str) -> None:
    design = panel(kind, effect=0.2)
    fitted = fit(design)
    at = standardised(design, fitted)
    steps = 1e-5 * np.sqrt(np.diag(fitted.covariance))
    gradient = np.empty((2, design.k))
    for column in range(design.k):
        moved = [
            standardised(design, replace(fitted, params=fitted.params + side * steps * (np.arange(design.k) == column)))
            for side in (1, -1)
        ]
        gradient[0, column] = (moved[0].difference - moved[1].difference) / (2 * steps[column])
        gradient[1, column] = (np.log(moved[0].ratio) - np.log(moved[1].ratio)) / (2 * steps[column])
    errors = np.sqrt(np.einsum("ij,jk,ik->i", gradient, fitted.covariance, gradient))
    assert (at.difference_error, at.log_ratio_error) == pytest.approx(tuple(errors), rel=1e-5)


def test_on_a_log_scale_without_interaction_the_ratio_is_the_coefficient() -> None:
    design = panel("poisson", effect=0.2)
    fitted = fit(design)
    found = standardised(design, fitted)
    assert found.ratio == pytest.approx(np.exp(fitted.estimate("treated")))
    assert found.log_ratio_error == pytest.approx(fitted.error("treated"))
    assert np.log(found.ratio_interval()) == pytest.approx(fitted.interval("treated"))


def test_a_linear_model_has_its_coefficient_as_difference() -> None:
    design = panel("gaussian")
    fitted = fit(design)
    found = standardised(design, fitted)
    assert found.difference == pytest.approx(fitted.estimate("treated"))
    assert found.difference_interval() == pytest.approx(fitted.interval("treated"))


def test_means_are_per_trial_and_per_person() -> None:
    """A model of one group alone predicts the pooled share and rate."""
    for kind in ("binomial", "poisson"):
        design = panel(kind)
        design = replace(design, x=np.ones((120, 1)), names=("intercept",), weights=None)
        found = standardise(design, fit(design), design.x, design.x)
        base = design.trials if design.trials is not None else np.exp(design.offset)  # type: ignore[arg-type]
        assert found.treated == pytest.approx(design.y.sum() / base.sum())
        assert found.difference == 0.0


def test_a_fit_without_numbers_and_a_model_without_levels() -> None:
    nothing = replace(panel("poisson"), y=np.zeros(120))
    found = standardised(nothing, fit(nothing))
    assert found.reason is not None
    assert np.isnan(found.difference)
    assert np.isnan(found.ratio_interval()).all()
    design = panel("poisson_units")
    with pytest.raises(ValueError, match="no predictions of its own"):
        standardised(design, fit(design))

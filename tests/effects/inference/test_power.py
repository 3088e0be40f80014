"""The minimum detectable effect: injected and refitted, it is found about as often as promised."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from tests.effects.inference.test_permutation import ACTIVE, STRATA, treatment
from tests.effects.panels import after_of, changed, panel
from wijkanalyse.effects.inference.permutation import assign
from wijkanalyse.effects.inference.power import detectable_effect
from wijkanalyse.effects.models import newton


@pytest.mark.parametrize("side", [1, -1])
def test_injected_into_a_linear_model_it_is_found_in_four_of_five_draws(side: int) -> None:
    design = panel("gaussian_units")
    assignments = assign(ACTIVE, STRATA, seed=6, draws=300)
    found = detectable_effect(design, "treated", treatment(design), assignments)
    critical = student.ppf(0.975, 23)
    hits = 0
    for drawn in assignments.drawn:
        treated = drawn[design.clusters] * after_of(design)
        again = newton(replace(changed(design, treated=treated), y=design.y + side * found.effect * treated))
        hits += side * again.estimate("treated") / again.error("treated") > critical
    assert 0.8 <= hits / 300 <= 0.92
    assert found.draws == 300


def test_injected_into_a_poisson_model_it_is_found_about_as_often() -> None:
    design = panel("poisson_units")
    assignments = assign(ACTIVE, STRATA, seed=6, draws=120)
    found = detectable_effect(design, "treated", treatment(design), assignments)
    hits = {1: 0, -1: 0}
    for side in hits:
        for drawn in assignments.drawn:
            treated = drawn[design.clusters] * after_of(design)
            y = design.y * np.exp(side * found.effect * treated)
            again = newton(replace(changed(design, treated=treated), y=y))
            hits[side] += side * again.estimate("treated") / again.error("treated") > student.ppf(0.975, 23)
    assert 0.74 <= min(hits.values()) / 120 <= 0.92


def test_it_is_blind_to_the_real_assignment_and_near_the_formula() -> None:
    design = panel("binomial", clusters=60)
    values, strata = np.where(np.arange(60) % 5 < 2, 1.0, 0.0), np.arange(60) % 4
    assignments = assign(values, strata, seed=6, draws=999)
    found = detectable_effect(design, "treated", treatment(design), assignments)
    assert found.analytic == pytest.approx(found.effect, rel=0.35)
    assert 0.02 <= found.false_positive_rate <= 0.12
    other = replace(assignments, values=assignments.drawn[0])
    swapped = changed(design, treated=other.values[design.clusters] * after_of(design))
    assert detectable_effect(swapped, "treated", treatment(swapped), other) == found


def test_more_municipalities_see_smaller_effects() -> None:
    effects = []
    for clusters in (20, 80):
        design = panel("gaussian_units", clusters=clusters)
        values = np.where(np.arange(clusters) % 5 < 2, 1.0, 0.0)
        assignments = assign(values, np.zeros(clusters, dtype=int), seed=6, draws=499)
        effects.append(detectable_effect(design, "treated", treatment(design), assignments).effect)
    assert effects[1] < 0.75 * effects[0]


def test_without_draws_there_is_no_number() -> None:
    design = panel("gaussian")
    found = detectable_effect(design, "treated", treatment(design), assign(ACTIVE, np.arange(24), seed=1))
    assert np.isnan(found.effect)
    assert found.reason is not None

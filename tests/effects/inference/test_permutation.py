"""Permutation within strata: refits by hand, Darwin's maize, all ways, shared draws, Westfall-Young and Holm."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effects.inference.test_resampling import MAIZE
from tests.effects.panels import active_of, after_of, changed, panel
from wijkanalyse.effects.inference.multiple import holm, max_t
from wijkanalyse.effects.inference.permutation import (
    PermutationTest,
    Treatment,
    assign,
    permutation_test,
    permuted_coefficients,
)
from wijkanalyse.effects.models import Design, fit, newton

ACTIVE, STRATA = active_of(24), np.arange(24) % 3


def treatment(design: Design) -> Treatment:
    return Treatment(np.asarray(design.clusters, dtype=np.intp), after_of(design))


def test_darwins_maize_through_all_assignments() -> None:
    """15 pots, in each of which either plant might have been the crossed one: 1,726 of 32,768 (Fisher 1935)."""
    pot = np.repeat(np.arange(15), 2)
    crossed = np.tile([1.0, 0.0], 15)
    y = np.column_stack([MAIZE, np.zeros(15)]).ravel()
    x = np.column_stack([crossed, pot[:, None] == np.arange(15)])
    design = Design(y, x, ("crossed", *(f"pot_{at}" for at in range(15))), pot, "gaussian")
    assignments = assign(crossed, pot, seed=1, draws=40_000)
    assert assignments.exact
    assert assignments.drawn.shape == (32_768, 30)
    found = permutation_test(design, "crossed", Treatment(np.arange(30)), assignments)
    assert found.p * 32_768 == pytest.approx(1_726)


@pytest.mark.parametrize("kind", ["gaussian", "gaussian_units"])
@pytest.mark.parametrize("by_region", [False, True])
@pytest.mark.parametrize("dose", [False, True])
def test_each_draw_of_a_linear_model_is_its_refit(kind: str, by_region: bool, dose: bool) -> None:
    """Coefficient and CR1 error, with clusters by municipality or region, for a yes or no and for a share."""
    design = panel(kind)
    values = np.random.default_rng(2).uniform(size=24) if dose else ACTIVE
    design = changed(design, treated=values[design.clusters] * after_of(design))
    if by_region:
        design = replace(design, clusters=design.clusters % 9)
    where = Treatment(np.repeat(np.arange(24), 5), after_of(design))
    assignments = assign(values, STRATA, seed=3, draws=12)
    found = permuted_coefficients(design, "treated", where, assignments)
    assert found is not None
    for drawn, estimate, error in zip([values, *assignments.drawn], *found, strict=True):
        again = newton(changed(design, treated=drawn[where.municipality] * after_of(design)))
        assert estimate == pytest.approx(again.estimate("treated"), rel=1e-8)
        assert error == pytest.approx(again.error("treated"), rel=1e-8)


@pytest.mark.parametrize("kind", ["poisson", "binomial", "gamma", "poisson_units"])
def test_each_draw_of_a_glm_is_near_its_refit(kind: str) -> None:
    design = panel(kind)
    assignments = assign(ACTIVE, STRATA, seed=3, draws=40)
    found = permuted_coefficients(design, "treated", treatment(design), assignments)
    assert found is not None
    again = [newton(changed(design, treated=drawn[design.clusters] * after_of(design))) for drawn in assignments.drawn]
    refitted = np.array([fitted.estimate("treated") / fitted.error("treated") for fitted in again])
    quick = (found[0] / found[1])[1:]
    assert np.corrcoef(quick, refitted)[0, 1] > 0.99
    assert np.abs(quick - refitted).max() < 0.35


@pytest.mark.parametrize("kind", ["gaussian", "binomial", "poisson_units"])
def test_p_values_are_uniform_where_there_is_no_effect(kind: str) -> None:
    p = np.empty(200)
    for world in range(200):
        design = panel(kind, years=4, seed=2000 + world)
        after = (np.arange(96) % 4 >= 2).astype(float)
        random = assign(ACTIVE, STRATA, seed=world, draws=200)
        assignments = replace(random, values=random.drawn[0], drawn=random.drawn[1:])  # active at random
        design = changed(design, treated=assignments.values[design.clusters] * after)
        p[world] = permutation_test(design, "treated", Treatment(np.repeat(np.arange(24), 4), after), assignments).p
    assert 0.01 <= (p <= 0.05).mean() <= 0.10
    assert 0.40 <= (p <= 0.50).mean() <= 0.60


def test_a_large_effect_is_found() -> None:
    design = panel("poisson_units", effect=1.0)
    found = permutation_test(design, "treated", treatment(design), assign(ACTIVE, STRATA, seed=1, draws=999))
    assert found.p == pytest.approx(1 / 1000)


@settings(max_examples=30, deadline=None)
@given(strata=st.lists(st.integers(0, 3), min_size=4, max_size=9), seed=st.integers(0, 99))
def test_draws_keep_every_stratum_and_all_ways_are_distinct(strata: list[int], seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 3, len(strata)).astype(float)
    for draws in (10, 100_000):
        found = assign(values, np.array(strata), seed, draws)
        for stratum in set(strata):
            rows = np.array(strata) == stratum
            expected = np.sort(values[rows])
            assert (np.sort(found.drawn[:, rows], axis=1) == expected).all()
        if found.exact:
            assert len({tuple(row) for row in found.drawn}) == len(found.drawn)
            assert tuple(values) in {tuple(row) for row in found.drawn}
        else:
            assert len(found.drawn) == draws == 10


def test_order_of_rows_and_missing_rows() -> None:
    """A municipality without this outcome takes part in the draws all the same, so that outcomes share them."""
    design = panel("poisson_units")
    assignments = assign(ACTIVE, STRATA, seed=4, draws=99)
    where = treatment(design)
    assert where.multiplier is not None
    for rows in (np.random.default_rng(1).permutation(120), np.flatnonzero(~np.isin(design.clusters, [2, 11]))):
        part = design.take(rows)
        there = Treatment(where.municipality[rows], where.multiplier[rows])
        found = permutation_test(part, "treated", there, assignments)
        assert len(found.drawn) == 99
        fitted = newton(part)
        assert found.statistic == pytest.approx(fitted.estimate("treated") / fitted.error("treated"), abs=0.2)
    silent = replace(design, y=np.where(design.clusters == 2, 0.0, design.y))
    without = design.take(design.clusters != 2)
    there = Treatment(where.municipality[design.clusters != 2], where.multiplier[design.clusters != 2])
    one = permutation_test(silent, "treated", where, assignments)
    two = permutation_test(without, "treated", there, assignments)
    np.testing.assert_allclose(one.drawn, two.drawn, rtol=1e-9)


def test_what_cannot_be_permuted_says_so() -> None:
    design = panel("gaussian")
    each_alone = assign(ACTIVE, np.arange(24), seed=1)
    found = permutation_test(design, "treated", treatment(design), each_alone)
    assert found.reason == "nothing to permute: the treatment does not vary within any stratum"
    assert np.isnan(found.p)
    assignments = assign(ACTIVE, STRATA, seed=1, draws=9)
    with pytest.raises(ValueError, match="treated is not the treatment of the municipality times"):
        permutation_test(design, "treated", Treatment(np.asarray(design.clusters)), assignments)
    by_year = replace(design, clusters=np.arange(120) % 5)
    with pytest.raises(ValueError, match="rows of one municipality lie in several clusters"):
        permutation_test(by_year, "treated", treatment(design), assignments)


def test_holm_by_hand_and_untested_outcomes() -> None:
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    adjusted = holm([0.01, np.nan, 0.04])
    assert adjusted[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert np.isnan(adjusted[1])


def outcomes_of(*seeds: int) -> list[PermutationTest]:
    """Outcomes of the same municipalities, permuted together."""
    assignments = assign(ACTIVE, STRATA, seed=8, draws=499)
    designs = [panel("poisson_units", seed=seed, effect=0.2) for seed in seeds]
    return [permutation_test(design, "treated", treatment(design), assignments) for design in designs]


def test_max_t_by_its_definition() -> None:
    tests = outcomes_of(1, 2, 3)
    observed = np.array([abs(test.statistic) for test in tests])
    drawn = np.abs(np.column_stack([test.drawn for test in tests]))
    order = list(np.argsort(-observed))
    expected, before = np.empty(3), 0.0
    for step, at in enumerate(order):
        rest = drawn[:, order[step:]].max(axis=1)
        before = expected[at] = max(before, (1 + (rest >= observed[at]).sum()) / 500)
    assert max_t(tests).tolist() == pytest.approx(expected.tolist())
    unadjusted = np.array([test.p for test in tests])
    assert (max_t(tests) >= unadjusted - 1e-12).all()
    # the first step is at most the sum of the three tails beyond the largest statistic
    assert max_t(tests)[order[0]] <= ((1 + (drawn >= observed.max()).sum(axis=0)) / 500).sum()


def test_max_t_costs_nothing_for_one_outcome_or_the_same_one_twice() -> None:
    (one,) = outcomes_of(5)
    assert max_t([one]).tolist() == [one.p]
    assert max_t([one, one]).tolist() == pytest.approx([one.p, one.p])
    empty = PermutationTest(np.nan, np.nan, np.empty(0), False, "no rows: none")
    assert max_t([empty, one])[1] == one.p
    assert np.isnan(max_t([empty, one])[0])


def test_max_t_refuses_draws_that_are_not_shared() -> None:
    (one,) = outcomes_of(5)
    with pytest.raises(ValueError, match="give all outcomes the same Assignments"):
        max_t([one, replace(one, drawn=one.drawn[:-1])])


def test_the_statistic_is_that_of_the_fit() -> None:
    design = panel("gaussian_units")
    fitted = fit(design, "treated")
    found = permutation_test(design, "treated", treatment(design), assign(ACTIVE, STRATA, seed=1, draws=9))
    assert found.statistic == pytest.approx(fitted.estimate("treated") / fitted.error("treated"), rel=1e-9)

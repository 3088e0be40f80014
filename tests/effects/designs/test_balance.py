"""Entropy balancing and doubly robust adjustment: exact balance, the same answer as a slow optimiser, and recovery."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from wijkanalyse.effects.designs.aipw import augmented_weighting
from wijkanalyse.effects.designs.balance import (
    balance_table,
    effective_sample_size,
    entropy_balance,
    overlap_table,
)
from wijkanalyse.effects.designs.two_periods import effect_on_treated


def municipalities(seed: int, n: int = 200, k: int = 3) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, k)) @ rng.normal(size=(k, k)) + rng.normal(size=k)
    active = rng.random(n) < 1 / (1 + np.exp(0.5 - 0.6 * (x[:, 0] - x[:, 0].mean())))
    return pd.DataFrame(x, columns=[f"x{j}" for j in range(k)]), active


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_the_means_balance_exactly_and_the_weights_add_up(seed: int) -> None:
    x, active = municipalities(seed)
    base = np.random.default_rng(seed).uniform(0.5, 20, len(x))
    result = entropy_balance(x, active, base)
    assume(not result.reason)
    weights = result.weights
    target = np.average(x[active], axis=0, weights=base[active])
    np.testing.assert_allclose(np.average(x[~active], axis=0, weights=weights[~active]), target, atol=1e-10)
    assert weights[~active].sum() == pytest.approx(base[active].sum())
    np.testing.assert_array_equal(weights[active], base[active])
    assert (weights > 0).all()
    assert result.effective_sample_size <= (~active).sum() + 1e-9


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 1000), st.floats(-1e3, 1e3))
def test_the_weights_do_not_depend_on_units_or_origin(seed: int, scale: float, shift: float) -> None:
    x, active = municipalities(seed)
    first = entropy_balance(x, active)
    assume(not first.reason)
    moved = pd.DataFrame({"a": scale * x["x0"] + shift, "b": x["x1"] - 3 * x["x0"], "c": 7 - x["x2"], "d": x["x1"] + x["x2"]})
    np.testing.assert_allclose(entropy_balance(moved, active).weights, first.weights, rtol=1e-6)


def test_a_slow_optimiser_finds_the_same_weights() -> None:
    x, active = municipalities(3, n=40, k=2)
    base = np.random.default_rng(3).uniform(1, 3, 40)
    weights = entropy_balance(x, active, base).weights[~active] / base[active].sum()
    prior = base[~active] / base[~active].sum()
    target = np.average(x[active], axis=0, weights=base[active])
    others = x[~active].to_numpy()
    slow = minimize(
        lambda w: (w * np.log(w / prior)).sum(),
        prior,
        jac=lambda w: np.log(w / prior) + 1,
        bounds=[(1e-12, 1)] * len(prior),
        constraints={"type": "eq", "fun": lambda w: np.append(w @ others - target, w.sum() - 1)},
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-14},
    )
    np.testing.assert_allclose(weights, slow.x, atol=1e-6)


def test_without_weights_that_balance_there_is_a_reason() -> None:
    x = pd.DataFrame({"income": [1.0, 2, 3, 9, 10], "age": [1.0, 2, 1, 2, 1]})
    assert "income" in entropy_balance(x, [0, 0, 0, 1, 1]).reason
    # within the range of each covariate, outside the hull of both together
    corner = pd.DataFrame({"a": [0.0, 1, 0, 0.9], "b": [0.0, 0, 1, 0.9]})
    assert "convex hull" in entropy_balance(corner, [0, 0, 0, 1]).reason
    # on the edge of the hull only the municipalities on that edge keep a weight
    edge = pd.DataFrame({"a": [0.0, 1, 0, 0.5], "b": [0.0, 0, 1, 0.5]})
    np.testing.assert_allclose(entropy_balance(edge, [0, 0, 0, 1]).weights, [0, 0.5, 0.5, 1], atol=1e-9)
    assert entropy_balance(x, [0, 0, 0, 0, 0]).reason
    assert np.isnan(entropy_balance(x, [1, 1, 1, 1, 1]).weights).all()


def test_the_balance_table_says_what_weighting_did() -> None:
    x, active = municipalities(5)
    table = balance_table(x, active, entropy_balance(x, active).weights)
    assert (table["smd_before"].abs() > 0.1).any()
    np.testing.assert_allclose(table["smd_after"], 0, atol=1e-10)
    np.testing.assert_allclose(table["mean_after"], table["mean_active"], atol=1e-10)
    by_hand = (x[active].mean() - x[~active].mean()) / x[active].std()
    np.testing.assert_allclose(table["smd_before"], by_hand)
    np.testing.assert_allclose(table["variance_ratio_before"], x[active].var() / x[~active].var())


def test_overlap_counts_every_municipality_once() -> None:
    table = overlap_table([0.05, 0.35, 0.4, 0.4, 0.95, 1.0], [0, 0, 1, 0, 1, 1], bins=10)
    assert table.groupby("is_active")["municipalities"].sum().to_dict() == {True: 3, False: 3}
    assert table.loc[table["is_active"], "outside_other_group"].unique() == [2]
    assert table.loc[~table["is_active"], "outside_other_group"].unique() == [2]
    assert effective_sample_size([2, 2, 2]) == pytest.approx(3)
    assert effective_sample_size([1, 0, 0]) == pytest.approx(1)


def with_outcome(seed: int, n: int, effect: float = 2.0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    active = rng.random(n) < 1 / (1 + np.exp(0.3 - 0.7 * x[:, 0]))
    y = 5 + 2 * x[:, 0] - x[:, 1] + effect * active + rng.normal(size=n)
    return pd.DataFrame(x, columns=["a", "b"]), active, y


def test_on_the_treated_it_is_the_estimator_of_sant_anna_and_zhao() -> None:
    x, active, y = with_outcome(1, 300)
    weights = np.random.default_rng(1).uniform(1, 5, 300)
    table = augmented_weighting(y, active, x, weights=weights).table.set_index("term")
    design = np.column_stack([np.ones(300), x])
    known = effect_on_treated(y, active.astype(float), design, weights / weights.mean())
    assert not isinstance(known, str)
    assert table.loc["difference", "value"] == pytest.approx(known.effect, abs=1e-10)
    error = np.sqrt((known.influence**2).sum() * 300 / 299) / 300
    assert table.loc["difference", "standard_error"] == pytest.approx(error, rel=1e-8)


def test_without_covariates_that_matter_it_is_the_difference_of_two_means() -> None:
    _, active, y = with_outcome(2, 100)
    for estimand in ("att", "ate"):
        table = augmented_weighting(y, active, np.zeros((100, 0)), estimand=estimand).table.set_index("term")  # type: ignore[arg-type]
        assert table.loc["difference", "value"] == pytest.approx(y[active].mean() - y[~active].mean())
        assert table.loc["ratio", "value"] == pytest.approx(y[active].mean() / y[~active].mean())


def test_poisson_with_inhabitants_as_weights_is_standardisation_when_only_groups_differ() -> None:
    """With a saturated model both models are right, and the answer is standardisation by stratum."""
    rng = np.random.default_rng(3)
    stratum = np.repeat([0, 1], 50)
    active = rng.random(100) < np.where(stratum == 0, 0.3, 0.6)
    inhabitants = rng.uniform(1_000, 50_000, 100)
    count = rng.poisson(inhabitants * 0.02 * np.where(stratum == 0, 1.0, 2.0) * np.where(active, 0.8, 1.0))
    table = augmented_weighting(
        count / inhabitants, active, stratum[:, None], family="poisson", estimand="ate", weights=inhabitants
    ).table.set_index("term")
    rate = {
        (s, a): count[(stratum == s) & (active == a)].sum() / inhabitants[(stratum == s) & (active == a)].sum()
        for s in (0, 1)
        for a in (True, False)
    }
    share = [inhabitants[stratum == s].sum() / inhabitants.sum() for s in (0, 1)]
    as_active, as_other = (sum(share[s] * rate[s, a] for s in (0, 1)) for a in (True, False))
    assert table.loc["active", "value"] == pytest.approx(as_active, rel=1e-9)
    assert table.loc["ratio", "value"] == pytest.approx(as_active / as_other, rel=1e-9)


@pytest.mark.parametrize("estimand", ["att", "ate"])
@pytest.mark.parametrize("right", ["outcome", "propensity"])
def test_one_right_model_is_enough(estimand: str, right: str) -> None:
    rng = np.random.default_rng(4)
    n = 30_000
    x = rng.normal(size=n)
    index = x if right == "propensity" else x**2 - 1
    active = rng.random(n) < 1 / (1 + np.exp(0.5 - 0.8 * index))
    curve = x if right == "outcome" else x**2
    y = 3 + 2 * curve + 1.5 * active + rng.normal(size=n)
    table = augmented_weighting(y, active, x[:, None], estimand=estimand).table.set_index("term")  # type: ignore[arg-type]
    row = table.loc["difference"]
    assert row["value"] == pytest.approx(1.5, abs=0.12)
    plain = sm.OLS(y, np.column_stack([np.ones(n), active, x])).fit().params[1]
    assert right == "outcome" or abs(plain - 1.5) > 0.12


def test_the_interval_covers_also_with_a_wrong_outcome_model_and_clusters() -> None:
    covered = []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        region = np.repeat(np.arange(60), 5)
        shock = rng.normal(0, 0.7, 60)[region]
        x = rng.normal(size=300)
        active = rng.random(300) < 1 / (1 + np.exp(0.2 - 0.6 * x))
        y = x**2 + shock + active + rng.normal(size=300)
        table = augmented_weighting(y, active, x[:, None], clusters=region, estimand="ate").table.set_index("term")
        covered.append(table.loc["difference", "lower"] <= 1 <= table.loc["difference", "upper"])
    assert 0.86 <= np.mean(covered) <= 1


def test_no_overlap_or_too_few_gives_a_reason() -> None:
    x, _, y = with_outcome(5, 60)
    apart = augmented_weighting(y, x["a"] > 0, x)
    assert apart.table["reason"].str.contains("overlap|without error").all()
    assert apart.table["value"].isna().all()
    few = augmented_weighting(y, np.arange(60) >= 2, x)
    assert few.table["reason"].str.contains("too few").all()
    negative = augmented_weighting(y - 100, x["b"] + np.random.default_rng(1).normal(size=60) > 0, x).table.set_index("term")
    assert negative.loc["ratio", "reason"] == "a mean is not positive"
    assert np.isfinite(negative.loc["difference", "value"])

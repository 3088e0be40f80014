"""Bounds under suppression and misclassification hold every completion, and are reached; censored counts are recovered."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from wijkanalyse.effects.designs.bounds import contrast_bounds, suppression_bounds, weighted_mean_bounds
from wijkanalyse.effects.designs.censored_counts import fit_censored_counts
from wijkanalyse.effects.designs.misclassification import simulated_divisions, worst_case
from wijkanalyse.errors import WijkanalyseError


def cells(seed: int, n: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 8, (2, n))
    return pd.DataFrame(
        {
            "is_active": np.arange(n) % 2 == 0,
            "numerator_low": low[0],
            "numerator_high": low[0] + rng.integers(0, 5, n),
            "denominator_low": 1 + low[1],
            "denominator_high": 1 + low[1] + rng.integers(0, 5, n),
        }
    )


def contrast(table: pd.DataFrame, part: np.ndarray, rest: np.ndarray, is_part: bool) -> dict[tuple[str, str], float]:
    whole = part + rest if is_part else rest
    active = table["is_active"].to_numpy()
    means = {
        "pooled": [part[g].sum() / whole[g].sum() for g in (active, ~active)],
        "mean_of_municipalities": [(part[g] / whole[g]).mean() for g in (active, ~active)],
    }
    found = {}
    for weighting, (one, zero) in means.items():
        found[weighting, "difference"] = one - zero
        found[weighting, "ratio"] = one / zero if zero else np.nan
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_suppression_bounds_hold_every_completion_and_are_reached(seed: int, is_part: bool) -> None:
    table = cells(seed)
    named = table.rename(columns={"denominator_low": "rest_low", "denominator_high": "rest_high"}) if is_part else table
    found = suppression_bounds(named, is_part=is_part)
    bounds = {(row.weighting, row.term): (row.low, row.high) for row in found.itertuples() if not row.reason}
    rng = np.random.default_rng(seed)
    ends = [table[[f"{name}_low", f"{name}_high"]].to_numpy(dtype=float) for name in ("numerator", "denominator")]
    for _ in range(30):
        part, rest = (rng.uniform(end[:, 0], end[:, 1]) for end in ends)
        for key, value in contrast(table, part, rest, is_part).items():
            if key in bounds:
                assert bounds[key][0] - 1e-12 <= value <= bounds[key][1] + 1e-12
    # the corner at which the contrast is highest
    active = table["is_active"].to_numpy()
    part = np.where(active, ends[0][:, 1], ends[0][:, 0])
    rest = np.where(active, ends[1][:, 0], ends[1][:, 1])
    for key, value in contrast(table, part, rest, is_part).items():
        if key in bounds:
            assert bounds[key][1] == pytest.approx(value)


def test_suppression_bounds_by_hand() -> None:
    table = pd.DataFrame(
        {
            "is_active": [True, True, False],
            "numerator_low": [0, 10, 20],
            "numerator_high": [7, 10, 22],
            "denominator_low": [100, 100, 400],
            "denominator_high": [100, 100, 400],
        }
    )
    bounds = suppression_bounds(table).set_index(["weighting", "term"])
    assert bounds.loc[("pooled", "active"), ["low", "high"]].tolist() == pytest.approx([10 / 200, 17 / 200])
    assert bounds.loc[("pooled", "difference"), ["low", "high"]].tolist() == pytest.approx([0.05 - 0.055, 0.085 - 0.05])
    assert bounds.loc[("mean_of_municipalities", "active"), ["low", "high"]].tolist() == pytest.approx([0.05, 0.085])
    assert bounds.loc[("pooled", "ratio"), ["low", "high"]].tolist() == pytest.approx([0.05 / 0.055, 0.085 / 0.05])
    empty = suppression_bounds(table[table["is_active"]])
    assert empty.loc[empty["term"].ne("active"), "reason"].ne("").all()
    zero = suppression_bounds(table.assign(denominator_low=[0, 100, 400])).set_index(["weighting", "term"])
    assert zero.loc[("mean_of_municipalities", "difference"), "reason"] != ""
    assert zero.loc[("pooled", "difference"), "reason"] == ""
    assert contrast_bounds((1, 2), (0, 4))["difference"] == (-3, 2)
    assert np.isnan(contrast_bounds((1, 2), (0, 4))["ratio"]).all()


weight = st.tuples(st.floats(0, 500), st.floats(0, 30), st.floats(0, 30))


@settings(max_examples=25, deadline=None)
@given(st.lists(weight, min_size=1, max_size=7))
def test_the_bounds_of_a_weighted_mean_are_those_of_all_corners(rows: list[tuple[float, float, float]]) -> None:
    values, low, extra = np.array(rows).T
    high = low + extra
    bounds = weighted_mean_bounds(values, low, high)
    if low.sum() == 0:
        assert np.isnan(bounds).all()
        return
    corners = [np.average(values, weights=np.where(choice, high, low)) for choice in product([True, False], repeat=len(values))]
    assert bounds == pytest.approx((min(corners), max(corners)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(["difference", "ratio"]), st.booleans())
@example(335, "difference", True)  # splitting a municipality pays here even where all are of one size
def test_the_worst_case_holds_every_division(seed: int, contrast: str, is_equal: bool) -> None:
    rng = np.random.default_rng(seed)
    n = 9
    denominator = np.ones(n) if is_equal else rng.uniform(1, 100, n)
    numerator = denominator * rng.uniform(0.01, 1, n)
    active, certain = rng.random(n) < 0.5, rng.random(n) < 0.3
    active[:2], certain[:2] = [True, False], True
    result = worst_case(numerator, denominator, active, certain, contrast)  # type: ignore[arg-type]
    free = np.flatnonzero(~certain)
    found = {}
    for choice in product([True, False], repeat=len(free)):
        division = active.copy()
        division[free] = choice
        one, zero = (numerator[g].sum() / denominator[g].sum() for g in (division, ~division))
        found[division.tobytes()] = one / zero if contrast == "ratio" else one - zero
    low, high = min(found.values()), max(found.values())
    assert result.low <= low + 1e-12
    assert result.high >= high - 1e-12
    assert found[result.active_when_low.tobytes()] == pytest.approx(result.low_reached)
    assert found[result.active_when_high.tobytes()] == pytest.approx(result.high_reached)
    # a bound that is reached is the extreme itself
    if result.high == result.high_reached:
        assert result.high == pytest.approx(high)
    if result.low == result.low_reached:
        assert result.low == pytest.approx(low)


def test_the_worst_case_splits_a_municipality_only_where_that_raises_the_contrast() -> None:
    """Known 1/10 and 9/10; one uncertain 0.5 of size 10: splitting it in halves lies between, so a bound above both ends."""
    result = worst_case([1, 9, 5], [10, 10, 10], [True, False, True], [True, True, False])
    at_ends = [(6 / 20) - 0.9, 0.1 - 14 / 20]
    assert result.high_reached == pytest.approx(max(at_ends))
    split = (1 + 2.5) / 15 - (9 + 2.5) / 15
    assert result.high == pytest.approx(split)


def test_without_certain_municipalities_there_is_a_reason() -> None:
    result = worst_case([1, 2], [3, 4], [True, False], [True, False])
    assert "0 certainly not active" in result.reason
    assert worst_case([1, 0, 2], [3, 4, 4], [True, False, True], [True, True, False], "ratio").reason


def test_certain_groups_are_drawn_as_they_are_and_uncertain_ones_with_their_probability() -> None:
    numerator, denominator = [10, 30, 8, 40], [100, 100, 100, 100]
    certain = simulated_divisions(numerator, denominator, [1, 1, 0, 0], draws=50).set_index("term")
    assert certain.loc["difference", ["mean", "lower", "upper"]].tolist() == pytest.approx([0.2 - 0.24] * 3)
    assert certain.loc["difference", "share_positive"] == 0
    drawn = simulated_divisions(numerator, denominator, [1, 0.25, 0, 0], draws=20_000, seed=1).set_index("term")
    by_hand = 0.25 * (0.2 - 0.24) + 0.75 * (0.1 - 0.26)
    assert drawn.loc["difference", "mean"] == pytest.approx(by_hand, abs=0.002)
    assert drawn.loc["ratio", "draws"] == 20_000
    mean = simulated_divisions([1, 30], [10, 100], [1, 0], weighting="mean_of_municipalities", draws=5).set_index("term")
    assert mean.loc["difference", "mean"] == pytest.approx(0.1 - 0.3)


def counts(seed: int, n: int, alpha: float = 0.3) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(n // 5), 5)
    x = rng.normal(size=n)
    exposure = rng.uniform(2, 30, n)
    mu = exposure * np.exp(-0.2 + 0.4 * x)
    y = nbinom.rvs(1 / alpha, 1 / (1 + alpha * mu), random_state=rng)
    return y, np.column_stack([np.ones(n), x]), np.log(exposure), cluster


def published(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rounded to 5, and 0 to 7 suppressed."""
    rounded = 5 * np.round(y / 5)
    return np.where(y <= 7, 0, rounded - 2.5), np.where(y <= 7, 7, rounded + 2.5)


def test_exact_counts_give_the_negative_binomial_of_statsmodels() -> None:
    y, design, log_exposure, cluster = counts(1, 400)
    ours = fit_censored_counts(y, y, design, log_exposure=log_exposure, clusters=cluster)
    theirs = sm.NegativeBinomial(y, design, offset=log_exposure).fit(disp=0, method="newton", tol=1e-10)
    np.testing.assert_allclose(ours.coefficients, theirs.params[:-1], atol=1e-6)
    assert ours.alpha == pytest.approx(theirs.params[-1], rel=1e-5)
    assert ours.log_likelihood == pytest.approx(theirs.llf, rel=1e-9)
    clustered = sm.NegativeBinomial(y, design, offset=log_exposure).fit(
        disp=0, method="newton", tol=1e-10, cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}
    )
    g = cluster.max() + 1
    np.testing.assert_allclose(ours.covariance, clustered.cov_params()[:2, :2] * g / (g - 1), rtol=2e-4, atol=1e-9)


def test_the_likelihood_of_an_interval_is_the_difference_of_two_distribution_functions() -> None:
    y, design, log_exposure, _ = counts(2, 100)
    low, high = published(y)
    fit = fit_censored_counts(low, high, design, log_exposure=log_exposure)
    mu = np.exp(log_exposure + design @ fit.coefficients)
    r = 1 / fit.alpha
    chance = nbinom.cdf(np.floor(high), r, r / (r + mu)) - nbinom.cdf(np.ceil(low) - 1, r, r / (r + mu))
    assert fit.log_likelihood == pytest.approx(np.log(chance).sum(), rel=1e-9)


def test_suppressed_and_rounded_counts_give_the_coefficients_back() -> None:
    found, covered = [], []
    for seed in range(15):
        y, design, log_exposure, cluster = counts(seed, 300)
        fit = fit_censored_counts(*published(y), design, log_exposure=log_exposure, clusters=cluster)
        assert fit.reason == ""
        found.append(fit.coefficients)
        covered.append(abs(fit.coefficients[1] - 0.4) < 2 * np.sqrt(fit.covariance[1, 1]))
    np.testing.assert_allclose(np.mean(found, axis=0), [-0.2, 0.4], atol=0.03)
    assert np.mean(covered) > 0.8


def test_poisson_counts_end_at_the_edge_and_bad_bounds_are_refused() -> None:
    rng = np.random.default_rng(4)
    x = np.column_stack([np.ones(200), rng.normal(size=200)])
    y = rng.binomial(40, 0.25, 200)  # less spread than Poisson
    fit = fit_censored_counts(y, y, x)
    assert fit.reason == ""
    assert fit.alpha < 1e-4
    np.testing.assert_allclose(fit.coefficients, sm.Poisson(y, x).fit(disp=0).params, atol=1e-4)
    assert "depend" in fit_censored_counts(y, y, np.column_stack([x, x[:, 1]])).reason
    with pytest.raises(WijkanalyseError, match=r"row 0 lies between 2\.4 and 2\.6"):
        fit_censored_counts([2.4], [2.6], [[1.0]])
    with pytest.raises(WijkanalyseError, match="row 1"):
        fit_censored_counts([0, 0], [7, np.nan], [[1.0], [1.0]])

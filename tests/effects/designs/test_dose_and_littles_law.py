"""Splines of the dose, thresholds, and durations from stock and flow."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline

from wijkanalyse.effects.designs.dose import (
    dose_curve,
    spline_basis,
    spline_knots,
    spline_slope,
    thresholds,
    wald_test_of_bends,
)
from wijkanalyse.effects.designs.littles_law import bounds_of_counts, littles_law
from wijkanalyse.errors import WijkanalyseError


def test_the_basis_by_hand() -> None:
    """Knots 0, 1, 3; at 4: (64 - 27 x 3/2 + 1 x 1/2) / 9."""
    basis = spline_basis([-1.0, 0.5, 4.0], np.array([0.0, 1.0, 3.0]))
    np.testing.assert_allclose(basis[:, 0], [-1, 0.5, 4])
    np.testing.assert_allclose(basis[:, 1], [0, 0.125 / 9, (64 - 40.5 + 0.5) / 9])


def test_every_natural_cubic_spline_through_the_knots_is_in_the_basis() -> None:
    knots = np.array([1.0, 2.0, 4.0, 7.0, 9.0])
    natural = CubicSpline(knots, [3.0, -1.0, 2.0, 5.0, 4.0], bc_type="natural")
    x = np.linspace(1, 9, 200)
    design = np.column_stack([np.ones(200), spline_basis(x, knots)])
    coefficients, *_ = np.linalg.lstsq(design, natural(x), rcond=None)
    np.testing.assert_allclose(design @ coefficients, natural(x), atol=1e-9)
    np.testing.assert_allclose(spline_slope(x, knots) @ coefficients[1:], natural(x, 1), atol=1e-8)


@settings(max_examples=30)
@given(st.lists(st.floats(0.1, 60), min_size=10, max_size=60, unique=True), st.sampled_from([3, 4, 5]))
def test_outside_the_knots_the_curve_is_straight(doses: list[float], number: int) -> None:
    knots = spline_knots(doses, number)
    if not len(knots):
        return
    for far in (knots[0] - np.array([1, 2, 3]), knots[-1] + np.array([0, 1, 2])):
        basis = spline_basis(far, knots)
        np.testing.assert_allclose(basis[0] - 2 * basis[1] + basis[2], 0, atol=1e-6 * (1 + np.abs(basis).max()))


def test_knots_ignore_municipalities_without_team_help() -> None:
    doses = [0.0] * 50 + list(range(1, 102)) + [np.nan]
    np.testing.assert_allclose(spline_knots(doses, 3), [11, 51, 91])
    assert spline_knots(doses, 3, positive_only=False)[0] == 0
    # too few different doses: a straight line
    assert not len(spline_knots([0, 0, 5, 5], 4))
    assert spline_basis([1.0, 2.0], spline_knots([0, 0, 5, 5])).tolist() == [[1.0], [2.0]]
    with pytest.raises(WijkanalyseError, match="found 9 knots"):
        spline_knots(doses, 9)


def test_the_band_of_the_curve_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(1)
    dose, cluster = rng.gamma(1, 10, 400), np.repeat(np.arange(40), 10)
    knots = spline_knots(dose, 4)
    design = sm.add_constant(spline_basis(dose, knots))
    y = rng.poisson(np.exp(3 - 0.02 * dose))
    fitted = sm.GLM(y, design, family=sm.families.Poisson()).fit(cov_type="cluster", cov_kwds={"groups": cluster})
    curve = dose_curve([0, 5, 30], knots, fitted.params[1:], fitted.cov_params()[1:, 1:], reference=5, is_log=True)
    contrast = np.zeros(4)
    contrast[1:] = (spline_basis([30.0], knots) - spline_basis([5.0], knots))[0]
    by_statsmodels = fitted.t_test(contrast)
    row = curve.iloc[2]
    assert np.log(row["value"]) == pytest.approx(by_statsmodels.effect[0])
    np.testing.assert_allclose(np.log([row["lower"], row["upper"]]), by_statsmodels.conf_int()[0])
    assert curve.loc[1, ["value", "standard_error"]].tolist() == [1.0, 0.0]
    wald = fitted.wald_test(np.eye(4)[2:], use_f=False, scalar=True)
    statistic, p = wald_test_of_bends(fitted.params[1:], fitted.cov_params()[1:, 1:])
    assert (2 * statistic, p) == pytest.approx((wald.statistic, wald.pvalue))
    assert wald_test_of_bends([1.0], [[1.0]]) == pytest.approx((np.nan, np.nan), nan_ok=True)
    assert wald_test_of_bends([0, 2.0], np.eye(2), 10)[1] > wald_test_of_bends([0, 2.0], np.eye(2))[1]


def test_a_share_above_the_threshold_is_active() -> None:
    found = list(thresholds([0.0, 5.0, 5.1, 30.0, np.nan], [1, 5]))
    assert [(t.percent, t.active, t.not_active) for t in found] == [(1.0, 3, 1), (5.0, 2, 2)]
    np.testing.assert_array_equal(found[1].is_active, [0, 0, 1, 1, np.nan])
    assert [t.percent for t in thresholds([1.0])] == list(range(1, 21))


def row(**counts: float) -> pd.DataFrame:
    return pd.DataFrame([{"stock_begin": 900.0, "stock_end": 1100.0, "begun": 600.0, "ended": 400.0, **counts}])


def test_durations_by_hand() -> None:
    found = littles_law(row(), 365).iloc[0]
    assert found["mean_stock"] == 1000
    assert found["days"] == pytest.approx(1000 * 365 / 500)
    assert found["days_by_inflow"] == pytest.approx(1000 * 365 / 600)
    assert found["days_by_outflow"] == pytest.approx(1000 * 365 / 400)
    assert found["imbalance"] == 0
    # 400 end on the first day and 600 begin on the last: stock 500; the other way round 1,500
    assert found["lowest_days"] == pytest.approx(500 * 365 / 500)
    assert found["highest_days"] == pytest.approx(1500 * 365 / 500)
    # 300 trajectories came in without beginning
    assert littles_law(row(stock_end=1400), 365)["imbalance"].item() == 300


def test_the_two_variants_frame_the_wijkteam_figure_of_the_first_half_of_2021() -> None:
    """489 days by one flow and 569 by the other give 526 by their mean, as was found on CBS's provisional figures."""
    stock = 10_000.0
    found = littles_law(row(stock_begin=stock, stock_end=stock, begun=stock * 181 / 569, ended=stock * 181 / 489), 181).iloc[0]
    assert found["days"] == pytest.approx(526, abs=0.5)
    assert (found["days_by_inflow"], found["days_by_outflow"]) == pytest.approx((569, 489))


def test_in_a_steady_state_it_is_the_mean_duration_and_the_ended_ones_are_too_short_while_growing() -> None:
    rng = np.random.default_rng(2)
    days = 20 * 365
    start = rng.uniform(0, days, 400_000)
    length = rng.gamma(0.7, 600, 400_000)
    last_year = (days - 365, days)

    def year(start: np.ndarray, length: np.ndarray) -> tuple[float, float]:
        end = start + length
        begin, finish = last_year
        under_way = [((start <= day) & (end > day)).sum() for day in last_year]
        begun, ended = ((start > begin) & (start <= finish)).sum(), ((end > begin) & (end <= finish)).sum()
        flows = pd.DataFrame(
            [dict(zip(("stock_begin", "stock_end", "begun", "ended"), (*under_way, begun, ended), strict=True))]
        )
        assert littles_law(flows, 365)["imbalance"].item() == 0
        return littles_law(flows, 365)["days"].item(), length[(end > begin) & (end <= finish)].mean()

    steady, of_ended = year(start, length)
    assert steady == pytest.approx(length.mean(), rel=0.02)
    assert of_ended == pytest.approx(length.mean(), rel=0.02)
    grows = rng.random(400_000) < np.exp((start - days) / 600)
    growing, of_ended = year(start[grows], length[grows])
    assert of_ended < growing < length.mean()


def test_what_is_unknown_or_still_has_a_reason() -> None:
    unknown = littles_law(row(begun=np.nan), 365).iloc[0]
    assert unknown["reason"] == "a stock or flow is unknown"
    still = littles_law(row(begun=0, ended=0), 365).iloc[0]
    assert still["reason"] == "nothing began or ended"
    assert np.isnan(still["days"])


def test_the_bounds_hold_every_completion() -> None:
    rng = np.random.default_rng(3)
    fields = ["stock_begin", "stock_end", "begun", "ended"]
    low = pd.DataFrame(rng.integers(0, 30, (500, 4)), columns=fields).astype(float)
    width = pd.DataFrame(rng.integers(0, 8, (500, 4)), columns=fields)
    for place in (0.0, 0.3, 1.0, rng.random((500, 4))):
        days = littles_law(low + width * place, 365)["days"]
        bounds = bounds_of_counts(low, low + width, 365)[days.notna()]
        assert (bounds["low"] <= days.dropna() * (1 + 1e-9)).all()
        assert (days.dropna() <= bounds["high"] * (1 + 1e-9)).all()
    known = bounds_of_counts(low, low, 365)
    pd.testing.assert_series_equal(known["low"].dropna(), littles_law(low, 365)["days"].dropna(), check_names=False)

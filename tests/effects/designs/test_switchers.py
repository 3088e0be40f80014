"""Effects on switchers: the published answers on the minimum wage data, and what must hold in any panel."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference_data import reference
from wijkanalyse.effects.designs.influence import uniform_critical_value
from wijkanalyse.effects.designs.on_off import did_m
from wijkanalyse.effects.designs.switchers import Aggregate, GroupTimeEffects, aggregate, clusters_of, group_time_effects
from wijkanalyse.errors import WijkanalyseError

# R did 2.3.0, never treated as controls, without covariates, standard errors without bootstrap
ATT_R = {
    2004: [-0.01050325, -0.07042316, -0.13725874, -0.10081136],
    2006: [0.00652011, -0.00275082, -0.00459461, -0.04122447],
    2007: [0.03050666, -0.00272589, -0.03108712, -0.02605441],
}
OVERALL_R = {
    "simple": (-0.0399512752, 0.0120340128),
    "group": (-0.0310182822, 0.0124460593),
    "calendar": (-0.0417004321, 0.0159718519),
    "dynamic": (-0.0772398215, 0.0199649891),
}
# Stata csdid lemp lpop, method(dripw), as in the author's description of the command; R did gives the same estimates
DOUBLY_ROBUST = {
    2004: [(-0.0145297, 0.0221292), (-0.0764219, 0.0286713), (-0.1404483, 0.0353782), (-0.1069039, 0.0328865)],
    2006: [(-0.0004721, 0.0222234), (-0.0062025, 0.0184957), (0.0009606, 0.0194002), (-0.0412939, 0.0197211)],
    2007: [(0.0267278, 0.0140657), (-0.0045766, 0.0157178), (-0.0284475, 0.0181809), (-0.0287814, 0.016239)],
}
AGGREGATED = {
    "simple": [(-0.0417518, 0.0115028)],
    "calendar": [(-0.0145297, 0.0221292), (-0.0764219, 0.0286713), (-0.0461757, 0.0212107), (-0.0395822, 0.0129299)],
    "group": [(-0.0845759, 0.0245649), (-0.0201666, 0.0174696), (-0.0287814, 0.016239)],
    "dynamic": [
        (0.0267278, 0.0140657),
        (-0.0036165, 0.0129283),
        (-0.023244, 0.0144851),
        (-0.0210604, 0.0114942),
        (-0.0530032, 0.0163465),
        (-0.1404483, 0.0353782),
        (-0.1069039, 0.0328865),
    ],
}


def minimum_wage() -> pd.DataFrame:
    table = pd.read_csv(reference("known_answers/mpdta.csv"))
    table = table.rename(columns={"countyreal": "unit", "first.treat": "first_active"})
    return table.assign(first_active=table["first_active"].replace(0, np.nan))


@cache
def on_minimum_wage(*covariates: str) -> GroupTimeEffects:
    return group_time_effects(minimum_wage(), outcome="lemp", covariates=covariates)


def made_up(seed: int, units: int = 40, years: int = 6, effect: float = 0.0, noise: float = 1.0) -> pd.DataFrame:
    """Municipalities with their own level, a common trend and a switch in the third, fourth or no year."""
    rng = np.random.default_rng(seed)
    switch = np.array([2017, 2018, np.nan, np.nan])[np.arange(units) % 4]
    level, size = rng.normal(10, 3, units), rng.normal(0, 1, units)
    year = np.arange(2015, 2015 + years)
    y = level[:, None] + 0.5 * (year - 2015) + noise * rng.normal(size=(units, years))
    y = y + effect * (year >= switch[:, None])
    frame = pd.DataFrame(y, columns=year).rename_axis("unit").reset_index().melt("unit", var_name="year", value_name="y")
    return frame.astype({"year": int}).assign(
        first_active=switch[frame["unit"]], size=size[frame["unit"]], region=frame["unit"] // 4
    )


def test_group_time_effects_of_the_minimum_wage_are_those_of_did() -> None:
    cells = on_minimum_wage().cells
    for group, published in ATT_R.items():
        np.testing.assert_allclose(cells.loc[cells["group"].eq(group), "att"], published, atol=6e-9)


@pytest.mark.parametrize("kind", OVERALL_R)
def test_overall_effects_of_the_minimum_wage_are_those_of_did(kind: str) -> None:
    overall = aggregate(on_minimum_wage(), kind, draws=10).table.iloc[-1]  # type: ignore[arg-type]
    np.testing.assert_allclose(overall[["att", "standard_error"]].astype(float), OVERALL_R[kind], atol=6e-11)


def test_doubly_robust_effects_are_those_of_csdid() -> None:
    cells = on_minimum_wage("lpop").cells
    for group, published in DOUBLY_ROBUST.items():
        found = cells.loc[cells["group"].eq(group), ["att", "standard_error"]]
        np.testing.assert_allclose(found, published, atol=6e-8)


@pytest.mark.parametrize("kind", AGGREGATED)
def test_doubly_robust_averages_are_those_of_csdid(kind: str) -> None:
    table = aggregate(on_minimum_wage("lpop"), kind, draws=10).table  # type: ignore[arg-type]
    rows = table if kind == "simple" else table.iloc[:-1]
    np.testing.assert_allclose(rows[["att", "standard_error"]], AGGREGATED[kind], atol=6e-8)


def test_each_effect_without_covariates_is_a_difference_of_two_changes() -> None:
    panel = made_up(1)
    means = panel.groupby(["first_active", "year"], dropna=False)["y"].mean().unstack()
    never = means.loc[np.nan]
    for method in ("doubly_robust", "regression", "weighting"):
        cells = group_time_effects(panel, outcome="y", method=method).cells  # type: ignore[arg-type]
        for row in cells.itertuples():
            own = means.loc[row.group]
            by_hand = own[row.year] - own[row.base_year] - (never[row.year] - never[row.base_year])
            assert row.att == pytest.approx(by_hand)


def test_municipalities_that_switch_later_can_serve_as_controls() -> None:
    panel = made_up(2)
    cells = group_time_effects(panel, outcome="y", controls="not_yet").cells.set_index(["group", "year"])
    change = panel.pivot(index="unit", columns="year", values="y").pipe(lambda y: y[2017] - y[2016])
    switch = panel.groupby("unit")["first_active"].first()
    by_hand = change[switch.eq(2017)].mean() - change[~switch.eq(2017)].mean()
    assert cells.loc[(2017, 2017), "att"] == pytest.approx(by_hand)
    # one year later the group of 2018 has switched too
    assert cells.loc[(2017, 2018), "controls"] == 20
    ahead = group_time_effects(panel, outcome="y", controls="not_yet", anticipation=1).cells.set_index(["group", "year"])
    assert ahead.loc[(2017, 2017), "controls"] == 20
    assert ahead.loc[(2017, 2017), "base_year"] == 2015


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["doubly_robust", "regression", "weighting"]), st.floats(-5, 5))
def test_without_noise_the_effect_is_found_and_zero_where_nothing_changes(seed: int, method: str, effect: float) -> None:
    panel = made_up(seed, effect=effect, noise=0.0)
    cells = group_time_effects(panel, outcome="y", method=method, covariates=["size"]).cells  # type: ignore[arg-type]
    estimated = cells[cells["reason"].eq("")]
    np.testing.assert_allclose(estimated["att"], effect * estimated["is_post"], atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.floats(-100, 100), st.floats(0.1, 10))
def test_levels_common_shocks_and_units_do_not_matter(seed: int, shift: float, scale: float) -> None:
    panel = made_up(seed)
    shock = panel["year"].map(lambda year: (year * 7919) % 13)
    moved = panel.assign(y=scale * panel["y"] + shift * panel["unit"] + shock, size=3 * panel["size"] - 2)
    first, second = (group_time_effects(frame, outcome="y", covariates=["size"]).cells for frame in (panel, moved))
    np.testing.assert_allclose(second["att"], scale * first["att"], atol=1e-7)
    np.testing.assert_allclose(second["standard_error"], scale * first["standard_error"], atol=1e-7)


def test_the_doubly_robust_estimator_survives_one_wrong_model() -> None:
    """Outcome trend quadratic in x, switching logit in x or in its square: one right model is enough."""
    rng = np.random.default_rng(3)
    n, effect = 20_000, 1.0
    x = rng.normal(size=n)
    found = {}
    for world in ("logit right", "regression right"):
        curve = x**2 if world == "logit right" else x
        chance = 1 / (1 + np.exp(1 - 0.8 * (x if world == "logit right" else x**2)))
        switch = np.where(rng.random(n) < chance, 2016.0, np.nan)
        trend = 2 * curve + rng.normal(0, 0.5, n)
        wide = pd.DataFrame({"unit": range(n), "x": x, "first_active": switch})
        panel = pd.concat([wide.assign(year=2015, y=0.0), wide.assign(year=2016, y=trend + effect * np.isfinite(switch))])
        for method in ("doubly_robust", "regression", "weighting"):
            cells = group_time_effects(panel, outcome="y", covariates=["x"], method=method).cells  # type: ignore[arg-type]
            found[world, method] = cells["att"].item()
    assert found["logit right", "doubly_robust"] == pytest.approx(effect, abs=0.1)
    assert found["regression right", "doubly_robust"] == pytest.approx(effect, abs=0.1)
    assert abs(found["logit right", "regression"] - effect) > 0.3


def test_standard_errors_of_regions_add_up_influence_per_region() -> None:
    effects = group_time_effects(made_up(4), outcome="y", cluster="region")
    influence = pd.DataFrame(effects.influence).groupby(effects.clusters).sum()
    by_hand = np.sqrt((influence**2).sum() * 10 / 9) / 40
    np.testing.assert_allclose(effects.cells["standard_error"], by_hand)
    again = clusters_of(group_time_effects(made_up(4), outcome="y"), effects.clusters)
    pd.testing.assert_frame_equal(again.cells, effects.cells)


def test_weights_are_repeated_municipalities() -> None:
    panel = made_up(5)
    repeats = 1 + panel["unit"] % 3
    weighted = aggregate(group_time_effects(panel.assign(w=repeats), outcome="y", covariates=["size"], weight="w"), "simple")
    copies = pd.concat([panel[repeats > i].assign(unit=lambda p, i=i: p["unit"] + 100 * i) for i in range(3)])
    doubled = aggregate(group_time_effects(copies, outcome="y", covariates=["size"]), "simple")
    assert weighted.table["att"].item() == pytest.approx(doubled.table["att"].item())


def test_the_interval_covers_the_effect_and_the_band_covers_all_at_once() -> None:
    pointwise, jointly = [], []
    for seed in range(60):
        effects = group_time_effects(made_up(seed, units=80, effect=0.7), outcome="y", base="universal")
        table = aggregate(effects, "dynamic", draws=200, seed=seed).table
        truth = np.where(table["label"].eq("overall"), 0.7, 0.0)
        truth[:-1] = 0.7 * (table["label"].iloc[:-1].astype(int) >= 0)
        inside = (table["lower"] <= truth + 1e-12) & (truth - 1e-12 <= table["upper"])
        pointwise.append(inside.iloc[-1])
        jointly.append(((table["lower_uniform"] <= truth + 1e-12) & (truth - 1e-12 <= table["upper_uniform"])).iloc[:-1].all())
    assert 0.88 <= np.mean(pointwise) <= 1
    assert 0.85 <= np.mean(jointly) <= 1


def test_one_estimate_has_the_critical_value_of_one_and_independent_ones_that_of_sidak() -> None:
    rng = np.random.default_rng(6)
    one = rng.normal(size=(500, 1))
    assert uniform_critical_value(one, 0.95, 10_000, 1) == pytest.approx(1.96, abs=0.06)
    assert uniform_critical_value(rng.normal(size=(500, 5)), 0.95, 10_000, 1) == pytest.approx(2.57, abs=0.08)
    assert uniform_critical_value(np.repeat(one, 5, axis=1), 0.95, 10_000, 1) == pytest.approx(1.96, abs=0.06)


def test_the_event_study_for_pretrends_has_one_base_year() -> None:
    result: Aggregate = aggregate(group_time_effects(made_up(7), outcome="y", base="universal"), "dynamic", draws=50)
    times, values, matrix = result.event_study()
    assert list(times) == [-3, -2, 0, 1, 2, 3]
    by_label = result.table.set_index("label")
    assert by_label.loc["-1", "att"] == 0
    np.testing.assert_allclose(values, by_label.loc[[str(time) for time in times], "att"])
    np.testing.assert_allclose(np.sqrt(np.diag(matrix)), by_label.loc[[str(t) for t in times], "standard_error"])


def test_gaps_small_groups_and_separation_give_reasons() -> None:
    panel = made_up(8)
    lonely = panel.assign(first_active=panel["first_active"].mask(panel["unit"].eq(2), 2019))
    cells = group_time_effects(lonely, outcome="y").cells
    assert cells.loc[cells["group"].eq(2019), "reason"].str.startswith("1 switchers").all()
    assert cells.loc[cells["group"].ne(2019), "reason"].eq("").all()

    gaps = panel.assign(y=panel["y"].mask(panel["unit"].lt(8) & panel["year"].eq(2017)))
    found = group_time_effects(gaps, outcome="y").cells.set_index(["group", "year"])
    assert found.loc[(2017, 2017), "treated"] == 8
    assert found.loc[(2017, 2018), "treated"] == 10

    apart = panel.assign(size=panel["first_active"].notna() * 1.0 + 0.001 * panel["unit"])
    reasons = group_time_effects(apart, outcome="y", covariates=["size"]).cells["reason"]
    assert reasons.str.contains("overlap|without error").all()
    table = aggregate(group_time_effects(apart, outcome="y", covariates=["size"]), "dynamic", draws=20).table
    assert table["att"].isna().all()
    assert table["reason"].ne("").all()

    nobody = group_time_effects(panel.assign(first_active=np.nan), outcome="y")
    assert nobody.cells.empty
    assert aggregate(nobody, "group", draws=20).table["reason"].ne("").all()

    everybody = group_time_effects(panel[panel["first_active"].notna()], outcome="y")
    assert everybody.cells["reason"].str.contains("0 controls").all()


def test_always_active_municipalities_are_left_out_and_rows_that_occur_twice_refused() -> None:
    panel = made_up(9)
    early = panel.assign(first_active=panel["first_active"].mask(panel["unit"].lt(3), 2015))
    assert group_time_effects(early, outcome="y").left_out == 3
    with pytest.raises(WijkanalyseError, match="occur twice"):
        group_time_effects(pd.concat([panel, panel.head(1)]), outcome="y")


def on_and_off() -> pd.DataFrame:
    """Five municipalities, three years; worked out by hand below."""
    values = {"a": [10, 14, 15], "b": [20, 22, 26], "c": [30, 31, 33], "d": [40, 42, 43], "e": [50, 52, 51]}
    active = {"a": [0, 1, 1], "b": [0, 0, 1], "c": [0, 0, 0], "d": [1, 1, 1], "e": [1, 1, 0]}
    rows = [(u, 2018 + t, bool(active[u][t]), float(values[u][t])) for u in values for t in range(3)]
    return pd.DataFrame(rows, columns=["unit", "year", "is_active", "y"])


def test_did_m_by_hand() -> None:
    table = did_m(on_and_off(), outcome="y", draws=500).set_index("term")
    # 2019: a joins (+4), b and c stay out (+2, +1): 2.5. 2020: b joins (+4), c stays out (+2): 2
    assert table.loc["joiners", "value"] == pytest.approx(2.25)
    # 2020: a and d stay in (+1), e leaves (-1): 2
    assert table.loc["leavers", "value"] == pytest.approx(2.0)
    assert table.loc["did_m", "value"] == pytest.approx((2.5 + 2 + 2) / 3)
    # 2020, changes 2018-2019: b +2 against c +1: 1; e +2 against d +2 (a itself changed in 2019): 0
    assert table.loc["placebo", "value"] == pytest.approx(0.5)
    assert (table["joiners"] == 2).all()
    assert (table["leavers"] == 1).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3))
def test_did_m_finds_an_effect_without_noise(seed: int, effect: float) -> None:
    rng = np.random.default_rng(seed)
    active = rng.random((30, 5)) < 0.4
    y = rng.normal(size=(30, 1)) + np.arange(5) ** 2 + effect * active
    panel = pd.DataFrame(
        {"unit": np.repeat(np.arange(30), 5), "year": np.tile(np.arange(5), 30), "is_active": active.ravel(), "y": y.ravel()}
    )
    table = did_m(panel, outcome="y", draws=50).set_index("term")
    np.testing.assert_allclose(table.loc[["did_m", "joiners", "leavers"], "value"], effect, atol=1e-9)
    assert table.loc["placebo", "value"] == pytest.approx(0, abs=1e-9)


def test_did_m_without_switchers_has_a_reason() -> None:
    still = on_and_off().assign(is_active=lambda p: p["unit"].isin(["a", "b"]))
    table = did_m(still, outcome="y", draws=50)
    assert table["value"].isna().all()
    assert table["reason"].ne("").all()

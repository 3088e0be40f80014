"""The split into composition and within: exact for any figures, and equal to published answers."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.oaxaca import OaxacaBlinder

from wijkanalyse.effects.designs.kitagawa import das_gupta, kitagawa, kitagawa_with_intervals

# Das Gupta (1993) example 5.3: deaths per 1,000 in the United States by race and age, 1970 and 1985. Figures and answer
# as in the README of the R package DasGuptR
SIZES = {
    1985: np.array(
        [
            [3041, 11577, 27450, 32711, 35480, 27411, 19555, 19795, 15254, 8022, 2472],
            [707, 2692, 6473, 6841, 6547, 4352, 3034, 2540, 1749, 804, 236],
        ]
    ).ravel(),
    1970: np.array(
        [
            [2968, 11484, 34614, 30992, 21983, 20314, 20928, 16897, 11339, 5720, 1315],
            [535, 2162, 6120, 4781, 3096, 2718, 2363, 1767, 1149, 448, 117],
        ]
    ).ravel(),
}
RATES = {
    1985: np.array(
        [
            [9.163, 0.462, 0.248, 0.929, 1.084, 1.810, 4.715, 12.187, 27.728, 64.068, 157.570],
            [17.208, 0.738, 0.328, 1.103, 2.045, 3.724, 8.052, 17.812, 34.128, 68.276, 125.161],
        ]
    ).ravel(),
    1970: np.array(
        [
            [18.469, 0.751, 0.391, 1.146, 1.287, 2.672, 6.636, 15.691, 34.723, 79.763, 176.837],
            [36.993, 1.352, 0.541, 2.040, 3.523, 6.746, 12.967, 24.471, 45.091, 74.902, 123.205],
        ]
    ).ravel(),
}
weights = arrays(float, (2, 4), elements=st.one_of(st.just(0.0), st.floats(0.1, 1e5)))
levels = arrays(float, (2, 4), elements=st.floats(1, 2000))


def test_das_gupta_example_5_3() -> None:
    split = kitagawa([SIZES[1970], SIZES[1985]], [RATES[1970], RATES[1985]])
    assert split.composition == pytest.approx(1.5415096, abs=5e-8)
    assert split.within == pytest.approx(-2.2277254, abs=5e-8)
    assert split.difference == pytest.approx(-0.6862158, abs=5e-8)


def test_das_gupta_example_4_4_with_four_factors() -> None:
    """Births outside marriage, United States 1963 and 1983 (same source)."""
    before = {
        "a": [0.200, 0.163, 0.146, 0.154, 0.168, 0.169],
        "b": [0.866, 0.325, 0.119, 0.099, 0.099, 0.121],
        "c": [0.007, 0.021, 0.023, 0.015, 0.008, 0.002],
        "d": [0.454, 0.326, 0.195, 0.107, 0.051, 0.015],
    }
    after = {
        "a": [0.169, 0.195, 0.190, 0.174, 0.150, 0.122],
        "b": [0.931, 0.563, 0.311, 0.216, 0.199, 0.191],
        "c": [0.018, 0.026, 0.023, 0.016, 0.008, 0.002],
        "d": [0.380, 0.201, 0.149, 0.079, 0.025, 0.006],
    }

    def ratio(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> float:
        return (a * b * c).sum() / ((a * b * c).sum() + (a * (1 - b) * d).sum())

    effects = das_gupta(before, after, ratio)
    published = {"a": -0.00620498, "b": 0.04866154, "c": 0.02705922, "d": 0.02470928}
    assert effects == pytest.approx(published, abs=5e-9)
    assert sum(effects.values()) == pytest.approx(0.09422505, abs=5e-9)


@given(weights, levels)
def test_the_parts_add_up_exactly_and_turn_round_with_the_groups(weight: np.ndarray, level: np.ndarray) -> None:
    split, swapped = kitagawa(weight, level), kitagawa(weight[::-1], level[::-1])
    if (weight.sum(axis=1) == 0).any():
        assert np.isnan(split.difference)
        return
    direct = np.average(level[1], weights=weight[1]) - np.average(level[0], weights=weight[0])
    assert split.difference == pytest.approx(direct, abs=1e-8)
    assert split.composition + split.within == pytest.approx(direct, abs=1e-8)
    np.testing.assert_allclose(split.composition_by_form, -swapped.composition_by_form, atol=1e-9)
    np.testing.assert_allclose(split.within_by_form, -swapped.within_by_form, atol=1e-9)


@given(weights, levels)
def test_two_factors_of_das_gupta_are_kitagawa(weight: np.ndarray, level: np.ndarray) -> None:
    weight = weight + 1
    split = kitagawa(weight, level)
    shares = weight / weight.sum(axis=1, keepdims=True)
    effects = das_gupta(
        {"share": shares[0], "level": level[0]}, {"share": shares[1], "level": level[1]}, lambda share, level: share @ level
    )
    assert effects["share"] == pytest.approx(split.composition, abs=1e-8)
    assert effects["level"] == pytest.approx(split.within, abs=1e-8)


@given(weights, levels)
def test_equal_composition_leaves_only_within_and_equal_levels_only_composition(weight: np.ndarray, level: np.ndarray) -> None:
    same_shares = kitagawa([weight[0] + 1, 7 * (weight[0] + 1)], level)
    np.testing.assert_allclose(same_shares.composition_by_form, 0, atol=1e-9)
    same_levels = kitagawa(weight + 1, [level[0], level[0]])
    np.testing.assert_allclose(same_levels.within_by_form, 0, atol=1e-9)


def test_a_form_that_one_group_does_not_give_is_composition() -> None:
    split = kitagawa([[60, 40], [100, 0]], [[400, 200], [400, np.nan]])
    assert split.difference == pytest.approx(400 - 320)
    assert split.within == pytest.approx(0)
    np.testing.assert_allclose(split.composition_by_form, [160, -80])


def test_statsmodels_oaxaca_blinder_gives_the_published_answer_and_agrees_with_the_split() -> None:
    cards = sm.datasets.ccard.load_pandas()
    result = OaxacaBlinder(cards.endog, cards.exog.assign(const=1.0), "OWNRENT", hasconst=True).two_fold()
    # statsmodels' own answers, from Stata: unexplained, explained, gap
    np.testing.assert_allclose(result.params[:3], [27.94091, 130.80954, 158.75044], atol=5e-5)

    rng = np.random.default_rng(1)
    group = np.repeat([0, 1], [300, 200])
    form = np.where(rng.random(500) < 0.3 + 0.3 * group, 1, 0)
    days = 200 + 150 * form + 40 * group * (1 - form) + rng.normal(0, 50, 500)
    exog = pd.DataFrame({"const": 1.0, "form": form, "group": group})
    halves = OaxacaBlinder(days, exog, "group", hasconst=True).two_fold(two_fold_type="self_submitted", submitted_weight=0.5)
    cells = pd.DataFrame({"group": group, "form": form, "days": days}).groupby(["group", "form"])["days"]
    split = kitagawa(cells.size().unstack(), cells.mean().unstack())
    # statsmodels takes the group with the higher mean first, here group 1
    np.testing.assert_allclose(halves.params[:3], [split.within, split.composition, split.difference], atol=1e-8)


def municipalities(seed: int, n: int = 60, effect: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    is_active = np.arange(n) % 2 == 0
    rows = []
    for unit in range(n):
        team = rng.beta(6, 14) if is_active[unit] else rng.beta(1, 40)
        size = rng.integers(200, 2000)
        own = rng.normal(0, 25)
        for form, share, days in (("team", team, 210), ("ambulant", 0.8 - team, 390), ("daghulp", 0.2, 320)):
            rows.append((unit, unit % 10, is_active[unit], form, share * size, days + own + effect * is_active[unit]))
    return pd.DataFrame(rows, columns=["unit", "region", "is_active", "form", "weight", "value"]).assign(
        cluster=lambda table: table["unit"]
    )


def test_the_table_holds_the_split_of_the_pooled_figures() -> None:
    cells = municipalities(1)
    table = kitagawa_with_intervals(cells, draws=500).set_index(["component", "form"])
    sums = cells.assign(product=cells["weight"] * cells["value"]).groupby(["is_active", "form"])[["weight", "product"]].sum()
    levels = (sums["product"] / sums["weight"]).unstack()
    split = kitagawa(sums["weight"].unstack(), levels)
    assert table.loc[("difference", "all"), "value"] == pytest.approx(split.difference)
    assert table.loc[("composition", "all"), "value"] == pytest.approx(split.composition)
    assert list(table.loc["within", "value"])[1:] == pytest.approx(list(split.within_by_form))
    assert (table["lower"] < table["value"]).all()
    assert (table["value"] < table["upper"]).all()
    # all of it is composition: the teams' own short trajectories
    assert table.loc[("composition", "all"), "upper"] < 0
    assert table.loc[("within", "all"), "lower"] < 0 < table.loc[("within", "all"), "upper"]


def test_every_municipality_counts_once_when_asked() -> None:
    cells = municipalities(2)
    table = kitagawa_with_intervals(cells, weighting="mean_of_municipalities", draws=200).set_index(["component", "form"])
    own = cells.assign(product=cells["weight"] * cells["value"]).groupby(["is_active", "unit"])[["weight", "product"]].sum()
    means = (own["product"] / own["weight"]).groupby("is_active").mean()
    assert table.loc[("difference", "all"), "value"] == pytest.approx(means[True] - means[False])


def test_the_same_seed_gives_the_same_interval_and_regions_are_drawn_whole() -> None:
    cells = municipalities(3)
    first, again = (kitagawa_with_intervals(cells, draws=300, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    # each of the ten regions holds only even or only odd numbers; moved by one, they hold both
    mixed = cells.assign(cluster=(cells["unit"] // 6))
    assert kitagawa_with_intervals(mixed, draws=300)["draws"].eq(300).all()


def test_the_interval_covers_the_true_split_as_often_as_it_says() -> None:
    """Within-form effect of -30 days in 60 made-up countries."""
    covered = []
    for seed in range(60):
        table = kitagawa_with_intervals(municipalities(seed, n=80, effect=-30), draws=300, seed=seed)
        row = table.query("component == 'within' and form == 'all'").iloc[0]
        covered.append(row["lower"] <= -30 <= row["upper"])
    assert 0.85 <= np.mean(covered) <= 1


@settings(max_examples=5)
@given(st.integers(0, 1))
def test_a_group_without_clusters_gives_a_reason(active: int) -> None:
    cells = municipalities(4, n=10)
    lonely = cells[cells["is_active"].ne(bool(active)) | cells["unit"].lt(2)]
    table = kitagawa_with_intervals(lonely, draws=50)
    assert table["value"].isna().all()
    assert table["reason"].str.contains("1 clusters").all()

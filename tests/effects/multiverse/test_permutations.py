"""The joint test: what changes places and what does not, its p-value, and what it finds."""

from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effects.multiverse.country import declaration, figures, panel
from wijkanalyse.effects.multiverse.curve import Curve
from wijkanalyse.effects.multiverse.declaration import Permutations
from wijkanalyse.effects.multiverse.enumeration import Space
from wijkanalyse.effects.multiverse.figures import make_figures
from wijkanalyse.effects.multiverse.gathering import range_of
from wijkanalyse.effects.multiverse.permutations import joint_test, permutations_of, permute, strata, summarise
from wijkanalyse.effects.multiverse.schemas import JointTest, Permuted
from wijkanalyse.effects.multiverse.specifications import estimate, table_of

PLAN = Permutations(number=39, region="province_code", size_classes=3)


@given(codes=st.lists(st.integers(0, 5), min_size=2, max_size=40), first=st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_paths_stay_within_their_stratum(codes: list[int], first: int) -> None:
    stratum = np.array(codes)
    made = permutations_of(stratum, 1, range(first, first + 3))
    for row in made:
        assert sorted(row) == list(range(len(codes)))
        assert (stratum[row] == stratum).all()


def test_any_part_of_the_permutations_can_be_made_apart() -> None:
    stratum = strata(figures(), PLAN)
    all_of_them = permutations_of(stratum, 5, range(10))
    parts = [permutations_of(stratum, 5, range_of(10, number, 3)) for number in range(3)]
    assert (np.concatenate(parts) == all_of_them).all()
    assert len({tuple(row) for row in all_of_them}) == 10


def test_every_place_can_get_every_path_of_its_stratum() -> None:
    stratum = np.array([0, 0, 0, 1, 1])
    made = permutations_of(stratum, 3, range(600))
    counts = np.array([[np.mean(made[:, place] == path) for path in range(3)] for place in range(3)])
    assert counts == pytest.approx(np.full((3, 3), 1 / 3), abs=0.08)


def test_strata_are_of_like_size_in_the_same_region() -> None:
    stratum = strata(figures(), PLAN)
    size = figures().of(None, "population_0_22", "filled", [2015])[:, 0]
    region = figures().regions[None, "province_code"]
    assert len(np.unique(stratum)) == 9
    for code in np.unique(region):
        inside = [size[(region == code) & (stratum == each)] for each in np.unique(stratum[region == code])]
        for smaller, larger in pairwise(inside):
            assert smaller.max() <= larger.min()


def test_municipalities_of_one_panel_alone_keep_among_themselves() -> None:
    wide, long = panel()
    run = tuple(each[~each["gm_code"].isin(["GM0080", "GM0090"])] for each in (wide, long))
    stratum = strata(make_figures({None: run, 2020: (wide, long)}), PLAN)  # type: ignore[dict-item]
    alone = np.isin(sorted(wide["gm_code"].unique()), ["GM0080", "GM0090"])
    assert not set(stratum[alone]) & set(stratum[~alone])


def some_rows(space: Space) -> np.ndarray:
    return np.unique(np.concatenate([space.draw()[:100], space.named_rows()]), axis=0)


def test_a_path_moves_while_outcome_weight_and_region_stay() -> None:
    space = Space(declaration(), "duration", figures())
    curve = Curve(space, space.named_rows()[:1])
    identity = np.arange(len(figures().gm_code))
    swapped = identity.copy()
    swapped[[5, 40]] = swapped[[40, 5]]
    _, statistics, _ = curve.fit_permuted(np.stack([identity, swapped]))
    assert statistics[0, 0] == pytest.approx(curve.fit().statistic[0])
    given_groups = curve.groups.copy()
    curve.groups = given_groups[:, swapped]
    assert statistics[0, 1] == pytest.approx(curve.fit().statistic[0])


def test_permutations_in_chunks_are_those_of_one_run() -> None:
    space = Space(declaration(), "duration", figures())
    table = table_of(space, some_rows(space))
    whole = Permuted.validate(permute(declaration(), figures(), table, range(0, 6)))
    parts = [permute(declaration(), figures(), table, range_of(6, number, 2)) for number in range(2)]
    again = pd.concat(parts).sort_values(["contrast", "side", "permutation"], ignore_index=True)
    pd.testing.assert_frame_equal(whole.sort_values(["contrast", "side", "permutation"], ignore_index=True), again, rtol=1e-9)


def test_a_curve_in_a_few_figures_leaves_out_what_is_not_estimated() -> None:
    estimate = np.array([[-1.0], [2.0], [-3.0], [np.nan]])
    found = summarise(estimate, estimate * 2, np.array([[30], [30], [30], [0]]), 0.95)
    assert found["median_estimate"] == [-1.0]
    assert found["median_statistic"] == [-2.0]
    assert found["share_negative"] == pytest.approx([2 / 3])
    # t(29) at 2.5 % is 2.05: 4 and -6 are beyond it
    assert found["share_significant"] == pytest.approx([2 / 3])
    assert found["specifications"] == [3]


@cache
def judged(seed: int, effect: float) -> pd.DataFrame:
    here = figures(seed, effect)
    plan = declaration().model_copy(update={"primary": declaration().primary})
    spaces = {name: Space(plan, name, here) for name in ("use", "duration")}  # type: ignore[arg-type]
    rows = {name: some_rows(space) for name, space in spaces.items()}
    table = pd.concat([table_of(space, rows[name]) for name, space in spaces.items()], ignore_index=True)
    permuted = permute(plan, here, table, range(39))
    return JointTest.validate(joint_test(plan, estimate(plan, here, table), permuted))


def p_of(found: pd.DataFrame, contrast: str, side: str, statistic: str = "median_statistic") -> float:
    return float(found.query("contrast == @contrast and side == @side and statistic == @statistic")["p"].item())


def test_a_planted_effect_is_found_and_construction_is_shown_apart() -> None:
    found = judged(1, -0.25)
    assert p_of(found, "use", "not_mechanical") == pytest.approx(1 / 40)
    # there is no effect on duration within other help, but team trajectories are shorter
    assert p_of(found, "duration", "mechanical", "share_significant") == pytest.approx(1 / 40)
    assert p_of(found, "duration", "not_mechanical") > 0.05
    assert found["p"].between(1 / 40, 1).all()
    assert (found["permutations"] == 39).all()

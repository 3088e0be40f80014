"""Similar municipalities: a distance that is one, on stated characteristics only."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkanalyse.report.municipal.peers import COVARIATES, Baseline, baseline, distances, similar

NAMES = [one.name for one in COVARIATES]
# characteristics as they come: whole numbers, some equal
VALUES = st.lists(
    st.tuples(st.integers(900, 900_000), st.integers(20, 6000), st.integers(15, 60), st.integers(1, 20), st.integers(1, 60)),
    min_size=4,
    max_size=12,
)


def base_of(rows: list[tuple[float, ...]]) -> Baseline:
    codes = [f"GM{number:04}" for number in range(1, len(rows) + 1)]
    return Baseline(2020, COVARIATES, pd.DataFrame(rows, index=pd.Index(codes, name="gm_code"), columns=NAMES, dtype=float))


@given(VALUES)
@settings(max_examples=60, deadline=None)
def test_it_is_a_distance(rows: list[tuple[float, ...]]) -> None:
    table = distances(base_of(rows)).to_numpy()
    assert np.allclose(np.diag(table), 0)
    assert (table >= 0).all()
    assert np.allclose(table, table.T)
    # the way over a third is never shorter
    assert (table[:, None, :] <= table[:, :, None] + table[None, :, :].swapaxes(1, 2) + 1e-9).all()


@given(VALUES, st.floats(0.1, 50), st.permutations(range(4)))
@settings(max_examples=40, deadline=None)
def test_neither_units_nor_order_matter(rows: list[tuple[float, ...]], factor: float, order: list[int]) -> None:
    base, table = base_of(rows), distances(base_of(rows))
    scaled = Baseline(2020, COVARIATES, base.values * factor)
    assert np.allclose(distances(scaled), table, atol=1e-6)
    codes = [base.values.index[place] for place in order]
    shuffled = Baseline(2020, COVARIATES, pd.concat([base.values.loc[codes], base.values.drop(codes)]))
    assert np.allclose(distances(shuffled).loc[table.index, table.columns], table)


@given(VALUES)
@settings(max_examples=40, deadline=None)
def test_peers_are_the_nearest_of_the_others(rows: list[tuple[float, ...]]) -> None:
    base = base_of(rows)
    table, peers = distances(base), similar(base, count=3)
    for gm, found in peers.groupby("gm_code"):
        assert len(found) == min(3, len(rows) - 1)
        assert gm not in set(found["peer"])
        assert found["distance"].is_monotonic_increasing
        others = table.loc[gm].drop([gm, *found["peer"]])
        assert others.empty or others.min() >= found["distance"].max() - 1e-12


def test_a_distance_by_hand() -> None:
    # two groups of two: on every characteristic the standardised difference between them is two
    base = base_of([(1000, 100, 20, 5, 10), (1000, 100, 20, 5, 10), (4000, 400, 40, 9, 30), (4000, 400, 40, 9, 30)])
    table = distances(base)
    assert table.at["GM0001", "GM0002"] == 0
    assert table.at["GM0001", "GM0003"] == pytest.approx(2)
    # differing on one of five characteristics only: the root of 4 / 5
    one = base_of([(1000, 100, 20, 5, 10), (1000, 100, 20, 5, 30)])
    assert distances(one).at["GM0001", "GM0002"] == pytest.approx(2), "characteristics on which all are equal do not count"


def panel(**columns: list[float]) -> pd.DataFrame:
    frame = pd.DataFrame({"gm_code": ["GM0001", "GM0002"] * 2, "year": [2019, 2019, 2020, 2020]})
    values = {
        "inhabitants": [1e3, 2e3, 1.1e3, 2.1e3],
        "address_density": [100.0, 200, 110, 210],
        "mean_income_1000_eur": [25.0, 30, 26, 31],
        "households_single_parent": [10.0, 20, 11, 21],
        "households": [100.0, 100, 100, 100],
        "population_0_22_migration": [5.0, 10, 6, 11],
        "population_0_22_no_migration": [95.0, 90, 94, 89],
    }
    return frame.assign(**(values | columns))


def test_the_baseline_is_the_last_year_in_which_most_is_known() -> None:
    whole = baseline(panel())
    assert whole.year == 2020
    assert list(whole.values.columns) == NAMES
    assert whole.values.loc["GM0002"].to_list() == pytest.approx([2100, 210, 31, 21, 11])
    missing = baseline(panel(mean_income_1000_eur=[25, 30, np.nan, np.nan]))
    assert missing.year == 2019, "a year without incomes says less than the year before"
    none = baseline(panel(mean_income_1000_eur=[np.nan] * 4))
    assert (none.year, len(none.covariates)) == (2020, 4)

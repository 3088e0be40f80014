"""Figures of any year on the boundaries of a later one: nothing is lost, nothing counts twice."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.municipalities import codes_in_force
from wijkanalyse.panel.boundaries import harmonise, successors

BUSSUM, MUIDEN, NAARDEN, GOOISE_MEREN = "GM0381", "GM0424", "GM0425", "GM1942"
HAAREN, BOXTEL, OISTERWIJK, TILBURG, VUGHT = "GM0788", "GM0757", "GM0824", "GM0855", "GM0865"
years = st.integers(2015, 2026)
MEAN_OF = {"duration": "ended"}


def on_boundaries(cells: pd.DataFrame, *choices: object) -> pd.DataFrame:
    """As CBS gives nearly all its tables: each year on its own boundaries."""
    return harmonise(cells.assign(division=cells["year"]), *choices)  # type: ignore[arg-type]


def cell(
    region: str, value: float | None, year: int = 2015, variable: str = "ended", reason: str = "published"
) -> dict[str, object]:
    bounds = (value - 2.5, value + 2.5) if value is not None else (0.0, 7.0) if reason == "suppressed" else (np.nan, np.nan)
    return {
        "region": region,
        "year": year,
        "variable": variable,
        "value": np.nan if value is None else float(value),
        "low": bounds[0],
        "high": bounds[1],
        "reason": reason,
    }


def suppressed(region: str, **where: object) -> dict[str, object]:
    return cell(region, None, reason="suppressed", **where)  # type: ignore[arg-type]


def brought(cells: list[dict[str, object]], to_year: int = 2016, suppressed_value: float = 3.5) -> pd.DataFrame:
    long = on_boundaries(pd.DataFrame(cells), to_year, suppressed_value, MEAN_OF)
    return long.set_index(["gm_code", "year", "variable"])


def random_cells(seed: int, year: int) -> pd.DataFrame:
    """A count and a mean of every municipality of a year, some of them suppressed."""
    rng = np.random.default_rng(seed)
    codes = sorted(codes_in_force(year))
    is_small = rng.random(len(codes)) < 0.2
    ended = np.where(is_small, np.nan, 5.0 * rng.integers(2, 400, len(codes)))
    counts = pd.DataFrame(
        {
            "region": codes,
            "variable": "ended",
            "value": ended,
            "low": np.where(is_small, 0, ended - 2.5),
            "high": np.where(is_small, 7, ended + 2.5),
            "reason": np.where(is_small, "suppressed", "published"),
        }
    )
    means = counts.assign(
        variable="duration", value=np.where(is_small, np.nan, rng.uniform(100, 700, len(codes))), low=np.nan, high=np.nan
    )
    return pd.concat([counts, means], ignore_index=True).assign(year=year)


@settings(deadline=None, max_examples=12)
@given(years, years)
def test_every_municipality_goes_over_whole_into_municipalities_of_the_later_year(one: int, other: int):
    start, end = sorted((one, other))
    links = successors(start, end)
    assert links.groupby("from_code")["share"].sum().to_numpy() == pytest.approx(1.0, abs=1e-12)
    assert set(links["from_code"]) == codes_in_force(start)
    assert set(links["gm_code"]) == codes_in_force(end)
    assert links["share"].gt(0).all()
    assert not links.duplicated(["from_code", "gm_code"]).any()


@settings(deadline=None, max_examples=12)
@given(years, years, years)
def test_in_two_steps_is_the_same_as_at_once(one: int, two: int, three: int):
    start, middle, end = sorted((one, two, three))
    steps = successors(start, middle).merge(
        successors(middle, end), left_on="gm_code", right_on="from_code", suffixes=("", "_later")
    )
    composed = steps.assign(share=steps["share"] * steps["share_later"]).groupby(["from_code", "gm_code_later"])["share"].sum()
    direct = successors(start, end).set_index(["from_code", "gm_code"])["share"]
    pd.testing.assert_series_equal(composed.sort_index(), direct.sort_index(), check_names=False, rtol=1e-12)


@pytest.mark.parametrize("year", [2015, 2020, 2026])
def test_within_a_year_nothing_changes(year: int):
    links = successors(year, year)
    assert (links["from_code"] == links["gm_code"]).all()
    assert (links["share"] == 1).all()


def test_going_back_without_inhabitants_leaves_the_shares_of_divided_municipalities_open():
    links = successors(2016, 2015).set_index("from_code")
    assert links.loc[[GOOISE_MEREN], "share"].isna().all()
    assert links.loc["GM0344", "share"] == 1


def test_a_renamed_municipality_keeps_its_history():
    """De Friese Meren became De Fryske Marren in July 2015, with another code."""
    found = brought([cell("GM1921", 120), cell("GM1940", 125, year=2016)], to_year=2025)
    assert found["value"].to_dict() == {("GM1940", 2015, "ended"): 120, ("GM1940", 2016, "ended"): 125}


def test_a_merger_by_hand():
    found = brought([cell(BUSSUM, 100), cell(MUIDEN, 60), cell(NAARDEN, 40)])
    assert found.loc[(GOOISE_MEREN, 2015, "ended")].to_dict() == {
        "value": 200,
        "low": 192.5,
        "high": 207.5,
        "parts": 3,
        "suppressed": 0,
        "is_estimated": False,
        "reason": "published",
    }
    assert len(found) == 1


@pytest.mark.parametrize(("filled", "total"), [(0.0, 160.0), (3.5, 163.5), (7.0, 167.0)])
def test_a_suppressed_part_counts_as_configured_and_widens_the_bounds(filled: float, total: float):
    found = brought([cell(BUSSUM, 100), cell(MUIDEN, 60), suppressed(NAARDEN)], suppressed_value=filled)
    row = found.loc[(GOOISE_MEREN, 2015, "ended")]
    assert row["value"] == pytest.approx(total)
    assert (row["low"], row["high"]) == (155, 172)
    assert (row["parts"], row["suppressed"], row["reason"]) == (3, 1, "suppressed")


def test_a_suppressed_sum_of_categories_is_filled_between_its_own_bounds():
    """One of its categories was 0 to 7, the others were printed: 97.5 to 109.5."""
    mixed = {**suppressed("GM0344"), "low": 97.5, "high": 109.5}
    assert brought([mixed]).loc[("GM0344", 2015, "ended"), "value"] == pytest.approx(103.5)


@pytest.mark.parametrize("reason", ["not_published", "not_applicable", "absent"])
def test_a_sum_with_an_unknown_part_is_unknown_and_not_smaller(reason: str):
    found = brought([cell(BUSSUM, 100), cell(MUIDEN, 60), cell(NAARDEN, None, reason=reason)])
    row = found.loc[(GOOISE_MEREN, 2015, "ended")]
    assert row[["value", "low", "high"]].isna().all()
    assert row["reason"] == reason


def test_a_sum_with_a_part_that_has_no_row_is_unknown_and_not_smaller():
    row = brought([cell(BUSSUM, 100), cell(MUIDEN, 60)]).loc[(GOOISE_MEREN, 2015, "ended")]
    assert row[["value", "low", "high"]].isna().all()
    assert (row["parts"], row["reason"]) == (2, "not_published")


def test_a_split_municipality_goes_by_its_shares():
    """Haaren in 2021: 15.3 % to Boxtel, 40.2 % to Oisterwijk, 9.4 % to Tilburg, 35.0 % to Vught, together 99.9 %."""
    found = brought([cell(HAAREN, 999, 2020), cell(BOXTEL, 100, 2020), cell(OISTERWIJK, 0, 2020),
                     cell(TILBURG, 1000, 2020), cell(VUGHT, 50, 2020)], to_year=2021)["value"]  # fmt: skip
    assert found.xs("ended", level="variable").to_dict() == pytest.approx(
        {(BOXTEL, 2020): 253, (OISTERWIJK, 2020): 402, (TILBURG, 2020): 1094, (VUGHT, 2020): 400}
    )


def test_a_mean_is_weighted_with_what_it_is_a_mean_of():
    cells = [cell(BUSSUM, 100), cell(MUIDEN, 60), cell(NAARDEN, 40)]
    means = [cell(code, days, variable="duration") for code, days in [(BUSSUM, 300), (MUIDEN, 400), (NAARDEN, 500)]]
    # (100 x 300 + 60 x 400 + 40 x 500) / 200
    row = brought(cells + means).loc[(GOOISE_MEREN, 2015, "duration")]
    assert row["value"] == pytest.approx(370)
    assert np.isnan(row["low"])


def test_a_mean_of_a_split_municipality_weighs_by_its_share():
    cells = [cell(HAAREN, 999, 2020), cell(TILBURG, 906, 2020)]
    means = [cell(HAAREN, 500, 2020, "duration"), cell(TILBURG, 300, 2020, "duration")]
    # Tilburg takes 94 of Haaren's 999: (906 x 300 + 94 x 500) / 1,000
    assert brought(cells + means, 2021).loc[(TILBURG, 2020, "duration"), "value"] == pytest.approx(318.8)


def test_a_part_without_a_published_mean_is_left_out_of_the_mean():
    cells = [cell(BUSSUM, 100), cell(MUIDEN, 60), suppressed(NAARDEN)]
    means = [
        cell(BUSSUM, 300, variable="duration"),
        cell(MUIDEN, 400, variable="duration"),
        suppressed(NAARDEN, variable="duration"),
    ]
    row = brought(cells + means).loc[(GOOISE_MEREN, 2015, "duration")]
    assert row["value"] == pytest.approx((100 * 300 + 60 * 400) / 160)
    assert row["reason"] == "suppressed"


def test_regions_that_were_no_municipality_are_left_out():
    found = brought([cell("GM0344", 10), cell(GOOISE_MEREN, 10), cell("PV26", 10)])
    assert list(found.index) == [("GM0344", 2015, "ended")]


def inhabitants(sizes: dict[str, int], year: int) -> list[dict[str, object]]:
    return [cell(code, size, year=year, variable="population_0_22") for code, size in sizes.items()]


def test_a_later_figure_is_divided_by_inhabitants():
    sizes = inhabitants({BUSSUM: 600, MUIDEN: 100, NAARDEN: 300}, 2015)
    found = brought([*sizes, cell(GOOISE_MEREN, 500, year=2018), cell("GM0344", 80, year=2018)], to_year=2015)
    parts = [found.loc[(code, 2018, "ended"), "value"] for code in (BUSSUM, MUIDEN, NAARDEN)]
    assert parts == [300, 50, 150]
    assert found.loc[(BUSSUM, 2018, "ended"), "is_estimated"]
    assert found.loc[("GM0344", 2018, "ended"), "value"] == 80
    assert not found.loc[("GM0344", 2018, "ended"), "is_estimated"]


def test_a_table_may_give_all_its_years_on_the_boundaries_of_one():
    later = pd.DataFrame([cell(GOOISE_MEREN, 500, year=2015), cell(BUSSUM, 300, year=2015)]).assign(division=2016)
    found = harmonise(later, 2016, 3.5, {}).set_index("gm_code")
    # Bussum was no municipality on those boundaries any more
    assert found["value"].to_dict() == {GOOISE_MEREN: 500}
    assert found["year"].to_dict() == {GOOISE_MEREN: 2015}


def test_a_divided_municipality_keeps_its_mean_duration_in_every_part():
    sizes = inhabitants({BUSSUM: 600, MUIDEN: 100, NAARDEN: 300}, 2015)
    later = [cell(GOOISE_MEREN, 500, year=2018), cell(GOOISE_MEREN, 365, year=2018, variable="duration")]
    found = brought([*sizes, *later], to_year=2015)
    assert [found.loc[(code, 2018, "duration"), "value"] for code in (BUSSUM, MUIDEN, NAARDEN)] == [365, 365, 365]


def test_without_inhabitants_a_merged_municipality_cannot_be_divided():
    with pytest.raises(WijkanalyseError, match=r"Figures of 2018 cannot be brought .*2015.*GM1942 cannot be divided"):
        brought([cell("GM0344", 10), cell(GOOISE_MEREN, 500, year=2018)], to_year=2015)


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 10_000), years, years)
def test_totals_are_kept_backwards_too(seed: int, one: int, other: int):
    end, start = sorted((one, other))
    rng = np.random.default_rng(seed)
    sizes = pd.Series(rng.integers(100, 90_000, len(codes_in_force(end))), index=sorted(codes_in_force(end)), dtype=float)
    links = successors(start, end, sizes)
    assert set(links["from_code"]) == codes_in_force(start)
    assert set(links["gm_code"]) == codes_in_force(end)
    assert np.allclose(links.groupby("from_code")["share"].sum(), 1)
    # what was put together comes apart into itself: inhabitants of the old boundaries, forward and back
    forward = successors(end, start).assign(size=lambda f: f["from_code"].map(sizes) * f["share"])
    back = links.assign(size=links["from_code"].map(forward.groupby("gm_code")["size"].sum()) * links["share"])
    assert np.allclose(back.groupby("gm_code")["size"].sum().reindex(sizes.index), sizes)


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 10_000), years, years)
def test_totals_are_kept(seed: int, one: int, other: int):
    start, end = sorted((one, other))
    cells = random_cells(seed, start)
    counts = cells[cells["variable"].eq("ended")]
    found = on_boundaries(cells, end, 3.5, MEAN_OF)
    after = found[found["variable"].eq("ended")]
    assert after["value"].sum() == pytest.approx(counts["value"].fillna(3.5).sum())
    for bound in ("low", "high"):
        assert after[bound].sum() == pytest.approx(counts[bound].sum())
    assert after["low"].le(after["value"]).all()
    assert after["value"].le(after["high"]).all()
    assert set(after["gm_code"]) == codes_in_force(end)


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 10_000), years, years)
def test_a_mean_stays_within_the_range_of_its_parts(seed: int, one: int, other: int):
    start, end = sorted((one, other))
    cells = random_cells(seed, start)
    parts = cells[cells["variable"].eq("duration")].set_index("region")["value"]
    links = successors(start, end).assign(part=lambda links: links["from_code"].map(parts))
    span = links.groupby("gm_code")["part"].agg(["min", "max"])
    found = on_boundaries(cells, end, 3.5, MEAN_OF)
    found = found[found["variable"].eq("duration")].set_index("gm_code")["value"]
    known = found.dropna()
    assert set(known.index) == set(span.dropna().index)
    assert (known >= span["min"].reindex(known.index) - 1e-9).all()
    assert (known <= span["max"].reindex(known.index) + 1e-9).all()


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 10_000), years, years, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(seed: int, one: int, other: int, random):
    start, end = sorted((one, other))
    cells = random_cells(seed, start)
    shuffled = cells.iloc[random.sample(range(len(cells)), len(cells))]
    pd.testing.assert_frame_equal(
        on_boundaries(shuffled, end, 3.5, MEAN_OF), on_boundaries(cells, end, 3.5, MEAN_OF), rtol=1e-12
    )


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 10_000), years, years, years)
def test_counts_in_two_steps_are_the_same_as_at_once(seed: int, one: int, two: int, three: int):
    start, middle, end = sorted((one, two, three))
    cells = random_cells(seed, start).query("variable == 'ended'")
    # on the boundaries of the year between they are published figures as of that year
    between = on_boundaries(cells, middle, 3.5, MEAN_OF).rename(columns={"gm_code": "region"})
    between = between.assign(year=middle, reason="published")
    by_steps, at_once = (on_boundaries(some, end, 3.5, MEAN_OF).set_index("gm_code")["value"] for some in (between, cells))
    pd.testing.assert_series_equal(by_steps, at_once, rtol=1e-10)


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 10_000), years)
def test_figures_on_the_boundaries_stay_as_they_are(seed: int, year: int):
    once = on_boundaries(random_cells(seed, year), year, 3.5, MEAN_OF)
    again = on_boundaries(once.rename(columns={"gm_code": "region"}).assign(reason="published"), year, 3.5, MEAN_OF)
    kept = ["gm_code", "year", "variable", "value", "low", "high", "parts"]
    pd.testing.assert_frame_equal(again[kept], once[kept])

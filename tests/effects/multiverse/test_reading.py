"""Reading the curve: variance by choice, the specifications nearest to the published figures, the summary, the figure."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.effects.multiverse.country import ROOT, declaration, figures, panel
from wijkanalyse.effects.multiverse import decomposition
from wijkanalyse.effects.multiverse.declaration import CONTRASTS
from wijkanalyse.effects.multiverse.decomposition import decompose
from wijkanalyse.effects.multiverse.drawing import curve_drawing
from wijkanalyse.effects.multiverse.figures import make_figures
from wijkanalyse.effects.multiverse.gathering import Gathered, gather
from wijkanalyse.effects.multiverse.nearest import Published, distances, nearest, published_pairs, summarise_curves
from wijkanalyse.effects.multiverse.permutations import permute
from wijkanalyse.effects.multiverse.schemas import BranchShares, Common, Nearest, OptionShifts, Summary
from wijkanalyse.effects.multiverse.specifications import declare, estimate
from wijkanalyse.errors import WijkanalyseError

PAIRS = {"use": Published(-10, -5), "duration": Published(337, 389), "crisis": Published(2.3, 3.6)}
PUBLISHED = pd.read_csv(ROOT / "data/raw/evidence/published_figures.csv")


@cache
def estimated() -> pd.DataFrame:
    return estimate(declaration(), figures(), declare(declaration(), figures())[0])


@cache
def decomposed() -> tuple[pd.DataFrame, pd.DataFrame]:
    duration = estimated()[estimated()["contrast"].eq("duration")]
    shares, shifts = decompose(declaration(), figures(), duration, {"duration": -1.0})
    return BranchShares.validate(shares), OptionShifts.validate(shifts)


def test_the_published_pairs_come_from_the_records() -> None:
    assert published_pairs(declaration(), PUBLISHED) == PAIRS
    with pytest.raises(WijkanalyseError, match="no active and not_active crisis_start"):
        published_pairs(declaration(), PUBLISHED[~PUBLISHED["indicator"].eq("crisis_start")])


def test_indices_are_parts_of_the_variance_and_total_holds_the_interaction() -> None:
    shares, _ = decomposed()
    assert shares["eta2"].between(0, 1 + 1e-9).all()
    assert (shares["eta2_total"].dropna() >= 0).all()
    mechanical = shares[shares["side"].eq("mechanical")].set_index("branch")
    # whether a team's share goes with duration depends first of all on level or change
    assert mechanical["eta2"].idxmax() in ("base", "window")
    assert mechanical.loc["outcome", "eta2"] == pytest.approx(0, abs=1e-12)


def test_a_choice_that_cannot_matter_has_no_part() -> None:
    # clusters change the error and never the estimate
    shares, _ = decomposed()
    clusters = shares[shares["branch"].eq("cluster")]
    assert clusters["eta2_total"].to_numpy() == pytest.approx(np.zeros(2), abs=1e-12)


def test_the_shift_of_an_option_is_that_of_its_median() -> None:
    _, shifts = decomposed()
    side = estimated().query("contrast == 'duration' and mechanical and status == 'estimated'")
    row = shifts.query("side == 'mechanical' and branch == 'base' and option == 'level'").iloc[0]
    chosen = side.loc[side["base"].eq("level"), "estimate"]
    assert row["specifications"] == len(chosen)
    assert row["median"] == pytest.approx(chosen.median())
    assert row["shift"] == pytest.approx(chosen.median() - side["estimate"].median())
    assert row["share_in_direction"] == pytest.approx(chosen.lt(0).mean())


def test_around_the_primary_each_option_takes_its_place() -> None:
    _, shifts = decomposed()
    primary = estimated().query("contrast == 'duration' and name == 'primary'")["estimate"].item()
    own = shifts.query("side == 'mechanical' and branch == 'threshold' and option == 'five'")["from_primary"].item()
    with_team = shifts.query("side == 'mechanical' and branch == 'help' and option == 'with_team'")["from_primary"].item()
    assert own == pytest.approx(primary)
    assert with_team < primary - 15


def test_distance_is_the_larger_deviation_in_halves_of_the_published_digit() -> None:
    rows = estimated().query("contrast == 'duration' and comparable and status == 'estimated'").head(3)
    rows = rows.assign(active=[337.4, 338.0, 337.0], not_active=[389.5, 388.9, 392.0])
    assert distances(rows, declaration(), PAIRS).tolist() == pytest.approx([1.0, 2.0, 6.0])
    table, _ = nearest(declaration(), rows, {**PAIRS})
    assert table["within_rounding"].tolist() == [True, False, False]
    assert table["rank"].tolist() == [1, 2, 3]


def test_the_nearest_are_of_the_published_quantity_and_what_they_share_adds_up() -> None:
    table, common = nearest(declaration(), estimated(), PAIRS)
    Nearest.validate(table)
    Common.validate(common)
    chosen = estimated().set_index("id").loc[table["id"]]
    assert chosen["comparable"].all()
    assert set(chosen.loc[chosen["contrast"].eq("duration"), "base"]) == {"level"}
    assert "level" not in set(chosen.loc[chosen["contrast"].eq("use"), "base"])
    assert set(chosen.loc[chosen["contrast"].eq("crisis"), "per"]) == {"begun"}
    totals = common.groupby(["contrast", "branch"])[["share_nearest", "share_comparable"]].sum()
    assert totals.to_numpy() == pytest.approx(np.ones((len(totals), 2)))


def test_the_summary_counts_both_sides_of_the_firewall() -> None:
    summary = Summary.validate(summarise_curves(declaration(), estimated(), PAIRS))
    assert len(summary) == 2 * len(CONTRASTS)
    assert summary["specifications"].sum() == len(estimated())
    assert (summary["share_in_direction"] >= summary["share_significant"]).all()
    assert (summary["q05"] <= summary["median"]).all()
    assert summary.loc[summary["side"].eq("not_mechanical"), "primary"].notna().all()
    assert summary.set_index(["contrast", "side"])["published"].loc[("crisis", "mechanical")] == pytest.approx(-1.3)


def test_the_figure_has_few_points_that_keep_the_shape() -> None:
    drawing = curve_drawing(estimated(), "duration", PAIRS["duration"], steps=50, bins=30)
    for _, side in drawing.curve.groupby("side"):
        assert len(side) <= 50
        assert side["estimate"].is_monotonic_increasing
        assert side["rank_share"].between(0, 1).all()
    known = estimated().query("contrast == 'duration' and status == 'estimated'")
    width = drawing.density["estimate"].diff().iloc[1]
    assert 0.98 <= drawing.density["density"].sum() * width <= 1
    assert set(drawing.marks["kind"]) == {"published", "primary", "study"}
    assert len(known) > len(drawing.curve)
    assert drawing.options.groupby(["branch", "option"])["density"].max().eq(1).all()


@pytest.fixture(autouse=True, scope="module")
def _few_neighbours() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decomposition, "SAMPLE", 25)
        yield


def gathered(municipalities: int) -> Gathered:
    here = make_figures({None: panel(municipalities=municipalities)})
    declared = declare(declaration(), here)[0].groupby("contrast").head(40)
    permuted = permute(declaration(), here, declared, range(3))
    return gather(declaration(), here, estimate(declaration(), here, declared), [permuted], PUBLISHED)


def test_all_tables_fit_their_contracts() -> None:
    found = gathered(90)
    for name, contract in found.contracts.items():
        assert len(contract.validate(getattr(found, name))) > 0, name


def test_a_country_too_small_for_any_estimate_gives_empty_figures_and_no_error() -> None:
    found = gathered(12)
    for name, contract in found.contracts.items():
        contract.validate(getattr(found, name))
    assert (found.summary["estimated"] == 0).all()
    assert found.nearest.empty
    assert found.joint_test["p"].isna().all()

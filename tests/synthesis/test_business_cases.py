"""Cost before and with the team: hand-computed answers, signs, and what must hold whatever the amounts are."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkanalyse.config import BusinessCases, Inference
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.evidence import EvidenceError, load_evidence, load_own
from wijkanalyse.files import read_table, write_table
from wijkanalyse.synthesis.business_cases import present_value, value_business_cases
from wijkanalyse.synthesis.business_tables import CONTRACTS, MEASURES

RAW = Path(__file__).parents[2] / "data" / "raw" / "evidence"
OWN = load_own("own_business_cases", None)
RECORDED = load_evidence(RAW)["business_case"]
QUICK = Inference(draws=499)
PLAIN = BusinessCases(discount_rate_pct=0)


def own_cases(*cases: tuple[float, float], **columns: object) -> pd.DataFrame:
    """Own cases with a cost before and with the team, over one year unless said otherwise."""
    frame = pd.DataFrame(
        {
            "case_id": [f"EIGEN-{number:02d}" for number in range(1, len(cases) + 1)],
            "level": "case",
            "approach": "wijkteam",
            "horizon": "1 year",
            "cost_before_eur": [before for before, _ in cases],
            "cost_wijkteam_eur": [with_team for _, with_team in cases],
            **columns,
        }
    )
    return frame.reindex(columns=OWN.columns).astype(OWN.dtypes)


def value(own: pd.DataFrame, choices: BusinessCases = PLAIN, inference: Inference = QUICK) -> dict[str, pd.DataFrame]:
    tables = value_business_cases(RECORDED, own, choices, inference)
    return {name: CONTRACTS[name].validate(table) for name, table in tables.items()}


def summary(tables: dict[str, pd.DataFrame], origin: str = "own") -> pd.DataFrame:
    table = tables["business_summary"]
    return table[table["origin"].eq(origin)].set_index("measure")


# --- the sums --------------------------------------------------------------------------------------------------------


def test_value_today_by_hand() -> None:
    """1000 a year, three years at 5 %: 1000 + 952.38 + 907.03; with a quarter fading each year 1000 + 714.29 + 510.20."""
    assert present_value(1000.0, horizon_years=3, discount_rate_pct=5) == pytest.approx(2859.41, abs=0.005)
    assert present_value(1000.0, horizon_years=3, discount_rate_pct=5, fade_pct=25) == pytest.approx(2224.49, abs=0.005)


AMOUNT = st.floats(-1e7, 1e7)
RATE = st.floats(0, 20)


@given(AMOUNT, st.integers(1, 30))
def test_discounting_at_nothing_is_a_sum(amount: float, years: int) -> None:
    assert present_value(amount, horizon_years=years, discount_rate_pct=0) == pytest.approx(amount * years)


@given(AMOUNT, RATE, st.floats(0, 100))
def test_a_horizon_of_one_year_is_the_amount_itself(amount: float, rate: float, fade: float) -> None:
    assert present_value(amount, horizon_years=1, discount_rate_pct=rate, fade_pct=fade) == amount


@given(st.floats(1, 1e7), st.integers(2, 30), RATE, st.floats(0.1, 5))
def test_a_higher_rate_is_worth_less_and_a_longer_horizon_more(amount: float, years: int, rate: float, step: float) -> None:
    here = present_value(amount, horizon_years=years, discount_rate_pct=rate)
    assert present_value(amount, horizon_years=years, discount_rate_pct=rate + step) < here
    assert present_value(amount, horizon_years=years + 1, discount_rate_pct=rate) > here
    assert present_value(amount, horizon_years=years, discount_rate_pct=rate, fade_pct=100) == amount


def test_a_horizon_of_no_years_is_refused() -> None:
    with pytest.raises(WijkanalyseError, match="a horizon of 0 years, expected 1 or more"):
        present_value(1000.0, horizon_years=0, discount_rate_pct=0)


# --- compared cases --------------------------------------------------------------------------------------------------

FIVE = own_cases((10_000, 8_000), (20_000, 24_000), (5_000, 5_000), (40_000, 10_000), (25_000, 23_000))


def test_known_answers_of_five_cases() -> None:
    """Before 100,000 and with the team 70,000 in all: -6,000 a case, -30 %; three of five are cheaper, one costs the same."""
    tables = value(FIVE)
    cases = tables["business_cases"]
    assert list(cases["difference_eur"]) == [-2000, 4000, 0, -30_000, -2000]
    assert list(cases["difference_pct"]) == [-20, 20, 0, -75, -8]
    assert list(cases["is_cheaper"]) == [True, False, False, True, True]
    found = summary(tables)
    assert list(found["cases"]) == [5] * len(MEASURES)
    assert dict(found["value"]) == pytest.approx(
        {
            "mean_before_eur": 20_000,
            "mean_team_eur": 14_000,
            "mean_difference_eur": -6000,
            "difference_pct": -30,
            "share_cheaper_pct": 60,
        }
    )
    # Wilson, 3 of 5: (p + z2/2n -+ z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n) = 23.07 and 88.24
    assert found.loc["share_cheaper_pct", ["lower", "upper"]].tolist() == pytest.approx([23.07, 88.24], abs=0.01)
    assert found.loc["mean_difference_eur", "interval"] == "bca"
    assert found.loc["mean_difference_eur", "note"] == "too narrow: fewer than 20 cases"


def test_negative_is_cheaper_with_the_team() -> None:
    assert value(own_cases((100, 60)))["business_cases"]["difference_eur"].item() == -40
    assert value(own_cases((60, 100)))["business_cases"]["difference_eur"].item() == 40


def test_amounts_over_another_period_become_amounts_a_year() -> None:
    """6,000 in 6 months is 12,000 a year, and so is 24,000 in 2 years."""
    own = own_cases((6000, 3000), (24_000, 6000), (12_000, 6000), horizon=["6 months", "2 years", "year"])
    cases = value(own)["business_cases"]
    assert list(cases["period_years"]) == [0.5, 2, 1]
    assert list(cases["value_before_eur"]) == [12_000] * 3
    assert list(cases["value_team_eur"]) == [6000, 3000, 6000]
    # the recorded amounts stay what was recorded
    assert list(cases["cost_before_eur"]) == [6000, 24_000, 12_000]


def test_assumptions_by_hand() -> None:
    """Before 1000 counts for 900, with the team 500 for 600: -300 a year. Three years at 5 % with a quarter fading."""
    choices = BusinessCases(horizon_years=3, discount_rate_pct=5, fade_pct=25, cost_before_pct=90, cost_team_pct=120)
    case = value(own_cases((1000, 500)), choices)["business_cases"].iloc[0]
    assert case["value_before_eur"] == pytest.approx(900 * (1 + 1 / 1.05 + 1 / 1.05**2))
    assert case["difference_eur"] == pytest.approx(-300 * (1 + 0.75 / 1.05 + (0.75 / 1.05) ** 2))
    assert case["value_team_eur"] == pytest.approx(case["value_before_eur"] + case["difference_eur"])


def test_a_case_without_cost_before_has_no_percentage() -> None:
    tables = value(own_cases((0, 500), (1000, 500), (1000, 400), (1000, 300), (1000, 200)))
    assert math.isnan(tables["business_cases"]["difference_pct"][0])
    found = summary(tables).loc["difference_pct"]
    assert found["value"] == pytest.approx(100 * (1900 / 4000 - 1))
    assert (found["interval"], found["note"]) == ("none", "no interval: a case without cost before")


# --- intervals -------------------------------------------------------------------------------------------------------


def test_no_interval_on_four_cases() -> None:
    found = summary(value(FIVE.iloc[:4]))
    assert found["interval"].tolist() == ["none", "none", "none", "none", "wilson"]
    assert found.loc["mean_difference_eur", "note"] == "no interval: fewer than 5 cases"
    assert found.loc["mean_difference_eur", "value"] == -7000


def test_cases_that_all_differ_by_the_same() -> None:
    found = summary(value(own_cases(*[(1000, 900)] * 6))).loc["mean_difference_eur"]
    assert (found["value"], found["lower"], found["upper"]) == (-100, -100, -100)


def test_the_interval_is_the_same_each_time_and_moves_with_the_seed() -> None:
    def ends(seed: int) -> list[float]:
        return (
            summary(value(FIVE, inference=Inference(draws=499, seed=seed)))
            .loc["mean_difference_eur", ["lower", "upper"]]
            .tolist()
        )

    assert ends(1) == ends(1)
    assert ends(1) != ends(2)


def test_the_interval_of_many_even_cases_is_that_of_the_mean() -> None:
    """For 400 normal differences BCa comes near mean -+ 1.96 standard errors; 1,999 draws leave 0.08 of one to chance."""
    rng = np.random.default_rng(7)
    difference = rng.normal(-500, 1000, 400).round()
    own = own_cases(*[(5000, int(5000 + change)) for change in difference])
    found = summary(value(own, inference=Inference(draws=1999))).loc["mean_difference_eur"]
    error = difference.std(ddof=1) / math.sqrt(400)
    assert found["lower"] == pytest.approx(found["value"] - 1.96 * error, abs=0.25 * error)
    assert found["upper"] == pytest.approx(found["value"] + 1.96 * error, abs=0.25 * error)
    assert found["note"] == "as if the cases were drawn at random"


CASES = st.lists(st.tuples(st.integers(1, 200_000), st.integers(0, 200_000)), min_size=1, max_size=8)


@settings(max_examples=15, deadline=None)
@given(CASES, st.integers(1, 10), st.floats(0, 10), st.floats(0, 100))
def test_whatever_the_amounts_are(cases: list[tuple[int, int]], years: int, rate: float, fade: float) -> None:
    choices = BusinessCases(horizon_years=years, discount_rate_pct=rate, fade_pct=fade)
    tables = value(own_cases(*cases), choices, Inference(draws=99))
    rows, found, bars = tables["business_cases"], summary(tables), tables["business_tornado"]
    assert (rows["value_before_eur"] > 0).all()
    difference = rows["value_team_eur"] - rows["value_before_eur"]
    assert difference.tolist() == pytest.approx(rows["difference_eur"].tolist(), abs=1e-3)
    assert (rows["is_cheaper"] == [with_team < before for before, with_team in cases]).all()
    means = found["value"]
    assert means["mean_difference_eur"] == pytest.approx(means["mean_team_eur"] - means["mean_before_eur"], abs=1e-3)
    assert 0 <= means["share_cheaper_pct"] <= 100
    # the base of every bar is the headline, to the last digit, and bars come in order
    assert set(bars["at_base_eur"]) == {means["mean_difference_eur"]}
    own = bars[bars["origin"].eq("own")]
    assert own["spread_eur"].is_monotonic_decreasing
    assert own["rank"].tolist() == [1, 2, 3, 4, 5]
    interval = found.loc["mean_difference_eur"]
    assert interval["interval"] == "none" or interval["lower"] <= interval["upper"]


# --- tornado ---------------------------------------------------------------------------------------------------------


def test_tornado_by_hand() -> None:
    """One case, 1000 before and 400 with the team, over one year: discounting and fading have nothing to work on."""
    bars = value(own_cases((1000, 400)))["business_tornado"]
    own = bars[bars["origin"].eq("own")].set_index("assumption")
    assert own["at_base_eur"].unique().tolist() == [-600]
    ends = {name: (row.at_low_eur, row.at_high_eur) for name, row in own.iterrows()}
    assert ends == {
        "horizon_years": (-600, -3000),  # at 0 %: 5 x -600
        "cost_before_pct": (400 - 800, 400 - 1200),
        "cost_team_pct": (320 - 1000, 480 - 1000),
        "discount_rate_pct": (-600, -600),
        "fade_pct": (-600, -600),
    }
    assert list(own.index) == ["horizon_years", "cost_before_pct", "cost_team_pct", "discount_rate_pct", "fade_pct"]
    assert not own["changes_sign"].any()


def test_an_assumption_that_turns_the_result_is_marked() -> None:
    bars = value(own_cases((1000, 900)))["business_tornado"].set_index(["origin", "assumption"])
    assert bars.loc[("own", "cost_before_pct"), "changes_sign"]  # 900 against 800
    assert not bars.loc[("own", "horizon_years"), "changes_sign"]


def test_an_assumption_without_a_range_is_not_varied() -> None:
    choices = BusinessCases(ranges={"fade_pct": (0, 20)}, horizon_years=5)
    bars = value(own_cases((1000, 900)), choices)["business_tornado"]
    assert set(bars["assumption"]) == {"fade_pct"}


# --- the records, and own beside them --------------------------------------------------------------------------------


def test_of_the_records_nothing_can_be_compared_and_everything_is_listed() -> None:
    """As the codebook says: no page prints both amounts of one case."""
    tables = value(OWN)
    assert tables["business_cases"].empty
    assert tables["business_tornado"].empty
    assert set(tables["business_summary"]["note"]) == {"no case with both amounts"}
    assert tables["business_summary"]["value"].isna().all()
    listed = tables["business_listed"].set_index("case_id")
    assert sorted(listed.index) == sorted(RECORDED["case_id"])
    assert listed["reason"].value_counts().to_dict() == {"set_of_cases": 22, "no_comparison": 7, "other_intervention": 4}
    assert listed.loc["BC02", ["savings_low", "savings_high"]].tolist() == [4, 15]
    assert listed.loc["BC03", ["savings_low", "savings_high"]].tolist() == [30, 30]
    assert listed["has_amount"].sum() == 13
    assert not listed.loc["BC01", "has_amount"]


def test_own_cases_stand_beside_the_records_marked_as_own() -> None:
    own = pd.concat([FIVE, own_cases((1, 1)).assign(case_id="EIGEN-99", cost_before_eur=pd.NA).astype(OWN.dtypes)])
    tables = value(own)
    assert set(tables["business_cases"]["origin"]) == {"own"}
    listed = tables["business_listed"]
    assert listed.iloc[0][["origin", "case_id", "reason"]].tolist() == ["own", "EIGEN-99", "amount_missing"]
    assert (listed["origin"].eq("recorded")).sum() == len(RECORDED)
    assert summary(tables, "recorded")["cases"].unique().tolist() == [0]
    # the same cases have the same figures and intervals, whatever they are called
    columns = ["value", "lower", "upper", "note"]
    pd.testing.assert_frame_equal(summary(tables, "all")[columns], summary(tables, "own")[columns])


def test_a_recorded_case_with_both_amounts_joins_the_own_ones() -> None:
    recorded = pd.concat(
        [RECORDED, own_cases((1000, 500)).assign(case_id="BC34", url="https://example.nl/x")[RECORDED.columns]]
    )
    tables = value_business_cases(recorded, own_cases((2000, 500)), PLAIN, QUICK)
    found = tables["business_summary"].query("measure == 'mean_difference_eur'").set_index("origin")["value"]
    assert found.to_dict() == {"recorded": -500, "own": -1500, "all": -1000}


def test_who_pays_and_who_gains() -> None:
    own = own_cases(
        (1000, 500), (1000, 900), (500, 800), (100, 50),
        who_pays=["gemeente", "gemeente", "gemeente", None],
        who_gains=["zorgverzekeraar", "zorgverzekeraar", "gemeente", "gemeente"],
        result=["better", "worse", None, "equal"],
    )  # fmt: skip
    table = value(own)["business_payers"]
    mine = table[table["origin"].eq("own")].set_index(["who_pays", "who_gains"])
    assert mine["difference_eur"].to_dict() == {
        ("gemeente", "zorgverzekeraar"): -600,
        ("gemeente", "gemeente"): 300,
        ("not recorded", "gemeente"): -50,
    }
    assert mine["is_same"].tolist() == [False, True, pd.NA]
    assert mine.loc[("gemeente", "zorgverzekeraar"), ["better", "worse", "no_result"]].tolist() == [1, 1, 0]
    recorded = table[table["origin"].eq("recorded")]
    assert recorded["rows"].sum() == len(RECORDED)
    assert set(recorded["who_gains"]) == {"not recorded"}


def test_an_own_file_is_read_with_the_rules_of_the_records(tmp_path: Path) -> None:
    path = tmp_path / "own_business_cases.csv"
    header = ",".join(RECORDED.columns)
    case = "EIGEN-01,case,Zwolle,GM0193,2025,team,1,24000,9000,,,1 year,gemeente,better,,,"
    path.write_text(f"{header}\n{case}\n", encoding="utf-8")
    own = load_own("own_business_cases", path)
    assert list(own.columns) == list(OWN.columns)  # who_gains too, though the file leaves it out
    assert (own.dtypes == OWN.dtypes).all()
    assert value(own)["business_cases"]["difference_eur"].item() == -15_000
    path.write_text(f"{header}\n{case.replace('1 year', '')}\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="column horizon: found nothing, expected for a case with euros a period"):
        load_own("own_business_cases", path)


@pytest.mark.parametrize("own", [OWN, FIVE], ids=["without own cases", "with own cases"])
def test_every_table_goes_to_a_file_and_back(own: pd.DataFrame, tmp_path: Path) -> None:
    tables = value_business_cases(RECORDED, own, PLAIN, QUICK)
    assert list(tables) == list(CONTRACTS)
    for name, table in tables.items():
        path = tmp_path / f"{name}.parquet"
        write_table(table, path, CONTRACTS[name])
        assert len(read_table(path, CONTRACTS[name])) == len(table)

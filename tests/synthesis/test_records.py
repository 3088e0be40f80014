"""What the project's own records give; these numbers change when a record changes, and should be looked at then."""

from pathlib import Path

import pandas as pd
import pytest

from wijkanalyse.config import Evidence, Inference
from wijkanalyse.evidence import load_evidence
from wijkanalyse.municipalities import known_codes
from wijkanalyse.synthesis import direction_table, poll_series, pool_client_indicators, survey_values, theme_prevalence
from wijkanalyse.synthesis.results import CONTRACTS, synthesise

RAW = Path(__file__).parents[2] / "data" / "raw" / "evidence"


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return load_evidence(RAW, known_codes=known_codes())


def test_the_eight_client_figures(tables: dict[str, pd.DataFrame]) -> None:
    table = pool_client_indicators(tables["client_surveys"], tables["published_figures"]).set_index("indicator")
    assert table["k"].to_dict() == {
        "tevredenheid_cijfer": 40, "bekendheid": 5, "kwaliteit": 15, "regie": 10, "tijdig": 8, "passend": 6, "helpend": 3,
        "zelfredzaamheid": 16,
    }  # fmt: skip
    assert list(table["k_with_n"]) == [7, 2, 5, 3, 2, 2, 1, 1]
    assert list(table.index[table["headline"].eq("pooled")]) == ["tevredenheid_cijfer", "kwaliteit", "regie"]
    # By hand from the seven grades with a number of respondents.
    grades = [(7.8, 1000), (7.5, 501), (7.3, 1000), (7.8, 810), (7.5, 412), (7.4, 1000), (8.3, 282)]
    expected = sum(grade * n for grade, n in grades) / 5005
    assert table.loc["tevredenheid_cijfer", "pooled"] == pytest.approx(expected)


def test_the_survey_with_two_numbers_keeps_both(tables: dict[str, pd.DataFrame]) -> None:
    values = survey_values(tables["client_surveys"], include_precision=["exact", "approx"])
    both = values[values["survey_id"].eq("ZST-2017-wt")].set_index("indicator")["n"]
    assert (both["helpend"], both["tijdig"]) == (939, 960)


def test_every_value_can_be_followed_to_its_page(tables: dict[str, pd.DataFrame]) -> None:
    values = survey_values(tables["client_surveys"])
    assert values["url"].str.startswith("http").all()
    assert not values.duplicated(["survey_id", "indicator"]).any()


def test_themes_of_the_team_reports(tables: dict[str, pd.DataFrame]) -> None:
    table = theme_prevalence(tables["annual_reports"], tables["published_figures"]).set_index("theme")
    # 32 rows; De SMD 2022 is three of them, Arnhem 2020 and the Ouder- en Kindteams 2015 are two each.
    assert set(table["n"]) == {28}
    assert table.loc["preventie", ["seen", "published_pct"]].tolist() == [5, 50]


def test_polls(tables: dict[str, pd.DataFrame]) -> None:
    series = poll_series(tables["municipal_polls"])
    percent = dict(zip(series["year"], series["percent"], strict=True))
    assert percent == {2014: 69, 2015: 87, 2017: 83, 2018: 75, 2019: 83, 2022: 80}
    assert list(series["n"].dropna()) == [224, 234, 242, 212]


def test_studies(tables: dict[str, pd.DataFrame]) -> None:
    table = direction_table(tables["local_studies"])
    assert table["count"].sum() == 52
    assert table.loc[table["is_evidence"], "count"].sum() == 28


@pytest.fixture(scope="module")
def results(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    codes = sorted(tables["client_surveys"]["gm_code"].dropna().unique())
    groups = ["active" if place % 2 else "not_active" for place in range(len(codes))]
    classification = pd.DataFrame({"gm_code": codes, "group": groups, "source": "VOORBEELDCIJFERS"})
    return synthesise(tables, classification, Evidence(), Inference(draws=500))


def test_every_table_fits_its_contract(results: dict[str, pd.DataFrame]) -> None:
    assert list(results) == list(CONTRACTS)
    for name, contract in CONTRACTS.items():
        assert list(results[name].columns) == list(contract.to_schema().columns), name
        contract.validate(results[name])


def test_what_the_report_names_of_each_indicator(results: dict[str, pd.DataFrame]) -> None:
    """k surveys, sum n, pooled value, interval and published value: issue 6, acceptance 2."""
    main = results["client_estimates"].query("is_base").set_index(["indicator", "estimator"])
    assert len(main) == 24
    assert main.xs("random_effects", level="estimator")["k"].to_dict() == {
        "tevredenheid_cijfer": 40, "bekendheid": 5, "kwaliteit": 15, "regie": 10, "tijdig": 8, "passend": 6, "helpend": 3,
        "zelfredzaamheid": 16,
    }  # fmt: skip
    grade = main.loc[("tevredenheid_cijfer", "random_effects")]
    assert (grade["places"], grade["n"], grade["published_n"]) == (21, 5005, 9892)
    assert (round(grade["value"], 2), round(grade["lower"], 2), round(grade["upper"], 2)) == (7.77, 7.63, 7.91)
    outside = main[main["published_in_interval"].eq(False).fillna(False)].index.get_level_values("indicator").unique()
    assert set(outside) == {"kwaliteit", "zelfredzaamheid"}
    assert main["published_in_prediction"].dropna().all()


def test_the_two_coders(results: dict[str, pd.DataFrame]) -> None:
    # the codebook: agreement 0.944, Cohen's kappa 0.81 over 644 decisions
    together = results["coder_agreement"].set_index("item").loc["all_themes"]
    assert (together["reports"], together["n"]) == (46, 644)
    assert round(together["agreement_pct"], 1) == 94.4
    assert round(together["kappa"], 3) == 0.815
    assert together["disagreements"] == results["coder_disagreements"]["item"].ne("delivers_help").sum() == 36


def test_the_themes_of_the_report_are_those_of_the_configuration(
    results: dict[str, pd.DataFrame], tables: dict[str, pd.DataFrame]
) -> None:
    columns = ["theme", "n", "seen", "share_pct", "lower", "upper"]
    alone = theme_prevalence(tables["annual_reports"], tables["published_figures"])
    pd.testing.assert_frame_equal(results["themes"][columns].reset_index(drop=True), alone[columns])


def test_the_tasks_and_bottlenecks(results: dict[str, pd.DataFrame]) -> None:
    answers = results["poll_answers"].set_index("indicator")["percent"]
    names = ["task_vraagverheldering", "task_preventie", "too_little_time_prevention", "changed_much"]
    assert answers[names].tolist() == [95, 81, 48, 90]
    assert results["poll_answers"]["kind"].ne("other").all()


def test_the_cpb_is_among_the_studies(results: dict[str, pd.DataFrame]) -> None:
    flagged = results["study_list"].query("is_flagged")
    assert flagged["author_institute"].str.contains("CPB").all()
    assert flagged["published_active"].tolist() == [-10, -10, -10]

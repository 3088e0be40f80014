"""What the project's own records give; these numbers change when a record changes, and should be looked at then."""

from pathlib import Path

import pandas as pd
import pytest

from wijkanalyse.evidence import load_evidence
from wijkanalyse.municipalities import known_codes
from wijkanalyse.synthesis import direction_table, poll_series, pool_client_indicators, survey_values, theme_prevalence

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

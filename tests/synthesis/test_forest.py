"""The rows of a forest plot."""

import pandas as pd
import pytest

from tests.synthesis.made_up import PUBLISHED, surveys
from wijkanalyse.config import Evidence
from wijkanalyse.synthesis.forest import ROWS, Forest, forest_rows
from wijkanalyse.synthesis.indicators import estimate_indicators
from wijkanalyse.synthesis.surveys import survey_values

FRAME = surveys(
    {"value": 30.798479, "n": 263},
    {"value": 80, "year": None},
    {"value": 7.5, "n": 100, "indicator": "tevredenheid_cijfer"},
)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    estimates = estimate_indicators(FRAME, PUBLISHED, Evidence())[0]
    table = forest_rows(survey_values(FRAME), estimates, grade_sd=1.5)
    Forest.validate(table)
    return table.set_index("indicator")


def test_surveys_from_high_to_low_and_what_they_say_together_below(rows):
    plot = rows.loc["regie"]
    assert plot["row"].tolist() == ["survey", "survey", *ROWS[1:]]
    assert plot["place_in_plot"].tolist() == list(range(1, 8))
    assert plot["label_nl"].tolist()[:2] == ["place 1, wijkteam", "place 0 2020, wijkteam"]
    assert plot["value"].tolist()[:2] == [80, 30.798479]
    assert plot["value"].tolist()[-1] == 79


def test_a_survey_without_respondents_has_no_interval(rows):
    high, low = rows.loc["regie"].iloc[0], rows.loc["regie"].iloc[1]
    assert pd.isna(high["lower"])
    # 81 of 263: Newcombe (1998), table I, method 3
    assert (round(low["lower"], 2), round(low["upper"], 2)) == (25.53, 36.62)


def test_the_interval_of_a_grade(rows):
    survey = rows.loc["tevredenheid_cijfer"].iloc[0]
    # 1.96 x 1.5 / 10
    assert (survey["lower"], survey["upper"]) == pytest.approx((7.5 - 0.294, 7.5 + 0.294), abs=1e-3)


def test_an_indicator_without_surveys_has_only_the_published_figure(rows):
    plot = rows.loc["passend"]
    assert plot["value"].notna().sum() == 1
    assert plot.loc[plot["row"].eq("published"), "value"].item() == 81

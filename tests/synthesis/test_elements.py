"""The study's elements beside what is seen in reports."""

import pandas as pd
import pytest

from tests.synthesis.test_coders import PUBLISHED, first, second
from wijkanalyse.config import Evidence
from wijkanalyse.evidence.codes import SOURCE_LEVELS, THEMES
from wijkanalyse.synthesis.elements import STUDY_ELEMENTS, Elements, published_against_seen
from wijkanalyse.synthesis.themes import all_themes


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    themes = all_themes(first(1, 1, 0, 0), second(AR1=1, AR2=0), PUBLISHED, Evidence(consensus="both"))
    table = published_against_seen(themes, "both")
    Elements.validate(table)
    return table


def test_every_element_in_every_kind_of_text(table):
    assert len(table) == len(STUDY_ELEMENTS) * len(SOURCE_LEVELS)
    assert set(table.loc[table["is_base"], "source_level"]) == {"team_report"}


def test_every_theme_of_the_codebook_answers_an_element(table):
    assert set(table["theme"].dropna()) == set(THEMES)


def test_prevention_beside_circa_half_of_the_teams(table):
    row = table[table["is_base"] & table["theme"].eq("preventie")].iloc[0]
    assert (row["published_pct"], row["seen"], row["n"], row["share_pct"]) == (50, 1, 4, 25)
    assert row["lower"] < 25 < row["upper"]
    assert "not absence" in row["status"]


def test_only_prevention_has_a_published_figure(table):
    assert set(table.loc[table["published_pct"].notna(), "theme"]) == {"preventie"}


def test_what_is_not_coded_says_so(table):
    rows = table[table["kind"].eq("working_element")]
    assert set(rows["wording"]) == {"verbinding", "vertrouwen", "verantwoordelijkheid"}
    assert rows[["n", "share_pct"]].isna().all().all()
    assert set(rows["status"]) == {"not coded: annual_reports.csv has no column for it"}


def test_barriers_are_no_prevalence(table):
    assert not table.loc[table["kind"].isin(["barrier", "hinders"]), "is_prevalence"].any()

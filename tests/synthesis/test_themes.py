"""Themes are counted by organisation and year, and a theme not seen is not called absent."""

from typing import Any

import pandas as pd
import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.evidence.codes import THEMES
from wijkanalyse.synthesis import theme_prevalence
from wijkanalyse.synthesis.themes import organisation_years

PUBLISHED = pd.DataFrame(
    {
        "indicator": ["preventie", "preventie"],
        "source": ["associatie-wijkteams-web", "study-slides"],
        "value": pd.array([50, 50], dtype="Float64"),
        "wording": ["half of the teams", "circa 50% van de wijkteams"],
    }
)


def reports(*rows: dict[str, Any]) -> pd.DataFrame:
    full = [
        {"report_id": f"AR{place}", "organisation": f"team {place}", "year": "2020", "source_level": "team_report"}
        | dict.fromkeys(THEMES, 0)
        | row
        for place, row in enumerate(rows, start=1)
    ]
    return pd.DataFrame(full).astype(dict.fromkeys(THEMES, "Int64"))


def test_sections_of_one_report_are_one_report() -> None:
    frame = reports(
        {"organisation": "De SMD (maatschappelijke dienstverlening)", "preventie": 1},
        {"organisation": "De SMD (maatschappelijke dienstverlening, sociale wijkteams)", "kennis": 1},
        {"organisation": "De SMD", "year": "2023"},
    )
    merged = organisation_years(frame)
    assert merged[["organisation", "year", "report_ids", "preventie", "kennis"]].to_numpy().tolist() == [
        ["De SMD", "2020", "AR1, AR2", 1, 1],
        ["De SMD", "2023", "AR3", 0, 0],
    ]


def test_reports_without_a_year_do_not_disappear() -> None:
    assert len(organisation_years(reports({"year": None}, {"year": None}, {"organisation": "team 1", "year": "2020"}))) == 3


def test_a_span_of_years_is_a_report_of_its_own() -> None:
    assert len(organisation_years(reports({"organisation": "A"}, {"organisation": "A", "year": "2019-2020"}))) == 2


def test_only_the_level_asked_for() -> None:
    frame = reports({"preventie": 1}, {"source_level": "monitor"})
    assert theme_prevalence(frame).set_index("theme").loc["preventie", "share_pct"] == 100
    assert theme_prevalence(frame, source_level="monitor").set_index("theme").loc["preventie", "share_pct"] == 0
    with pytest.raises(WijkanalyseError, match='Unknown source_level "team_reports"; did you mean "team_report"'):
        theme_prevalence(frame, source_level="team_reports")


def test_share_with_a_known_interval() -> None:
    # 81 of 263: Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3: 0.2553-0.3662.
    frame = reports(*({"preventie": int(place < 81)} for place in range(263)))
    row = theme_prevalence(frame, PUBLISHED).set_index("theme").loc["preventie"]
    assert (row["n"], row["seen"]) == (263, 81)
    assert row["share_pct"] == pytest.approx(100 * 81 / 263)
    assert (round(row["lower"], 2), round(row["upper"], 2)) == (25.53, 36.62)


def test_the_published_figure_stands_beside_it() -> None:
    table = theme_prevalence(reports({}), PUBLISHED).set_index("theme")
    assert table.loc["preventie", "published_pct"] == 50
    assert table.loc["preventie", "published_wording"] == "circa 50% van de wijkteams"
    assert table["published_pct"].notna().sum() == 1
    assert theme_prevalence(reports({}))["published_pct"].isna().all()


def test_every_theme_says_what_a_zero_means() -> None:
    table = theme_prevalence(reports({}))
    assert list(table["theme"]) == list(THEMES)
    assert table["meaning"].str.contains("0 = not seen in the visible text").all()
    assert set(table.loc[~table["is_prevalence"], "kind"]) == {"barrier"}
    assert table.loc[~table["is_prevalence"], "meaning"].str.contains("no prevalence").all()


def test_no_report_of_that_level() -> None:
    table = theme_prevalence(reports({}), source_level="monitor")
    assert (table["n"] == 0).all()
    assert table[["share_pct", "lower", "upper"]].isna().all().all()

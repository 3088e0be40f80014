"""Polls as a series, and studies counted by what they found."""

import pandas as pd
import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.synthesis import direction_table, poll_series
from wijkanalyse.synthesis.proportions import wilson

POLLS = pd.DataFrame(
    {
        "poll_id": ["B", "A", "C", "D"],
        "source": "Movisie",
        "year": pd.array([2017, 2014, None, 2022], dtype="Int64"),
        "indicator": ["has_wijkteam", "has_wijkteam", "has_wijkteam", "has_wijkteam"],
        "percent": pd.array([83, 30.798479, 50, 80], dtype="Float64"),
        "precision": ["exact", "exact", "exact", "approx"],
        "n_municipalities": pd.array([242, 263, 100, None], dtype="Int64"),
        "response_pct": pd.array([62, 56, None, None], dtype="Float64"),
        "url": "https://example.nl",
    }
)


def test_series_in_order_of_year_without_polls_of_unknown_year() -> None:
    series = poll_series(POLLS)
    assert list(series["year"]) == [2014, 2017, 2022]
    assert list(series["percent"]) == [30.798479, 83, 80]
    assert list(series["precision"]) == ["exact", "exact", "approx"]


def test_interval_of_a_poll() -> None:
    # 30.798479 % of 263 is 81 of 263: Newcombe (1998), table I, method 3.
    first = poll_series(POLLS).iloc[0]
    assert (round(first["lower"], 2), round(first["upper"], 2)) == (25.53, 36.62)


def test_no_interval_without_a_base() -> None:
    last = poll_series(POLLS).iloc[-1]
    assert pd.isna(last["lower"])
    assert pd.isna(last["n"])
    assert last["note"] == "no interval: number of municipalities not stated"


def test_an_indicator_that_no_poll_has() -> None:
    with pytest.raises(WijkanalyseError, match='"has_wijkteams"; did you mean "has_wijkteam"'):
        poll_series(POLLS, "has_wijkteams")


@pytest.mark.parametrize(
    ("seen", "n", "lower", "upper"),
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_wilson_known_answers(seen: int, n: int, lower: float, upper: float) -> None:
    # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
    assert tuple(round(bound, 2) for bound in wilson(seen, n)) == (lower, upper)


STUDIES = pd.DataFrame(
    {
        "scope": ["local", "local", "national", "local"],
        "design": ["survey", "survey", "register study", "survey"],
        "direction": ["positive", "unclear", "none", "positive"],
    }
)


def test_studies_by_direction() -> None:
    table = direction_table(STUDIES).set_index(["scope", "design", "direction"])
    assert table["count"].sum() == 4
    assert table.loc[("local", "survey", "positive"), "count"] == 2
    assert table.loc[("local", "survey", "negative"), "count"] == 0
    assert len(table) == 10


def test_unclear_is_no_evidence() -> None:
    table = direction_table(STUDIES)
    assert set(table.loc[~table["is_evidence"], "direction"]) == {"unclear"}
    assert table.loc[table["is_evidence"], "count"].sum() == 3

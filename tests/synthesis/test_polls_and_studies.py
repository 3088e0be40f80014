"""Polls as a series and as answers, studies counted by what they found, and the study's elements beside what is seen."""

import pandas as pd
import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.synthesis import direction_table, poll_series
from wijkanalyse.synthesis.polls import Polls, poll_answers
from wijkanalyse.synthesis.proportions import wilson
from wijkanalyse.synthesis.studies import CPB_RESULTS, Studies, Votes, study_list

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


def test_municipalities_are_a_finite_population():
    """263 of 470 asked answered: the corrected interval is that of 263 x 469 / 207 answers, and lies within the other."""
    first = poll_series(POLLS).iloc[0]
    assert first["asked"] == 470
    effective = 263 * 469 / 207
    assert (first["finite_lower"], first["finite_upper"]) == pytest.approx(wilson(0.30798479 * effective, effective))
    assert first["lower"] < first["finite_lower"] < first["percent"] < first["finite_upper"] < first["upper"]


def test_who_did_not_answer_could_have_said_anything():
    # 30.8 % of the 56 % that answered; the other 44 % all no, or all yes
    first = poll_series(POLLS).iloc[0]
    assert (first["lowest_pct"], first["highest_pct"]) == pytest.approx((30.798479 * 0.56, 30.798479 * 0.56 + 44))


def test_the_other_answers_by_kind():
    frame = POLLS.assign(indicator=["too_little_time_prevention", "task_preventie", "something_new", "has_wijkteam"])
    answers = poll_answers(frame)
    Polls.validate(answers)
    assert answers[["indicator", "kind", "label_nl"]].to_numpy().tolist() == [
        ["task_preventie", "task", "taak: preventie"],
        ["too_little_time_prevention", "bottleneck", "komt te weinig toe aan preventie"],
        ["something_new", "other", "something_new"],
    ]
    assert pd.isna(answers.loc[2, "year"])


def test_another_level():
    wide, usual = (poll_series(POLLS, level=level).iloc[0] for level in (0.99, 0.95))
    assert wide["lower"] < usual["lower"]


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


def listed(*ids: str) -> pd.DataFrame:
    studies = pd.DataFrame({"study_id": ids, "scope": "national", "design": "survey", "direction": "none", "title": "T",
                            "author_institute": "CPB", "outcome": "use", "effect_stated": "x", "url": "https://example.nl",
                            "year": pd.array([2020] * len(ids), dtype="Int64")})  # fmt: skip
    published = pd.DataFrame({"indicator": "use_change", "group": ["active", "not_active", "active"],
                              "source": ["study-slides", "study-slides", "another"], "value": [-10.0, -5.0, 1.0]})  # fmt: skip
    table = study_list(studies, published)
    Studies.validate(table)
    return table.set_index("study_id")


def test_the_cpb_stands_beside_the_figure_of_the_study():
    table = listed("LS01", *CPB_RESULTS)
    assert table["is_flagged"].to_dict() == {"LS01": False, "NS02": True, "NS03": True, "NS04": True}
    assert table.loc["NS02", ["published_indicator", "published_active", "published_not_active"]].tolist() == [
        "use_change",
        -10,
        -5,
    ]
    assert table["relation"].dropna().to_dict() == {"NS02": "contradicts", "NS03": "partly", "NS04": "partly"}
    assert table.loc["LS01", ["published_indicator", "relation", "remark"]].isna().all()


def test_without_the_cpb_nothing_is_flagged():
    assert not listed("LS01", "LS02")["is_flagged"].any()


def test_votes_fit_their_contract():
    Votes.validate(direction_table(STUDIES))

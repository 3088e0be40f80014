"""The flow of municipalities: at every split as many go on or fall away as came in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from wijkanalyse.config import Classification
from wijkanalyse.effects.estimands import Estimand
from wijkanalyse.report.figures.flow import Flow, Split, draw_flow, flow_of
from wijkanalyse.report.language import speaking
from wijkanalyse.report.pieces.municipalities import FromSeveral
from wijkanalyse.report.tables.printed import Book, Printed

CHOICES = Classification(minimum_count=50)


def estimand(name: str, activity: list[int]) -> Estimand:
    return Estimand.model_validate(
        {
            "id": name, "role": "primary", "label": f"Vraag {name}", "question": "?", "is_not": ".", "design": "level",
            "model": "rate", "outcome": "trajectories_niet_wijkteam", "per": "population_0_22", "activity": activity,
            "years": [2021, 2022], "adjustment": "none",
        }
    )  # fmt: skip


PRIMARY = [estimand("first", [2017, 2018]), estimand("second", [2017, 2018]), estimand("third", [2019])]


@pytest.fixture
def classification() -> pd.DataFrame:
    """Three active (one uncertain), four not, two too small, and one of which the figures are incomplete."""
    groups = ["active"] * 3 + ["not_active"] * 4 + [None] * 3
    return pd.DataFrame(
        {
            "gm_code": [f"GM{place:04}" for place in range(10)],
            "group": groups,
            "denominator": [500.0] * 7 + [10.0, 49.0, float("nan")],
            "is_certain": [False, *[True] * 6, *[False] * 3],
        }
    )


@pytest.fixture
def estimates() -> pd.DataFrame:
    """Use leaves one active municipality out; duration nobody; of crisis nothing could be estimated."""
    counts = {"use": (2, 4), "duration": (3, 4)}
    return pd.DataFrame(
        [
            {"contrast": contrast, "form": form, "weighting": weighting, "term": term, "municipalities": count, "years": "2020"}
            for contrast, (active, other) in counts.items()
            for form in ("zonder_verblijf", "niet_wijkteam")
            for weighting in ("pooled", "mean_of_municipalities")
            for term, count in (("active", active), ("not_active", other), ("difference", active + other))
        ]
    )


@pytest.fixture
def effects() -> pd.DataFrame:
    """Nine are classified by 2017-2018, of which the second question loses two; the third cannot be estimated."""
    return pd.DataFrame(
        [
            {"estimand": "first", "municipalities": 9, "active": 4, "left_out": 0, "reason": ""},
            {"estimand": "second", "municipalities": 7, "active": 3, "left_out": 2, "reason": ""},
            {"estimand": "second", "municipalities": 7, "active": 3, "left_out": 2, "reason": ""},  # in points
            {"estimand": "third", "municipalities": 6, "active": 6, "left_out": 1, "reason": "all are active"},
        ]
    )


@pytest.fixture
def flow(classification: pd.DataFrame, estimates: pd.DataFrame, effects: pd.DataFrame) -> Flow:
    return flow_of(classification, estimates, effects, PRIMARY, CHOICES)


def split(flow: Flow, name: str) -> Split:
    return next(each for each in flow.splits() if each.name == name)


def test_at_every_split_the_parts_make_up_what_arrived(flow: Flow) -> None:
    for each in flow.splits():
        assert sum(count for _, _, count in each.parts) == each.arriving, each.name
        assert all(count >= 0 for _, _, count in each.parts), each.name


def test_what_stays_is_what_arrives_at_the_next_split(flow: Flow) -> None:
    assert flow.figures.arriving == flow.everyone == 10
    assert flow.size.arriving == flow.figures.staying() == 9
    assert flow.groups.arriving == flow.size.staying() == 7
    assert {each.arriving for each in flow.published} == {flow.groups.staying()} == {7}
    for classified, estimands in flow.primary:
        assert classified.arriving == flow.everyone
        assert {each.arriving for each in estimands} == {classified.staying()}


def test_each_exclusion_has_its_reason(flow: Flow) -> None:
    assert split(flow, "figures").leaving() == [("geen volledige cijfers over 2020", 1)]
    assert split(flow, "size").leaving() == [("minder dan 50 trajecten", 2)]
    assert split(flow, "use").leaving() == [("geen bruikbaar cijfer over 2020", 1)]
    assert split(flow, "second").leaving() == [("uitkomst of kenmerk ontbreekt", 2)]


def test_a_comparison_that_was_not_estimated_loses_everyone(flow: Flow) -> None:
    assert split(flow, "crisis").leaving() == [("te weinig gemeenten met cijfers", 7)]
    assert split(flow, "crisis").staying() == 0
    assert split(flow, "third").leaving() == [("uitkomst of kenmerk ontbreekt", 1), ("niet te schatten", 6)]


def test_questions_that_classify_by_the_same_years_share_a_group(flow: Flow) -> None:
    assert [[each.name for each in estimands] for _, estimands in flow.primary] == [["first", "second"], ["third"]]
    assert [classified.staying() for classified, _ in flow.primary] == [9, 7]


def test_the_groups_say_how_many_are_uncertain(flow: Flow) -> None:
    assert flow.uncertain == {"active": 1, "not_active": 0}


def test_the_figure_draws_tells_and_lists_the_same(flow: Flow, tmp_path: Path) -> None:
    drawn = draw_flow(flow, 2025, tmp_path / "flow.svg", mark=True)
    draw_flow(flow, 2025, tmp_path / "again.svg", mark=True)
    assert (tmp_path / "flow.svg").read_bytes() == (tmp_path / "again.svg").read_bytes()
    assert drawn.alt.startswith("Stroomschema van 10 gemeenten, grenzen van 2025. Volledige cijfers over 2020: 9, 1 niet")
    assert "Vraag second: 3 actief, 4 niet actief, 2 niet (uitkomst of kenmerk ontbreekt)." in drawn.alt
    assert drawn.data.index.is_unique
    sums = drawn.data.groupby([key.split()[0] for key in drawn.data.index]).agg({"arriving": "first", "count": "sum"})
    assert sums["arriving"].eq(sums["count"]).all()


def test_the_figure_speaks_english(
    classification: pd.DataFrame, estimates: pd.DataFrame, effects: pd.DataFrame, tmp_path: Path
) -> None:
    drawn = {}
    for language in ("nl", "en"):
        with speaking(language):  # type: ignore[arg-type]
            flow = flow_of(classification, estimates, effects, PRIMARY, CHOICES)
            drawn[language] = draw_flow(flow, 2025, tmp_path / f"{language}.svg", mark=False)
    assert drawn["en"].alt.startswith(
        "Flow diagram of 10 municipalities, boundaries of 2025. Complete figures for 2020: 9, 1 not"
    )
    assert drawn["en"].data.index.equals(drawn["nl"].data.index)
    for name in ("arriving", "count"):
        assert drawn["en"].data[name].tolist() == drawn["nl"].data[name].tolist()
    assert not set(drawn["en"].data["to"]) & set(drawn["nl"].data["to"])


def test_each_number_behind_the_figure_links_to_the_file_that_holds_it(flow: Flow, tmp_path: Path) -> None:
    book = Book()
    printed = {name: Printed(book, "flow", f"{name}.parquet", f"make_{name}", "t") for name in ("contrasts", "effects")}
    by_step = FromSeveral(book, "flow", "classification.parquet", "classify", "t",
                          {"use": printed["contrasts"], "first": printed["effects"]})  # fmt: skip
    lines = list(draw_flow(flow, 2025, tmp_path / "flow.svg", mark=False).rows(by_step))
    assert '[9]{.claim of="cell.flow.first_active.arriving"}' in {cell for line in lines for cell in line}
    assert book.claims["cell.flow.size_out.count"].origin.file == "classification.parquet"
    assert book.claims["cell.flow.use_active.count"].origin.file == "contrasts.parquet"
    assert book.claims["cell.flow.first_active.count"].origin.rule == "make_effects"

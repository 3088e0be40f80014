"""Following a fetch, and the limits on what is fetched."""

import logging

import pytest

from tests.statline.conftest import TINY, ScriptedStatLine, changed, status
from wijkanalyse.statline.checks import NotWholeError
from wijkanalyse.statline.pages import DataPages, Progress
from wijkanalyse.statline.tables import Table
from wijkanalyse.statline.transport import StatLineError


def told(caplog: pytest.LogCaptureFixture, rows: int | None, seconds_a_page: float, pages: int) -> list[str]:
    now = [100.0]
    progress = Progress("85100NED", rows, clock=lambda: now[0])
    with caplog.at_level(logging.INFO):
        for page in range(1, pages + 1):
            now[0] += seconds_a_page
            progress.page(10_000, min(page * 10_000, rows or page * 10_000))
    return [record.getMessage() for record in caplog.records]


def test_a_person_can_follow_a_large_table(caplog: pytest.LogCaptureFixture):
    lines = told(caplog, 95_000, 1.0, 10)
    assert lines == [
        "table 85100NED: page 2 of 10, 20000 of 95000 rows, 8 s left",
        "table 85100NED: page 4 of 10, 40000 of 95000 rows, 6 s left",
        "table 85100NED: page 6 of 10, 60000 of 95000 rows, 4 s left",
        "table 85100NED: page 8 of 10, 80000 of 95000 rows, 2 s left",
    ]


def test_a_small_table_says_nothing(caplog: pytest.LogCaptureFixture):
    assert told(caplog, 30_000, 0.5, 3) == []


def test_without_a_row_count_pages_and_rows_are_told(caplog: pytest.LogCaptureFixture):
    assert told(caplog, None, 2.5, 2) == ["table 85100NED: page 1, 10000 rows", "table 85100NED: page 2, 20000 rows"]


def test_progress_is_told_while_a_table_is_fetched(scripted: ScriptedStatLine, monkeypatch, caplog: pytest.LogCaptureFixture):
    monkeypatch.setattr("wijkanalyse.statline.pages._EVERY_SECONDS", 0.0)
    with caplog.at_level(logging.INFO):
        scripted.client().fetch(TINY)
    assert "page 1 of 3, 10 of 25 rows" in caplog.text
    assert "page 2 of 3, 20 of 25 rows" in caplog.text


def test_rows_of_another_list_are_left_alone():
    pages = DataPages(TINY, {"ID"}, 5, is_whole=True)
    assert pages.is_page("http://x/ODataFeed/odata/99999NED/UntypedDataSet/?$format=json&$skip=10")
    assert not pages.is_page("http://x/ODataFeed/odata/99999NED/RegioS?$format=json")
    assert pages.rows().num_rows == 0


def test_a_table_that_is_too_large_is_refused_before_its_figures_are_asked(scripted: ScriptedStatLine):
    assert len(scripted.client(largest_table_cells=100).fetch(TINY).data) == 25
    asked = len(scripted.requests)
    with pytest.raises(StatLineError, match=r"25 rows, 100 cells.*largest_table_cells \(99\).*set fetch: selection"):
        scripted.client(largest_table_cells=99).fetch(TINY)
    assert not [path for path in scripted.requests[asked:] if "UntypedDataSet" in path]


def chosen(**where: str) -> Table:
    return Table.model_validate(
        {
            "title": "T", "series": "s", "years": (2017, 2019), "fetch": "selection",
            "variables": {"begun": {"topic": "Begonnen trajecten", "where": where}},
        }
    )  # fmt: skip


def test_the_rows_of_a_selection_are_counted_by_the_service(scripted: ScriptedStatLine, waits: list[float]):
    assert len(scripted.client().fetch(TINY, chosen()).data) == 15
    assert any("$count" in path for path in scripted.requests)
    scripted.go_wrong(changed(lambda page: page["value"].pop()), where="UntypedDataSet.*skip=10")
    with pytest.raises(StatLineError, match="14 rows, but the service announces 15"):
        scripted.client(attempts=2).fetch(TINY, chosen())


def test_a_service_that_does_not_count_is_warned_of(scripted: ScriptedStatLine, caplog: pytest.LogCaptureFixture):
    scripted.go_wrong(status(404), where="count")
    assert len(scripted.client().fetch(TINY, chosen()).data) == 15
    assert "are not counted" in caplog.text


def test_a_selection_without_rows_for_what_was_chosen_is_refused(scripted: ScriptedStatLine):
    """A service that does not know the filter would give the whole table."""
    whole = scripted.service.answer(f"/ODataFeed/odata/{TINY}/UntypedDataSet?$format=json&$top=9", "http://x").text
    scripted.go_wrong(lambda handler, _: handler.give(whole.encode()), where=r"UntypedDataSet\?")
    scripted.go_wrong(lambda handler, _: handler.give(b"9"), where="count")
    with pytest.raises(NotWholeError, match=r"rows that were not asked for"):
        scripted.client().fetch(TINY, chosen(**{"Regio's": "Gemeente 1"}))

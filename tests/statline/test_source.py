"""Which StatLine a run rests on: CBS, what was kept of it, or, only where CBS cannot be reached at all, the example."""

import logging
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.small_world import served_tables
from tests.statline.conftest import TINY, ScriptedStatLine, changed, reset, status
from wijkanalyse.config import Example, StatLine
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example import StatLineServer, StatLineTable
from wijkanalyse.files import write_json
from wijkanalyse.statline.run import RunTables
from wijkanalyse.statline.snapshots import DoubtfulTableError, SnapshotError
from wijkanalyse.statline.source import fetch_tables
from wijkanalyse.statline.tables import Areas, TableRegister
from wijkanalyse.statline.transport import StatLineError, StatLineUnreachableError

EXAMPLE = Example(provinces=["PV26"])


def register_of(table: str, years: tuple[int, int] = (2016, 2020), **extra: object) -> TableRegister:
    """A register with one table with figures and one with areas, both under the same number for brevity."""
    variables = {"begun": {"topic": "Begonnen trajecten"}}
    return TableRegister.model_validate(
        {
            "tables": {table: {"title": "T", "series": "s", "years": years, "variables": variables, **extra}},
            "areas": {"tables": {2026: table}, "regions": {}},
        }
    )


@pytest.fixture
def example_tables(monkeypatch: pytest.MonkeyPatch) -> list[StatLineTable]:
    """The embedded example without the seconds that making its country takes."""
    tables = [*served_tables().values()]
    monkeypatch.setattr("wijkanalyse.example.make_tables", lambda world: tables)
    return tables


@pytest.fixture
def no_example(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(world: object) -> None:
        raise AssertionError("the example was used")

    monkeypatch.setattr("wijkanalyse.example.make_tables", refuse)


Choose = Callable[..., StatLine]


@pytest.fixture
def at_service(scripted: ScriptedStatLine) -> Choose:
    return lambda source: StatLine(source=source, catalog_url=scripted.catalog_url, use_https=False, attempts=2)


@pytest.fixture
def nowhere(closed_port: int) -> Choose:
    return lambda source: StatLine(source=source, catalog_url=f"127.0.0.1:{closed_port}", use_https=False)


@pytest.mark.usefixtures("no_example")
@pytest.mark.parametrize("source", ["auto", "cbs"])
def test_tables_come_from_the_service(scripted: ScriptedStatLine, at_service: Choose, tmp_path: Path, source: str):
    run = fetch_tables(register_of(TINY), at_service(source), EXAMPLE, tmp_path)
    assert run["source"] == "cbs"
    assert run["source_text"] == "CBS StatLine"
    assert run["origin"] == f"http://{scripted.catalog_url}"
    assert "truth" not in run
    assert (tmp_path / run["tables"][TINY]["version"] / "data.parquet").is_file()
    assert run["tables"][TINY]["version"].startswith(f"cbs/{TINY}/2026-04-30-")


@pytest.mark.usefixtures("no_example")
@pytest.mark.parametrize("source", ["auto", "cbs"])
def test_a_snapshot_is_kept_without_asking_the_service(
    scripted: ScriptedStatLine, at_service: Choose, tmp_path: Path, source: str
):
    first = fetch_tables(register_of(TINY), at_service("auto"), EXAMPLE, tmp_path)
    asked = len(scripted.requests)
    assert fetch_tables(register_of(TINY), at_service(source), EXAMPLE, tmp_path) == first
    assert len(scripted.requests) == asked


@pytest.mark.usefixtures("no_example")
def test_a_refresh_asks_again(scripted: ScriptedStatLine, at_service: Choose, tmp_path: Path):
    first = fetch_tables(register_of(TINY), at_service("auto"), EXAMPLE, tmp_path)
    asked = len(scripted.requests)
    assert fetch_tables(register_of(TINY), at_service("auto"), EXAMPLE, tmp_path, refresh=True) == first
    assert len(scripted.requests) > asked


@pytest.mark.usefixtures("no_example")
def test_a_damaged_snapshot_stops_the_run(at_service: Choose, tmp_path: Path):
    run = fetch_tables(register_of(TINY), at_service("auto"), EXAMPLE, tmp_path)
    (tmp_path / run["tables"][TINY]["version"] / "data.parquet").write_bytes(b"")
    with pytest.raises(SnapshotError, match="was changed after it was stored"):
        fetch_tables(register_of(TINY), at_service("auto"), EXAMPLE, tmp_path)


@pytest.mark.usefixtures("no_example")
def test_a_selection_on_other_years_is_fetched_anew(scripted: ScriptedStatLine, at_service: Choose, tmp_path: Path):
    """A researcher who changes config/tables.yaml gets the rows that it names now."""
    periods = []
    for years in [(2017, 2018), (2017, 2020), (2017, 2020)]:
        asked = len(scripted.requests)
        run = fetch_tables(register_of(TINY, years, fetch="selection"), at_service("auto"), EXAMPLE, tmp_path)
        stored = pd.read_parquet(tmp_path / run["tables"][TINY]["version"] / "data.parquet")
        periods.append((sorted(stored["Perioden"].unique()), len(scripted.requests) > asked))
    assert periods == [
        (["2017JJ00", "2018JJ00"], True),
        (["2017JJ00", "2018JJ00", "2019JJ00", "2020JJ00"], True),
        (["2017JJ00", "2018JJ00", "2019JJ00", "2020JJ00"], False),
    ]


@pytest.mark.usefixtures("no_example")
def test_a_selection_does_not_stand_in_for_the_whole_table(scripted: ScriptedStatLine, at_service: Choose, tmp_path: Path):
    fetch_tables(register_of(TINY, (2017, 2018), fetch="selection"), at_service("auto"), EXAMPLE, tmp_path)
    run = fetch_tables(register_of(TINY, (2017, 2018)), at_service("auto"), EXAMPLE, tmp_path)
    assert run["tables"][TINY]["row_count"] == 25


def test_without_any_connection_auto_goes_on_with_the_example(
    nowhere: Choose, tmp_path: Path, example_tables: list[StatLineTable], caplog
):
    with caplog.at_level(logging.WARNING):
        run = fetch_tables(register_of("86247NED"), nowhere("auto"), EXAMPLE, tmp_path)
    assert "EXAMPLE FIGURES" in caplog.text
    assert run["source"] == "example"
    assert "VOORBEELDCIJFERS" in run["source_text"]
    assert run["tables"]["86247NED"]["version"].startswith("example/")
    assert (tmp_path / run["truth"]).is_file()
    assert not list((tmp_path / "cbs").rglob("*.parquet"))


def test_example_figures_are_never_stored_under_cbs(tmp_path: Path, example_tables: list[StatLineTable]):
    run = fetch_tables(register_of("86247NED"), StatLine(source="example"), EXAMPLE, tmp_path)
    assert {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*.parquet")} == {"example"}
    for table in run["tables"].values():
        assert table["origin"] == run["origin"] == "embedded example"
        assert "VOORBEELDCIJFERS" in table["attribution"]


def test_the_example_is_not_taken_for_a_snapshot_of_cbs(
    at_service: Choose, scripted: ScriptedStatLine, tmp_path: Path, example_tables: list[StatLineTable]
):
    fetch_tables(register_of("86247NED"), StatLine(source="example"), EXAMPLE, tmp_path)
    with pytest.raises(StatLineError, match="86247NED does not exist"):
        fetch_tables(register_of("86247NED"), at_service("auto"), EXAMPLE, tmp_path)


@pytest.mark.usefixtures("no_example")
@pytest.mark.parametrize("fault", [status(500), status(403), reset], ids=["500", "403", "reset"])
def test_an_error_of_the_service_never_leads_to_the_example(
    scripted: ScriptedStatLine, at_service: Choose, waits: list[float], tmp_path: Path, fault
):
    scripted.go_wrong(fault, where=".")
    with pytest.raises(StatLineError):
        fetch_tables(register_of(TINY), at_service("auto"), EXAMPLE, tmp_path)
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.usefixtures("no_example")
def test_a_table_that_is_gone_never_leads_to_the_example(at_service: Choose, tmp_path: Path):
    with pytest.raises(StatLineError, match="12345NED does not exist"):
        fetch_tables(register_of("12345NED"), at_service("auto"), EXAMPLE, tmp_path)


@pytest.mark.usefixtures("no_example")
def test_a_service_that_falls_silent_halfway_never_leads_to_the_example(
    scripted: ScriptedStatLine, at_service: Choose, waits: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    refused = "wijkanalyse.statline.transport._never_connected"
    scripted.go_wrong(
        lambda handler, body: (monkeypatch.setattr(refused, lambda error: True), reset(handler, body)), where="skip=20"
    )
    with pytest.raises(StatLineError, match="broke off"):
        fetch_tables(register_of(TINY), at_service("auto"), EXAMPLE, tmp_path)


@pytest.mark.usefixtures("no_example")
def test_source_cbs_never_leads_to_the_example(nowhere: Choose, tmp_path: Path):
    with pytest.raises(StatLineUnreachableError, match=r"statline\.source is cbs.*choose statline\.source: example"):
        fetch_tables(register_of(TINY), nowhere("cbs"), EXAMPLE, tmp_path)


@pytest.mark.usefixtures("no_example")
def test_without_a_connection_a_kept_snapshot_is_enough(
    scripted: ScriptedStatLine, at_service: Choose, waits: list[float], tmp_path: Path
):
    run = fetch_tables(register_of(TINY), at_service("cbs"), EXAMPLE, tmp_path)
    scripted.go_wrong(reset, where=".")
    assert fetch_tables(register_of(TINY), at_service("cbs"), EXAMPLE, tmp_path) == run


@pytest.mark.usefixtures("no_example")
@pytest.mark.parametrize("source", ["auto", "cbs"])
def test_a_run_that_began_with_one_source_never_ends_with_another(tmp_path: Path, source: str):
    tables = served_tables()
    first = register_of("82949NED").model_copy(update={"tables": {}, "areas": Areas(tables={2015: "82949NED"}, regions={})})
    second = first.model_copy(update={"areas": Areas(tables={2015: "82949NED", 2016: "83287NED"}, regions={})})
    with StatLineServer([tables["82949NED"], tables["83287NED"]]) as server:
        statline = StatLine(source=source, catalog_url=server.catalog_url, use_https=False, attempts=1)
        fetch_tables(first, statline, EXAMPLE, tmp_path)
    with pytest.raises(StatLineError, match=r"The first 1 of 2 tables are stored from .* come from one source"):
        fetch_tables(second, statline, EXAMPLE, tmp_path)


def optional(table: str, where: dict[str, str]) -> dict[str, object]:
    variables = {"maybe": {"topic": "Bevolking op 1 januari", "where": where, "required": False}}
    return {"title": "T", "series": "s", "years": (2015, 2020), "fetch": "selection", "variables": variables}


@pytest.mark.parametrize(
    ("table", "where"), [("99999NED", {}), ("03759ned", {"Leeftijd": "Geen enkele leeftijd"}), ("03759ned", {"Kleur": "Blauw"})]
)
def test_a_table_or_category_that_may_be_absent_is_left_out_with_a_warning(
    tmp_path: Path, table: str, where: dict[str, str], caplog: pytest.LogCaptureFixture
):
    tables = served_tables()
    with StatLineServer([tables["03759ned"], tables["82949NED"]]) as server:
        statline = StatLine(source="cbs", catalog_url=server.catalog_url, use_https=False, attempts=1)
        areas = {"tables": {2015: "82949NED"}, "regions": {}}
        register = TableRegister.model_validate({"tables": {table: optional(table, where)}, "areas": areas})
        run = fetch_tables(register, statline, EXAMPLE, tmp_path)
    assert list(run["tables"]) == ["82949NED"]
    assert f"table {table} is left out, its columns stay empty" in caplog.text


@pytest.mark.usefixtures("no_example")
def test_a_doubtful_table_stops_the_run_until_the_register_accepts_it(
    scripted: ScriptedStatLine, at_service: Choose, tmp_path: Path
):
    first = fetch_tables(register_of(TINY), at_service("auto"), EXAMPLE, tmp_path)
    scripted.go_wrong(changed(lambda page: page["value"].reverse()), where="RegioS")
    with pytest.raises(DoubtfulTableError, match=r"RegioS: the order changed(.|\n)*accept it with a line") as refused:
        fetch_tables(register_of(TINY), at_service("auto"), EXAMPLE, tmp_path, refresh=True)
    assert fetch_tables(register_of(TINY), at_service("auto"), EXAMPLE, tmp_path) == first
    accepted = str(refused.value).split(f'"{TINY}: ')[1].split('"')[0]
    register = register_of(TINY).model_copy(update={"accept": {TINY: accepted}})
    run = fetch_tables(register, at_service("auto"), EXAMPLE, tmp_path, refresh=True)
    assert run["tables"][TINY]["schema_changes"] == ["RegioS: the order changed"]


def test_later_steps_read_the_tables_through_the_register(at_service: Choose, tmp_path: Path):
    run = fetch_tables(register_of(TINY), at_service("cbs"), EXAMPLE, tmp_path)
    write_json(run, tmp_path / "statline.json")
    tables = RunTables(tmp_path / "statline.json", tmp_path)
    assert tables.source == "CBS StatLine"
    assert len(tables.read(TINY).data) == 25
    with pytest.raises(WijkanalyseError, match=rf"table 1NED is not among the fetched tables: {TINY}"):
        tables.read("1NED")
    (tmp_path / run["tables"][TINY]["version"] / "metadata.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SnapshotError, match="was changed"):
        tables.read(TINY)

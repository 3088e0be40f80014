"""A table is the same table over OData v4 as over v3, and what goes wrong on the way is seen."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache
from http.server import ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from tests.small_world import fetched_tables, register, served_tables
from tests.statline.conftest import TINY, Handler, Reply, ScriptedStatLine, changed, instead, reset, status, tiny_table
from wijkanalyse.cells import parse_published
from wijkanalyse.config import Example, StatLine
from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.example import StatLineServer, StatLineTable
from wijkanalyse.example.odata4 import Service4
from wijkanalyse.panel.build import BuiltPanel, build_panel
from wijkanalyse.statline.client import RawTable, selection
from wijkanalyse.statline.odata4 import StatLineClient4
from wijkanalyse.statline.snapshots import SnapshotStore
from wijkanalyse.statline.source import fetch_tables
from wijkanalyse.statline.tables import Table, TableRegister
from wijkanalyse.statline.titles import find_topic, topics
from wijkanalyse.statline.transport import Patience, StatLineError, StatLineUnreachableError

SELECTED = [name for name, table in register().tables.items() if table.fetch == "selection"]
WHOLE = [name for name in register().identifiers if name not in SELECTED]
PAGE = 20


@cache
def fetched_over_v4() -> dict[str, RawTable]:
    """The tables of the register, out of the same embedded StatLine as `fetched_tables`."""
    with StatLineServer(list(served_tables().values())) as server:
        client = StatLineClient4(server.catalog_url, use_https=False)
        return {name: client.fetch(name, register().tables.get(name)) for name in register().identifiers}


def both(identifier: str) -> tuple[RawTable, RawTable]:
    return fetched_tables()[identifier], fetched_over_v4()[identifier]


@pytest.mark.parametrize("identifier", register().identifiers)
def test_the_figures_are_those_of_v3_and_empty_for_the_same_reason(identifier: str):
    over_v3, over_v4 = both(identifier)
    assert list(over_v4.data.columns) == list(over_v3.data.columns)
    assert len(over_v4.data) == len(over_v3.data)
    datatypes = {topic.key: topic.datatype for topic in topics(over_v3.properties)}
    for name in over_v3.data.columns.drop("ID"):
        one, other = over_v3.data[name].str.strip(), over_v4.data[name].str.strip()
        if datatypes.get(name, "String") == "String":
            assert list(other) == list(one), name
        else:
            pd.testing.assert_frame_equal(parse_published(other, name), parse_published(one, name))


@pytest.mark.parametrize("identifier", WHOLE)
def test_the_rows_of_a_whole_table_are_numbered_as_in_v3(identifier: str):
    over_v3, over_v4 = both(identifier)
    assert list(over_v4.data["ID"]) == list(over_v3.data["ID"])


@pytest.mark.parametrize("identifier", register().identifiers)
def test_columns_and_categories_are_described_as_in_v3(identifier: str):
    over_v3, over_v4 = both(identifier)
    # v4 does not say what an empty cell stands for, nor when figures of a period are released
    left_out = {"Default", "ReleasePolicy"}
    for one, other in zip(over_v3.properties, over_v4.properties, strict=True):
        expected = {name: value or None for name, value in one.items() if name not in left_out}
        assert {name: value or None for name, value in other.items() if name not in left_out} == expected
    assert list(over_v4.dimensions) == list(over_v3.dimensions)
    for name, rows in over_v3.dimensions.items():
        assert over_v4.dimensions[name] == [{**row, "Key": row["Key"].strip()} for row in rows]
    assert over_v4.category_groups == over_v3.category_groups
    assert over_v4.infos["Title"] == over_v3.infos["Title"]
    assert over_v4.infos["Modified"] == over_v3.infos["Modified"]
    assert over_v4.protocol == "v4"
    assert over_v4.url.endswith(f"/odata/v1/CBS/{identifier}")


@pytest.mark.parametrize("identifier", register().tables)
def test_the_titles_of_the_register_lead_to_the_same_columns(identifier: str):
    over_v3, over_v4 = (topics(raw.properties) for raw in both(identifier))
    for variable in register().tables[identifier].variables.values():
        assert find_topic(over_v4, variable.topic, identifier) == find_topic(over_v3, variable.topic, identifier)


def test_a_selection_asks_only_for_what_is_named():
    for identifier in SELECTED:
        raw, table = fetched_over_v4()[identifier], register().tables[identifier]
        assert raw.filters is not None
        assert raw.filters == selection(identifier, table, raw.properties, raw.dimensions.__getitem__)
    with StatLineServer([served_tables()["03759ned"]]) as server:
        StatLineClient4(server.catalog_url, use_https=False).fetch("03759ned", register().tables["03759ned"])
        assert all("filter=" in path for path in server.requests if "Observations" in path)


def test_both_protocols_give_the_same_panel():
    def built(tables: dict[str, RawTable]) -> BuiltPanel:
        return build_panel(tables.__getitem__, register(), PanelChoices(), "VOORBEELDCIJFERS")

    over_v3, over_v4 = built(fetched_tables()), built(fetched_over_v4())
    pd.testing.assert_frame_equal(over_v4.wide, over_v3.wide)
    pd.testing.assert_frame_equal(over_v4.long, over_v3.long)
    pd.testing.assert_frame_equal(over_v4.checks, over_v3.checks)
    pd.testing.assert_frame_equal(over_v4.cells.drop(columns="row_ids"), over_v3.cells.drop(columns="row_ids"))


# --- the same small table as in the tests of v3, and what can go wrong -------------------------------------------------


@pytest.fixture
def scripted4() -> Iterator[ScriptedStatLine]:
    """The tiny table over v4, 50 observations on three pages, with faults."""
    statline = ScriptedStatLine(Service4([tiny_table()], PAGE))
    handler = type("BoundHandler", (Handler,), {"statline": statline})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads, server.block_on_close = True, False
    statline.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield statline
    server.shutdown()
    thread.join()
    server.server_close()


def client(scripted: ScriptedStatLine, **patience: float) -> StatLineClient4:
    return StatLineClient4(scripted.catalog_url, use_https=False, patience=Patience(**{"read_timeout": 5.0, **patience}))


def tiny_register(years: tuple[int, int] = (2016, 2020), **extra: object) -> TableRegister:
    variables = {"begun": {"topic": "Begonnen trajecten"}}
    return TableRegister.model_validate(
        {
            "tables": {TINY: {"title": "T", "series": "s", "years": years, "variables": variables, **extra}},
            "areas": {"tables": {2026: TINY}, "regions": {}},
        }
    )


def test_all_pages_come_over(scripted4: ScriptedStatLine):
    data = client(scripted4).fetch(TINY).data
    assert list(data["BegonnenTrajecten_1"]) == [str(number) for number in range(10, 35)]
    assert list(data["BeeindigdeTrajecten_2"]) == [".", *map(str, range(24))]
    assert sum("Observations" in path for path in scripted4.requests) == 3


def blank_codes(page):
    for row in page["value"]:
        row["RegioS"] += "  "


def impossible(page):
    page["value"][0] |= {"Value": None, "ValueAttribute": "Impossible"}


def not_announced(page):
    page["value"][0]["Value"] = 12.25


def drop_a_secret_cell(page):
    page["value"] = [row for row in page["value"] if row["ValueAttribute"] == "None"]


@pytest.mark.parametrize(
    ("change", "column", "text"),
    [(blank_codes, "RegioS", "NL01"), (impossible, "BegonnenTrajecten_1", ""), (not_announced, "BegonnenTrajecten_1", "12.25")],
)
def test_what_cbs_may_also_write(scripted4: ScriptedStatLine, change, column: str, text: str):
    """Blanks behind codes; cells that cannot occur; more digits than the measure announces, which are kept."""
    scripted4.go_wrong(changed(change), where="Observations$")
    assert client(scripted4).fetch(TINY).data[column].iloc[0] == text


def test_a_cell_that_is_left_out_is_not_published(scripted4: ScriptedStatLine):
    scripted4.go_wrong(changed(drop_a_secret_cell), where="Observations")
    scripted4.go_wrong(changed(lambda properties: properties.update(ObservationCount=49)), where="Properties")
    assert client(scripted4).fetch(TINY).data["BeeindigdeTrajecten_2"].iloc[0] == "."


def drop_an_observation(page):
    page["value"].pop()


def repeat_an_observation(page):
    page["value"][1] = dict(page["value"][0])


def unknown_region(page):
    page["value"][0]["RegioS"] = "GM9999"


def unknown_measure(page):
    page["value"][0]["Measure"] = "M999999"


def no_value(page):
    del page["value"][0]["Value"]


@pytest.mark.parametrize("page", ["Observations$", r"skip=20$", r"skip=40$"], ids=["first", "middle", "last"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop_an_observation, r"49 observations, but the service announces 50"),
        (repeat_an_observation, r"some observations came twice"),
        (unknown_region, r"not in the list of RegioS: GM9999"),
        (unknown_measure, r"not in the list of Measure: M999999"),
        (no_value, r"does not answer as an OData v4 service.*Value"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(scripted4: ScriptedStatLine, page: str, change, message: str):
    scripted4.go_wrong(changed(change), where=page)
    with pytest.raises(StatLineError, match=message):
        client(scripted4).fetch(TINY)


def test_a_selection_is_counted_too(scripted4: ScriptedStatLine):
    table = tiny_register((2017, 2018), fetch="selection").tables[TINY]
    assert len(client(scripted4).fetch(TINY, table).data) == 10
    scripted4.go_wrong(changed(drop_an_observation), where=r"Observations\?")
    with pytest.raises(StatLineError, match="19 observations, but the service announces 20"):
        client(scripted4).fetch(TINY, table)


def test_a_service_that_ignores_the_filter_is_found_out(scripted4: ScriptedStatLine):
    table = tiny_register((2017, 2018), fetch="selection").tables[TINY]
    everything = Service4([tiny_table()]).answer(f"/odata/v1/CBS/{TINY}/Observations", "http://x").text.encode()
    scripted4.go_wrong(instead(everything), where=r"Observations\?")
    scripted4.go_wrong(instead(b"\xef\xbb\xbf50"), where=r"count\?")
    with pytest.raises(StatLineError, match=r"that were not asked for with .*'2017'"):
        client(scripted4).fetch(TINY, table)


def ever_new(name: str, scripted: ScriptedStatLine) -> Reply:
    """Properties that are others with every request."""
    return lambda handler, body: changed(lambda properties: properties.update({name: len(scripted.requests)}))(handler, body)


@pytest.mark.parametrize("name", ["Version", "Modified", "ObservationsModified"])
def test_a_table_that_changes_while_it_is_read_is_refused(scripted4: ScriptedStatLine, name: str):
    scripted4.go_wrong(ever_new(name, scripted4), where="Properties")
    with pytest.raises(StatLineError, match=rf"{TINY} changed while it was read \({name} \d+ before, \d+ after\).*run again"):
        client(scripted4).fetch(TINY)


@pytest.mark.parametrize(("fault", "where"), [("Version", "Properties"), ("rows", "skip=20")])
def test_what_is_not_whole_is_read_once_more(scripted4: ScriptedStatLine, fault: str, where: str, caplog):
    reply = ever_new("Version", scripted4) if fault == "Version" else changed(drop_an_observation)
    scripted4.go_wrong(reply, where=where, times=1)
    assert len(client(scripted4).fetch(TINY).data) == 25
    assert "read from the start once more" in caplog.text


def test_a_person_can_follow_a_large_table(scripted4: ScriptedStatLine, monkeypatch, caplog: pytest.LogCaptureFixture):
    monkeypatch.setattr("wijkanalyse.statline.pages._EVERY_SECONDS", 0.0)
    with caplog.at_level("INFO"):
        client(scripted4).fetch(TINY)
    assert re.search(rf"table {TINY}: page 1 of \d, {PAGE} of \d+ observations, \d+ s left", caplog.text)


@pytest.mark.parametrize(("fetch", "advice"), [("whole", "set fetch: selection"), ("selection", "name fewer years")])
def test_a_table_that_is_too_large_is_not_begun(scripted4: ScriptedStatLine, fetch: str, advice: str):
    table = tiny_register((2017, 2018), fetch=fetch).tables[TINY]
    with pytest.raises(StatLineError, match=rf"{TINY} has \d0 observations, more than statline.largest_table_cells.*{advice}"):
        client(scripted4, largest_table_cells=19).fetch(TINY, table)
    assert not any(path.endswith("Observations") for path in scripted4.requests)


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:1/odata/v1/CBS/99999NED/Observations?$skip=20",
        "http://example.org/odata/v1/CBS/99999NED/Observations?$skip=20",
        "http://{here}/odata/v1/CBS/99999NED/RegioSCodes?$skip=20",
        "http://{here}/odata/v1/CBS/11111NED/Observations?$skip=20",
        "Observations?$skip=20",
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(scripted4: ScriptedStatLine, link: str):
    away = changed(lambda page: page.update({"@odata.nextLink": link.format(here=scripted4.catalog_url)}))
    scripted4.go_wrong(away, where="Observations$")
    asked_before = {path.split("?")[0] for path in scripted4.requests}
    with pytest.raises(StatLineError, match="leads elsewhere"):
        client(scripted4).fetch(TINY)
    assert not any("skip=" in path for path in {*scripted4.requests} - asked_before)


def test_a_link_that_leads_back_is_not_followed(scripted4: ScriptedStatLine):
    back = f"http://{scripted4.catalog_url}/odata/v1/CBS/{TINY}/Observations"
    scripted4.go_wrong(changed(lambda page: page.update({"@odata.nextLink": back})), where="skip=20")
    with pytest.raises(StatLineError, match="leads back"):
        client(scripted4).fetch(TINY)


@pytest.mark.parametrize("identifier", ["12345NED", TINY.lower()])
def test_an_unknown_table_is_named(scripted4: ScriptedStatLine, identifier: str):
    """v4 knows a table by its exact number, capitals included."""
    with pytest.raises(StatLineError, match=rf"table {identifier} does not exist .*over OData v4.*capitals included"):
        client(scripted4).fetch(identifier)


def test_a_table_without_observations_is_told_apart(scripted4: ScriptedStatLine):
    scripted4.go_wrong(status(404), where="Observations")
    with pytest.raises(StatLineError, match=r"describes the table but does not have its figures .*statline\.protocol: v3"):
        client(scripted4).fetch(TINY)


@pytest.mark.parametrize(
    "fault", [status(503, Retry_After="2"), reset, instead(b"<html>"), instead(b'{"error": {"code": ""}}')]
)
@pytest.mark.parametrize("where", ["Properties", "NED$", "MeasureCodes", "skip=20"])
def test_faults_that_pass_are_survived(scripted4: ScriptedStatLine, waits: list[float], fault: Reply, where: str):
    scripted4.go_wrong(fault, where=where, times=2)
    assert len(client(scripted4).fetch(TINY).data) == 25
    assert len(waits) == 2


@pytest.mark.parametrize(
    ("where", "body"),
    [
        ("Properties", b"{}"),
        ("Dimensions", b'{"value": [{"Identifier": "RegioS"}]}'),
        ("MeasureCodes", b'{"value": [{"Identifier": "M1", "Index": "first"}]}'),
        ("NED$", b'{"value": [1]}'),
    ],
)
def test_what_does_not_speak_v4_is_named(scripted4: ScriptedStatLine, where: str, body: bytes):
    scripted4.go_wrong(instead(body), where=where)
    with pytest.raises(StatLineError, match="does not answer as an OData v4 service of CBS does"):
        client(scripted4).fetch(TINY)


def test_without_a_connection_there_is_no_answer(closed_port: int):
    with pytest.raises(StatLineUnreachableError):
        StatLineClient4(f"127.0.0.1:{closed_port}", use_https=False).fetch(TINY)


# --- which protocol a run uses -------------------------------------------------------------------------------------------


def test_each_protocol_has_its_own_host_unless_one_is_chosen():
    assert StatLine().address == "opendata.cbs.nl"
    assert StatLine(protocol="v4").address == "datasets.cbs.nl"
    assert {StatLine(protocol=p, catalog_url="127.0.0.1:8123").address for p in ("v3", "v4")} == {"127.0.0.1:8123"}
    assert StatLineClient4("datasets.cbs.nl").origin == "https://datasets.cbs.nl/odata/v1/CBS"


def test_what_came_over_one_protocol_is_never_taken_for_the_other(tmp_path: Path):
    """Both from the same host, as the embedded StatLine serves them."""
    runs = []
    with StatLineServer([tiny_table()]) as server:
        for protocol in ("v3", "v4", "v3", "v4"):
            chosen = StatLine(source="cbs", protocol=protocol, catalog_url=server.catalog_url, use_https=False)
            asked = len(server.requests)
            run = fetch_tables(tiny_register(), chosen, Example(), tmp_path)
            runs.append((run, any("odata/v1" in path for path in server.requests[asked:]), len(server.requests) > asked))
    assert [manifest["tables"][TINY]["protocol"] for manifest, *_ in runs] == ["v3", "v4", "v3", "v4"]
    assert [asked for *_, asked in runs] == [True, True, False, False]
    assert [over_v4 for _, over_v4, _ in runs[:2]] == [False, True]
    assert runs[0][0]["tables"][TINY]["version"] != runs[1][0]["tables"][TINY]["version"]
    entry = runs[1][0]["tables"][TINY]
    assert entry["origin"] == f"http://{server.catalog_url}/odata/v1/CBS"
    assert entry["data_url"] == f"{entry['origin']}/{TINY}/Observations"


def test_a_selection_on_other_years_is_fetched_anew(scripted4: ScriptedStatLine, tmp_path: Path):
    chosen = StatLine(source="cbs", protocol="v4", catalog_url=scripted4.catalog_url, use_https=False)
    asked = []
    for years in [(2017, 2018), (2017, 2020), (2017, 2020)]:
        before = len(scripted4.requests)
        run = fetch_tables(tiny_register(years, fetch="selection"), chosen, Example(), tmp_path)
        asked.append((run["tables"][TINY]["row_count"], len(scripted4.requests) > before))
    assert asked == [(10, True), (20, True), (20, False)]


def test_what_is_stored_is_read_back_unchanged(tmp_path: Path):
    raw = fetched_over_v4()["86247NED"]
    found = SnapshotStore(tmp_path).store(raw, "https://datasets.cbs.nl/odata/v1/CBS", "CBS StatLine").read()
    pd.testing.assert_frame_equal(found.data, raw.data)
    assert (found.properties, found.dimensions, found.protocol) == (raw.properties, raw.dimensions, "v4")


@pytest.mark.parametrize("source", ["example", "auto"])
def test_the_example_is_read_over_the_chosen_protocol(
    closed_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
):
    tables: list[StatLineTable] = [tiny_table()]
    monkeypatch.setattr("wijkanalyse.example.make_tables", lambda world: tables)
    chosen = StatLine(source=source, protocol="v4", catalog_url=f"127.0.0.1:{closed_port}", use_https=False)
    run = fetch_tables(tiny_register(), chosen, Example(provinces=["PV26"]), tmp_path)
    assert run["source"] == "example"
    assert run["tables"][TINY]["protocol"] == "v4"
    assert "/odata/v1/CBS/" in run["tables"][TINY]["url"]
    assert run["origin"] == run["tables"][TINY]["origin"] == "embedded example over OData v4"


@pytest.mark.parametrize("fault", [status(403), status(404)], ids=["403", "404"])
def test_an_error_of_the_service_never_leads_to_the_example(scripted4: ScriptedStatLine, tmp_path: Path, fault: Reply):
    scripted4.go_wrong(fault, where=".")
    chosen = StatLine(source="auto", protocol="v4", catalog_url=scripted4.catalog_url, use_https=False)
    with pytest.raises(StatLineError):
        fetch_tables(tiny_register(), chosen, Example(), tmp_path)
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_table_of_regions_and_periods_alone_needs_no_other_categories():
    table: Table = tiny_register().tables[TINY]
    with StatLineServer([tiny_table()]) as server:
        raw = StatLineClient4(server.catalog_url, use_https=False).fetch(TINY, table)
    assert len(raw.data) == 25

"""Faults of the service: what passes is tried again, what is final is said once, and nothing is silent."""

import itertools
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import cbsodata
import pandas as pd
import pytest

from tests.statline.conftest import (
    TINY,
    ScriptedStatLine,
    changed,
    cut,
    cut_chunked,
    cut_unannounced,
    drip,
    instead,
    reset,
    rewritten,
    status,
    tiny_table,
)
from wijkanalyse.statline.client import StatLineClient
from wijkanalyse.statline.transport import Patience, StatLineError, StatLineUnreachableError

PASSING = {
    "503": status(503),
    "500": status(500),
    "429": status(429),
    "reset": reset,
    "body cut, length known": cut,
    "body cut, chunked": cut_chunked,
    "body cut, nobody told the length": cut_unannounced,
    "JSON cut, status 200": rewritten(lambda body: body[: len(body) // 2]),
    "html with status 200": instead(b"<html><body>Onderhoud</body></html>"),
    "error document with status 200": instead(b'{"odata.error": {"code": "", "message": {"value": "storing"}}}'),
    "list instead of object": instead(b"[]"),
    "latin-1": rewritten(lambda body: body.replace(b"{", b'{"Omschrijving": "be\xebindigd",', 1)),
    "NaN": rewritten(lambda body: body.replace(b"{", b'{"getal": NaN,', 1)),
}
PLACES = {"first page": r"UntypedDataSet\?\$format=json$", "middle page": r"skip=10$", "root": r"NED/\?", "list": "RegioS"}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes_leaves_no_trace(scripted: ScriptedStatLine, waits: list[float], fault):
    clean = scripted.client().fetch(TINY)
    scripted.go_wrong(fault, where=PLACES["middle page"], times=2)
    again = scripted.client(attempts=3).fetch(TINY)
    pd.testing.assert_frame_equal(again.data, clean.data)
    assert len(waits) == 2


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_faults_are_survived_wherever_they_occur(scripted: ScriptedStatLine, waits: list[float], place: str):
    scripted.go_wrong(status(503), where=place, times=1)
    assert len(scripted.client().fetch(TINY).data) == 25
    assert len(waits) == 1


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_stays_ends_in_a_named_error(scripted: ScriptedStatLine, waits: list[float], fault):
    scripted.go_wrong(fault)
    with pytest.raises(StatLineError, match=r"UntypedDataSet.*also after 3 attempts"):
        scripted.client(attempts=3).fetch(TINY)
    assert sum("UntypedDataSet" in path for path in scripted.requests) == 3


def test_a_byte_order_mark_is_no_fault(scripted: ScriptedStatLine, waits: list[float]):
    scripted.go_wrong(rewritten(lambda body: b"\xef\xbb\xbf" + body), where="NED")
    assert len(scripted.client().fetch(TINY).data) == 25
    assert waits == []


def test_the_wait_that_the_service_asks_for_is_kept(scripted: ScriptedStatLine, waits: list[float]):
    scripted.go_wrong(status(429, Retry_After="37"), times=1)
    scripted.client().fetch(TINY)
    assert waits == [37.0]


def test_a_wait_until_a_moment_is_kept(scripted: ScriptedStatLine, waits: list[float]):
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    scripted.go_wrong(status(503, Retry_After=until), times=1)
    scripted.client().fetch(TINY)
    assert 30 < waits[0] <= 41


def test_no_wait_is_longer_than_the_longest(scripted: ScriptedStatLine, waits: list[float]):
    scripted.go_wrong(status(503, Retry_After="86400"), times=1)
    scripted.client(longest_wait=5.0).fetch(TINY)
    assert waits == [5.0]


def test_waits_grow_and_are_not_all_the_same(scripted: ScriptedStatLine, waits: list[float]):
    scripted.go_wrong(status(503), times=9)
    scripted.client(attempts=10).fetch(TINY)
    assert len(set(waits)) > 1
    assert waits[0] <= 1.0
    assert max(waits) > 1.0
    assert max(waits) <= 60.0


def test_an_answer_that_drips_is_broken_off(scripted: ScriptedStatLine, waits: list[float]):
    scripted.go_wrong(drip)
    start = time.monotonic()
    with pytest.raises(StatLineError, match=r"took longer than 0.2 s, also after 2 attempts"):
        scripted.client(attempts=2, answer_deadline=0.2).fetch(TINY)
    assert time.monotonic() - start < 5


def test_silence_is_broken_off(scripted: ScriptedStatLine, waits: list[float]):
    enough = threading.Event()
    scripted.go_wrong(lambda handler, body: enough.wait(10) and None)
    with pytest.raises(StatLineError, match="also after 2 attempts"):
        scripted.client(attempts=2, read_timeout=0.2).fetch(TINY)
    enough.set()


def test_a_table_that_is_not_there_is_final_and_named(scripted: ScriptedStatLine, waits: list[float]):
    with pytest.raises(StatLineError, match=r"table 12345NED does not exist .*404.*config/tables\.yaml"):
        scripted.client().fetch("12345NED")
    assert waits == []


def test_other_refusals_are_final_too(scripted: ScriptedStatLine, waits: list[float]):
    scripted.go_wrong(status(400), where="DataProperties")
    with pytest.raises(StatLineError, match="400"):
        scripted.client().fetch(TINY)
    assert waits == []


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_refused(scripted: ScriptedStatLine, waits: list[float], code: int):
    scripted.go_wrong(status(code, Location="http://elders.example/"), where="TableInfos")
    with pytest.raises(StatLineError, match=r"redirects to http://elders\.example/"):
        scripted.client().fetch(TINY)
    assert waits == []


def test_no_connection_at_all_is_told_apart_at_once(waits: list[float], closed_port: int):
    client = StatLineClient(f"127.0.0.1:{closed_port}", use_https=False)
    with pytest.raises(StatLineUnreachableError, match=f"127.0.0.1:{closed_port}.*refused"):
        client.fetch(TINY)
    assert waits == []


def test_a_service_that_answered_before_is_not_unreachable(scripted: ScriptedStatLine, waits: list[float], closed_port: int):
    """The example may stand in only where no connection was ever made: not halfway."""
    client = scripted.client(attempts=3)
    client.fetch(TINY)
    client.catalog_url = f"127.0.0.1:{closed_port}"
    with pytest.raises(StatLineError, match="also after 3 attempts"):
        client.fetch(TINY)


def test_https_to_a_service_without_a_certificate_says_what_to_do(scripted: ScriptedStatLine, waits: list[float]):
    with pytest.raises(StatLineError, match=r"no secure connection.*statline\.use_https: false"):
        StatLineClient(scripted.catalog_url, use_https=True).fetch(TINY)
    assert waits == []


LINKS = {
    "another host": "http://elders.example/ODataFeed/odata/99999NED/UntypedDataSet?$format=json&$skip=10",
    "another list": "http://{here}/ODataFeed/odata/99999NED/TypedDataSet?$format=json&$skip=10",
    "another port": "http://127.0.0.1:1/ODataFeed/odata/99999NED/UntypedDataSet?$format=json&$skip=10",
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_next_page_elsewhere_is_not_followed(scripted: ScriptedStatLine, waits: list[float], link: str):
    leads_away = changed(lambda page: page.update({"odata.nextLink": link.format(here=scripted.catalog_url)}))
    scripted.go_wrong(leads_away, where=PLACES["first page"])
    with pytest.raises(StatLineError, match="leads elsewhere"):
        scripted.client().fetch(TINY)


@pytest.mark.parametrize("skip", ["&$skip=10", "&$skip=20"])
def test_pages_that_lead_in_circles_end(scripted: ScriptedStatLine, waits: list[float], skip: str):
    link = f"http://{scripted.catalog_url}/ODataFeed/odata/{TINY}/UntypedDataSet?$format=json{skip}"
    scripted.go_wrong(changed(lambda page: page.update({"odata.nextLink": link})), where=r"skip=\d0")
    with pytest.raises(StatLineError, match=r"back to a page that was read|next page begins at row \d0"):
        scripted.client().fetch(TINY)


def test_a_list_without_an_end_is_not_read_to_its_end(scripted: ScriptedStatLine, waits: list[float], monkeypatch):
    number = itertools.count()

    def page(handler, body: bytes) -> None:
        start = 10 * next(number)
        rows = [{"ID": start + n, "RegioS": "NL01  ", "Perioden": "2016JJ00", "BegonnenTrajecten_1": "1",
                 "BeeindigdeTrajecten_2": "1"} for n in range(10)]  # fmt: skip
        link = f"http://{handler.headers['Host']}/ODataFeed/odata/{TINY}/UntypedDataSet?$format=json&$skip={start + 10}"
        handler.give(json.dumps({"value": rows, "odata.nextLink": link}).encode())

    scripted.go_wrong(page)
    with pytest.raises(StatLineError, match="30 rows, but the service announces 25"):
        scripted.client(attempts=1).fetch(TINY)
    # where nobody knows how many rows there are, the number of pages is limited
    number = itertools.count()
    monkeypatch.setattr("wijkanalyse.statline.client._row_count", lambda catalogue: None)
    monkeypatch.setattr("wijkanalyse.statline.transport.MOST_PAGES", 20)
    with pytest.raises(StatLineError, match="more than 20 pages"):
        scripted.client(attempts=1).fetch(TINY)


def test_one_connection_is_kept_for_a_whole_table(scripted: ScriptedStatLine, waits: list[float]):
    scripted.client().fetch(TINY)
    assert len(scripted.requests) > 15
    assert len(scripted.connections) == 1
    # after an answer that was not read to its end there is a new one
    scripted.go_wrong(changed(lambda page: page["value"][0].clear()), where="skip=10", times=1)
    assert len(scripted.client().fetch(TINY).data) == 25
    assert len(scripted.connections) <= 3


def test_an_empty_page_with_a_next_page_is_asked_again(scripted: ScriptedStatLine, waits: list[float]):
    scripted.go_wrong(changed(lambda page: page["value"].clear()), where=PLACES["middle page"], times=1)
    assert len(scripted.client().fetch(TINY).data) == 25
    assert len(waits) == 1


def test_a_service_on_this_machine_is_reached_past_a_proxy(
    scripted: ScriptedStatLine, monkeypatch: pytest.MonkeyPatch, closed_port: int
):
    proxy = f"http://127.0.0.1:{closed_port}"
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setitem(cbsodata.options.requests, "proxies", {"http": proxy, "https": proxy})
    assert len(scripted.client().fetch(TINY).data) == 25


def test_a_proxy_of_the_environment_is_used_for_others(monkeypatch: pytest.MonkeyPatch, closed_port: int):
    """Upper-case variables too, which cbsodata does not know."""
    for name in ("http_proxy", "https_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port}")
    with pytest.raises(StatLineUnreachableError, match=r"through the proxy of the environment: .*refused$"):
        StatLineClient("statline.invalid").fetch(TINY)


def test_cbs_can_see_who_asks_and_pages_come_compressed(scripted: ScriptedStatLine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("wijkanalyse.statline.transport._LOOPBACK", frozenset())
    scripted.client(contact="onderzoek@gemeente.example").fetch(TINY)
    for headers in scripted.headers:
        assert headers["User-Agent"].startswith("wijkanalyse/")
        assert headers["User-Agent"].endswith("onderzoek@gemeente.example")
        assert headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("before", [True, False])
def test_cbsodata_is_left_as_it_was(scripted: ScriptedStatLine, monkeypatch: pytest.MonkeyPatch, before: bool):
    monkeypatch.setattr(cbsodata.options, "use_https", before)
    session, catalog_url = cbsodata.cbsodata3.Session, cbsodata.options.catalog_url
    scripted.client().fetch(TINY)
    with pytest.raises(StatLineError):
        scripted.client().fetch("12345NED")
    assert cbsodata.options.use_https is before
    assert cbsodata.cbsodata3.Session is session
    assert cbsodata.options.catalog_url == catalog_url


def test_an_address_that_is_none_is_a_readable_error():
    with pytest.raises(StatLineError, match="1:2:3"):
        StatLineClient("1:2:3", use_https=False, patience=Patience(attempts=1)).fetch(tiny_table().identifier)

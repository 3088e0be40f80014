"""A small table, and a loopback StatLine that answers as told: rightly, wrongly, slowly or not at all."""

from __future__ import annotations

import http.client
import io
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
import requests
import urllib3

from wijkanalyse.example import StatLineTable
from wijkanalyse.example.answers import Service
from wijkanalyse.example.table import Dimension, Topic, TopicGroup, padded, topic_tree
from wijkanalyse.statline.client import StatLineClient
from wijkanalyse.statline.transport import Patience

TINY = "99999NED"
PAGE = 10
Reply = Callable[["Handler", bytes], None]


def tiny_table(modified: str = "2026-04-30T02:00:00", first: int = 10) -> StatLineTable:
    """Five regions and five years: 25 rows, three pages."""
    regions = padded(
        {"Key": key, "Title": title, "Description": "", "CategoryGroupID": None}
        for key, title in [("NL01", "Nederland"), *((f"GM000{n}", f"Gemeente {n}") for n in range(1, 5))]
    )
    periods = [
        {"Key": f"{year}JJ00", "Title": str(year), "Description": "", "Status": "Definitief"} for year in range(2016, 2021)
    ]
    properties = topic_tree(
        [
            Dimension("RegioS", "Regio's", "GeoDimension", map_year=2020),
            Dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        [TopicGroup("Jeugdhulp", [Topic("Begonnen trajecten"), Topic("Beëindigde trajecten")])],
    )
    typed = pd.DataFrame(
        {
            "RegioS": [str(row["Key"]) for row in regions for _ in periods],
            "Perioden": [str(row["Key"]) for _ in regions for row in periods],
            "BegonnenTrajecten_1": np.arange(first, first + 25, dtype=float),
            "BeeindigdeTrajecten_2": [np.nan, *range(24)],
        }
    )
    infos = {"Title": "Kleine tabel", "Modified": modified}
    dimensions = {"RegioS": regions, "Perioden": periods}
    return StatLineTable(TINY, infos, properties, [], dimensions, typed)


@dataclass
class Fault:
    """What goes wrong with the answers to requests whose address matches `where`, the first `times` times."""

    reply: Reply
    where: str
    times: float


@dataclass
class ScriptedStatLine:
    """The tiny table on loopback, with faults."""

    service: Service
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)
    port: int = 0
    over_sockets: bool = True
    seconds: float = 0.0

    @property
    def catalog_url(self) -> str:
        return f"127.0.0.1:{self.port}"

    def go_wrong(self, reply: Reply, where: str = "UntypedDataSet", times: float = float("inf")) -> None:
        self.faults.append(Fault(reply, where, times))

    def client(self, **patience: Any) -> StatLineClient:
        return StatLineClient(self.catalog_url, use_https=False, patience=Patience(**{"read_timeout": 5.0, **patience}))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    statline: ScriptedStatLine
    falls_silent = False
    seconds_a_read = 0.0

    def do_GET(self) -> None:
        self.statline.requests.append(self.path)
        self.statline.connections.add(self.client_address[1])
        self.statline.headers.append(dict(self.headers))
        answer = self.statline.service.answer(self.path, f"http://{self.headers['Host']}", self.headers.get("Accept", ""))
        body = answer.text.encode()
        for fault in self.statline.faults:
            if fault.times > 0 and re.search(fault.where, self.path.replace("%24", "$")):
                fault.times -= 1
                fault.reply(self, body)
                return
        self.give(body, answer.status)

    def give(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def status(code: int, **headers: str) -> Reply:
    return lambda handler, body: handler.give(b"", code, **headers)


def instead(body: bytes) -> Reply:
    """Another body, with status 200."""
    return lambda handler, _: handler.give(body)


def changed(change: Callable[[dict[str, Any]], None]) -> Reply:
    """The right answer with something changed in its JSON."""

    def reply(handler: Handler, body: bytes) -> None:
        document = json.loads(body)
        change(document)
        handler.give(json.dumps(document).encode())

    return reply


def rewritten(rewrite: Callable[[bytes], bytes]) -> Reply:
    return lambda handler, body: handler.give(rewrite(body))


def reset(handler: Handler, body: bytes) -> None:
    """The connection is reset without an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def cut(handler: Handler, body: bytes) -> None:
    """Half of the announced body, then the end of the connection."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    handler.close_connection = True


def cut_chunked(handler: Handler, body: bytes) -> None:
    """Half of a chunked body."""
    half = body[: len(body) // 2]
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(f"{len(half):x}\r\n".encode() + half + b"\r\n")
    handler.close_connection = True


def cut_unannounced(handler: Handler, body: bytes) -> None:
    """Half of a body whose length nobody told."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def drip(handler: Handler, body: bytes) -> None:
    """A byte at a time, never silent for long enough to count as silence; gives up after ten seconds."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    pause = threading.Event()
    try:
        for byte in body[:500]:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            pause.wait(0.02)
    except OSError:
        pass
    handler.close_connection = True


@pytest.fixture
def scripted() -> Iterator[ScriptedStatLine]:
    statline = ScriptedStatLine(Service([tiny_table()], PAGE))
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


class _Heard(io.BytesIO):
    """What `http.client` reads an answer from; at its end the service closes the connection, or falls silent."""

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler.wfile.getvalue())
        self._handler = handler

    def makefile(self, mode: str) -> _Heard:
        return self

    def read1(self, size: int | None = -1) -> bytes:
        self._handler.statline.seconds += self._handler.seconds_a_read
        found = super().read1(size if self._handler.seconds_a_read == 0 else 1)
        if not found and self._handler.falls_silent:
            raise TimeoutError("timed out")
        return found


class _WithoutSockets(requests.adapters.HTTPAdapter):
    """Has a request answered by the handler in this thread: the same bytes, read by the same client, without waiting."""

    def __init__(self, handler: type[Handler]) -> None:
        super().__init__()
        self._handler = handler

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        host = urlsplit(str(request.url)).netloc
        headers = "".join(f"{name}: {value}\r\n" for name, value in {"Host": host, **request.headers}.items())
        handler = self._handler.__new__(self._handler)
        handler.rfile = io.BytesIO(f"GET {request.path_url} HTTP/1.1\r\n{headers}\r\n".encode())
        handler.wfile = io.BytesIO()
        handler.client_address = ("127.0.0.1", 0)
        handler.handle_one_request()
        found = http.client.HTTPResponse(_Heard(handler), method="GET")
        found.begin()
        answer = urllib3.HTTPResponse(
            found, urllib3.HTTPHeaderDict(found.headers.items()), found.status, found.version, preload_content=False,
            reason=found.reason, original_response=found, enforce_content_length=True, request_method="GET",
        )  # fmt: skip
        return self.build_response(request, answer)


@pytest.fixture
def without_sockets(scripted: ScriptedStatLine, monkeypatch: pytest.MonkeyPatch) -> ScriptedStatLine:
    """The scripted service, answering in this thread (unless it is told to answer `over_sockets`), with a clock of its own."""
    handler = type("BoundHandler", (Handler,), {"statline": scripted})

    class Session(requests.Session):
        def get_adapter(self, url: str) -> requests.adapters.BaseAdapter:
            return super().get_adapter(url) if scripted.over_sockets else _WithoutSockets(handler)

    scripted.over_sockets = False
    monkeypatch.setattr("requests.Session", Session)
    monkeypatch.setattr("wijkanalyse.statline.transport.time", SimpleNamespace(monotonic=lambda: scripted.seconds))
    return scripted


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts, which take no time."""
    seconds: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=seconds.append))
    return seconds


@pytest.fixture
def closed_port() -> int:
    """A port of this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

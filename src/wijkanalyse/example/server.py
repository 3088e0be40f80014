"""The embedded StatLine over HTTP on this machine, for clients of CBS's OData v3 service (cbsodata and our own), and of v4.

with StatLineServer(tables) as statline:
    cbsodata.get_meta("85097NED", "DataProperties", catalog_url=statline.catalog_url)   # options.use_https = False
"""

import gzip
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example.answers import Answer, Service, error
from wijkanalyse.example.odata4 import PATH as PATH_4
from wijkanalyse.example.odata4 import Service4
from wijkanalyse.example.table import StatLineTable

PAGE_SIZE: Final = 10_000  # rows a page of the Feed, as at CBS
_SMALL: Final = 1_000  # bytes under which compressing is not worth it


class StatLineServer:
    """Serves tables as CBS does; a context manager, and startable by hand with `start` and `stop`.

    `port` 0 takes a free one. `requests` holds the path and query of every request, in order of arrival. `page_size` is
    CBS's own; a test may make it smaller to see many pages of a small table.
    """

    def __init__(
        self, tables: Sequence[StatLineTable], host: str = "127.0.0.1", port: int = 0, page_size: int = PAGE_SIZE
    ) -> None:
        self.service = Service(tables, page_size)
        self.service_4 = Service4(tables)
        self.requests: list[str] = []
        try:
            self._http = _Http((host, port), self)
        except OSError as problem:
            raise WijkanalyseError(
                f"The embedded StatLine cannot listen on {host}:{port} ({problem.strerror}). "
                "Choose another port, or 0 for any free one."
            ) from problem
        self._thread: threading.Thread | None = None

    @property
    def catalog_url(self) -> str:
        """Host and port, as cbsodata's `catalog_url` wants them (without scheme)."""
        host, port = self._http.server_address[:2]
        return f"{host!s}:{port}"

    def start(self) -> None:
        """Serve in the background until `stop`."""
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True, name="StatLineServer")
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._thread = None
        self._http.server_close()

    def __enter__(self) -> "StatLineServer":
        """Start serving."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Stop serving."""
        self.stop()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client that keeps its connection open must not hold up stop()

    def __init__(self, address: tuple[str, int], statline: StatLineServer) -> None:
        self.statline = statline
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "wijkanalyse-voorbeeld"
    wbufsize = 1 << 20  # headers and body leave in one go
    disable_nagle_algorithm = True
    server: _Http

    def do_GET(self) -> None:
        """Answer one request."""
        statline = self.server.statline
        statline.requests.append(self.path)
        base_url = f"http://{self.headers.get('Host') or statline.catalog_url}"
        try:
            service = statline.service_4 if self.path.startswith(PATH_4) else statline.service
            answer = service.answer(self.path, base_url, self.headers.get("Accept", ""))
        except Exception as problem:
            self._send(error(500, f"The embedded StatLine failed: {problem!r}"))
            raise
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        body = answer.text.encode("utf-8")
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header(*(("OData-Version", "4.0") if self.path.startswith(PATH_4) else ("DataServiceVersion", "3.0;")))
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > _SMALL:
            body = gzip.compress(body, compresslevel=3)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: `requests` holds what was asked."""

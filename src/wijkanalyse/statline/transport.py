"""The transport under the unmodified `cbsodata`, and under our reading of OData v4: a patient, strict HTTP session.

`cbsodata` opens a session per page, waits for ever and never tries again. While `patient_transport` is active, its
sessions are ours: one connection kept alive, gzip, a time limit per answer, retries with growing, random waits for faults
that pass (429, 5xx, a broken connection, a cut or garbled body), and a refusal of redirects and of links that lead to
another list or in circles. What is final (404, a certificate error) is not tried again.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import cbsodata
import requests
import tenacity
import urllib3

from wijkanalyse import __version__
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.statline.bodies import BodyError, Page, Shape, next_link, read_body, without_mark
from wijkanalyse.statline.pages import DataPages

log = logging.getLogger(__name__)

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
MOST_PAGES = 10_000
"""A hundred million rows in pages of CBS; no table has so many."""
_BLOCK = 1 << 16
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Patience:
    """How long and how often the service is waited for (times in seconds), and for how many cells of a table at most."""

    read_timeout: float = 60.0
    connect_timeout: float = 10.0
    answer_deadline: float = 300.0
    attempts: int = 5
    longest_wait: float = 60.0
    contact: str = ""
    largest_table_cells: int = 60_000_000


@dataclass
class Line:
    """What is known of a service so far: whether it ever answered, and the pages seen of the list that is being read.

    `data` takes the pages of a data set off the line: cbsodata then gets its pages without their rows.
    """

    has_answered: bool = False
    pages: set[str] = field(default_factory=set)
    data: DataPages | None = None


class StatLineError(WijkanalyseError):
    """The service answered, but not with what was asked."""


class TableNotFoundError(StatLineError):
    """The service has no table with this number."""


class StatLineUnreachableError(WijkanalyseError):
    """No connection to the service could be made at all."""


class _PassingFaultError(Exception):
    """A fault that may be gone at the next attempt."""

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class PatientSession:
    """Stands in for `requests.Session` inside cbsodata, which uses `send` alone; `get` is for our own requests."""

    def __init__(self, session: requests.Session, patience: Patience, line: Line) -> None:
        self._session = session
        self._patience = patience
        self._line = line

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request of cbsodata, which reads the body of the answer itself."""
        response, body = self._send(request, options, "list")
        if body is not None and self._line.data is not None and self._is_data(request):
            self._line.data.take()
            response._content = json.dumps(body).encode()
        return response

    def get(self, url: str, query: str = "", shape: Shape = "list") -> Any:
        """Return the JSON at `url`; raises `requests.HTTPError` for an answer that is an error."""
        request = requests.Request("GET", f"{url}?{query}" if query else url).prepare()
        response, body = self._send(request, {}, shape)
        response.raise_for_status()
        return body

    def _send(self, request: requests.PreparedRequest, options: dict[str, Any], shape: Shape) -> tuple[requests.Response, Any]:
        """Ask until there is an answer; return it and, unless it is an error, what its body holds."""
        request.headers["User-Agent"] = f"wijkanalyse/{__version__} {self._patience.contact}".strip()
        # on this machine compressing costs more than it saves
        is_near = urlsplit(str(request.url)).hostname in _LOOPBACK
        request.headers["Accept-Encoding"] = "identity" if is_near else "gzip"
        request.headers["Accept"] = "application/json"
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._patience.attempts),
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(_PassingFaultError),
            before_sleep=lambda state: log.warning(
                "%s: %s; attempt %d of %d",
                request.url,
                state.outcome.exception() if state.outcome else "",
                state.attempt_number + 1,
                self._patience.attempts,
            ),
            reraise=True,
        )
        try:
            response, body = retrying(self._attempt, request, options, shape)
        except _PassingFaultError as fault:
            raise StatLineError(
                f"{request.url}: {fault}, also after {self._patience.attempts} attempts. Nothing was stored; try again later, "
                "or raise statline.attempts."
            ) from fault
        self._check_link(str(request.url), next_link(body))
        return response, body

    def _attempt(
        self, request: requests.PreparedRequest, options: dict[str, Any], shape: Shape
    ) -> tuple[requests.Response, Any]:
        """Ask once; return the answer and what its body holds."""
        options = {
            **options,
            **_network_settings(self._session, str(request.url)),
            "timeout": (self._patience.connect_timeout, self._patience.read_timeout),
            "stream": True,
            "allow_redirects": False,
        }
        body: Any = None
        try:
            response = self._session.send(request, **options)
            self._line.has_answered = True
            if self._is_data(request) and response.ok and not response.is_redirect:
                body = self._read_data(response)
            else:
                response._content = without_mark(b"".join(self._blocks(response)))
        except BodyError as error:
            raise _PassingFaultError(str(error)) from error
        except requests.exceptions.SSLError as error:
            raise StatLineError(
                f"{request.url}: no secure connection: {_cause(error)}. Certificates are always checked; for a service on this "
                "machine without one, set statline.use_https: false."
            ) from error
        except requests.exceptions.ConnectionError as error:
            if _never_connected(error) and not self._line.has_answered:
                # nothing listens, the name is unknown, or the network is off: waiting does not help
                way = " through the proxy of the environment" if isinstance(error, requests.exceptions.ProxyError) else ""
                raise StatLineUnreachableError(f"no connection to {request.url} could be made{way}: {_cause(error)}") from error
            raise _PassingFaultError(f"the connection broke off ({_cause(error)})") from error
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _PassingFaultError(f"the answer could not be read ({_cause(error)})") from error
        if response.status_code in RETRIED_STATUSES:
            raise _PassingFaultError(f"answered {response.status_code}", _retry_after(response))
        if response.is_redirect:
            raise StatLineError(f"{request.url}: redirects to {response.headers.get('Location')}, which is not followed")
        if not response.ok:
            return response, None
        if body is not None:
            return response, body
        try:
            return response, read_body(response.content, shape)
        except BodyError as error:
            raise _PassingFaultError(str(error)) from error

    def _is_data(self, request: requests.PreparedRequest) -> bool:
        """Whether the answer is a page of the data set that is being read."""
        return self._line.data is not None and self._line.data.is_page(str(request.url))

    def _read_data(self, response: requests.Response) -> dict[str, Any]:
        """Number the rows of a page as it comes in; return the page without them."""
        assert self._line.data is not None
        page = Page(self._blocks(response))
        response._content = b""
        fault: str | None = "it could not be read"
        try:
            fault = self._line.data.fault(page)
        finally:
            if fault:
                # the next request must not read what is left of this answer
                response.close()
        if fault:
            raise _PassingFaultError(fault)
        return page.body

    def _blocks(self, response: requests.Response) -> Iterator[bytes]:
        """Read the body as it comes in; a read timeout alone lets a dripping answer go on for ever.

        `read1` returns with whatever has come in: `iter_content(n)` waits for n bytes, and would not look at the clock.
        """
        deadline = time.monotonic() + self._patience.answer_deadline
        while block := response.raw.read1(_BLOCK, decode_content=True):
            yield block
            if time.monotonic() > deadline:
                response.close()
                raise _PassingFaultError(f"took longer than {self._patience.answer_deadline:g} s")

    def _check_link(self, url: str, link: str | None) -> None:
        """Raise `StatLineError` when the link to the next page leads out of the list, or back to a page that was read."""
        if url not in self._line.pages:
            self._line.pages = {url}
        if link is None:
            return
        here, there = urlsplit(url), urlsplit(link)
        is_same_list = (here.hostname, here.path.rstrip("/").lower()) == (there.hostname, there.path.rstrip("/").lower())
        # CBS gives https links in answers to http requests; the other way round is a downgrade
        is_allowed = (there.scheme, there.port) in {(here.scheme, here.port), ("https", None)}
        if not (is_same_list and is_allowed):
            raise StatLineError(f"{url}: the link to the next page leads elsewhere, to {link}; it is not followed")
        page = str(requests.Request("GET", link).prepare().url)
        if page in self._line.pages:
            raise StatLineError(f"{url}: the link to the next page leads back to a page that was read: {link}")
        if len(self._line.pages) >= MOST_PAGES:
            raise StatLineError(f"{url}: the list has more than {MOST_PAGES} pages, and none says how many there are")
        self._line.pages.add(page)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        asked = getattr(fault, "retry_after", None) or 0.0
        grown: float = tenacity.wait_random_exponential(multiplier=1, max=self._patience.longest_wait)(state)
        return float(min(max(asked, grown), self._patience.longest_wait))


def _network_settings(session: requests.Session, url: str) -> dict[str, Any]:
    """Proxies and certificates as the environment sets them now, for a service on this machine none.

    cbsodata reads two of the proxy variables when it is imported, and knows neither NO_PROXY nor REQUESTS_CA_BUNDLE.
    """
    if urlsplit(url).hostname in _LOOPBACK:
        return {"proxies": {}}
    settings = session.merge_environment_settings(url, {}, None, None, None)
    return {name: settings[name] for name in ("proxies", "verify")}


def _retry_after(response: requests.Response) -> float | None:
    """Seconds to wait as the service asks, in seconds or as a date."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}


def _cause(error: Exception) -> str:
    """The innermost reason of a chain of connection errors, without the object addresses that urllib3 prints."""
    reason: Any = error
    while True:
        inner = getattr(reason, "original_error", None) or getattr(next(iter(reason.args), None), "reason", None)
        if not isinstance(inner, Exception):
            return str(reason).rsplit(": ", 1)[-1]
        reason = inner


@contextmanager
def patient_session(patience: Patience, line: Line | None = None) -> Iterator[PatientSession]:
    """Give a patient session for requests of our own; `line` is as in `patient_transport`."""
    with requests.Session() as session:
        yield PatientSession(session, patience, line or Line())


@contextmanager
def patient_transport(patience: Patience, line: Line | None = None) -> Iterator[None]:
    """Give cbsodata a patient session for the duration of the block; cbsodata itself stays unmodified.

    `line` carries what is known of the service over several blocks: once it has answered, a connection that cannot be made
    is a fault of the service and no longer `StatLineUnreachableError`.
    """
    with (
        patient_session(patience, line) as session,
        mock.patch.object(cbsodata.cbsodata3, "Session", lambda: session),
    ):
        yield

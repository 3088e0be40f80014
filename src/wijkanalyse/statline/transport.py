"""The transport under the unmodified `cbsodata`, and under our reading of OData v4: a patient, strict HTTP session.

`cbsodata` opens a session per page, waits for ever and never tries again. While `patient_transport` is active, its
sessions are ours: one connection kept alive, gzip, a time limit per answer, retries with growing, random waits for faults
that pass (429, 5xx, a broken connection, a cut or garbled body), and a refusal of redirects and of links that lead to
another list or in circles. What is final (404, a certificate error) is not tried again.
"""

from __future__ import annotations

import codecs
import io
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from unittest import mock
from urllib.parse import urlsplit

import cbsodata
import pydantic_core
import requests
import tenacity
import urllib3

from wijkanalyse import __version__
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.statline.pages import DataPages

log = logging.getLogger(__name__)

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
_BLOCK = 1 << 16
_LOST_LETTERS = ("\ufffd".encode(), b"\\ufffd", b"\\uFFFD")
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


Shape = Literal["list", "object", "number"]
"""What the body of an answer should be: a list under `value`, one object, or only a number."""


class PatientSession:
    """Stands in for `requests.Session` inside cbsodata, which uses `send` alone; `get` is for our own requests."""

    def __init__(self, session: requests.Session, patience: Patience, line: Line) -> None:
        self._session = session
        self._patience = patience
        self._line = line

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request of cbsodata, which reads the body of the answer itself."""
        response, body = self._send(request, options, "list")
        if body is not None and self._line.data is not None:
            is_taken = self._line.data.take(str(request.url))
            response._content = json.dumps({**body, "value": []} if is_taken else body).encode()
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
        try:
            response = self._session.send(request, **options)
            self._line.has_answered = True
            self._read_within_deadline(response)
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
        body = _read_body(response, shape)
        if shape == "list" and self._line.data is not None:
            # the text of a page is as large as its rows, and no longer needed
            response._content = b""
            fault = self._line.data.fault(str(request.url), body["value"], next_link(body))
            if fault:
                raise _PassingFaultError(fault)
        return response, body

    def _read_within_deadline(self, response: requests.Response) -> None:
        """Read the whole body; a read timeout alone lets a dripping answer go on for ever.

        `read1` returns with whatever has come in: `iter_content(n)` waits for n bytes, and would not look at the clock.
        """
        deadline = time.monotonic() + self._patience.answer_deadline
        content = io.BytesIO()
        while block := response.raw.read1(_BLOCK, decode_content=True):
            content.write(block)
            if time.monotonic() > deadline:
                response.close()
                raise _PassingFaultError(f"took longer than {self._patience.answer_deadline:g} s")
        # gives its buffer away: a join of the blocks would hold the page twice
        response._content = content.getvalue()

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


def next_link(body: Any) -> str | None:
    """Return the link from a page to the next one, if it has any; version 4 puts an @ before the name."""
    if not isinstance(body, dict):
        return None
    link = body.get("odata.nextLink") or body.get("@odata.nextLink")
    return str(link) if link else None


def _read_body(response: requests.Response, shape: Shape) -> Any:
    """Return what the body holds; html with status 200, an error document or half a page is a passing fault."""
    # cbsodata cannot read a byte order mark
    response._content = response.content.removeprefix(codecs.BOM_UTF8)
    try:
        # strict in UTF-8 and in numbers (no NaN), and twice as fast as json.loads
        body = pydantic_core.from_json(response.content, allow_inf_nan=False)
    except ValueError as error:
        raise _PassingFaultError(f"answered with something that is not JSON in UTF-8 ({error})") from error
    # a page of figures has neither byte, and one byte is found many times faster than several
    may_be_lost = b"\xef" in response.content or b"\\" in response.content
    if may_be_lost and any(letter in response.content for letter in _LOST_LETTERS):
        raise _PassingFaultError("answered with letters that were lost in another encoding (U+FFFD)")
    if shape == "number":
        if type(body) is not int:
            raise _PassingFaultError("answered with something that is not a number")
        return body
    if not isinstance(body, dict) or body.get("odata.error") or body.get("error"):
        raise _PassingFaultError("answered with an error, or with something that is not a JSON object")
    if shape == "list" and not isinstance(body.get("value"), list):
        raise _PassingFaultError("answered with JSON without a list of values")
    if next_link(body) and not body.get("value"):
        raise _PassingFaultError("answered with an empty page in the middle of a list")
    return body


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

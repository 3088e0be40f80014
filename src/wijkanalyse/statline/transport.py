"""The transport under the unmodified `cbsodata`: a patient, strict HTTP session.

`cbsodata` opens a session per page, waits for ever and never tries again. While `patient_transport` is active, its
sessions are ours: one connection kept alive, gzip, a time limit per answer, retries with growing, random waits for faults
that pass (429, 5xx, a broken connection, a cut or garbled body), and a refusal of redirects. What is final (404, a
certificate error) is not tried again.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import cbsodata
import requests
import tenacity

from wijkanalyse import __version__
from wijkanalyse.errors import WijkanalyseError

log = logging.getLogger(__name__)

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Patience:
    """How long and how often the service is waited for; times in seconds."""

    read_timeout: float = 60.0
    connect_timeout: float = 10.0
    answer_deadline: float = 300.0
    attempts: int = 5
    longest_wait: float = 60.0
    contact: str = ""


class StatLineError(WijkanalyseError):
    """The service answered, but not with what was asked."""


class StatLineUnreachableError(WijkanalyseError):
    """No connection to the service could be made at all."""


class _PassingFaultError(Exception):
    """A fault that may be gone at the next attempt."""

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class _PatientSession:
    """Stands in for `requests.Session` inside cbsodata: the one method it uses is `send`."""

    def __init__(self, session: requests.Session, patience: Patience) -> None:
        self._session = session
        self._patience = patience

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        request.headers["User-Agent"] = f"wijkanalyse/{__version__} {self._patience.contact}".strip()
        request.headers["Accept-Encoding"] = "gzip"
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
            return retrying(self._attempt, request, options)
        except _PassingFaultError as fault:
            raise StatLineError(
                f"{request.url}: {fault}, also after {self._patience.attempts} attempts. Nothing was stored; try again later, "
                "or raise statline.attempts."
            ) from fault

    def _attempt(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        options = {
            **options,
            "timeout": (self._patience.connect_timeout, self._patience.read_timeout),
            "stream": True,
            "allow_redirects": False,
        }
        try:
            response = self._session.send(request, **options)
            self._read_within_deadline(response)
        except requests.exceptions.SSLError as error:
            raise StatLineError(f"{request.url}: the certificate was not accepted: {error}") from error
        except requests.exceptions.ConnectionError as error:
            if _never_connected(error):
                # nothing listens, the name is unknown, or the network is off: waiting does not help
                raise StatLineUnreachableError(f"no connection to {request.url} could be made: {_cause(error)}") from error
            raise _PassingFaultError(f"the connection broke off ({_cause(error)})") from error
        except requests.exceptions.RequestException as error:
            raise _PassingFaultError(f"the answer could not be read ({_cause(error)})") from error
        if response.status_code in RETRIED_STATUSES:
            raise _PassingFaultError(f"answered {response.status_code}", _retry_after(response))
        if response.is_redirect:
            raise StatLineError(f"{request.url}: redirects to {response.headers.get('Location')}, which is not followed")
        if response.ok:
            _check_body(response)
        return response

    def _read_within_deadline(self, response: requests.Response) -> None:
        """Read the whole body; a read timeout alone lets a dripping answer go on for ever."""
        deadline = time.monotonic() + self._patience.answer_deadline
        blocks = []
        for block in response.iter_content(_BLOCK):
            blocks.append(block)
            if time.monotonic() > deadline:
                response.close()
                raise _PassingFaultError(f"took longer than {self._patience.answer_deadline:g} s")
        response._content = b"".join(blocks)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        asked = getattr(fault, "retry_after", None) or 0.0
        grown: float = tenacity.wait_random_exponential(multiplier=1, max=self._patience.longest_wait)(state)
        return float(min(max(asked, grown), self._patience.longest_wait))


def _check_body(response: requests.Response) -> None:
    """A 200 with html, an error document or half a page is a passing fault, not an answer."""
    try:
        body = json.loads(response.content.decode("utf-8-sig", errors="strict"), parse_constant=_refuse_constant)
    except ValueError as error:
        raise _PassingFaultError(f"answered with something that is not JSON in UTF-8 ({error})") from error
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        raise _PassingFaultError("answered with JSON without a list of values")


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")


def _retry_after(response: requests.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}


def _cause(error: Exception) -> str:
    """The innermost reason of a chain of connection errors, without the object addresses that urllib3 prints."""
    reason: Any = error
    while getattr(reason, "args", None) and isinstance(getattr(reason.args[0], "reason", None), Exception):
        reason = reason.args[0].reason
    return str(reason).rsplit(": ", 1)[-1]


@contextmanager
def patient_transport(patience: Patience) -> Iterator[None]:
    """Give cbsodata a patient session for the duration of the block; cbsodata itself stays unmodified."""
    with (
        requests.Session() as session,
        mock.patch.object(cbsodata.cbsodata3, "Session", lambda: _PatientSession(session, patience)),
    ):
        yield

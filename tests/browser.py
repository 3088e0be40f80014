"""Chromium without a window, spoken to over a pipe (Chrome DevTools Protocol): no driver, no port, no download."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from select import select
from typing import Any

import pytest

KEYS = {"ArrowDown": 40, "ArrowUp": 38, "Enter": 13, "Escape": 27, "Tab": 9, "Backspace": 8}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def chromium() -> str:
    """The browser's path; skips the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine")


def axe_core() -> str:
    """The text of axe-core, which axe-playwright-python carries."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


class Page:
    """One tab: what it was asked for, and what it asked of others."""

    def __init__(self, send: int, receive: int) -> None:
        self._send, self._receive, self._waiting, self._number = send, receive, b"", 0
        self._session: str | None = None
        self._is_loaded = False
        self.requested: list[str] = []
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; what happens in between is noted."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                return dict(answer["result"])
            self._note(answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._waiting:
            assert select([self._receive], [], [], 60)[0], "Chromium does not answer"
            read = os.read(self._receive, 1 << 20)
            assert read, "Chromium has gone"
            self._waiting += read
        first, _, self._waiting = self._waiting.partition(b"\0")
        return dict(json.loads(first))

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        match event.get("method"):
            case "Page.loadEventFired":
                self._is_loaded = True
            case "Network.requestWillBeSent":
                self.requested.append(parameters["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(parameters["exceptionDetails"].get("exception", {}).get("description")))
            case "Log.entryAdded" if parameters["entry"]["level"] == "error":
                self.complaints.append(parameters["entry"]["text"])

    def open(self, url: str, width: int = 1280, scheme: str = "light", script: bool = True) -> None:
        """Load `url` in a window `width` pixels wide, in light or dark."""
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        # another hash alone would not load the page again
        for address in ("about:blank", url):
            self._is_loaded = False
            self.call("Page.navigate", url=address)
            while not self._is_loaded:
                self._note(self._read())
        if script:
            self.settle()

    def settle(self) -> None:
        """Wait until what was asked for has been drawn."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 30)))")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def type(self, text: str) -> None:
        """Type `text` where the focus is."""
        self.call("Input.insertText", text=text)
        self.settle()

    def press(self, key: str) -> None:
        """Press and release a key."""
        # without its text, Enter does nothing to a link or a summary
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key], **text)
        self.settle()

    def violations(self, axe: str) -> list[tuple[str, int, str]]:
        """What axe-core finds against WCAG 2.1 A and AA: rule, number of elements, first element."""
        self.evaluate(axe + ";0")
        found = self.evaluate(
            f"axe.run(document, {{runOnly: {json.dumps(WCAG)}, resultTypes: ['violations']}}).then(found => "
            "found.violations.map(one => [one.id, one.nodes.length, one.nodes[0].html]))"
        )
        return [(rule, count, html) for rule, count, html in found]


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A page in a browser with its own profile in `folder`."""
    to_browser, from_browser = os.pipe(), os.pipe()
    # the browser reads from 3 and writes to 4: our ends must not be in the way
    read, write = (fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (to_browser[0], from_browser[1]))
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]
    command = [chromium(), *options, f"--user-data-dir={folder / 'profile'}", "about:blank"]
    with_ends = f"import os, sys; os.dup2({read}, 3); os.dup2({write}, 4); os.execv(sys.argv[1], sys.argv[1:])"
    started = [sys.executable, "-c", with_ends, *command]
    with subprocess.Popen(started, pass_fds=(read, write), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        for end in (to_browser[0], from_browser[1], read, write):
            os.close(end)
        try:
            yield Page(to_browser[1], from_browser[0])
        finally:
            process.kill()
            for end in (to_browser[1], from_browser[0]):
                os.close(end)

"""Run pandoc and Quarto: bounded in time, with the clock and the terminal taken out of the output."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from wijkanalyse.errors import WijkanalyseError

# Any fixed moment makes the output reproducible; a caller's own SOURCE_DATE_EPOCH goes first.
FIXED_EPOCH = "1577836800"  # 1 January 2020
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def epoch() -> str:
    """Return the moment that stands in for the clock, in seconds since 1970."""
    return os.environ.get("SOURCE_DATE_EPOCH", FIXED_EPOCH)


def run(command: Sequence[str], cwd: Path, seconds: float, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run `command` in `cwd` and return its exit code and output without colour codes.

    A program that cannot be started or is not ready after `seconds` is a `WijkanalyseError`.
    """
    name = Path(command[0]).name
    environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch(), "NO_COLOR": "1"}
    try:
        done = subprocess.run(
            command, cwd=cwd, input=stdin, capture_output=True, text=True, encoding="utf-8", timeout=seconds,
            env=environment, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise WijkanalyseError(
            f"{name} was not ready after {seconds:g} seconds and was stopped. The report should take a few seconds: "
            "look for a filter that keeps matching its own output, or an input file of unusual size."
        ) from error
    except OSError as error:
        raise WijkanalyseError(f"{name} cannot be started ({error}). Install the environment again.") from error
    done.stdout, done.stderr = _ANSI.sub("", done.stdout), _ANSI.sub("", done.stderr)
    return done

"""Which code made a stored table."""

from __future__ import annotations

import subprocess
from pathlib import Path

from wijkanalyse import __version__

ROOT = Path(__file__).parents[3]
_MADE_BY = ("src", "config", "workflow")


def describe_code() -> str:
    """Return the version and the last commit that changed code or choices, marked when these were changed since."""
    try:
        commit = _git("log", "-1", "--format=%h", "--", *_MADE_BY)
        changed = _git("status", "--porcelain", "--", *_MADE_BY)
    except (OSError, subprocess.SubprocessError):
        return f"wijkanalyse {__version__}"
    return f"wijkanalyse {__version__}, commit {commit}" + (" with changes" if changed else "")


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=10).stdout.strip()

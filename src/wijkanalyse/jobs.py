"""How a workflow script runs: its log, and what a person sees when it fails."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wijkanalyse.errors import WijkanalyseError

ERROR = "ERROR: "
"""Before the message, in the log of a step that failed."""


def failures(folder: Path, since: float) -> list[str]:
    """Return the message of every step that failed after the moment `since` (seconds), from the logs in `folder`."""
    logs = [path for path in sorted(folder.glob("*.log")) if path.stat().st_mtime >= since]
    texts = [path.read_text(encoding="utf-8") for path in logs]
    return [text.partition(ERROR)[2].strip() for text in texts if ERROR in text]


@contextmanager
def job(snakemake: Any) -> Iterator[None]:
    """Log to the rule's log file, and to the screen what a person wants to follow; end with code 1 on any error.

    A `WijkanalyseError` is written as its message alone; any other exception is a fault of the project and keeps its
    traceback, in the log file too.
    """
    path = Path(snakemake.log[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = path.open("w", encoding="utf-8")
    file = logging.StreamHandler(stream)
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    screen = logging.StreamHandler(sys.stderr)
    screen.setFormatter(logging.Formatter("    %(message)s"))
    screen.addFilter(lambda record: record.name.startswith("wijkanalyse"))
    logging.basicConfig(level=logging.INFO, handlers=[file, screen], force=True)
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    # cbsodata and fontTools log every step: the file keeps our words and Python's warnings
    file.addFilter(lambda record: record.name.startswith(("wijkanalyse", "py.warnings")))
    try:
        yield
    except WijkanalyseError as error:
        stream.write(f"{ERROR}{error}\n")
        raise SystemExit(1) from None
    except Exception:
        stream.write(f"{ERROR}this is a fault of wijkanalyse, not of your input; please report it with this log.\n")
        stream.write(traceback.format_exc())
        raise SystemExit(1) from None
    finally:
        # nothing may log to the closed stream afterwards
        logging.getLogger().removeHandler(file)
        stream.close()

"""Files as they are described: where they are, how large, and the sha256 of their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wijkanalyse.errors import WijkanalyseError

EXAMPLE_MARK = "VOORBEELDCIJFERS"
"""On everything that rests on made-up figures."""


@dataclass(frozen=True)
class Fingerprint:
    """Size in bytes and sha256 of a file."""

    bytes: int
    sha256: str


def fingerprint(path: Path) -> Fingerprint:
    """Read a file once and return its size and sha256; `WijkanalyseError` when it is not there."""
    try:
        with path.open("rb") as file:
            return Fingerprint(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise WijkanalyseError(f"{path} cannot be read ({error.strerror}); run `snakemake --cores 4`") from error


def is_example(register: Mapping[str, Any]) -> bool:
    """Whether the run whose register (`data/processed/statline.json`) this is rests on made-up figures."""
    return bool(register["source"] == "example")


def newest_retrieval(register: Mapping[str, Any]) -> str:
    """ISO day on which the newest table of a run was fetched: the only date that a run carries, kept with the snapshots."""
    return max(str(table["retrieved_at"]) for table in register["tables"].values())[:10]

"""Writing to disk so that runs may be killed, or run at once: whole or not at all, and nobody's leftovers stay."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

INCOMPLETE = ".incomplete-"


@contextmanager
def incomplete_folder(beside: Path) -> Iterator[Path]:
    """Give a folder in `beside` to write in, gone at the end unless it was renamed; clears what killed runs left.

    A folder is locked while its run lives, and a lock goes with its process: what can be locked is nobody's any more.
    """
    with locked(beside):
        for left in beside.glob(f"{INCOMPLETE}*"):
            with suppress(OSError), locked(left, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(left)
        temporary = Path(tempfile.mkdtemp(prefix=INCOMPLETE, dir=beside))
        own = os.open(temporary, os.O_RDONLY)
        fcntl.flock(own, fcntl.LOCK_EX)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        os.close(own)


def replace_text(path: Path, text: str) -> None:
    """Put `text` in the place of what is in `path`, whole or not at all; its folder must be `locked`."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    to_disk(new)
    new.replace(path)
    to_disk(path.parent)


@contextmanager
def locked(folder: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Wait until no other run has the folder locked, and lock it for the duration of the block."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def to_disk(path: Path) -> None:
    """Have what was written reach the disk, so that a rename is never there before its content."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

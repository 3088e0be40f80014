"""Reading and writing the project's own files: whole or not at all, and the same bytes for the same content."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from wijkanalyse.contracts import Contract
from wijkanalyse.errors import WijkanalyseError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` that takes its place when the block ends well, and vanishes when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(text: str, path: Path) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(value: Any, path: Path) -> None:
    """Write `value` as indented JSON, whole or not at all."""
    write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", path)


def write_table(frame: pd.DataFrame, path: Path, schema: type[Contract], csv: bool = True) -> None:
    """Check `frame` against its contract and write it as Parquet, with a CSV beside it for readers without Python."""
    write_frame(_checked(frame, path, schema), path, csv)


def write_frame(frame: pd.DataFrame, path: Path, csv: bool = True) -> None:
    """Write `frame` as Parquet, with a CSV beside it, each whole or not at all."""
    with replacing(path) as temporary:
        frame.to_parquet(temporary, compression="zstd", index=False)
    if not csv:
        return
    with replacing(path.with_suffix(".csv")) as temporary:
        frame.to_csv(temporary, index=False, lineterminator="\n")


def read_table(path: Path, schema: type[Contract]) -> pd.DataFrame:
    """Read a Parquet file and check it against its contract."""
    return _checked(pd.read_parquet(path), path, schema)


def _checked(frame: pd.DataFrame, path: Path, schema: type[Contract]) -> pd.DataFrame:
    declared = [column for column in schema.to_schema().columns if column in frame.columns]
    frame = frame[[*declared, *(column for column in frame.columns if column not in declared)]]
    try:
        return pd.DataFrame(schema.validate(frame, lazy=True)).reset_index(drop=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases.head(10).to_string(index=False)
        raise WijkanalyseError(f"{path} does not fit its contract {schema.__name__}:\n{cases}") from error

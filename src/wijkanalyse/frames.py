"""Walking over frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Give each row of `frame` with its columns as attributes; the contract of the frame says what types they have."""
    return iter(frame.itertuples(index=False))

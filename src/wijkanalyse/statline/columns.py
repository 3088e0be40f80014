"""The columns of a data set as numbers of distinct texts: a table repeats few texts very many times.

Counts are multiples of five and codes come back on every row, so that a column of millions of cells has some hundreds of
different texts. Kept as Arrow dictionary columns they take a byte or two a cell, are checked once for each text, and go to
Parquet as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

ROW_NUMBER = "ID"
"""The one column that holds numbers."""

Numbers = NDArray[np.signedinteger[Any]]


class Texts(dict[str, int]):
    """The distinct texts of a column and their numbers, in the order in which they first came."""

    def __init__(self, column: str) -> None:
        super().__init__()
        self._column = column

    def __missing__(self, text: str) -> int:
        """Give a new text the next number; raises `TypeError` for what is no text."""
        if type(text) is not str:
            raise TypeError(f"{self._column} should be a text, but is {text!r}")
        number = self[text] = len(self)
        return number

    def numbers(self, texts: Sequence[str]) -> Numbers:
        """Return the number of each text, in the narrowest type that holds them."""
        return narrowed(np.fromiter(map(self.__getitem__, texts), dtype=np.int64, count=len(texts)))

    def forget(self, count: int) -> None:
        """Forget all but the first `count` texts."""
        while len(self) > count:
            self.popitem()


def narrowed(numbers: Numbers) -> Numbers:
    """Return numbers from 0 in the narrowest type that holds them."""
    found: Numbers = numbers.astype(np.min_scalar_type(-int(numbers.max(initial=0)) - 1))
    return found


def text_column(numbers: Numbers, texts: Iterable[str]) -> pa.DictionaryArray:
    """Return a column of texts given by their numbers; it knows the texts that occur and no others."""
    known = list(texts)
    used = np.flatnonzero(np.bincount(numbers, minlength=len(known)))
    if len(used) < len(known):
        places = np.zeros(len(known), dtype=numbers.dtype)
        places[used] = np.arange(len(used))
        numbers, known = places[numbers], [known[number] for number in used]
    return pa.DictionaryArray.from_arrays(_number_array(numbers), _text_array(known))


# pa.array and to_numpy would do, but they import pandas to see whether they have a series, which takes more than most tables


def _number_array(numbers: Numbers) -> pa.Array:
    kind = pa.from_numpy_dtype(numbers.dtype)
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(np.ascontiguousarray(numbers))])


def _text_array(texts: list[str]) -> pa.StringArray:
    encoded = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded)))


def as_rows(columns: Mapping[str, Any]) -> pa.Table:
    """Return columns (Arrow, numpy or pandas) as a data set: the row number as a number, all others as distinct texts."""
    arrays = [_encoded(values, is_number=name == ROW_NUMBER) for name, values in columns.items()]
    return pa.Table.from_arrays(arrays, names=list(columns))


def _encoded(values: Any, is_number: bool) -> pa.Array | pa.ChunkedArray:
    if isinstance(values, pa.DictionaryArray):
        return values
    if is_number and isinstance(values, np.ndarray):
        return _number_array(values.astype(np.int64, copy=False))
    if is_number:
        return pa.array(values, type=pa.int64())
    return pa.array(values, type=pa.string(), from_pandas=True).dictionary_encode()


def as_frame(rows: pa.Table) -> pd.DataFrame:
    """Return a data set with its texts written out, for who wants to read it."""
    import pandas as pd

    columns = {}
    for name in rows.column_names:
        column = rows.column(name)
        is_text = pa.types.is_dictionary(column.type)
        columns[name] = (column.cast(pa.large_string()) if is_text else column).to_pandas()
    return pd.DataFrame(columns, copy=False)


def numbered(rows: pa.Table, name: str) -> tuple[Numbers, list[str]]:
    """Return the cells of a column of texts as numbers, and the texts that these stand for; no cell may be missing."""
    column = rows.column(name).unify_dictionaries().combine_chunks()
    numbers: Any = np.from_dlpack(column.indices)
    return numbers, column.dictionary.to_pylist()


def row_numbers(rows: pa.Table) -> Numbers:
    """Return the row numbers."""
    found: Any = np.from_dlpack(rows.column(ROW_NUMBER).combine_chunks())
    numbers: Numbers = found
    return numbers


def write_rows(rows: pa.Table, path: Path) -> None:
    """Write a data set as Parquet; the same rows give the same bytes."""
    texts = [name for name in rows.column_names if name != ROW_NUMBER]
    encoding = {ROW_NUMBER: "DELTA_BINARY_PACKED"} if ROW_NUMBER in rows.column_names else None
    # without Arrow's own schema: how wide the numbers of the texts are is no part of what is stored
    pq.write_table(rows, path, compression="zstd", use_dictionary=texts, column_encoding=encoding, store_schema=False)


def read_rows(path: Path) -> pa.Table:
    """Read a data set, its columns of texts as distinct texts again."""
    texts = [name for name in pq.read_schema(path).names if name != ROW_NUMBER]
    return pq.read_table(path, read_dictionary=texts).unify_dictionaries()

"""A data set as numbers of distinct texts says the same as the texts themselves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statline.conftest import TINY, ScriptedStatLine, tiny_table
from wijkanalyse.example.answers import Service
from wijkanalyse.statline.bodies import Page
from wijkanalyse.statline.columns import Texts, as_frame, as_rows, numbered, read_rows, text_column, write_rows
from wijkanalyse.statline.pages import DataPages

TEXTS = st.lists(st.sampled_from(["       .", "", "     595", "GM0344", "Toaal", "é"]) | st.text(max_size=4), max_size=60)
URL = f"http://x/ODataFeed/odata/{TINY}/UntypedDataSet"


@given(TEXTS)
def test_texts_come_back_as_they_went_in(texts: list[str]) -> None:
    known = Texts("Cijfer_1")
    column = text_column(known.numbers(texts), known)
    assert column.to_pylist() == texts
    assert sorted(column.dictionary.to_pylist()) == sorted(set(texts))


@given(TEXTS, TEXTS)
def test_what_a_refused_page_brought_is_forgotten(kept: list[str], refused: list[str]) -> None:
    known = Texts("Cijfer_1")
    known.numbers(kept)
    before = dict(known)
    known.numbers(refused)
    known.forget(len(before))
    assert dict(known) == before


def test_a_column_knows_the_texts_that_occur_and_no_others() -> None:
    column = text_column(np.array([2, 2, 0], dtype=np.int8), ["x", "y", "z"])
    assert column.to_pylist() == ["z", "z", "x"]
    assert column.dictionary.to_pylist() == ["x", "z"]


@pytest.mark.parametrize("odd", [None, 12, 1.5, True, ["a"]])
def test_what_is_no_text_is_refused(odd: object) -> None:
    with pytest.raises(TypeError):
        Texts("Cijfer_1").numbers(["a", odd])  # type: ignore[list-item]


@given(TEXTS)
def test_a_frame_and_its_columns_are_the_same_table(texts: list[str]) -> None:
    frame = pd.DataFrame({"ID": range(len(texts)), "Cijfer_1": pd.Series(texts, dtype=str)})
    rows = as_rows({str(name): values for name, values in frame.items()})
    pd.testing.assert_frame_equal(as_frame(rows), frame)
    numbers, distinct = numbered(rows, "Cijfer_1")
    assert [distinct[number] for number in numbers] == texts


def page(rows: list[dict[str, object]], skip: int | None = None) -> Page:
    """A page with these rows and, unless it is the last, the row at which the next one begins."""
    link = {} if skip is None else {"odata.nextLink": f"{URL}?$skip={skip}"}
    return Page([json.dumps({"value": rows, **link}).encode()])


def pages(texts: list[str], size: int) -> DataPages:
    """A data set of one column, read in pages of `size` rows."""
    found = DataPages(TINY, {"ID", "Cijfer_1"}, len(texts), is_whole=True)
    for start in range(0, len(texts), size):
        rows: list[dict[str, object]] = [
            {"ID": start + place, "Cijfer_1": text} for place, text in enumerate(texts[start : start + size])
        ]
        assert found.fault(page(rows, start + size if start + size < len(texts) else None)) is None
        found.take()
    return found


def test_the_same_rows_give_the_same_bytes_however_they_came(tmp_path: Path) -> None:
    texts = [f"{5 * (number % 300):>8}" for number in range(1000)]
    frame = pd.DataFrame({"ID": range(1000), "Cijfer_1": texts})
    ways = [pages(texts, size).rows() for size in (7, 100, 1000)]
    ways.append(as_rows({str(name): values for name, values in frame.items()}))
    stored = []
    for number, rows in enumerate(ways):
        write_rows(rows, tmp_path / f"{number}.parquet")
        stored.append((tmp_path / f"{number}.parquet").read_bytes())
    assert len(set(stored)) == 1
    # and again from what was read back
    write_rows(read_rows(tmp_path / "0.parquet"), tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == stored[0]
    # every cell is text for who reads the file without us
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "0.parquet"), frame)


def test_the_size_of_the_pages_is_no_part_of_what_is_stored(scripted: ScriptedStatLine, tmp_path: Path) -> None:
    stored = set()
    for size in (4, 10, 100):
        scripted.service = Service([tiny_table()], size)
        write_rows(scripted.client().fetch(TINY).rows, tmp_path / "data.parquet")
        stored.add((tmp_path / "data.parquet").read_bytes())
    assert len(stored) == 1


def test_a_page_that_came_wrong_first_leaves_no_trace() -> None:
    found = DataPages(TINY, {"ID", "Cijfer_1"}, 2, is_whole=True)
    assert "a page that is none" in str(found.fault(page([{"ID": 0, "Cijfer_1": "fout"}, {"ID": 1, "Cijfer_1": None}])))
    assert "1 rows, but the service announces 2" in str(found.fault(page([{"ID": 0, "Cijfer_1": "ook fout"}])))
    assert found.fault(page([{"ID": 0, "Cijfer_1": "a"}, {"ID": 1, "Cijfer_1": "b"}])) is None
    found.take()
    assert numbered(found.rows(), "Cijfer_1")[1] == ["a", "b"]


@pytest.mark.parametrize("number", [1.0, 1.5, "1", None, True, 1 << 70])
def test_a_row_number_is_a_whole_number(number: object) -> None:
    found = DataPages(TINY, {"ID", "Cijfer_1"}, None, is_whole=False)
    assert "a page that is none" in str(found.fault(page([{"ID": number, "Cijfer_1": "a"}])))

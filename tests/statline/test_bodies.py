"""A page that is parsed in pieces holds what it holds when it is parsed whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkanalyse.statline.bodies import BodyError, Page, read_body

# texts with everything that could be taken for the end of a row
TEXT = st.sampled_from(["},{", '"value":[', "\\", '"', "]}", "a", "é", "\n", "     595", ""]) | st.text(max_size=5)
ROWS = st.lists(
    st.dictionaries(TEXT, TEXT | st.integers() | st.none() | st.lists(st.dictionaries(TEXT, TEXT, max_size=2), max_size=3)),
    max_size=12,
)
LAYOUTS = [{"separators": (",", ":")}, {"indent": 2}, {"separators": (",", ":"), "ensure_ascii": False}]


def in_blocks(content: bytes, size: int = 7) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


def read(content: bytes, size: int = 7) -> dict[str, Any]:
    page = Page(in_blocks(content, size))
    rows = [row for batch in page.batches() for row in batch]
    assert page.body["value"] == []
    return {**page.body, "value": rows}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that every row is a piece of its own."""
    monkeypatch.setattr("wijkanalyse.statline.bodies._PIECE", 1)


@pytest.mark.parametrize("layout", LAYOUTS)
@given(rows=ROWS, after=st.booleans(), size=st.integers(1, 60))
def test_a_page_in_pieces_is_the_whole_page(layout: dict[str, Any], rows: list[Any], after: bool, size: int) -> None:
    document = {"odata.metadata": "http://x/$metadata#Set", "value": rows}
    if after and rows:
        document["odata.nextLink"] = "http://x/Set?$filter=a eq ']},{'&$skip=10"
    content = json.dumps(document, **layout).encode()
    assert read(content, size) == read_body(content, "list") == document


def test_it_is_parsed_in_pieces_indeed() -> None:
    rows = [{"ID": number, "text": f"{number}"} for number in range(5)]
    content = json.dumps({"value": rows}, separators=(",", ":")).encode()
    assert [len(batch) for batch in Page(in_blocks(content)).batches() if batch] == [1] * 5


@given(rows=ROWS, cut=st.integers(1, 400))
def test_half_a_page_is_no_page(rows: list[Any], cut: int) -> None:
    content = json.dumps({"value": rows}, separators=(",", ":")).encode()
    with pytest.raises(BodyError):
        read(content[:-cut] if cut < len(content) else b"")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>Onderhoud</body>", "not JSON"),
        (b'{"value":[{"a":1},{"a":NaN},{"a":2}]}', "not JSON"),
        (b'{"value":[{"a":1},{"a":"\xeb"},{"a":2}]}', "not JSON"),
        (b'{"value":[{"a":1},{"a":"\\ufffd"},{"a":2}]}', "letters that were lost"),
        (b'{"value":[{"a":1},,{"a":2}]}', "not JSON"),
        (b'{"value":[{"a":1},{"a":2}]}}', "not JSON"),
        (b'{"odata.error":{"code":""},"value":[{"a":1},{"a":2}]}', "answered with an error"),
        (b'{"value":[{"a":1},{"a":2}],"odata.error":{"code":""}}', "answered with an error"),
        (b'[{"value":[{"a":1},{"a":2}]}]', "not JSON|not a JSON object"),
        (b"[]", "not a JSON object"),
    ],
)
def test_what_is_no_page_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(BodyError, match=words):
        read(content)

"""What the bodies of the service's answers hold; whatever is not what it should be is a `BodyError`."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Literal

import pydantic_core

Shape = Literal["list", "object", "number"]
"""What the body of an answer should be: a list under `value`, one object, or only a number."""

_LOST_LETTERS = ("\ufffd".encode(), b"\\ufffd", b"\\uFFFD")
_VALUE = b'"value":['
_BETWEEN_ROWS = b"},{"
_PIECE = 1 << 20


class BodyError(Exception):
    """A body that is not what it should be: html with status 200, an error document, half a page."""


def read_body(content: bytes, shape: Shape) -> Any:
    """Return what a body holds."""
    body = _parsed(content)
    if shape == "number":
        if type(body) is not int:
            raise BodyError("answered with something that is not a number")
        return body
    if not isinstance(body, dict) or body.get("odata.error") or body.get("error"):
        raise BodyError("answered with an error, or with something that is not a JSON object")
    if shape == "list" and not isinstance(body.get("value"), list):
        raise BodyError("answered with JSON without a list of values")
    if next_link(body) and not body.get("value"):
        raise BodyError("answered with an empty page in the middle of a list")
    return body


def next_link(body: Any) -> str | None:
    """Return the link from a page to the next one, if it has any; version 4 puts an @ before the name."""
    if not isinstance(body, dict):
        return None
    link = body.get("odata.nextLink") or body.get("@odata.nextLink")
    return str(link) if link else None


class Page:
    """A page of a list, parsed row by row as it comes in: ten thousand rows take tens of megabytes, as text and as objects.

    A page is read by going through its `batches`; then `body` holds all but the rows. The text is cut between rows, and a
    cut that turns out to lie in a text or within a row is not made: pieces that are JSON each for themselves are so together.
    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = blocks
        self.body: dict[str, Any] = {}

    def batches(self) -> Iterator[list[Any]]:
        """Give the rows in their order, a list at a time; raises `BodyError` as `read_body` does, maybe after some rows."""
        head: dict[str, Any] | None = None
        text = b""
        for piece in _gathered(self._blocks):
            text += piece
            if head is None:
                # a quote within a text has a backslash before it, so this is the name of the list and no part of a text
                before, name, after = text.partition(_VALUE)
                if not name:
                    continue
                head, text = read_body(without_mark(before) + name + b"]}", "list"), after
            cut = text.rfind(_BETWEEN_ROWS)
            if cut < 0:
                continue
            with suppress(BodyError):
                rows = _parsed(b"[" + text[: cut + 1] + b"]")
                text = text[cut + 2 :]
                yield rows
        if head is None:
            head, rest = {}, read_body(without_mark(text), "list")
        else:
            rest = read_body(b"{" + _VALUE + text, "list")
        self.body = {**head, **rest, "value": []}
        yield rest["value"]


def _gathered(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Join small blocks to pieces of some size; what is left at the end comes last."""
    kept: list[bytes] = []
    size = 0
    for block in blocks:
        kept.append(block)
        size += len(block)
        if size >= _PIECE:
            yield b"".join(kept)
            kept, size = [], 0
    yield b"".join(kept)


def without_mark(content: bytes) -> bytes:
    """Return a body without a byte order mark, which cbsodata cannot read."""
    return content.removeprefix(codecs.BOM_UTF8)


def _parsed(content: bytes) -> Any:
    # a page of figures has neither byte, and one byte is found many times faster than several
    may_be_lost = b"\xef" in content or b"\\" in content
    if may_be_lost and any(letter in content for letter in _LOST_LETTERS):
        raise BodyError("answered with letters that were lost in another encoding (U+FFFD)")
    try:
        # strict in UTF-8 and in numbers (no NaN), and twice as fast as json.loads
        return pydantic_core.from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise BodyError(f"answered with something that is not JSON in UTF-8 ({error})") from error

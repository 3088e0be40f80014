"""The `$filter` language of OData v3 and v4, as far as StatLine's users write it: text to a tree, a tree to rows.

    or := and ("or" and)*      and := not ("and" not)*      not := "not" not | "(" or ")" | test
    test := operand (eq|ne|gt|ge|lt|le) operand | startswith(operand, text) | endswith(…)
            | substringof(text, operand) in version 3 | contains(operand, text) in version 4
    operand := column | 'text' | number | null | true | false | tolower(operand) | toupper(operand) | trim(operand)

Columns hold few distinct values (dimension keys), so a test runs over the distinct values and is then spread over the
rows: see `Values`. Source: OData v3 URL conventions; what CBS supports: the manual of its open data services.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from wijkanalyse.errors import WijkanalyseError, listing

Bools = NDArray[np.bool_]
Scalar = str | float | bool | None


class FilterError(WijkanalyseError):
    """A `$filter` that cannot be read, or that names a column the set does not have. The service answers 400."""


class Values(Protocol):
    """A column as its distinct values and, for each row, which of them it holds."""

    @property
    def distinct(self) -> Sequence[Scalar]:
        """The distinct values."""

    def spread(self, per_value: Bools) -> Bools:
        """Give each row what was found for its value."""


Columns = Callable[[str], Values | None]
_COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_TEXT_TESTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "substringof": lambda text, part: part in text,
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
_TEXT_CHANGES: Final[Mapping[str, Callable[[str], str]]] = {
    "tolower": str.lower,
    "toupper": str.upper,
    "trim": str.strip,
}
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?[dDfFmMlL]?\b)|(?P<word>[^\W\d]\w*)|(?P<mark>[(),]))"
)


@dataclass(frozen=True)
class _Operand:
    """A column (with changes to its text, in order of application) or a literal."""

    column: str | None
    literal: Scalar = None
    changes: tuple[Callable[[str], str], ...] = ()


@dataclass(frozen=True)
class _Test:
    column: _Operand
    holds: Callable[[Scalar], bool]


@dataclass(frozen=True)
class _Not:
    part: "_Node"


@dataclass(frozen=True)
class _Both:
    combine: Callable[[Bools, Bools], Bools]
    left: "_Node"
    right: "_Node"


_Node = _Test | _Not | _Both


def matching_rows(text: str, columns: Columns, version: Literal[3, 4] = 3) -> Bools:
    """Return which rows the filter `text` lets through; `columns` gives a column by name, or None when there is none.

    Raises `FilterError` when the text is no filter, names an unknown column, or compares text with a number.
    """
    return _rows(_Parser(text, version).tree(), columns)


def _rows(node: _Node, columns: Columns) -> Bools:
    if isinstance(node, _Not):
        return ~_rows(node.part, columns)
    if isinstance(node, _Both):
        return node.combine(_rows(node.left, columns), _rows(node.right, columns))
    name = node.column.column or ""
    values = columns(name)
    if values is None:
        raise FilterError(f"$filter: there is no column {name!r} in this set.")
    return values.spread(np.fromiter((node.holds(value) for value in values.distinct), dtype=bool))


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, text: str, version: Literal[3, 4]) -> None:
        self.text = text
        self.version = version
        self.text_tests = {"startswith", "endswith", "substringof" if version == 3 else "contains"}
        self.tokens = _tokens(text)
        self.at = 0

    def tree(self) -> _Node:
        node = self._or()
        if self.at < len(self.tokens):
            raise self._error("the end of the filter")
        return node

    def _or(self) -> _Node:
        node = self._and()
        while self._take("or"):
            node = _Both(np.logical_or, node, self._and())
        return node

    def _and(self) -> _Node:
        node = self._not()
        while self._take("and"):
            node = _Both(np.logical_and, node, self._not())
        return node

    def _not(self) -> _Node:
        if self._take("not"):
            return _Not(self._not())
        if self._take("("):
            node = self._or()
            self._need(")")
            return node
        return self._test()

    def _test(self) -> _Node:
        word = self._peek()
        if word is not None and word in self.text_tests:
            return self._text_test(word)
        left = self._operand()
        op = self._peek()
        if op not in ("eq", "ne", *_COMPARE):
            raise self._error("eq, ne, gt, ge, lt or le")
        self.at += 1
        return _comparison(left, op, self._operand())

    def _text_test(self, name: str) -> _Node:
        self.at += 1
        self._need("(")
        first = self._operand()
        self._need(",")
        second = self._operand()
        self._need(")")
        # The part comes first in substringof of version 3 and last in all others.
        part, column = (first, second) if name == "substringof" else (second, first)
        if column.column is None or not isinstance(part.literal, str):
            raise FilterError(f"$filter: {name} needs a column and a text in quotes, in the order of OData v{self.version}.")
        test, wanted = _TEXT_TESTS[name], part.literal
        node: _Node = _Test(column, lambda value: isinstance(value, str) and test(_changed(column, value), wanted))
        for op, negated in (("eq", "false"), ("ne", "true")):
            if self._take(op):
                answer = self._peek()
                if answer not in ("true", "false"):
                    raise self._error("true or false")
                self.at += 1
                return _Not(node) if answer == negated else node
        return node

    def _operand(self) -> _Operand:
        token = self._peek()
        if token is None or token in ("(", ")", ","):
            raise self._error("a column, a text in quotes or a number")
        self.at += 1
        if token in _TEXT_CHANGES:
            self._need("(")
            inner = self._operand()
            self._need(")")
            if inner.column is None:
                raise FilterError(f"$filter: {token} needs a column.")
            return _Operand(inner.column, changes=(*inner.changes, _TEXT_CHANGES[token]))
        if token.startswith("'"):
            return _Operand(None, token[1:-1].replace("''", "'"))
        if token in ("null", "true", "false"):
            return _Operand(None, {"null": None, "true": True, "false": False}[token])
        if token[0] in "-0123456789":
            return _Operand(None, float(token.rstrip("dDfFmMlL")))
        return _Operand(token)

    def _peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self, token: str) -> bool:
        found = self._peek() == token
        self.at += found
        return found

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise self._error(repr(token))

    def _error(self, expected: str) -> FilterError:
        found = self._peek()
        return FilterError(
            f"$filter: expected {expected}, found {'the end' if found is None else repr(found)} in {self.text!r}."
        )


def _comparison(left: _Operand, op: str, right: _Operand) -> _Node:
    if left.column is None:
        left, right = right, left
        op = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}.get(op, op)
    if left.column is None or right.column is not None:
        raise FilterError("$filter: a comparison needs a column on one side and a text or number on the other.")
    wanted = right.literal

    def holds(value: Scalar) -> bool:
        if value is None or wanted is None:
            return (value is wanted) == (op == "eq") if op in ("eq", "ne") else False
        if isinstance(value, str) != isinstance(wanted, str):
            kinds = listing("text" if isinstance(one, str) else "a number" for one in (value, wanted))
            raise FilterError(f"$filter: {left.column} {op} {wanted!r} compares {kinds}.")
        changed = _changed(left, value) if isinstance(value, str) else value
        if op in ("eq", "ne"):
            return (changed == wanted) == (op == "eq")
        return bool(_COMPARE[op](changed, wanted))

    return _Test(left, holds)


def _changed(operand: _Operand, value: str) -> str:
    for change in operand.changes:
        value = change(value)
    return value


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise FilterError(f"$filter: cannot read {text[at : at + 20]!r} in {text!r}.")
        tokens.append(found.group(0).strip() if found["text"] is None else found["text"])
        at = found.end()
    return tokens

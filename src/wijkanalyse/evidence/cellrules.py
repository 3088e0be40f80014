"""Rules that every single cell keeps, whatever its column, and what a spreadsheet probably did to a cell that breaks one."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from wijkanalyse.evidence.problems import found, invisible, name_of

LONGEST_TEXT: Final = 2000
"""Longest text of a cell; a record rests on about the first 2,000 characters of a page, and notes paraphrase."""

NUMBER: Final = {"Int64": re.compile(r"[+-]?[0-9]{1,15}"), "Float64": re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]+)?")}
"""How a number is written, by the type of its column."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_DATE: Final = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(\s+\d{1,2}:\d{2}.*)?|\d{1,2}[- ][a-z]{3}\.?([- ]\d{2,4})?|[a-z]{3}\.?[- ]\d{2}", re.I
)
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}([., \u00a0\u202f']\d{3})+")
# Day 1 of a spreadsheet's calendar, counted so that every date after February 1900 is right.
_DAY_ZERO: Final = date(1899, 12, 30)


def cell_problem(value: str, dtype: str) -> tuple[str, str] | None:
    """Return the rule that the text of one cell breaks and what to say of it, or None.

    dtype: string, Int64 or Float64, the type of the column.
    """
    if len(value) > LONGEST_TEXT:
        return "length", f"{found(value)} of {len(value):,} characters, expected at most {LONGEST_TEXT:,}"
    if char := invisible(value):
        return "characters", f"{found(value)} with the character {name_of(char)}, expected text that can be seen"
    if meant := _meant(value):
        return "characters", f'{found(value)}, expected "{meant}": UTF-8 was opened as Western Windows text and saved again'
    pattern = NUMBER.get(dtype)
    if pattern is None:
        if value.startswith(_FORMULA):
            return "formula", f"{found(value)}, expected text that a spreadsheet does not run as a formula"
    elif value and not pattern.fullmatch(value):
        if value.startswith(("=", "@")):
            return "formula", f"{found(value)}, expected the number itself, not a formula"
        return "number", found(value)
    return None


def hint(value: str, dtype: str, *, is_year: bool = False) -> str:
    """Return, between brackets, what was probably meant by `value` or done to it by a spreadsheet; empty where unclear."""
    text = value.strip()
    if is_year and re.fullmatch(r"[2-5]\d{4}", text):
        return f" (a spreadsheet's number for the date {_DAY_ZERO + timedelta(days=int(text))})"
    if _DATE.fullmatch(text):
        return " (a spreadsheet makes dates of such cells: set the column to text and type it again)"
    if dtype not in NUMBER:
        return ""
    return next((f" (write {plain})" for plain in _plain_forms(text, dtype) if NUMBER[dtype].fullmatch(plain)), "")


def _plain_forms(text: str, dtype: str) -> Iterator[str]:
    """What `text` may have been meant as, likeliest first."""
    bare = re.sub(r"^(€|eur|euro)\s*|\s*(%|€|eur|euro|,-)$", "", text, flags=re.I)
    if dtype == "Int64" and _THOUSANDS.fullmatch(bare):
        yield re.sub(r"[^0-9+-]", "", bare)
    if re.fullmatch(r"[+-]?\d+,\d+", bare):
        yield bare.replace(",", ".")
    if bare != text:
        yield bare
    if re.fullmatch(r"[+-]?\d+\.0+", bare):
        yield bare.partition(".")[0]


def _meant(value: str) -> str | None:
    """The text as it was before UTF-8 was read as Western Windows text ("Ã©" for "é"), or None where that did not happen."""
    if value.isascii():
        return None
    try:
        before = value.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
    return before

"""Kinds of columns in the hand-coded files: what each may hold, and how a message says so."""

from collections.abc import Iterable
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa

from wijkanalyse.errors import listing
from wijkanalyse.evidence import codes
from wijkanalyse.years import LAST_YEAR

FIRST_YEAR: Final = 2010

WEB = r"^https?://\S+\.\S+\Z"
URL_EXPECTED = "a web address that begins with http:// or https:// and has no spaces"
# No share of clients or municipalities that a page prints lies under 1 percent.
NO_FRACTION = "{} [fraction]: a percentage such as 77, not a fraction such as 0.77"
SPAN = r"^20[123]\d(-20[123]\d)?\Z"
RANGE = r"^\d+(\.\d+)?(-\d+(\.\d+)?)?\Z"


def column(description: str, expected: str, *, nullable: bool = False, **checks: Any) -> Any:
    """A column with its description and what is expected in it, in words for a message."""
    return pa.Field(description=description, nullable=nullable, metadata={"expected": expected}, **checks)


def text_column(description: str, *, nullable: bool = False) -> Any:
    """Free text."""
    # Spaces at the ends are invisible in a spreadsheet and make two words of one.
    return column(description, "text without spaces at its ends", nullable=nullable, str_matches=r"(?s)^\S(.*\S)?\Z")


def code_column(description: str, values: Iterable[str], *, nullable: bool = False) -> Any:
    """One word of a closed list."""
    allowed = list(values)
    return column(description, f"one of {listing(allowed, 40)}", nullable=nullable, isin=allowed)


def key_column(description: str, pattern: str, expected: str, *, unique: bool = True) -> Any:
    """What names a record."""
    return column(description, expected, str_matches=pattern, unique=unique)


def count_column(description: str) -> Any:
    """A number of people, cases or municipalities; empty where not stated."""
    return column(description, "a whole number, 1 or more", nullable=True, ge=1)


def year_column(description: str) -> Any:
    """A year, or empty where not known."""
    expected = f"a year from {FIRST_YEAR} to {LAST_YEAR}"
    return column(description, expected, nullable=True, ge=FIRST_YEAR, le=LAST_YEAR)


def percent_column(description: str, *, nullable: bool = False) -> Any:
    """A percentage."""
    return column(description, "a percentage from 0 to 100", nullable=nullable, ge=0, le=100)


def euro_column(description: str) -> Any:
    """Whole euros; empty where not stated."""
    return column(description, "a whole number of euros, 0 or more", nullable=True, ge=0)


def gm_code_column() -> Any:
    """The CBS code of one municipality."""
    return column(
        "CBS code of the municipality; empty for regions and several municipalities",
        "GM and four digits, such as GM0014",
        nullable=True,
        str_matches=r"^GM\d{4}\Z",
    )


def url_column() -> Any:
    """The page that a record rests on."""
    return column("address of the page the record rests on", URL_EXPECTED, str_matches=WEB)


def theme_column(name: str) -> Any:
    """A theme, barrier or enabling factor: seen (1) or not (0)."""
    kind, label = codes.THEMES[name]
    return column(f"{kind}: {label}; 1 = named in the visible text, 0 = not seen in it", "0 or 1", isin=[0, 1])


def within_unit(values: pd.Series, units: pd.Series, unit: str) -> pd.Series:
    """Whether each value in `unit` lies on the scale of that unit; others pass."""
    low, high, _ = codes.UNIT_RANGES[unit]
    return values.isna() | units.ne(unit) | values.between(low, high).fillna(False)


def no_fraction(values: pd.Series) -> pd.Series:
    """Whether each value is no number between 0 and 1."""
    return ~(values.abs().gt(0) & values.abs().lt(1)).fillna(False)

"""Writing numbers the way a reader expects them: Dutch, or English when that is spoken."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from wijkanalyse.report.language import spoken, tr

MINUS = "\N{MINUS SIGN}"
NARROW_SPACE = "\N{NO-BREAK SPACE}"
SMALLEST_P = 0.001
"""Below this a p value is not told apart."""

_MARKS = {"nl": str.maketrans(",.", ".,"), "en": {}}
_MONTHS = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
]


def number(value: float, decimals: int = 0, signed: bool = False) -> str:
    """Return `value` with a decimal comma, thousands points (in English the reverse) and a real minus sign.

    ``signed`` adds a plus.

    Halves are rounded away from zero, as a reader does; a rounded zero has no sign.
    """
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(float(value))).quantize(step, rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}".translate(_MARKS[spoken()])
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return sign + text


def with_unit(value: float, unit: str, decimals: int | None = None, signed: bool = False) -> str:
    """Return a number with its unit: percent, points (percentage points), days, grade, count, ratio, p or year."""
    if unit == "year":
        return f"{value:.0f}"
    if unit == "p":
        return number(value, 3) if value >= SMALLEST_P else f"<{NARROW_SPACE}{number(SMALLEST_P, 3)}"
    default = {"percent": 1, "points": 1, "days": 0, "grade": 1, "count": 0, "ratio": 2}[unit]
    text = number(value, default if decimals is None else decimals, signed)
    if unit == "percent":
        return text + "%"
    word = {"points": "procentpunt", "days": "dag" if text.lstrip(MINUS + "+") == "1" else "dagen"}.get(unit)
    return f"{text}{NARROW_SPACE}{tr(word)}" if word else text


def interval(lower: float, upper: float, unit: str, decimals: int | None = None) -> str:
    """Return ``"a tot b"`` (``"a to b"``) with the unit once."""
    first = with_unit(lower, unit, decimals)
    bare = first.removesuffix("%").split(NARROW_SPACE)[0]
    return tr("{lower} tot {upper}", lower=bare, upper=with_unit(upper, unit, decimals))


def date(iso: str) -> str:
    """Return the day of an ISO moment as a date in words: ``"30 april 2026"``."""
    year, month, day = iso[:10].split("-")
    return f"{int(day)} {tr(_MONTHS[int(month) - 1])} {year}"


def enumeration(items: list[str]) -> str:
    """Return ``"a, b en c"`` (``"a, b and c"``)."""
    if len(items) < 2:
        return "".join(items)
    return tr("{first} en {last}", first=", ".join(items[:-1]), last=items[-1])

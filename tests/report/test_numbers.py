"""Numbers as a Dutch reader writes them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkanalyse.report.language import speaking
from wijkanalyse.report.numbers import MINUS, date, enumeration, interval, number, with_unit
from wijkanalyse.report.words import difference_in_words


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234.5, 1, "1.234,5"),
        (9892, 0, "9.892"),
        (-10, 0, f"{MINUS}10"),
        (2.25, 1, "2,3"),  # halves away from zero, as by hand
        (-2.25, 1, f"{MINUS}2,3"),
        (-0.04, 1, "0,0"),  # a rounded zero has no sign
        (1234567, 0, "1.234.567"),
    ],
)
def test_number(value: float, decimals: int, text: str) -> None:
    assert number(value, decimals) == text


def test_units() -> None:
    assert with_unit(3.6, "percent") == "3,6%"
    assert with_unit(-52, "days") == f"{MINUS}52\u00a0dagen"
    assert with_unit(1, "days") == "1\u00a0dag"
    assert with_unit(-5.2, "points") == f"{MINUS}5,2\u00a0procentpunt"
    assert with_unit(7.7, "grade") == "7,7"
    assert with_unit(2020, "year") == "2020"
    assert interval(334.4, 349.6, "days") == "334 tot 350\u00a0dagen"
    assert interval(2.2, 2.61, "percent") == "2,2 tot 2,6%"


def test_in_english_points_and_commas_change_places_and_the_words_too() -> None:
    with speaking("en"):
        assert number(-1234.5, 1) == f"{MINUS}1,234.5"
        assert with_unit(-5.2, "points") == f"{MINUS}5.2\u00a0percentage points"
        assert with_unit(1, "days") == "1\u00a0day"
        assert interval(334.4, 349.6, "days") == "334 to 350\u00a0days"
        assert date("2026-04-30T02:00:00") == "30 April 2026"
        assert enumeration(["a", "b", "c"]) == "a, b and c"
        assert number(1, 1) == "1.0"
    assert number(1, 1) == "1,0"


def test_dates_and_enumerations() -> None:
    assert date("2026-04-30T02:00:00") == "30 april 2026"
    assert enumeration(["2019"]) == "2019"
    assert enumeration(["a", "b", "c"]) == "a, b en c"


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_a_printed_number_reads_back_within_its_rounding(value: float, decimals: int) -> None:
    text = number(value, decimals).replace(".", "").replace(",", ".").replace(MINUS, "-")
    assert math.isclose(float(text), value, abs_tol=0.5 * 10**-decimals + 1e-6, rel_tol=1e-12)


@given(st.floats(-100, 100), st.floats(0.001, 50))
def test_words_of_a_difference_never_say_more_than_its_interval(middle: float, half: float) -> None:
    lower, upper = middle - half, middle + half
    words = difference_in_words(lower, upper)
    assert words == ("hoger dan" if lower > 0 else "lager dan" if upper < 0 else "niet aantoonbaar verschillend van")

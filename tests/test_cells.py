"""A published figure and why it is empty when it is."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkanalyse.cells import (
    LARGEST_SUPPRESSED,
    NOT_APPLICABLE,
    NOT_PUBLISHED,
    PUBLISHED,
    REASONS,
    SUPPRESSED,
    count_bounds,
    least_known,
    parse_published,
)
from wijkanalyse.config import Panel
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example.publish import rounded

WHERE = "table 85097NED, column GestartMetCrisis_15 (Gestart met crisis)"


def test_cells_as_cbs_prints_them():
    texts = pd.Series(["     595", "       .", "", "     1.1", "       0", "    -2.5", "   .   "], index=list("abcdefg"))
    cells = parse_published(texts, WHERE)
    assert list(cells.index) == list("abcdefg")
    assert list(cells["value"]) == pytest.approx([595, np.nan, np.nan, 1.1, 0, -2.5, np.nan], nan_ok=True)
    assert list(cells["reason"]) == [PUBLISHED, SUPPRESSED, NOT_APPLICABLE, PUBLISHED, PUBLISHED, PUBLISHED, SUPPRESSED]


@pytest.mark.parametrize("odd", ["x", "1,5", "12*", "-", "..", "nan", "inf", "1 000"])
def test_any_other_text_is_an_error_that_names_table_and_column(odd: str):
    with pytest.raises(WijkanalyseError) as caught:
        parse_published(pd.Series(["     595", odd, odd]), WHERE)
    assert WHERE in str(caught.value)
    assert f"{odd!r} in 2 cells" in str(caught.value)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.integers(-10_000, 10_000_000), st.none()), min_size=1))
def test_every_count_survives_being_printed(counts: list[int | None]):
    printed = pd.Series(["." if count is None else str(count) for count in counts]).str.rjust(8)
    cells = parse_published(printed, WHERE)
    assert [None if np.isnan(value) else int(value) for value in cells["value"]] == counts
    assert list(cells["reason"].eq(SUPPRESSED)) == [count is None for count in counts]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 3_000), min_size=1))
def test_the_true_count_lies_within_the_bounds(counts: list[int]):
    """Whatever CBS prints of it: rounded to 5, and '.' for 0 to 7."""
    true = np.array(counts, dtype=float)
    printed = rounded(true)
    reason = np.where(np.isnan(printed), SUPPRESSED, PUBLISHED)
    bounds = count_bounds(pd.DataFrame({"value": printed, "reason": reason}), rounded_to=5, suppressed_up_to=7)
    assert (bounds["low"] <= true).all()
    assert (true <= bounds["high"]).all()
    assert (bounds["high"] - bounds["low"] <= 7).all()
    assert (bounds["low"] >= 0).all()


def test_bounds_by_hand():
    cells = pd.DataFrame(
        {"value": [600, np.nan, np.nan, np.nan, 0], "reason": [PUBLISHED, SUPPRESSED, NOT_APPLICABLE, NOT_PUBLISHED, PUBLISHED]}
    )
    bounds = count_bounds(cells, rounded_to=5, suppressed_up_to=7)
    assert list(bounds["low"]) == pytest.approx([597.5, 0, np.nan, np.nan, 0], nan_ok=True)
    assert list(bounds["high"]) == pytest.approx([602.5, 7, np.nan, np.nan, 2.5], nan_ok=True)


def test_counts_that_are_not_rounded_are_exact():
    bounds = count_bounds(pd.DataFrame({"value": [15487.0], "reason": [PUBLISHED]}), rounded_to=1, suppressed_up_to=0)
    assert bounds.iloc[0].tolist() == [15487, 15487]


def test_the_least_known_cell_decides():
    reasons = pd.Series([PUBLISHED, SUPPRESSED, PUBLISHED, PUBLISHED, SUPPRESSED, NOT_PUBLISHED])
    group = pd.Series(["one", "one", "two", "two", "three", "three"])
    assert least_known(reasons, [group]).to_dict() == {"one": SUPPRESSED, "two": PUBLISHED, "three": NOT_PUBLISHED}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(REASONS), min_size=1, max_size=6), st.randoms())
def test_the_least_known_does_not_depend_on_the_order(reasons: list[str], random):
    shuffled = random.sample(reasons, len(reasons))
    first, second = (least_known(pd.Series(some), [pd.Series(["x"] * len(some))]).item() for some in (reasons, shuffled))
    assert first == second
    assert REASONS.index(first) == max(map(REASONS.index, reasons))


def test_the_configuration_allows_exactly_what_a_suppressed_count_can_be():
    with pytest.raises(ValueError, match=f"less than or equal to {LARGEST_SUPPRESSED}"):
        Panel(suppressed_value=LARGEST_SUPPRESSED + 0.1)
    assert Panel(suppressed_value=LARGEST_SUPPRESSED).suppressed_value == LARGEST_SUPPRESSED

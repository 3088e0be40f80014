"""The filter language: what a row must meet."""

import numpy as np
import pytest

from wijkanalyse.example.odata_filter import FilterError, matching_rows
from wijkanalyse.example.rowsets import ListSet

ROWS = ListSet(
    [
        {"RegioS": "NL01  ", "Title": "Nederland", "Number": 1},
        {"RegioS": "GM0014", "Title": "Groningen (gemeente)", "Number": 20},
        {"RegioS": "GM0518", "Title": "'s-Gravenhage (gemeente)", "Number": 300},
        {"RegioS": "PV20  ", "Title": "Groningen (PV)", "Number": None},
    ]
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("RegioS eq 'GM0014'", [1]),
        ("'GM0014' eq RegioS", [1]),
        ("RegioS ne 'GM0014'", [0, 2, 3]),
        ("Number gt 1", [1, 2]),
        ("20 ge Number", [0, 1]),
        ("Number lt 20.5 and Number ge 1", [0, 1]),
        ("Number le 1 or RegioS eq 'PV20  '", [0, 3]),
        ("Number eq null", [3]),
        ("Number ne null", [0, 1, 2]),
        ("not (Number gt 1)", [0, 3]),
        ("not startswith(RegioS,'GM') and Number eq 1", [0]),
        ("substringof('Groningen', Title)", [1, 3]),
        ("substringof('Groningen',Title) eq false", [0, 2]),
        ("startswith(Title, '''s-')", [2]),
        ("endswith(Title,'(PV)') or endswith(Title,'land')", [0, 3]),
        ("tolower(Title) eq 'nederland'", [0]),
        ("trim(RegioS) eq 'NL01'", [0]),
        # and binds stronger than or; parentheses change that
        ("RegioS eq 'NL01  ' or RegioS eq 'GM0014' and Number eq 1", [0]),
        ("(RegioS eq 'NL01  ' or RegioS eq 'GM0014') and Number eq 20", [1]),
        ("((RegioS eq 'NL01  ')) and ((Number eq 1))", [0]),
    ],
)
def test_filter_lets_through(text: str, rows: list[int]):
    assert np.flatnonzero(matching_rows(text, ROWS.column)).tolist() == rows


@pytest.mark.parametrize(
    "text",
    [
        "RegioS",
        "RegioS eq",
        "RegioS is 'GM0014'",
        "RegioS eq 'GM0014' RegioS",
        "RegioS eq 'GM0014",
        "(RegioS eq 'GM0014'",
        "Nothing eq 'GM0014'",
        "RegioS eq 14",
        "Number eq 'x'",
        "startswith('GM', RegioS)",
        "substringof(Title,'Groningen')",
        "RegioS eq Title",
        "RegioS eq ;",
        "and",
    ],
)
def test_what_is_no_filter_is_refused(text: str):
    with pytest.raises(FilterError, match="filter"):
        matching_rows(text, ROWS.column)

"""Sixty-odd ways in which a file comes back from a spreadsheet, an editor or a mailbox: each is named, none changes a file."""

import codecs
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wijkanalyse.cli import main
from wijkanalyse.evidence.loading import read_evidence
from wijkanalyse.evidence.problems import RULES
from wijkanalyse.evidence.schemas import ALL_TABLES

from .conftest import RAW

TABLE = "client_surveys"
# Small files: the rules are those of the column, however many records there are. First record: a percentage with its n.
HEADER = ",".join(ALL_TABLES[TABLE].to_schema().columns)
CELLS = {
    "survey_id": "UTR-2020-wt",
    "organisation": "Buurtteams Utrecht",
    "gm_name": "Utrecht",
    "gm_code": "GM0344",
    "year": "2020",
    "year_basis": "stated",
    "population": "wijkteam",
    "indicator": "kwaliteit",
    "value": "80.5",
    "unit": "percent",
    "precision": "exact",
    "n": "1234",
    "n_survey": "",
    "n_basis": "exact",
    "subgroup": "all",
    "respondent_type": "clients",
    "instrument": "",
    "url": "https://example.nl/rapport",
    "note": "cliënten: één meting",
}
GRADE = {**CELLS, "indicator": "tevredenheid_cijfer", "value": "7.8", "unit": "grade"}


def row(cells: dict[str, str]) -> str:
    return ",".join(f'"{value}"' if any(sign in value for sign in ',"\n\r') else value for value in cells.values())


GOOD = "\r\n".join([HEADER, row(CELLS), row(GRADE), ""])


def with_cell(**values: str) -> bytes:
    return "\r\n".join([HEADER, row({**CELLS, **values}), row(GRADE), ""]).encode()


def lines(*texts: str) -> bytes:
    return "\r\n".join([*texts, ""]).encode()


def swapped(first: str, second: str) -> bytes:
    """The values of two columns in each other's place, under an unchanged header."""
    return with_cell(**{first: CELLS[second], second: CELLS[first]})


# what it is: (bytes of client_surveys.csv, rule, row, column, words of the message)
FILES: dict[str, tuple[bytes, str, int, str, str]] = {
    "empty file": (b"", "records", 0, "", "the file is empty"),
    "only a byte order mark": (codecs.BOM_UTF8, "records", 0, "", "the file is empty"),
    "only blank lines": (b"\r\n\r\n", "records", 0, "", "the file is empty"),
    "only the header": (lines(HEADER), "records", 1, "", "holds only the header row"),
    "no header": (lines(row(CELLS)), "header", 1, "", "none of them a column"),
    "Western Windows text": (GOOD.encode("cp1252"), "encoding", 2, "", 'is 0xEB ("ë" in Western Windows text)'),
    "old Mac text": (GOOD.encode("mac-roman"), "encoding", 2, "", "not UTF-8: byte"),
    "UTF-16 with a mark": (GOOD.encode("utf-16"), "encoding", 1, "", "it is UTF-16"),
    "UTF-16 big endian": (codecs.BOM_UTF16_BE + GOOD.encode("utf-16-be"), "encoding", 1, "", "it is UTF-16"),
    "UTF-16 without a mark": (GOOD.replace("ë", "e").replace("é", "e").encode("utf-16-le"), "encoding", 1, "", "like UTF-16"),
    "UTF-32": (GOOD.encode("utf-32-le"), "encoding", 1, "", "not UTF-8"),
    "an Excel workbook": (b"PK\x03\x04\x14\x00" + bytes(100), "encoding", 1, "", "Excel workbook"),
    "UTF-8 saved as Windows text and again": (
        lines(HEADER, row(CELLS).encode().decode("cp1252")), "characters", 2, "note", 'expected "cliënten: één meting"'
    ),
    "a letter lost in an earlier save": (with_cell(note="cli�nten"), "characters", 2, "note", "REPLACEMENT CHARACTER"),
    "a NUL byte": (with_cell(note="te\0am"), "characters", 2, "note", 'found "te\\x00am" with the character U+0000'),
    "NUL bytes in a number": (with_cell(n="12\0"), "characters", 2, "n", "U+0000"),
    "NUL bytes in the header": (lines(HEADER.replace("note", "no\0te"), row(CELLS)), "header", 1, "", 'column "no\\x00te"'),
    "an invisible space": (with_cell(precision="exact\u200b"), "characters", 2, "precision", "ZERO WIDTH SPACE"),
    "text that runs backwards": (with_cell(note="a\u202eb"), "characters", 2, "note", "RIGHT-TO-LEFT OVERRIDE"),
    "a second byte order mark": (codecs.BOM_UTF8 * 2 + GOOD.encode(), "header", 1, "", 'unknown column "\\ufeffsurvey_id"'),
    "semicolons": (GOOD.replace(",", ";").encode(), "separator", 1, "", "separated by semicolons, expected commas"),
    "tabs": (GOOD.replace(",", "\t").encode(), "separator", 1, "", "separated by tabs"),
    "vertical bars": (GOOD.replace(",", "|").encode(), "separator", 1, "", "separated by vertical bars"),
    "a missing column": (
        lines(HEADER.removesuffix(",note"), row(CELLS).rsplit(",", 1)[0]), "header", 1, "", "missing column note"
    ),
    "an extra column": (lines(HEADER + ",remark", row(CELLS) + ",x"), "header", 1, "", 'unknown column "remark"'),
    "an extra column without a name": (lines(HEADER + ",", row(CELLS) + ","), "header", 1, "", "a name (column 20)"),
    "a column twice": (lines(HEADER + ",url", row(CELLS) + ",x"), "header", 1, "", '"url" stands there 2 times'),
    "a header in capitals": (lines(HEADER.upper(), row(CELLS)), "header", 1, "", "none of them a column"),
    "a name with a space": (lines(HEADER.replace("unit", " unit"), row(CELLS)), "header", 1, "", 'did you mean "unit"?'),
    "swapped columns": (swapped("n", "organisation"), "number", 2, "n", 'found "Buurtteams Utrecht", expected'),
    "swapped words": (swapped("population", "indicator"), "words", 2, "indicator", "found wijkteam, expected one of"),
    "a row with a field too many": (lines(HEADER, row(CELLS) + ",x", row(GRADE)), "fields", 2, "", "found 20 fields"),
    "a row with commas at its end": (lines(HEADER, row(CELLS) + ",,,"), "fields", 2, "", "remove the commas at its end"),
    "a row with a field too few": (
        lines(HEADER, row(CELLS), row(GRADE).rsplit(",", 1)[0]), "fields", 3, "", "found 18 fields, expected 19"
    ),
    "a row of one field": (lines(HEADER, row(CELLS), "the end"), "fields", 3, "", "found 1 field, expected 19"),
    "a quote that is never closed": (lines(HEADER, row(CELLS), row(GRADE)[:-10] + ',"open'), "quotes", 3, "", "never closed"),
    "text after a closing quote": (lines(HEADER, row(CELLS) + ',"a"b'), "quotes", 2, "", "text after a closing quote"),
    "a row of empty cells": (lines(HEADER, row(CELLS), "," * 18), "records", 3, "", "found only empty cells"),
    "a cell of 5 MB": (with_cell(note="x" * 5_000_000), "length", 2, "note", "of 5,000,000 characters, expected at most 2,000"),
    "a number of 5 MB": (with_cell(n="1" * 5_000_000), "length", 2, "n", "of 5,000,000 characters"),
    "a header of 5 MB": (("x" * 5_000_000 + "," + GOOD).encode(), "header", 1, "", "unknown column"),
    "a file of 21 MB": (b"x" * 21_000_000, "length", 0, "", "found 21,000,000 bytes, expected at most 20,000,000"),
    "a formula": (with_cell(note='=HYPERLINK("x")'.replace('"', "'")), "formula", 2, "note", "found =HYPERLINK"),
    "a formula that begins with a plus": (with_cell(organisation="+31 30 123"), "formula", 2, "organisation", "formula"),
    "a formula that begins with a minus": (with_cell(note="-1+cmd|x"), "formula", 2, "note", "formula"),
    "a formula that begins with an at": (with_cell(instrument="@SUM(A1)"), "formula", 2, "instrument", "formula"),
    "a formula for a number": (with_cell(value="=8*10"), "formula", 2, "value", "expected the number itself"),
    "a decimal comma": (with_cell(value="80,5"), "number", 2, "value", "(write 80.5)"),
    "a percent sign": (with_cell(value="80.5%"), "number", 2, "value", "(write 80.5)"),
    "a percentage as a fraction": (with_cell(value="0.805"), "fraction", 2, "value", "a percentage such as 77"),
    "a percentage over 100": (with_cell(value="805"), "range", 2, "value", "found 805, expected a percentage from 0 to 100"),
    "a negative percentage": (with_cell(value="-80.5"), "range", 2, "value", "found -80.5"),
    "a grade of 78": (lines(HEADER, row({**GRADE, "value": "78"})), "range", 2, "value", "a grade from 1 to 10"),
    "an Excel date for a value": (with_cell(value="8-mei"), "number", 2, "value", "a spreadsheet makes dates"),
    "an Excel date for a year": (with_cell(year="1-1-2020"), "number", 2, "year", "a spreadsheet makes dates"),
    "an Excel number for a year": (with_cell(year="43831"), "range", 2, "year", "number for the date 2020-01-01"),
    "a year in the future": (with_cell(year="2099"), "range", 2, "year", "found 2099, expected a year from 2010 to 2026"),
    "a year before there were teams": (with_cell(year="1920"), "range", 2, "year", "found 1920"),
    "n with a point for thousands": (with_cell(n="1.234"), "number", 2, "n", "(write 1234)"),
    "n with a comma for thousands": (with_cell(n="1,234"), "number", 2, "n", "(write 1234)"),
    "a negative n": (with_cell(n="-12"), "range", 2, "n", "found -12, expected a whole number, 1 or more"),
    "an n of 0": (with_cell(n="0"), "range", 2, "n", "found 0"),
    "n in the scientific notation": (with_cell(n="1.2E+03"), "number", 2, "n", "found 1.2E+03, expected a whole number"),
    "digits of another script": (with_cell(n="١٢"), "number", 2, "n", "expected a whole number"),
    "NA": (with_cell(value="NA"), "number", 2, "value", "found NA"),
    "an error of Excel": (with_cell(value="#DEEL/0!"), "number", 2, "value", "found #DEEL/0!"),
    "an empty cell that must be filled": (with_cell(organisation=""), "required", 2, "organisation", "found nothing"),
    "an unknown municipality": (with_cell(gm_code="GM9999"), "municipality", 2, "gm_code", "; Utrecht is GM0344"),
    "another municipality": (with_cell(gm_name="Zwolle"), "municipality", 2, "gm_name", "found Zwolle with GM0344"),
    "a code without its zero": (with_cell(gm_code="GM344"), "form", 2, "gm_code", "found GM344, expected GM and four digits"),
    "a code with a line end": (with_cell(gm_code="GM0344\n"), "form", 2, "gm_code", 'found "GM0344\\x0a"'),
    "an unknown word": (with_cell(precision="exakt"), "words", 2, "precision", 'did you mean "exact"?'),
    "a word with a capital": (with_cell(unit="Percent"), "words", 2, "unit", 'did you mean "percent"?'),
    "a url without scheme": (with_cell(url="www.example.nl"), "form", 2, "url", "begins with http:// or https://"),
    "a url with a space": (with_cell(url="https://example.nl/een rapport"), "form", 2, "url", "has no spaces"),
    "an n without a basis": (with_cell(n_basis="not_stated"), "together", 2, "n", "expected empty where n_basis"),
    "another unit than the indicator's": (with_cell(unit="grade", value="8"), "together", 2, "unit", "unit of its indicator"),
    "a record twice": (lines(HEADER, row(CELLS), row(CELLS)), "unique", 3, "subgroup", "again (first in row 2)"),
    "rows of one survey that differ": (
        lines(HEADER, row(CELLS), row({**GRADE, "population": "wmo"})), "survey", 3, "population", "as in the first row of UTR"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_a_malformed_file_is_named_and_left_alone(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, rule, line, column, words = FILES[what]
    path = tmp_path / f"{TABLE}.csv"
    path.write_bytes(content)
    before = hashlib.sha256(content).hexdigest()
    assert main(["evidence", "check", str(path)]) == 1
    shown = capsys.readouterr().err
    assert len(shown) < 4000  # a cell of 5 MB is not printed
    named = [text for text in shown.splitlines() if text.startswith(f"  {path.name}") and text.endswith(f" [{rule}]")]
    where = path.name + (f" row {line}" if line else "")
    mine = [text for text in named if text.strip().startswith(where) and words in text]
    if column:
        mine = [text for text in mine if f", column {column}: " in text]
    assert mine, shown
    assert f"  [{rule}] {RULES[rule]}" in shown  # and what to do
    assert "Traceback" not in shown
    assert list(tmp_path.iterdir()) == [path]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_there_are_sixty_of_them_and_every_rule_is_broken() -> None:
    """Rules between files and on names of files have tests of their own in test_files, test_rules and test_second_coder."""
    assert len(FILES) >= 60
    assert set(RULES) - {rule for _, rule, *_ in FILES.values()} == {"file", "reference", "second_coder"}


ACCEPTED = {
    "a byte order mark": codecs.BOM_UTF8 + GOOD.encode(),
    "line ends of Unix": GOOD.replace("\r\n", "\n").encode(),
    "line ends of an old Mac": GOOD.replace("\r\n", "\r").encode(),
    "blank lines at the end": GOOD.encode() + b"\r\n\r\n\n",
    "a blank line between": lines(HEADER, "", row(CELLS), row(GRADE)),
    "no line end at the end": GOOD.rstrip().encode(),
    "quotes around every cell": "\r\n".join(
        ",".join(f'"{cell}"' for cell in cells) for cells in ([*CELLS], [*CELLS.values()], [*GRADE.values()])
    ).encode(),
    "columns in another order": lines(
        *(",".join(list(cells)[::-1]) for cells in ([*CELLS], [*CELLS.values()], [*GRADE.values()]))
    ),
}


@pytest.mark.parametrize("what", ACCEPTED)
def test_what_loses_nothing_is_accepted(what: str, tmp_path: Path) -> None:
    def table(content: bytes) -> list[tuple[object, ...]]:
        tables, problems = read_evidence({TABLE: tmp_path / f"{TABLE}.csv"}, contents={TABLE: content})
        assert problems == []
        return [tuple(record) for record in tables[TABLE][sorted(CELLS)].astype("str").itertuples(index=False)]

    assert table(ACCEPTED[what]) == table(GOOD.encode())


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("client_surveys (1).csv", lambda path: path.write_text("x")),
        ("Client_Surveys.CSV", lambda path: path.write_text("x")),
        ("client_surveys.csv", lambda path: path.mkdir()),
        ("client_surveys.csv", lambda path: None),
    ],
)
def test_a_file_that_is_none(
    name: str, make: Callable[[Path], object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / name)
    assert main(["evidence", "check", str(tmp_path / name)]) == 1
    assert f"  {name}" in (shown := capsys.readouterr().err)
    assert "[file]" in shown


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path := tmp_path / f"{TABLE}.csv").write_text(GOOD)

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    _, problems = read_evidence({TABLE: path})
    assert [problem.text for problem in problems] == ["cannot be read (Permission denied)"]


def test_a_stray_file_in_the_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file under a wrong name would be passed over in silence."""
    for path in RAW.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "own_business_case.csv").write_text("case_id\n")
    (tmp_path / "~$client_surveys.csv").write_bytes(b"\0")
    assert main(["evidence", "check", str(tmp_path)]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("1 problem ")
    assert 'own_business_case.csv: is no evidence table; did you mean "own_business_cases.csv"?' in shown


# --- whatever the bytes are ------------------------------------------------------------------------------------------

PLACE = {name: Path(f"{name}.csv") for name in ALL_TABLES}
CASES = (RAW / "business_case.csv").read_bytes().split(b"\r\n")
SMALL = b"\r\n".join(CASES[:4]) + b"\r\n"


def check_bytes(table: str, content: bytes) -> None:
    """Reading ends in tables or in problems that name file and rule, on one line, and in nothing else."""
    tables, problems = read_evidence({table: PLACE[table]}, contents={table: content})
    assert problems or set(tables) <= {table}
    for problem in problems:
        assert problem.file == f"{table}.csv"
        assert problem.rule in RULES
        assert len(str(problem).splitlines()) == 1
        assert len(str(problem)) < 1500


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    check_bytes("business_case", content)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SMALL) - 1), st.integers(0, 12), st.binary(max_size=12))
def test_any_bytes_in_the_place_of_others(start: int, length: int, other: bytes) -> None:
    check_bytes("business_case", SMALL[:start] + other + SMALL[start + length :])


SPECIAL = st.sampled_from(
    ["=1+1", "0.5", "1.234", "1e9", "nan", "inf", "-0", "GM0599\n", "2020-01-01", "٣", "\0", "\ufeff", '"', "é", "ï"]
)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_cells(data: st.DataObject) -> None:
    header = CASES[0].decode().split(",")
    cells = data.draw(st.lists(st.one_of(st.text(max_size=15), SPECIAL), min_size=len(header), max_size=len(header)))
    quoted = ",".join('"' + text.replace('"', '""') + '"' for text in cells)
    check_bytes("business_case", CASES[0] + b"\r\n" + CASES[1] + b"\r\n" + quoted.encode("utf-8", "surrogatepass") + b"\r\n")

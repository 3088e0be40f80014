"""Files as they come out of Excel, an editor or a mailbox."""

import pytest

from wijkanalyse.evidence import TABLES, load_evidence
from wijkanalyse.evidence.reading import read_text

from .conftest import KNOWN_CODES, Records, said

COLUMNS = list(TABLES["local_studies"].to_schema().columns)


def file_problems(records: Records) -> list[str]:
    """Return what is wrong with the file as a file; its values are not looked at."""
    _, problems = read_text(records.path("local_studies"), COLUMNS)
    return [said(problem) for problem in sorted(problems)]


def spoil(records: Records, content: bytes) -> str:
    records.path("local_studies").write_bytes(content)
    problems = file_problems(records)
    assert len(problems) == 1, problems
    return problems[0]


@pytest.fixture
def raw(records: Records) -> bytes:
    return records.path("local_studies").read_bytes().replace(b"\r\n", b"\n")


def test_missing_file(records: Records) -> None:
    records.path("local_studies").rename(records.folder / "local_study.csv")
    assert records.problems()[1] == 'local_study.csv: is no evidence table; did you mean "local_studies.csv"?'
    assert file_problems(records) == [f'local_studies.csv: not found in {records.folder}; did you mean "local_study.csv"?']


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \n"])
def test_empty_file(records: Records, content: bytes) -> None:
    assert spoil(records, content) == "local_studies.csv: the file is empty, expected a header row and records"


def test_header_only(records: Records, raw: bytes) -> None:
    assert spoil(records, raw.splitlines(keepends=True)[0]) == (
        "local_studies.csv row 1: holds only the header row, expected at least one record"
    )


def test_semicolons(records: Records, raw: bytes) -> None:
    text = spoil(records, raw.replace(b",", b";"))
    assert text.startswith("local_studies.csv row 1: the fields are separated by semicolons, expected commas")
    assert "Excel" in text


def test_tabs(records: Records, raw: bytes) -> None:
    assert "separated by tabs, expected commas" in spoil(records, raw.replace(b",", b"\t"))


def test_latin_1(records: Records, raw: bytes) -> None:
    lines = raw.split(b"\n")
    lines[3] = lines[3].replace(b"Tilburg", "Tilbürg".encode("latin-1"), 1)
    content = b"\n".join(lines)
    at = content.index(b"\xfc") + 1
    text = spoil(records, content)
    assert text.startswith(
        f'local_studies.csv row 4: not UTF-8: byte {at} is 0xFC ("ü" in Western Windows text); save as UTF-8'
    )


def test_latin_1_after_a_byte_order_mark(records: Records, raw: bytes) -> None:
    content = b"\xef\xbb\xbf" + raw.replace(b"Tilburg", b"Tilb\xfcrg", 1)
    assert f"byte {content.index(0xFC) + 1} is 0xFC" in spoil(records, content)


def test_excel_byte_order_mark_and_line_ends_are_accepted(records: Records, raw: bytes) -> None:
    records.path("local_studies").write_bytes(b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n"))
    assert len(load_evidence(records.folder, known_codes=KNOWN_CODES)["local_studies"]) == 52


def test_misspelled_column(records: Records, raw: bytes) -> None:
    records.path("local_studies").write_bytes(raw.replace(b"direction", b"directon", 1))
    assert file_problems(records) == [
        "local_studies.csv row 1: missing column direction",
        'local_studies.csv row 1: unknown column "directon"; did you mean "direction"?',
    ]


def test_column_twice(records: Records, raw: bytes) -> None:
    header, rest = raw.split(b"\n", 1)
    text = spoil(records, header + b",title\n" + rest)
    assert text == 'local_studies.csv row 1: column "title" stands there 2 times, expected once'


def test_too_many_fields(records: Records, raw: bytes) -> None:
    text = spoil(records, raw.replace(b"LS02,Effectencalculator", b"LS02,Effecten,calculator", 1))
    assert text == (
        "local_studies.csv row 3 (LS02): found 14 fields, expected 13: put a text that holds a comma between double quotes"
    )


def test_too_few_fields(records: Records, raw: bytes) -> None:
    lines = raw.split(b"\n")
    lines[2] = lines[2].rsplit(b",", 1)[0]
    assert "row 3 (LS02): found 12 fields, expected 13" in spoil(records, b"\n".join(lines))


def test_quote_that_is_never_closed(records: Records, raw: bytes) -> None:
    text = spoil(records, raw + b'LS99,"open title,and the rest\n')
    assert text.startswith("local_studies.csv row 54: cannot be read")
    assert "a quote that is opened and never closed" in text


def test_empty_row(records: Records, raw: bytes) -> None:
    assert spoil(records, raw + b"," * 12 + b"\n") == "local_studies.csv row 54: found only empty cells, expected a record"


def test_only_empty_rows(records: Records, raw: bytes) -> None:
    assert "only empty cells" in spoil(records, raw.splitlines(keepends=True)[0] + b"," * 12 + b"\n")


def test_blank_lines_are_passed_over_and_counted(records: Records, raw: bytes) -> None:
    header, rest = raw.split(b"\n", 1)
    records.path("local_studies").write_bytes(header + b"\n\n" + rest.replace(b"GM0599", b"GM9999", 1))
    assert records.problems()[0].startswith("local_studies.csv row 3 (LS01), column gm_code: found GM9999")


def test_files_that_cannot_be_read_are_reported_with_the_faults_of_the_others(records: Records, raw: bytes) -> None:
    records.path("local_studies").write_bytes(raw.replace(b",", b";"))
    records.path("annual_reports").write_bytes(b"")
    records.path("client_surveys").unlink()
    only_empty_rows = records.rows("municipal_polls")[0]
    records.write("municipal_polls", [only_empty_rows, [""] * len(only_empty_rows)])
    records.set("business_case", 2, level="total")
    assert [text.split(":")[0] for text in records.problems()] == [
        "annual_reports.csv",
        "business_case.csv row 2 (BC01), column level",
        "client_surveys.csv",
        "local_studies.csv row 1",
        "municipal_polls.csv row 2",
    ]

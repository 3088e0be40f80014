"""Read a hand-typed CSV as text, with the line number of every record, and say what is wrong with the file itself.

Nothing is converted here: an empty field stays empty and the text "NA" stays text, so that nothing is silently coerced.
What loses nothing is accepted: a byte order mark before UTF-8, line ends of Windows, Unix or an old Mac, blank lines, a last
line without an end, quotes around every field, and the columns in another order.
"""

import csv
import re
from collections.abc import Collection
from io import StringIO
from pathlib import Path
from typing import Final

import pandas as pd

from wijkanalyse.errors import listing, nearest
from wijkanalyse.evidence.problems import Problem, visible

LARGEST_FILE_BYTES: Final = 20_000_000
_SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_MARK: Final = b"\xef\xbb\xbf"
# How a file begins that is no text at all, or text of another kind.
_OTHER_FILES: Final = {
    b"PK\x03\x04": "it is an Excel workbook or another zip file",
    b"\xd0\xcf\x11\xe0": "it is an old Excel workbook",
    b"\xff\xfe": 'it is UTF-16 ("Unicode text" in Excel)',
    b"\xfe\xff": 'it is UTF-16 ("Unicode text" in Excel)',
}


def read_text(path: Path, columns: list[str], optional: Collection[str] = ()) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read `path` as text; return the frame and the problems of the file.

    The frame has `columns` in the order of the file and the line number (header = 1) of each record as index; those of
    `optional` may be absent. It is None where the file cannot be read as a table at all. Records with a wrong number of
    fields are left out and named.
    """
    raw, problem = _bytes(path)
    if raw is None:
        return None, [problem] if problem else []
    return parse(path.name, raw, columns, optional)


def parse(
    file: str, raw: bytes, columns: list[str], optional: Collection[str] = ()
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read the bytes of the file called `file`, as `read_text` does."""
    text, problem = _decode(file, raw)
    if text is None:
        return None, [problem] if problem else []
    records, problems = _records(file, text)
    if not records:
        return None, problems
    (line, header), *body = records
    wrong = _header_problems(file, line, header, columns, optional)
    if wrong:
        return None, wrong
    if not body and not problems:
        return None, [Problem(file, line, "", "holds only the header row, expected at least one record", rule="records")]
    rows: dict[int, list[str]] = {}
    for line, fields in body:
        if not any(field.strip() for field in fields):
            problems.append(Problem(file, line, "", "found only empty cells, expected a record", rule="records"))
        elif len(fields) != len(header):
            problems.append(Problem(file, line, "", _field_count(fields, header), fields[0][:40], rule="fields"))
        else:
            rows[line] = fields
    frame = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="row"), columns=header, dtype="str")
    return frame, problems


def header_of(raw: bytes) -> list[str]:
    """Return the column names of a file that has been read without problems."""
    return next(fields for fields in csv.reader(StringIO(raw.removeprefix(_MARK).decode("utf-8"), newline="")) if fields)


def line_end(raw: bytes) -> str:
    """Return the line end of a file as its first line has it; a file without any gets that of Unix."""
    first = re.search(rb"\r\n|\r|\n", raw)
    return first.group().decode() if first else "\n"


def _bytes(path: Path) -> tuple[bytes | None, Problem | None]:
    try:
        if path.is_dir():
            return None, Problem(path.name, 0, "", "found a folder, expected a file")
        if not path.is_file():
            others = nearest(path.name, (other.name for other in path.parent.glob("*")))
            return None, Problem(path.name, 0, "", f"not found in {path.parent}{others}")
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            text = f"found {size:,} bytes, expected at most {LARGEST_FILE_BYTES:,}"
            return None, Problem(path.name, 0, "", text, rule="length")
        return path.read_bytes(), None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return None, Problem(visible(path.name), 0, "", f"cannot be read ({reason})")


def _decode(file: str, raw: bytes) -> tuple[str | None, Problem | None]:
    if not raw.removeprefix(_MARK).strip():
        return None, Problem(file, 0, "", "the file is empty, expected a header row and records", rule="records")
    for beginning, what in _OTHER_FILES.items():
        if raw.startswith(beginning):
            return None, Problem(file, 1, "", f"not UTF-8: {what}; save as UTF-8", rule="encoding")
    if raw.count(0) > len(raw) // 4:  # every other byte: ASCII in two bytes each, without a mark
        text = 'not UTF-8: it looks like UTF-16 ("Unicode text" in Excel) without a mark; save as UTF-8'
        return None, Problem(file, 1, "", text, rule="encoding")
    try:
        return raw.removeprefix(_MARK).decode("utf-8"), None  # Excel puts the mark before UTF-8
    except UnicodeDecodeError as error:
        start = error.start + (len(_MARK) if raw.startswith(_MARK) else 0)
        line = len(re.findall(rb"\r\n|\r|\n", raw[:start])) + 1
        guess = raw[start : start + 1].decode("cp1252", errors="replace")
        text = f'not UTF-8: byte {start + 1} is 0x{raw[start]:02X} ("{guess}" in Western Windows text); save as UTF-8'
        return None, Problem(file, line, "", text, rule="encoding")


def _records(file: str, text: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Return (first line, fields) of every record; a record may run over several lines inside quotes."""
    # A cell may be as long as the file: that it is too long is said of the cell, with its row and column.
    limit = csv.field_size_limit(max(len(text), csv.field_size_limit()))
    # newline="" keeps the line ends inside quotes; the reader counts physical lines itself.
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    first = 1
    try:
        for fields in reader:
            if fields:  # [] is a blank line
                records.append((first, fields))
            first = reader.line_num + 1
    except csv.Error as error:
        reason = "a quote that is opened and never closed, or text after a closing quote"
        fault = f"cannot be read ({error}): {reason}; write a quote inside text as two quotes"
        return records[:1], [Problem(file, first, "", fault, rule="quotes")]
    finally:
        csv.field_size_limit(limit)
    return records, []


def _header_problems(file: str, line: int, header: list[str], columns: list[str], optional: Collection[str]) -> list[Problem]:
    for separator, name in _SEPARATORS.items():
        if len(header) == 1 and separator in header[0]:
            text = f"the fields are separated by {name}, expected commas; Excel does so where the decimal comma is in use"
            return [Problem(file, line, "", text, rule="separator")]
    if not set(header) & set(columns):
        text = (
            f'found "{visible(header[0])}" and further, none of them a column; expected the header row {listing(columns, 30)}'
        )
        return [Problem(file, line, "", text, rule="header")]
    missing = [column for column in columns if column not in header and column not in optional]
    unknown = [name for name in dict.fromkeys(header) if name not in columns]
    texts = [
        f'unknown column "{visible(name)}"{nearest(name.strip().lower(), missing or columns)}'
        if name.strip()
        else f"found a column without a name (column {header.index(name) + 1}), expected none"
        for name in unknown
    ]
    if missing:
        texts.append(f"missing column{'s' if len(missing) > 1 else ''} {listing(missing, 30)}")
    twice = [name for name in dict.fromkeys(header) if header.count(name) > 1 and name in columns]
    texts += [f'column "{name}" stands there {header.count(name)} times, expected once' for name in twice]
    return [Problem(file, line, "", text, rule="header") for text in texts]


def _field_count(fields: list[str], header: list[str]) -> str:
    count, expected = len(fields), len(header)
    if count > expected:
        extra = fields[expected:]
        hint = (
            "put a text that holds a comma between double quotes"
            if any(field.strip() for field in extra)
            else "remove the commas at its end"
        )
    else:
        hint = f"a comma is missing; the last that is there is {header[count - 1]}"
    return f"found {count} field{'' if count == 1 else 's'}, expected {expected}: {hint}"

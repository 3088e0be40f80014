"""Read a hand-typed CSV as text, with the line number of every record, and say what is wrong with the file itself.

Nothing is converted here: an empty field stays empty and the text "NA" stays text, so that nothing is silently coerced.
"""

import csv
from io import StringIO
from pathlib import Path

import pandas as pd

from wijkanalyse.errors import listing, nearest
from wijkanalyse.evidence.problems import Problem

_SAVE = 'in Excel: Save As, "CSV UTF-8 (comma delimited)"; in LibreOffice: Save As, CSV, character set UTF-8'
_SEPARATORS = {";": "semicolons", "\t": "tabs"}


def read_text(path: Path, columns: list[str]) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read `path` as text; return the frame and the problems of the file.

    The frame has `columns` in the order of the file and the line number (header = 1) of each record as index; it is
    None where the file cannot be read as a table at all. Records with a wrong number of fields are left out and named.
    """
    text, problem = _decode(path)
    if text is None:
        return None, [problem] if problem else []
    records, problems = _records(path.name, text)
    if not records:
        return None, problems
    (_, header), *body = records
    wrong = _header_problems(path.name, header, columns)
    if wrong:
        return None, wrong
    if not body and not problems:
        return None, [Problem(path.name, 0, "", "holds only the header row, expected at least one record")]
    rows: dict[int, list[str]] = {}
    for line, fields in body:
        if not any(field.strip() for field in fields):
            problems.append(Problem(path.name, line, "", "empty row, remove it"))
        elif len(fields) != len(header):
            problems.append(Problem(path.name, line, "", _field_count(len(fields), len(header)), fields[0][:40]))
        else:
            rows[line] = fields
    frame = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="row"), columns=header, dtype="str")
    return frame, problems


def _decode(path: Path) -> tuple[str | None, Problem | None]:
    if not path.is_file():
        others = nearest(path.name, (other.name for other in path.parent.glob("*")))
        return None, Problem(path.name, 0, "", f"not found in {path.parent}{others}")
    raw = path.read_bytes()
    if not raw.strip():
        return None, Problem(path.name, 0, "", "the file is empty, expected a header row and records")
    try:
        return raw.decode("utf-8-sig"), None  # Excel puts a byte order mark before UTF-8
    except UnicodeDecodeError as error:
        # The mark is three bytes that the decoder has taken off before it counts.
        start = error.start + (3 if raw.startswith(b"\xef\xbb\xbf") else 0)
        line = raw.count(b"\n", 0, start) + 1
        guess = raw[start : start + 1].decode("cp1252", errors="replace")
        text = f'not UTF-8: byte {start + 1} is 0x{raw[start]:02X} ("{guess}" in Western Windows text); save as UTF-8 ({_SAVE})'
        return None, Problem(path.name, line, "", text)


def _records(file: str, text: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Return (first line, fields) of every record; a record may run over several lines inside quotes."""
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
        return records[:1], [
            Problem(file, first, "", f"cannot be read ({error}): {reason}; write a quote inside text as two quotes")
        ]
    return records, []


def _header_problems(file: str, header: list[str], columns: list[str]) -> list[Problem]:
    for separator, name in _SEPARATORS.items():
        if len(header) == 1 and separator in header[0]:
            text = f"the fields are separated by {name}, expected commas: save it as comma separated ({_SAVE})"
            return [Problem(file, 1, "", text)]
    missing = [column for column in columns if column not in header]
    unknown = [name for name in header if name not in columns]
    problems = [
        Problem(file, 1, "", f'unknown column "{name}"{nearest(name, missing or columns)}') for name in dict.fromkeys(unknown)
    ]
    if missing:
        problems.append(Problem(file, 1, "", f"missing column{'s' if len(missing) > 1 else ''} {listing(missing, 30)}"))
    twice = [name for name in dict.fromkeys(header) if header.count(name) > 1 and name in columns]
    problems += [
        Problem(file, 1, "", f'column "{name}" stands there {header.count(name)} times, expected once') for name in twice
    ]
    return problems


def _field_count(count: int, expected: int) -> str:
    hint = "put a text that holds a comma between double quotes" if count > expected else "a comma is missing"
    return f"found {count} fields, expected {expected}: {hint}"

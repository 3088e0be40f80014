"""What can be wrong with a record, said so that the person who typed it can mend it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from wijkanalyse.errors import WijkanalyseError

RULES: Final[dict[str, str]] = {
    "file": "give the file the name of its table and put it in the folder of the evidence",
    "encoding": 'save it as UTF-8 (in Excel: Save As, "CSV UTF-8 (comma delimited)"; in LibreOffice: CSV, character set UTF-8)',
    "separator": 'save it with commas (in Excel: Save As, "CSV UTF-8"; in LibreOffice: CSV, field delimiter comma)',
    "quotes": "close every quote, and write a quote inside a text as two quotes",
    "header": "bring the first row back to the column names of the codebook; the order of the columns is free",
    "fields": "give every row as many fields as the header, with a text that holds a comma between double quotes",
    "records": "remove rows of empty cells; a file has at least one record",
    "characters": "type the cell again; text that was pasted may carry invisible or damaged characters",
    "formula": "begin the text with a word: a spreadsheet runs a cell that begins with =, +, - or @ as a formula",
    "length": "paraphrase: a note is short",
    "number": "write a plain number: digits, a point for decimals, nothing for thousands",
    "fraction": "write percentages as 77, not as 0.77",
    "required": "fill in the cell; this column is never empty",
    "words": "use a word of the codebook as it stands there",
    "range": "look the figure up on the page of the record and correct it",
    "form": "write it in the form that the codebook gives for the column",
    "together": "make the columns of the row agree, see the codebook",
    "unique": "remove or rename one of the two records",
    "municipality": "look up code and name of the municipality in the list of CBS",
    "survey": "make the rows of one survey agree, or give one of them a survey_id of its own",
    "reference": "correct the id, or add the record that it names",
    "second_coder": "make the two coders' files name the same report",
}
"""Rule -> what to do when a record breaks it."""

_LONGEST_SHOWN = 60


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: file, line (1 = header, 0 = the file as a whole), column, what was found and expected, record, rule."""

    file: str
    row: int
    column: str
    text: str
    record: str = ""
    rule: str = "file"

    def __str__(self) -> str:
        """Return the fault on one line: ``client_surveys.csv row 17 (ZST-2017-wt), column value: found 120, ... [range]``."""
        where = self.file
        if self.row:
            where += f" row {self.row}"
        if self.record:
            where += f" ({visible(self.record)})"
        if self.column:
            where += f", column {self.column}"
        return f"{where}: {self.text} [{self.rule}]"


class EvidenceError(WijkanalyseError):
    """The hand-coded files hold faults; `problems` has all of them, of all files, in order of file and row."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the distinct problems and make the message: one line each, then what to do for each rule that is broken."""
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        count = len(self.problems)
        broken = {problem.rule for problem in self.problems}
        lines = [
            f"{count} problem{'' if count == 1 else 's'} in the evidence files (row = line in the file, header = 1):",
            *(f"  {problem}" for problem in self.problems),
            "What to do:",
            *(f"  [{rule}] {todo}" for rule, todo in RULES.items() if rule in broken),
            "codebook.md beside the records says what every column means; no file was changed.",
        ]
        super().__init__("\n".join(lines))


def found(value: object) -> str:
    """Return how a value stands in a message: numbers as they are, text in quotes when that avoids doubt."""
    text = str(value)
    if text == "":
        return "found nothing"
    plain = text == text.strip() and " " not in text and text == visible(text)
    return f"found {text}" if plain else f'found "{visible(text)}"'


def visible(text: str) -> str:
    """Return `text` on one line: cut where it is long, and what cannot be seen as an escape such as ``\\x00``."""
    shown = "".join(char if char == " " or char.isprintable() else _escape(char) for char in text[:_LONGEST_SHOWN])
    return shown if len(text) <= _LONGEST_SHOWN else f"{shown}..."


def invisible(text: str) -> str | None:
    """Return the first character that no record should hold, or None; line ends and tabs inside a text are accepted."""
    for char in re.findall(r"[^\n\r\t\x20-\x7e]", text):
        if char == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            return str(char)
    return None


def name_of(char: str) -> str:
    """Return what a character is called, e.g. ``U+200B ZERO WIDTH SPACE``."""
    return f"U+{ord(char):04X} {unicodedata.name(char, 'control character')}"


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

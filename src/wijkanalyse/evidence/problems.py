"""What can be wrong with a record, said so that the person who typed it can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass

from wijkanalyse.errors import WijkanalyseError


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: the file, the line (1 = header, 0 = the file as a whole), the column, the record's id, and the text."""

    file: str
    row: int
    column: str
    text: str
    record: str = ""

    def __str__(self) -> str:
        """Return the fault on one line, e.g. ``client_surveys.csv row 17 (ZST-2017-wt), column value: found 120, ...``."""
        where = self.file
        if self.row:
            where += f" row {self.row}"
        if self.record:
            where += f" ({self.record})"
        if self.column:
            where += f", column {self.column}"
        return f"{where}: {self.text}"


class EvidenceError(WijkanalyseError):
    """The hand-coded files hold faults; `problems` has all of them, of all files, in order of file and row."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the distinct problems and make the message: one line each."""
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        count = len(self.problems)
        head = f"{count} problem{'' if count == 1 else 's'} in the evidence files (row = line in the file, header = 1)."
        todo = "Mend the files and run again; codebook.md beside them says what every column means."
        super().__init__("\n".join([f"{head} {todo}", *(f"  {problem}" for problem in self.problems)]))


def found(value: object) -> str:
    """Return how a value stands in a message: numbers as they are, text in quotes when that avoids doubt."""
    text = str(value)
    if text == "":
        return "found nothing"
    plain = text == text.strip() and " " not in text
    return f"found {text}" if plain else f'found "{text}"'

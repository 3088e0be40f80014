"""The project's own records in a copy that a test may spoil."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from wijkanalyse.evidence import EvidenceError, Problem, load_evidence
from wijkanalyse.evidence.problems import RULES

RAW = Path(__file__).parents[2] / "data" / "raw" / "evidence"


def _codes_in_records() -> frozenset[str]:
    found = set()
    for path in RAW.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {row.get("gm_code", "") for row in csv.DictReader(file)}
    return frozenset(found - {""})


# What the records use stands for "every municipality that ever existed": these tests do not test that list.
KNOWN_CODES = _codes_in_records()


class Records:
    """A copy of the evidence folder, with one-line edits and the problems that loading it gives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, table: str) -> Path:
        return self.folder / f"{table}.csv"

    def rows(self, table: str) -> list[list[str]]:
        with self.path(table).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def write(self, table: str, rows: list[list[str]]) -> None:
        with self.path(table).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    def set(self, table: str, row: int, **values: str) -> str:
        """Put `values` in line `row` of the file; return the id that stands in that line."""
        rows = self.rows(table)
        for column, value in values.items():
            rows[row - 1][rows[0].index(column)] = value
        self.write(table, rows)
        return rows[row - 1][0]

    def find(self, table: str, **wanted: str) -> int:
        """Return the line of the first record with these values."""
        header, *body = self.rows(table)
        for line, fields in enumerate(body, start=2):
            if all(fields[header.index(column)] == value for column, value in wanted.items()):
                return line
        raise AssertionError(f"no record with {wanted}")

    def problems(self, names: dict[str, str] | None = None) -> list[str]:
        with pytest.raises(EvidenceError) as caught:
            load_evidence(self.folder, known_codes=KNOWN_CODES, names=names)
        lines = str(caught.value).split("\n")
        assert lines[1 : len(caught.value.problems) + 1] == [f"  {problem}" for problem in caught.value.problems]
        return [said(problem) for problem in caught.value.problems]


def said(problem: Problem) -> str:
    """Return a problem as it is shown, without the name of its rule, which must be one that has advice."""
    text, rule = str(problem).rsplit(" [", 1)
    assert rule.removesuffix("]") in RULES
    return text


@pytest.fixture
def records(tmp_path: Path) -> Records:
    folder = tmp_path / "evidence"
    shutil.copytree(RAW, folder)
    return Records(folder)


@pytest.fixture
def problem(records: Records) -> Callable[..., str]:
    """Spoil one record and return the only problem that loading then reports."""

    def spoil(table: str, row: int, **values: str) -> str:
        records.set(table, row, **values)
        problems = records.problems()
        assert len(problems) == 1, problems
        return problems[0]

    return spoil

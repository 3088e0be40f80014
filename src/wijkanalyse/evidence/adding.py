"""`wijkanalyse evidence add TABLE`: ask for a record column by column and append it to its file.

Every answer is held against the same rules as the files at once. The file gets its new row whole or not at all, in its own
line ends, and only after a yes; it is left alone when it has problems already, or changed while the questions were asked.
"""

import csv
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pandas as pd

from wijkanalyse.errors import WijkanalyseError, listing, nearest
from wijkanalyse.evidence import crosschecks
from wijkanalyse.evidence.defaults import default_answer
from wijkanalyse.evidence.loading import check_records, empty, expected_in, files_in, municipal_codes, read_evidence, repeats
from wijkanalyse.evidence.problems import EvidenceError, Problem, visible
from wijkanalyse.evidence.reading import header_of, line_end
from wijkanalyse.evidence.schemas import ALL_TABLES, OWN_TABLES
from wijkanalyse.files import replacing

EMPTY: Final = "-"
"""The answer that leaves a cell empty where Enter would take another default."""

# Tables that have rules in common.
_JOINED: Final = (
    ("client_surveys", "client_surveys_without_values"),
    ("annual_reports", "annual_reports_second_coder"),
)

Ask = Callable[[str], str]
Tell = Callable[[str], None]


def add_record(table: str, folder: Path, *, ask: Ask = input, tell: Tell = print) -> bool:
    """Ask for one record of `table` and append it to ``<folder>/<table>.csv``; return whether it was written.

    ask: gives a prompt and returns the answer; EOFError and KeyboardInterrupt stop, with nothing written. tell: says a line.
    Raises `EvidenceError` where the file has problems already, `WijkanalyseError` where the table does not exist or the file
    changed meanwhile. An own table (`schemas.OWN_TABLES`) that is not there yet is begun.
    """
    if table not in ALL_TABLES:
        known = nearest(table, ALL_TABLES) or f" (known: {listing(ALL_TABLES)})"
        raise WijkanalyseError(f'There is no evidence table "{visible(table)}"{known}')
    form = _Form(table, folder)
    tell(f"A new record for {form.path} ({len(form.base)} records).")
    tell(f"Enter takes what stands between [ ], {EMPTY} leaves a cell empty, ? tells more.")
    tell("Ctrl-C stops. Nothing is written before your yes.")
    if form.elsewhere:
        tell(f"Note: {form.elsewhere} problem(s) in files with rules in common; `wijkanalyse evidence check` names them.")
    try:
        for column in form.columns:
            _ask_until_right(form, column, ask, tell)
        is_wanted = _confirm(form, ask, tell)
    except (EOFError, KeyboardInterrupt):
        tell("\nStopped; nothing was written.")
        return False
    except UnicodeDecodeError:
        tell("\nStopped: an answer is not UTF-8; nothing was written.")
        return False
    if not is_wanted:
        tell("Nothing was written.")
        return False
    form.write()
    tell(f"Written: {form.path} row {form.line}.")
    return True


class _Form:
    """The record that grows, beside the records that are there."""

    def __init__(self, table: str, folder: Path) -> None:
        self.table = table
        self.path = (folder / f"{table}.csv").resolve()
        present, _ = files_in(folder)
        is_new = table in OWN_TABLES and table not in present
        joined = next((group for group in _JOINED if table in group), ())
        self.files = {name: path for name, path in present.items() if name in joined} | {table: self.path}
        self.schema = ALL_TABLES[table].to_schema()
        self.known_codes, self.names = municipal_codes()
        self.raw = b"" if is_new else self._bytes()
        files = {name: path for name, path in self.files.items() if name != table or not is_new}
        self.tables, problems = read_evidence(files, known_codes=self.known_codes, names=self.names)
        here = [problem for problem in problems if problem.file == self.path.name]
        # a file of nothing but its header waits for a first record
        if [problem for problem in here if (problem.rule, problem.row) != ("records", 1)]:
            raise EvidenceError(here)
        self.elsewhere = len(problems) - len(here)
        self.columns = header_of(self.raw) if self.raw else [str(name) for name in self.schema.columns]
        self.base = self.tables.get(table, empty(table))
        self.answers: dict[str, str] = {}
        lines = len(re.findall(rb"\r\n|\r|\n", self.raw))
        self.line = 2 if is_new else lines + 1 + (not self.raw.endswith((b"\r", b"\n")))

    def problems(self, column: str) -> list[Problem]:
        """What is wrong with the answer for `column`, by itself and together with the answers before it."""
        text = pd.DataFrame([[self.answers.get(name, "") for name in self.columns]], index=[self.line], columns=self.columns)
        frame, problems = check_records(self.path.name, self.table, text.astype("str"), only=column)
        together = frame if self.base.empty else pd.concat([self.base, frame])
        problems += repeats(self.path.name, self.table, together)
        problems += crosschecks.all_checks({**self.tables, self.table: together}, self.known_codes, self.names)
        here = [problem for problem in sorted(set(problems)) if (problem.file, problem.row) == (self.path.name, self.line)]
        return [problem for problem in here if problem.column in self.answers]

    def write(self) -> None:
        """Append the record, after a last check of the file as it will be."""
        end = line_end(self.raw)
        row = StringIO()
        writer = csv.writer(row, lineterminator=end)
        if not self.raw:
            writer.writerow(self.columns)
        elif not self.raw.endswith((b"\r", b"\n")):
            row.write(end)
        writer.writerow([self.answers[name] for name in self.columns])
        content = self.raw + row.getvalue().encode("utf-8")
        _, problems = read_evidence(self.files, known_codes=self.known_codes, names=self.names, contents={self.table: content})
        if here := [problem for problem in problems if problem.file == self.path.name]:
            raise EvidenceError(here)
        if self.path.exists() != bool(self.raw) or (self.raw and self._bytes() != self.raw):
            mine = row.getvalue().strip()
            raise WijkanalyseError(f"{self.path} changed while you typed; nothing was written. Your record was:\n{mine}")
        with replacing(self.path) as temporary:
            temporary.write_bytes(content)

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise WijkanalyseError(f"{self.path} cannot be read ({error.strerror}); nothing was written.") from None


def _ask_until_right(form: _Form, column: str, ask: Ask, tell: Tell) -> None:
    """Ask for one column until its answer keeps every rule; an earlier answer that it contradicts is asked again."""
    _explain(form, column, tell)
    while True:
        _ask_once(form, column, ask, tell)
        faults = form.problems(column)
        for fault in faults:
            tell(f"    {fault.column}: {fault.text} [{fault.rule}]")
        others = list(dict.fromkeys(fault.column for fault in faults if fault.column != column))
        if len(others) < len({fault.column for fault in faults}):
            del form.answers[column]  # Enter must not give the wrong answer again
            continue
        for other in others:
            _ask_once(form, other, ask, tell)
            while wrong := [fault for fault in form.problems(other) if fault.column == other and fault not in faults]:
                tell(f"    {other}: {wrong[0].text} [{wrong[0].rule}]")
                del form.answers[other]
                _ask_once(form, other, ask, tell)
        if not others or not form.problems(column):
            return


def _ask_once(form: _Form, column: str, ask: Ask, tell: Tell) -> None:
    if column in form.answers:
        default = form.answers[column]
    else:
        default = default_answer(form.table, column, form.answers, form.tables, form.names)
    while True:
        answer = ask(f"    {column} [{visible(default) or 'empty'}] > ").strip()
        if answer != "?":
            break
        _explain(form, column, tell, is_long=True)
    form.answers[column] = "" if answer == EMPTY else answer or default


def _explain(form: _Form, column: str, tell: Tell, *, is_long: bool = False) -> None:
    place = f"{form.columns.index(column) + 1}/{len(form.columns)}"
    about: Any = form.schema.columns[column]
    may_be_empty = "; may stay empty" if about.nullable else ""
    filled = form.base[column].dropna()
    examples = list(dict.fromkeys(visible(str(value)) for value in filled[::-1]))[: 8 if is_long else 1]
    example = f"; e.g. {' | '.join(examples)}" if examples else ""
    tell(f"{place} {column}: {about.description}\n    {expected_in(about)}{may_be_empty}{example}")


def _confirm(form: _Form, ask: Ask, tell: Tell) -> bool:
    """Show the record, let any column be changed, and return whether it is to be written."""
    while True:
        tell("\nThe record:")
        for column in form.columns:
            tell(f"  {column:20} {visible(form.answers[column])}")
        answer = ask("Write it? yes, no, or the name of a column to change > ").strip()
        if answer.lower() in {"y", "yes", "j", "ja"}:
            return True
        if answer.lower() in {"n", "no", "nee"}:
            return False
        if answer in form.columns:
            _ask_until_right(form, answer, ask, tell)
        else:
            tell(f'    found "{visible(answer)}", expected yes, no or a column{nearest(answer, form.columns)}')

"""Load the hand-coded files, check every rule, and report all faults of all files at once.

Order: the file as a file (`reading`), the rules of every cell (`cellrules`), the rules of its schema (`schemas`), and what
only shows across rows and files (`crosschecks`). Raw files are never edited here; `adding` appends to them.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa

from wijkanalyse.errors import WijkanalyseError, listing, nearest
from wijkanalyse.evidence import crosschecks
from wijkanalyse.evidence.cellrules import NUMBER, cell_problem, hint
from wijkanalyse.evidence.problems import EvidenceError, Problem, found, visible
from wijkanalyse.evidence.reading import parse, read_text
from wijkanalyse.evidence.schemas import ALL_TABLES, OWN_TABLES, TABLES, id_column

Tables = dict[str, pd.DataFrame]
# How pandera names the checks of a column, and the rule that each of them is.
_RULES: Final = {"not_nullable": "required", "isin": "words", "str_matches": "form"}


def load_evidence(
    folder: Path,
    *,
    known_codes: Collection[str] | None = None,
    names: Mapping[str, str] | None = None,
) -> Tables:
    """Read and check the evidence files of `folder`; return table name -> tidy frame.

    All of `schemas.TABLES` must be there; those of `schemas.OWN_TABLES` (a municipality's own records) may. Columns are
    those of the schemas, in the order of the file: string, Int64 or Float64, missing = not stated on the page seen. The
    index counts from 0.

    known_codes: every municipality code that ever existed in the period; names: code -> name of the municipality.
    Both default to the project's own list. Where only `known_codes` is given, names are held against each other only.

    Raises `EvidenceError` with every fault of every file.
    """
    files, strays = files_in(folder)
    tables, problems = read_evidence(files, known_codes=known_codes, names=names)
    if problems or strays:
        raise EvidenceError([*problems, *strays])
    return {table: frame.reset_index(drop=True) for table, frame in tables.items()}


def load_own(table: str, path: Path | None) -> pd.DataFrame:
    """Read and check one table of `schemas.OWN_TABLES`; return all its columns, and no rows where `path` is None."""
    tables: Tables = {table: empty(table)}
    if path is not None:
        tables, problems = read_evidence({table: path})
        if problems:
            raise EvidenceError(problems)
    return tables[table].reindex(columns=empty(table).columns).astype(empty(table).dtypes).reset_index(drop=True)


def empty(table: str) -> pd.DataFrame:
    """Return `table` without records, its columns typed."""
    text = pd.DataFrame({str(name): [] for name in ALL_TABLES[table].to_schema().columns}, dtype="str")
    return check_records(f"{table}.csv", table, text)[0]


def files_in(folder: Path) -> tuple[dict[str, Path], list[Problem]]:
    """Return table name -> path of every evidence file of `folder`, and a problem for each CSV that is none.

    A CSV under another name would be passed over in silence; lock files of spreadsheets are no CSV of anybody.
    """
    if not folder.is_dir():
        raise WijkanalyseError(f"{folder} is not a folder; the evidence lies in data/raw/evidence.")
    here = [path for path in folder.iterdir() if path.suffix.lower() == ".csv" and not path.name.startswith((".", "~"))]
    strays = [Problem(visible(path.name), 0, "", no_table(path)) for path in here if table_of(path) is None]
    optional = [table for table in OWN_TABLES if (folder / f"{table}.csv").exists()]
    return {table: folder / f"{table}.csv" for table in [*TABLES, *optional]}, strays


def table_of(path: Path) -> str | None:
    """Return the table that `path` is by its name, or None."""
    return path.stem if path.suffix == ".csv" and path.stem in ALL_TABLES else None


def no_table(path: Path) -> str:
    """Say that `path` has the name of no table."""
    known = [f"{table}.csv" for table in ALL_TABLES]
    return f"is no evidence table{nearest(path.name, known) or f' (known: {listing(known, 20)})'}"


def read_evidence(
    files: Mapping[str, Path],
    *,
    known_codes: Collection[str] | None = None,
    names: Mapping[str, str] | None = None,
    contents: Mapping[str, bytes] | None = None,
) -> tuple[Tables, list[Problem]]:
    """Read and check `files` (table name -> path); return the tables, indexed by line number, and all problems in order.

    Rules between files hold among the files that are given. contents: bytes that stand for those of a table's file.
    `known_codes` and `names` are as in `load_evidence`.
    """
    if known_codes is None:
        known_codes, names = municipal_codes()
    problems: list[Problem] = []
    tables: Tables = {}
    for table, path in files.items():
        schema = ALL_TABLES[table].to_schema()
        optional = [name for name, column in schema.columns.items() if not column.required]
        if contents and table in contents:
            text, faults = parse(path.name, contents[table], list(schema.columns), optional)
        else:
            text, faults = read_text(path, list(schema.columns), optional)
        problems += faults
        if text is not None and not text.empty:
            tables[table], faults = check_records(path.name, table, text)
            problems += faults + repeats(path.name, table, tables[table])
    problems += crosschecks.all_checks(tables, frozenset(known_codes), names or {})
    # pandera lists a check over several columns once for each of them
    return tables, sorted(set(problems))


def check_records(file: str, table: str, text: pd.DataFrame, only: str | None = None) -> tuple[pd.DataFrame, list[Problem]]:
    """Give the columns of `text` their types and hold every record against its schema; return frame and problems.

    text: records as text, indexed by line number. What cannot be read is missing in the frame. A cell that breaks a rule is
    reported once, for the first. only: the one column whose own rules are looked at, beside those over several columns, in
    records that are not complete yet.
    """
    schema = ALL_TABLES[table].to_schema()
    identity = [str(value) for value in text[id_column(table)]]
    lines = [int(str(row)) for row in text.index]
    typed: dict[str, Any] = {}
    problems = []
    for name in text.columns:
        column = schema.columns[name]
        cells = [str(value) for value in text[name]]
        faults = [_cell_fault(name, value, column) for value in cells]
        problems += [
            Problem(file, row, name, fault[1], record, fault[0])
            for row, record, fault in zip(lines, identity, faults, strict=True)
            if fault
        ]
        dtype: Any = _kind(column)
        if dtype in NUMBER:
            number = int if dtype == "Int64" else float
            readable = [number(value) if value and not fault else None for value, fault in zip(cells, faults, strict=True)]
            typed[name] = pd.array(readable, dtype=dtype)
        else:
            typed[name] = pd.array([value or None for value in cells], dtype="str")
    frame = pd.DataFrame(typed, index=text.index)
    already = {(problem.row, problem.column) for problem in problems}
    record_of = dict(zip(lines, identity, strict=True))
    for problem in _schema_problems(file, frame, schema, record_of, only):
        if (problem.row, problem.column) not in already:
            problems.append(problem)
    return frame, problems


def _cell_fault(name: str, value: str, column: Any) -> tuple[str, str] | None:
    """The rule that a cell breaks and what to say of it."""
    dtype = _kind(column)
    fault = cell_problem(value, dtype)
    if fault and fault[0] == "number":
        return "number", f"{fault[1]}, expected {expected_in(column)}{hint(value, dtype, is_year=name == 'year')}"
    return fault


def write_tidy(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table as ``<folder>/<table>.parquet`` after a last check against its schema; return the paths."""
    unknown = [table for table in tables if table not in ALL_TABLES]
    if unknown:
        known = listing(ALL_TABLES)
        raise WijkanalyseError(f"Unknown evidence table {unknown[0]}{nearest(unknown[0], ALL_TABLES)} (known: {known}).")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for table, frame in tables.items():
        path = folder / f"{table}.parquet"
        ALL_TABLES[table].validate(frame, lazy=True).to_parquet(path, index=False)
        paths.append(path)
    return paths


def municipal_codes() -> tuple[frozenset[str], dict[str, str]]:
    """Return every municipality code of the project's list, and code -> name."""
    # Imported here so that callers who bring their own list do not need the project's.
    from wijkanalyse.municipalities import known_codes, municipalities

    table = municipalities()
    return known_codes(), dict(zip(table["gm_code"], table["gm_name"], strict=True))


def _kind(column: Any) -> str:
    dtype = str(column.dtype)
    return dtype if dtype in NUMBER else "string"


def expected_in(column: Any) -> str:
    """Return what a column of a schema says that it expects."""
    return str((column.metadata or {}).get("expected", "another value"))


def _schema_problems(
    file: str, frame: pd.DataFrame, schema: pa.DataFrameSchema, record_of: Mapping[int, str], only: str | None
) -> Iterable[Problem]:
    columns = {only: schema.columns[only]} if only else schema.columns
    asked = pa.DataFrameSchema(columns, checks=schema.checks) if only else schema
    try:
        asked.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return
    for case in cases.itertuples(index=False):
        check, column = str(case.check), str(case.column)
        if check.endswith("uniqueness"):
            continue  # said by `repeats`, once per repeated row
        if case.schema_context == "DataFrameSchema":
            # A check over several columns lists the filled columns of the row; its message names the one to look at.
            column, rule, expected = re.fullmatch(r"(\w+)(?: \[(\w+)\])?: (.*)", check, re.S).groups()  # type: ignore[union-attr]
        else:
            rule, expected = _RULES.get(check.partition("(")[0], "range"), expected_in(schema.columns[column])
        row = int(case.index)
        value: Any = frame.at[row, column]
        shown = "" if pd.isna(value) else _plain(value)
        if not shown and rule in {"form", "words", "range"}:
            rule = "required"
        near = nearest(shown, schema_words(schema, column)) if shown else ""
        advice = hint(shown, _kind(schema.columns[column]), is_year=column == "year")
        said = f"{found(shown)}, expected {expected}{near}{advice}"
        yield Problem(file, row, column, said, record_of[row], rule or "together")


def schema_words(schema: pa.DataFrameSchema, column: str) -> list[str]:
    """Return the allowed words of a coded column, or none where it has no closed list."""
    for check in schema.columns[column].checks:
        if check.name == "isin":
            return [str(word) for word in check.statistics["allowed_values"]]
    return []


def _plain(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def repeats(file: str, table: str, frame: pd.DataFrame) -> list[Problem]:
    """Return a problem for every record whose key stands in an earlier one."""
    schema = ALL_TABLES[table].to_schema()
    keys = [[name] for name, column in schema.columns.items() if column.unique]
    if schema.unique:
        keys.append(list(schema.unique))
    problems = []
    for key in keys:
        usable = frame[key].dropna()
        for row in usable.index[usable.duplicated()]:
            first = int(usable.index[(usable == usable.loc[row]).all(axis=1)][0])
            values = ", ".join(found(value).removeprefix("found ") for value in usable.loc[row])
            said = f"found {values} again (first in row {first}), expected each {' + '.join(key)} once"
            record = str(frame.at[row, id_column(table)])
            problems.append(Problem(file, int(row), key[-1], said, record, "unique"))
    return problems

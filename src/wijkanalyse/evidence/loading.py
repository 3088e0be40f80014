"""Load the hand-coded files, check every rule, and report all faults of all files at once.

Order: the file as a file (`reading`), the type of each field, the rules of its schema (`schemas`), and what only shows
across rows and files (`crosschecks`). Raw files are never edited.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa

from wijkanalyse.errors import WijkanalyseError, listing, nearest
from wijkanalyse.evidence import crosschecks
from wijkanalyse.evidence.problems import EvidenceError, Problem, found
from wijkanalyse.evidence.reading import read_text
from wijkanalyse.evidence.schemas import TABLES, id_column

_NUMBER: Final = {"Int64": re.compile(r"[+-]?\d{1,15}"), "Float64": re.compile(r"[+-]?\d{1,15}(\.\d+)?")}


def load_evidence(
    folder: Path,
    *,
    known_codes: Collection[str] | None = None,
    names: Mapping[str, str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Read and check the eight evidence files of `folder`; return table name -> tidy frame.

    Columns are those of the schemas, in the order of the file: string, Int64 or Float64, missing = not stated on the
    page seen. The index counts from 0.

    known_codes: every municipality code that ever existed in the period; names: code -> name of the municipality.
    Both default to the project's own list. Where only `known_codes` is given, names are held against each other only.

    Raises `EvidenceError` with every fault of every file.
    """
    if known_codes is None:
        known_codes, names = _municipalities()
    problems: list[Problem] = []
    tables: dict[str, pd.DataFrame] = {}
    for table, model in TABLES.items():
        frame, faults = _load(folder / f"{table}.csv", table, model)
        problems += faults
        if frame is not None:
            tables[table] = frame
    problems += crosschecks.all_checks(tables, frozenset(known_codes), names or {})
    if problems:
        raise EvidenceError(problems)
    return {table: frame.reset_index(drop=True) for table, frame in tables.items()}


def write_tidy(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table as ``<folder>/<table>.parquet`` after a last check against its schema; return the paths."""
    unknown = [table for table in tables if table not in TABLES]
    if unknown:
        raise WijkanalyseError(f"Unknown evidence table {unknown[0]}{nearest(unknown[0], TABLES)} (known: {listing(TABLES)}).")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for table, frame in tables.items():
        path = folder / f"{table}.parquet"
        TABLES[table].validate(frame, lazy=True).to_parquet(path, index=False)
        paths.append(path)
    return paths


def _municipalities() -> tuple[frozenset[str], dict[str, str]]:
    # Imported here so that callers who bring their own list do not need the project's.
    from wijkanalyse.municipalities import known_codes, municipalities

    table = municipalities()
    return known_codes(), dict(zip(table["gm_code"], table["gm_name"], strict=True))


def _load(path: Path, table: str, model: type[pa.DataFrameModel]) -> tuple[pd.DataFrame | None, list[Problem]]:
    schema = model.to_schema()
    text, problems = read_text(path, list(schema.columns))
    if text is None or text.empty:
        return None, problems
    identity = text[id_column(table)]
    frame = pd.DataFrame(index=text.index)
    for name in text.columns:
        column = schema.columns[name]
        frame[name], faults = _typed(text[name], str(column.dtype), _expected(column))
        problems += [Problem(path.name, row, name, fault, identity[row]) for row, fault in faults.items()]
    already = {(problem.row, problem.column) for problem in problems}
    problems += [
        problem
        for problem in _schema_problems(path.name, frame, schema, identity)
        if (problem.row, problem.column) not in already
    ]
    return frame, problems


def _typed(text: pd.Series, dtype: str, expected: str) -> tuple[pd.Series, dict[int, str]]:
    """Convert a column of text; return it and what could not be read, by row."""
    filled = text.where(text.ne(""))
    pattern = _NUMBER.get(dtype)
    if pattern is None:
        return filled, {}
    readable = text.map(lambda value: bool(pattern.fullmatch(value)))
    faults = {
        int(str(row)): f"{found(value)}, expected {expected}{_decimal_comma(value)}"
        for row, value in text[~readable & text.ne("")].items()
    }
    numbers = pd.to_numeric(filled.where(readable)).astype("Float64")
    return (numbers.astype("Int64") if dtype == "Int64" else numbers), faults


def _decimal_comma(value: str) -> str:
    return f" (write {value.replace(',', '.')})" if re.fullmatch(r"\d+,\d+", value) else ""


def _expected(column: Any) -> str:
    return str((column.metadata or {}).get("expected", "another value"))


def _schema_problems(file: str, frame: pd.DataFrame, schema: pa.DataFrameSchema, identity: pd.Series) -> list[Problem]:
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    problems = []
    for case in cases.itertuples(index=False):
        check, column = str(case.check), str(case.column)
        if check.endswith("uniqueness"):
            continue  # said below, once per repeated row
        if case.schema_context == "DataFrameSchema":
            # A check over several columns lists the filled columns of the row; its message names the one to look at.
            column, expected = check.split(": ", 1)
        else:
            expected = _expected(schema.columns[column])
        row = int(case.index)
        value: Any = frame.at[row, column]
        shown = "" if pd.isna(value) else _plain(value)
        near = nearest(shown, schema_words(schema, column)) if shown else ""
        problems.append(Problem(file, row, column, f"{found(shown)}, expected {expected}{near}", identity[row]))
    return problems + _repeats(file, frame, schema, identity)


def schema_words(schema: pa.DataFrameSchema, column: str) -> list[str]:
    """Return the allowed words of a coded column, or none where it has no closed list."""
    for check in schema.columns[column].checks:
        if check.name == "isin":
            return [str(word) for word in check.statistics["allowed_values"]]
    return []


def _plain(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _repeats(file: str, frame: pd.DataFrame, schema: pa.DataFrameSchema, identity: pd.Series) -> list[Problem]:
    keys = [[name] for name, column in schema.columns.items() if column.unique]
    if schema.unique:
        keys.append(list(schema.unique))
    problems = []
    for key in keys:
        usable = frame[key].dropna()
        for row in usable.index[usable.duplicated()]:
            first = int(usable.index[(usable == usable.loc[row]).all(axis=1)][0])
            values = ", ".join(str(value) for value in usable.loc[row])
            text = f"found {values} again (first in row {first}), expected each {' + '.join(key)} once"
            problems.append(Problem(file, int(row), key[-1], text, identity[row]))
    return problems

"""`wijkanalyse evidence check`: hold evidence files against every rule, as the workflow does before it uses them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from wijkanalyse.errors import listing
from wijkanalyse.evidence.loading import Tables, files_in, no_table, read_evidence, table_of
from wijkanalyse.evidence.problems import EvidenceError, Problem, visible

FOLDER: Final = Path("data/raw/evidence")
"""Where the project keeps its records."""


def check(paths: Sequence[Path] = (FOLDER,)) -> str:
    """Check the evidence files that `paths` name (folders or CSV files); return a summary with the records per table.

    A folder must hold every table; files are checked on their own, and against each other where a rule joins them. Nothing
    is written. Raises `EvidenceError` with every problem.
    """
    files: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in paths:
        named, faults = _tables_at(path)
        problems += faults
        for table, file in named.items():
            if table in files and file != files[table]:
                said = f"found {file} beside {files[table]}, expected one file of this table in a check"
                problems.append(Problem(file.name, 0, "", said))
            files.setdefault(table, file)
    tables, faults = read_evidence(files)
    if problems or faults:
        raise EvidenceError([*problems, *faults])
    count = sum(len(frame) for frame in tables.values())
    head = f"In order: {count} records in {len(tables)} file{'' if len(tables) == 1 else 's'}."
    widest = max((len(table) for table in tables), default=0)
    rows = [f"  {table:{widest}}  {len(frame):4} records" for table, frame in tables.items()]
    return "\n".join([head, *rows, *second_coding(tables)])


def second_coding(tables: Tables) -> list[str]:
    """Say which reports of each kind have no second coding; that is no fault, but it must be known."""
    if "annual_reports" not in tables or "annual_reports_second_coder" not in tables:
        return []
    first, second = tables["annual_reports"], tables["annual_reports_second_coder"]
    is_twice = first["report_id"].isin(second["report_id"])
    lines = [f"Second coder: {int(is_twice.sum())} of {len(first)} reports coded twice. Not coded twice:"]
    for level, rows in first[~is_twice].groupby("source_level", sort=True):
        total = int(first["source_level"].eq(level).sum())
        lines.append(f"  {level}: {len(rows)} of {total} ({listing(rows['report_id'], 10)})")
    return lines if len(lines) > 1 else [f"Second coder: all {len(first)} reports coded twice."]


def _tables_at(path: Path) -> tuple[dict[str, Path], list[Problem]]:
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError) as error:
        return {}, [Problem(visible(str(path)), 0, "", f"cannot be looked up ({getattr(error, 'strerror', None) or error})")]
    if is_folder:
        return files_in(path)
    table = table_of(path)
    if table is None:
        return {}, [Problem(visible(path.name), 0, "", no_table(path))]
    return {table: path}, []

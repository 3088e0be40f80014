"""Following a number of the report back: to its row, the tables and cells behind it, and the code that made it.

`Run` reads each file of a finished run once; `describe` is then cheap, for all claims at once too. The terminal
(`wijkanalyse trace`) and the list of claims in the HTML print the same `Trace`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from wijkanalyse.cells import NO_MUNICIPALITY, PUBLISHED
from wijkanalyse.config import Config, read_config
from wijkanalyse.effects.estimands import read_estimands
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.evidence.schemas import ALL_TABLES
from wijkanalyse.provenance.behind import Behind, Part
from wijkanalyse.provenance.code import CodeLine, commit, functions_of, rule_file
from wijkanalyse.statline.tables import read_tables

PROCESSED, EVIDENCE = Path("data/processed"), Path("data/raw/evidence")
_SHOWN = 3
"""So many cells of each column, and records of each file, are shown."""


@dataclass(frozen=True)
class SourceTable:
    """A StatLine table in the version of the run: number, title, CBS's date of change, status of its years, address.

    `cells` is how many of its cells the claim is known to rest on.
    """

    number: str
    title: str
    modified: str
    version: str
    status: str
    url: str
    cells: int


@dataclass(frozen=True)
class SourceColumn:
    """A column of a table: what it serves for, key and title at CBS, years, municipal cells, and those with a figure."""

    serves_for: str
    table: str
    key: str
    title: str
    variable: str
    years: tuple[int, ...]
    cells: int
    published: int
    status: str
    first: tuple[str, ...]


@dataclass(frozen=True)
class SourceRecords:
    """Hand-coded records in a file: how many there are, and the first (row, id and address) of those that the row names."""

    file: str
    records: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class Trace:
    """Everything behind one claim; texts as printed, numbers as computed, paths relative to the checkout."""

    id: str
    label: str
    text: str
    interval: str
    value: float
    lower: float
    upper: float
    unit: str
    source: str
    file: str
    row: str
    tables: tuple[SourceTable, ...]
    columns: tuple[SourceColumn, ...]
    records: tuple[SourceRecords, ...]
    rule: str
    rule_file: str
    script: str
    functions: tuple[CodeLine, ...]
    commit: str

    @property
    def cells(self) -> int:
        """Number of published municipal cells that the claim is known to rest on."""
        return sum(column.cells for column in self.columns)


class Run:
    """A finished run in the checkout `root`.

    `claims` is the ledger (`report.claims.Claims`), in the language that the traces shall speak; without `config` the choices
    are those that the run left in data/processed/choices.yaml. Raises `WijkanalyseError` where there is no finished run.
    """

    def __init__(self, claims: pd.DataFrame, root: Path = Path(), config: Config | None = None) -> None:
        self.root = root
        self.claims = {str(row["id"]): row for row in claims.to_dict("records")}
        self.register = _register(root / PROCESSED / "statline.json")
        self.commit = commit(root)
        self._behind = Behind(config or _choices(root), read_estimands(root / "config/estimands.yaml"))
        self._tables = read_tables(root / "config/tables.yaml").tables
        self._known: dict[tuple[Part, ...], tuple[SourceColumn, ...]] = {}

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Per (table, variable, year): key, status, number of municipal cells, of which published, and the first few."""
        path = self.root / PROCESSED / "cells.parquet"
        columns = ["table", "variable", "region", "period", "year", "is_year", "period_status", "column_key", "value", "reason"]
        try:
            cells = pd.read_parquet(path, columns=columns)
        except (OSError, ValueError) as error:
            raise WijkanalyseError(f"{path} cannot be read ({error}); run `snakemake --cores 4` first.") from error
        cells = cells[cells["is_year"] & cells["region"].str.startswith("GM") & cells["reason"].ne(NO_MUNICIPALITY)]
        groups = cells.groupby(["table", "variable", "year"], sort=True)
        first = groups.head(_SHOWN)
        shown = (
            first["region"]
            + " "
            + first["period"]
            + ": "
            + first["value"].map(_plain).where(first["reason"].eq(PUBLISHED), first["reason"])
        )
        return pd.DataFrame(
            {
                "key": groups["column_key"].first(),
                "status": groups["period_status"].first(),
                "cells": groups.size(),
                "published": cells["reason"].eq(PUBLISHED).groupby([cells[name] for name in groups.keys]).sum(),
                "first": shown.groupby([first[name] for name in groups.keys]).agg(tuple),
            }
        )

    @cached_property
    def _cells_of(self) -> dict[tuple[str, str], pd.DataFrame]:
        """The rows of `cells` by table and variable, by year."""
        by_year = self.cells.reset_index().sort_values("year", kind="stable")
        return {(str(table), str(name)): part for (table, name), part in by_year.groupby(["table", "variable"])}

    @cached_property
    def statuses(self) -> dict[str, str]:
        """Table -> the status of its years in words."""
        frame = self.cells.reset_index().drop_duplicates(["table", "year"]).sort_values(["table", "year"])
        return {str(table): _status_of(part) for table, part in frame.groupby("table")}

    @cached_property
    def records(self) -> dict[str, pd.DataFrame]:
        """Hand-coded files as they are, all text; the row of a record is its index plus two."""
        paths = {name: self.root / EVIDENCE / f"{name}.csv" for name in ALL_TABLES}
        return {name: pd.read_csv(path, dtype=str, keep_default_na=False) for name, path in paths.items() if path.is_file()}

    def columns(self, rule: str, row: str, claim_id: str) -> tuple[SourceColumn, ...]:
        """The columns behind a claim, found once for all that share them."""
        parts = self._behind.parts(rule, row, claim_id)
        if parts not in self._known:
            self._known[parts] = tuple(column for part in parts for column in self._of_part(part))
        return self._known[parts]

    def _of_part(self, part: Part) -> Iterator[SourceColumn]:
        for number in self._tables:
            for name in part.variables:
                of_all_years = self._cells_of.get((number, name))
                if of_all_years is None:
                    continue
                found = of_all_years[of_all_years["year"].isin(part.years)]
                years = [int(year) for year in found["year"]]
                if not years:
                    continue
                yield SourceColumn(
                    serves_for=part.serves_for,
                    table=number,
                    key=str(found["key"].iloc[0]),
                    title=self._title(number, name),
                    variable=name,
                    years=tuple(years),
                    cells=int(found["cells"].sum()),
                    published=int(found["published"].sum()),
                    status=_status_of(found),
                    first=tuple(found["first"].iloc[0]),
                )

    def _title(self, number: str, name: str) -> str:
        table = self._tables[number]
        variable = table.variables[name]
        chosen = [
            titles[0] if len(titles) == 1 else f"{titles[0]} … {titles[-1]}" for titles in table.categories(variable).values()
        ]
        return " | ".join([variable.topic, *chosen])


def describe(claim_id: str, run: Run) -> Trace:
    """Return everything behind the claim `claim_id` of `run`; an unknown one raises `WijkanalyseError` with near names."""
    claim = run.claims.get(claim_id)
    if claim is None:
        raise WijkanalyseError(f'there is no claim "{claim_id}"{_near(claim_id, list(run.claims))}')
    rule, row, tables = (str(claim[name]) for name in ("rule", "row", "tables"))
    columns = run.columns(rule, row, claim_id)
    numbers = dict.fromkeys([*_numbers(tables, run), *(column.table for column in columns)])
    records = [name for name in re.findall(r"(\w+)\.csv", tables) if name in run.records]
    place = rule_file(rule, run.root)
    return Trace(
        id=claim_id,
        label=str(claim["label"]),
        text=str(claim["text"]),
        interval=str(claim["interval"]),
        unit=str(claim["unit"]),
        source=str(claim["source"]),
        file=str(claim["file"]),
        row=row,
        rule=rule,
        value=float(claim["value"]),
        lower=float(claim["lower"]),
        upper=float(claim["upper"]),
        tables=tuple(_source_table(number, columns, run) for number in numbers),
        columns=columns,
        records=tuple(_source_records(name, row, run) for name in records),
        rule_file=place,
        script=f"workflow/scripts/{rule}.py" if place else "",
        functions=functions_of(rule, run.root),
        commit=run.commit,
    )


def _numbers(tables: str, run: Run) -> list[str]:
    known = list(run.register["tables"])
    return known if tables == "all" else [name for name in re.split(r",\s*", tables) if name in known]


def _source_table(number: str, columns: tuple[SourceColumn, ...], run: Run) -> SourceTable:
    entry = run.register["tables"][number]
    is_cbs = run.register["source"] == "cbs"
    return SourceTable(
        number=number,
        title=str(entry["title"]),
        modified=str(entry["modified"]),
        version=str(entry["version"]),
        status=run.statuses.get(number, ""),
        url=str(entry["url"]) if is_cbs else "",
        cells=sum(column.cells for column in columns if column.table == number),
    )


def _source_records(name: str, row: str, run: Run) -> SourceRecords:
    """The records that the keys of `row` name (poll_id=MV2014, or a bare id), as far as the file has those columns."""
    frame = run.records[name]
    chosen = frame
    for key, value in re.findall(r"(\w+)=([^,]+)", row):
        if key in frame.columns and frame[key].eq(value).any():
            chosen = chosen[chosen[key].eq(value)]
    identifier = frame.columns[0]
    if frame[identifier].eq(row).any():
        chosen = chosen[chosen[identifier].eq(row)]
    address = next((column for column in frame.columns if "url" in column), None)
    addresses = chosen[address] if address else pd.Series("", index=chosen.index)
    first = tuple(
        f"row {int(str(number)) + 2} ({code}) {url}".rstrip()
        for number, code, url in zip(chosen.index[:_SHOWN], chosen[identifier], addresses, strict=False)
    )
    return SourceRecords(f"{(EVIDENCE / name).as_posix()}.csv", len(chosen), first)


def _status_of(years: pd.DataFrame) -> str:
    """``2015-2024 Definitief, 2025 Voorlopig`` for rows with year and status, in the order of the years."""
    spans: list[tuple[str, list[int]]] = []
    for year, status in zip(years["year"], years["status"], strict=True):
        if not spans or spans[-1][0] != status:
            spans.append((str(status), []))
        spans[-1][1].append(int(year))
    return ", ".join(f"{_span(found)} {status}" for status, found in spans)


def _span(years: list[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


def _plain(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def _near(claim_id: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = [name for name in known if name.startswith(claim_id)][:8] or get_close_matches(claim_id, known, n=5, cutoff=0.6)
    return f"; near it: {', '.join(near)}" if near else "; data/processed/claims.csv has all names"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise WijkanalyseError(f"{path} is not there; run `snakemake --cores 4` first.") from error


def _register(path: Path) -> dict[str, Any]:
    try:
        register = json.loads(_text(path))
        _ = register["source"], {**register["tables"]}
    except (ValueError, LookupError, TypeError) as error:
        raise WijkanalyseError(f"{path} is no register of a run ({error!r}); run `snakemake --cores 4` again.") from error
    return dict(register)


def _choices(root: Path) -> Config:
    path = root / PROCESSED / "choices.yaml"
    return read_config(yaml.safe_load(_text(path)))

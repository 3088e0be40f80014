"""A `Trace` as text for the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator

from wijkanalyse.provenance.tracing import SourceColumn, Trace

_MOST = 8
"""More tables than these are named by their numbers only."""


def as_text(trace: Trace) -> str:
    """Return a trace as lines with a word in front, from the number to the code."""
    return "\n".join(f"{word:<11}{text}".rstrip() for word, text in _lines(trace))


def _lines(trace: Trace) -> Iterator[tuple[str, str]]:
    yield "claim", trace.id
    yield "is", trace.label
    yield "printed", trace.text + (f" ({trace.interval})" if trace.interval else "")
    if not math.isnan(trace.value):
        between = "" if math.isnan(trace.lower) else f", {trace.lower:.10g} to {trace.upper:.10g}"
        yield "value", f"{trace.value:.10g}{between} (unit: {trace.unit})"
    yield "figures", trace.source
    yield "from", f"{trace.file}, row {trace.row}"
    if len(trace.tables) > _MOST:
        yield "tables", f"{len(trace.tables)}: {', '.join(table.number for table in trace.tables)}"
    for table in trace.tables if len(trace.tables) <= _MOST else ():
        yield "table", f"{table.number} {table.title}"
        yield "", f"  changed by CBS {table.modified}, stored as data/raw/{table.version}"
        if table.status:
            yield "", f"  {table.status}{f'; {table.cells} cells' if table.cells else ''}"
        if table.url:
            yield "", f"  {table.url}"
    if trace.columns:
        yield "cells", f"{trace.cells} cells of municipalities in data/processed/cells.parquet:"
    for column in trace.columns:
        yield from (("", line) for line in _column(column))
    for records in trace.records:
        yield "records", f"{records.file}: {records.records}"
        yield from (("", f"  {line}") for line in records.first)
    if trace.rule_file:
        yield "rule", f"{trace.rule} ({trace.rule_file}), script {trace.script}"
    for function in trace.functions:
        yield "code", str(function)
    yield "commit", trace.commit or "not under version control"


def _column(column: SourceColumn) -> Iterator[str]:
    years = ", ".join(str(year) for year in column.years)
    withheld = column.cells - column.published
    yield f"  {column.serves_for}: {column.table} {column.title} ({column.variable}, column {column.key}), {years}"
    yield f"    {column.cells} cells{f', {withheld} without a figure' if withheld else ''}; first: {'; '.join(column.first)}"

"""The list of claims at the end of the report: where every number that it prints comes from."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from wijkanalyse.frames import rows
from wijkanalyse.provenance.tracing import Run, Trace, describe
from wijkanalyse.report.claims.ledger import in_language
from wijkanalyse.report.language import spoken, tr
from wijkanalyse.report.numbers import date

_CALLED = re.compile(r'\{\{<\s*var\s+(\S+?)\s*>\}\}|\.claim of="([^"]+)"')
_INCLUDED = re.compile(r"\{\{<\s*include\s+/?(\S+?)\s*>\}\}")


def called_claims(sources: Path, document: str, known: Iterable[str]) -> dict[str, bool]:
    """Return the ids of the claims that `document` (in the folder `sources`) and its includes print, each once, in order.

    The value says whether the prose itself calls it, and not only a table or figure.
    """
    ids = set(known)
    called: dict[str, bool] = {}
    for name, in_prose in _read(sources, sources / document):
        claim = _claim(name, ids)
        called[claim] = called.get(claim, False) or in_prose
    called.pop("", None)
    return called


def _read(sources: Path, path: Path) -> Iterable[tuple[str, bool]]:
    if not path.is_file():  # the renderer says so, with the line
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        if include := _INCLUDED.search(line):
            yield from _read(sources, sources / include[1])
        for variable, of in _CALLED.findall(line):
            yield variable or of, bool(variable)


def _claim(name: str, ids: set[str]) -> str:
    """The claim behind a variable: without the language before it and the ``_interval`` behind it; empty when none is."""
    bare = name.removeprefix("en.")
    for candidate in (bare, bare.removesuffix("_interval")):
        if candidate in ids:
            return candidate
    return ""


def claims_list(ledger: pd.DataFrame, called: Mapping[str, bool], run: Run) -> str:
    """Return Markdown with the claims `called`, in the language that is spoken: as definitions in HTML, in columns on paper.

    `run` knows what is behind each. Behind the claims stand the cells and the code that they rest on, once for all that share
    them. On paper stand the claims of the prose: tables and figures print over a thousand.
    """
    known = in_language(ledger, spoken()).set_index("id", drop=False)
    behind: dict[str, int] = {}
    entries = "\n".join(_entry(row, describe(row.id, run), behind) for row in rows(known.loc[list(called)]))
    sources = "\n".join(f'<div id="behind-{number}">{text}</div>' for text, number in behind.items())
    summary = tr("Alle getallen, in de volgorde waarin ze verschijnen")
    in_prose = [name for name, prose in called.items() if prose]
    paper = "\n\n".join(
        f"**{_escaped(row.text)}** {_breakable(row.id)} ({_breakable(Path(row.file).name)})"
        for row in rows(known.loc[in_prose])
    )
    return (
        '::: {.content-visible when-format="html"}\n'
        f'```{{=html}}\n<details class="claims" open><summary>{summary}</summary>\n'
        f'<dl class="claims-list">\n{entries}\n{sources}\n</dl></details>\n```\n:::\n\n'
        '::: {.content-visible when-format="typst"}\n'
        "```{=typst}\n#[#set text(size: 6.5pt, hyphenate: false)\n#set par(justify: false, leading: 0.45em, spacing: 0.6em)\n"
        f"#columns(2)[\n```\n\n{paper}\n\n```{{=typst}}\n]]\n```\n:::\n"
    )


def _breakable(name: str) -> str:
    """A name that may go on in the next line after a point or an underscore: the columns are narrow."""
    return re.sub(r"([._])", "\\1\N{ZERO WIDTH SPACE}", _escaped(name))


def _escaped(text: str) -> str:
    return re.sub(r"([*_`\[\]<>@#$\\])", r"\\\1", text)


def _entry(row: Any, trace: Trace, behind: dict[str, int]) -> str:
    """One claim; what is behind it goes into `behind`, text and number, unless it is there."""
    said = html.escape(row.text) + (f" ({html.escape(row.interval)})" if row.interval else "")
    value = "" if math.isnan(row.value) else f" <span>{tr('precies')} {row.value:.10g}</span>"
    number = behind.setdefault(_behind(trace), len(behind) + 1)
    lines = [
        f'<div id="claim-{row.id}"><dt>{said}</dt><dd>{html.escape(row.label)}{value}</dd>',
        f"<dd><code>{html.escape(row.file)}</code>, {html.escape(row.row)}</dd>",
        f"<dd>{html.escape(_tables(trace, row.tables))}</dd>",
        f'<dd><a href="#behind-{number}">{tr("Cellen en code")}</a>; <code>wijkanalyse trace {row.id}</code></dd></div>',
    ]
    return "\n".join(lines)


def _tables(trace: Trace, names: str) -> str:
    """The tables with the date of their version, where they are StatLine's; else the names of the files."""
    return ", ".join(f"{table.number} ({date(table.modified)})" for table in trace.tables) or names


def _behind(trace: Trace) -> str:
    """The columns of StatLine, the hand-coded records and the code behind a claim."""
    columns = [
        f"<dd>{html.escape(f'{column.table} {column.title}')} (<code>{html.escape(column.key)}</code>), "
        f"{column.years[0]}\N{EN DASH}{column.years[-1]}: "
        + tr("{cells} cellen van gemeenten, {published} met een cijfer", cells=column.cells, published=column.published)
        + "</dd>"
        for column in trace.columns
    ]
    records = [
        f"<dd><code>{html.escape(each.file)}</code>: " + tr("{n} vastgelegde regels", n=each.records) + "</dd>"
        for each in trace.records
    ]
    code = [
        f'<dd><a href="../{line.file}"><code>{html.escape(f"{line.file}:{line.line}")}</code></a> {html.escape(line.name)}</dd>'
        for line in trace.functions
    ]
    made = tr("Gemaakt door {rule}", rule=f"<code>{html.escape(trace.rule)}</code>") if trace.script else tr("Een keuze vooraf")
    return "\n".join([f"<dt>{made}</dt>", *columns, *records, *code])

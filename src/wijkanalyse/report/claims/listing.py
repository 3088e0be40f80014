"""The list of claims at the end of the report: where every number that it prints comes from."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from wijkanalyse.frames import rows
from wijkanalyse.report.claims.ledger import in_language
from wijkanalyse.report.language import spoken, tr
from wijkanalyse.report.numbers import date
from wijkanalyse.report.tables.markdown import markdown_table

_CALLED = re.compile(r'\{\{<\s*var\s+(\S+?)\s*>\}\}|\.claim of="([^"]+)"')
_INCLUDED = re.compile(r"\{\{<\s*include\s+/?(\S+?)\s*>\}\}")


def called_claims(sources: Path, document: str, known: Iterable[str]) -> list[str]:
    """Return the ids of the claims that `document` (in the folder `sources`) and its includes print, each once, in order."""
    ids = set(known)
    called: dict[str, None] = {}
    for name in _read(sources, sources / document):
        called[_claim(name, ids)] = None
    return [name for name in called if name]


def _read(sources: Path, path: Path) -> Iterable[str]:
    if not path.is_file():  # the renderer says so, with the line
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        if include := _INCLUDED.search(line):
            yield from _read(sources, sources / include[1])
        for variable, of in _CALLED.findall(line):
            yield variable or of


def _claim(name: str, ids: set[str]) -> str:
    """The claim behind a variable: without the language before it and the ``_interval`` behind it; empty when none is."""
    bare = name.removeprefix("en.")
    for candidate in (bare, bare.removesuffix("_interval")):
        if candidate in ids:
            return candidate
    return ""


def claims_list(ledger: pd.DataFrame, called: Iterable[str], register: Mapping[str, Any]) -> str:
    """Return Markdown with the claims `called`, in the language that is spoken: as definitions in HTML, as a table on paper.

    `register` names the tables of the run. On paper the numbers inside tables and figures are left out: there are over a
    thousand, and each table names its file.
    """
    known = in_language(ledger, spoken()).set_index("id", drop=False)
    chosen = known.loc[list(called)]
    entries = "\n".join(_entry(row, register) for row in rows(chosen))
    in_text = chosen[~chosen["id"].str.startswith("cell.")]
    paper = markdown_table(
        [tr("Getal"), tr("Wat het is"), tr("Waar het staat")],
        [[f"{row.text}", f"{row.label} `{row.id}`", f"`{Path(row.file).name}`: {row.row}"] for row in rows(in_text)],
        tr("De getallen van de tekst en waar ze staan."),
        "",
        [20, 45, 35],
        0,
    )
    summary = tr("Alle getallen, in de volgorde waarin ze verschijnen")
    return (
        '::: {.content-visible when-format="html"}\n'
        f'```{{=html}}\n<details class="claims" open><summary>{summary}</summary>\n'
        f'<dl class="claims-list">\n{entries}\n</dl></details>\n```\n:::\n\n'
        f'::: {{.content-visible when-format="typst"}}\n{paper}\n:::\n'
    )


def _entry(row: Any, register: Mapping[str, Any]) -> str:
    said = html.escape(row.text) + (f" ({html.escape(row.interval)})" if row.interval else "")
    value = "" if math.isnan(row.value) else f" <span>{tr('precies')} {row.value:.10g}</span>"
    where = f"<code>{html.escape(row.file)}</code>, {html.escape(row.row)}"
    lines = [
        f'<div id="claim-{row.id}"><dt>{said}</dt><dd>{html.escape(row.label)}{value}</dd>',
        f"<dd>{where}; {tr('gemaakt door')} <code>workflow/scripts/{row.rule}.py</code></dd>" if row.rule != "-" else
        f"<dd>{where}</dd>",
        f"<dd>{html.escape(_tables(row.tables, register))}</dd>",
        f"<dd><code>wijkanalyse trace {row.id}</code></dd></div>",
    ]  # fmt: skip
    return "\n".join(lines)


def _tables(names: str, register: Mapping[str, Any]) -> str:
    """The tables with the date of their version, where they are StatLine's."""
    tables = register["tables"]
    return ", ".join(
        f"{name} ({date(str(tables[name]['modified']))})" if name in tables else name for name in names.split(", ")
    )


def read_register(path: Path) -> dict[str, Any]:
    """Return the register of the run (data/processed/statline.json)."""
    return dict(json.loads(path.read_text(encoding="utf-8")))

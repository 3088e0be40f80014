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


def claims_list(ledger: pd.DataFrame, called: Mapping[str, bool], register: Mapping[str, Any]) -> str:
    """Return Markdown with the claims `called`, in the language that is spoken: as definitions in HTML, in columns on paper.

    `register` names the tables of the run. On paper stand those of the prose: tables and figures print over a thousand.
    """
    known = in_language(ledger, spoken()).set_index("id", drop=False)
    entries = "\n".join(_entry(row, register) for row in rows(known.loc[list(called)]))
    summary = tr("Alle getallen, in de volgorde waarin ze verschijnen")
    in_prose = [name for name, prose in called.items() if prose]
    paper = "\n\n".join(f"**{_escaped(row.text)}** `{row.id}` (`{Path(row.file).name}`)" for row in rows(known.loc[in_prose]))
    return (
        '::: {.content-visible when-format="html"}\n'
        f'```{{=html}}\n<details class="claims" open><summary>{summary}</summary>\n'
        f'<dl class="claims-list">\n{entries}\n</dl></details>\n```\n:::\n\n'
        '::: {.content-visible when-format="typst"}\n'
        "```{=typst}\n#[#set text(size: 6.5pt, hyphenate: false)\n#set par(justify: false, leading: 0.45em, spacing: 0.6em)\n"
        f"#columns(2)[\n```\n\n{paper}\n\n```{{=typst}}\n]]\n```\n:::\n"
    )


def _escaped(text: str) -> str:
    return re.sub(r"([*_`\[\]<>@#$\\])", r"\\\1", text)


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

"""`docs/replication.md`: what a replicator asks, in the order of the AEA's template for READMEs.

Made from config/tables.yaml, the rules, the pieces of the report and the bibliography, so that it cannot fall behind them; the
words around that stand in replication.md beside this file.
Template: Vilhuber and others, A template README for social science replication packages,
https://social-science-data-editors.github.io/template_README/
"""

from __future__ import annotations

import ast
import csv
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Template

from wijkanalyse.evidence.schemas import OWN_TABLES, TABLES
from wijkanalyse.provenance.rules_text import Rule, read_rules
from wijkanalyse.statline.tables import read_tables

PATH = Path("docs/replication.md")
MEASURED = Path("docs/computing.csv")
"""Per rule: jobs, seconds in all, and the largest memory of a job, of one run of the whole line."""
_STATLINE = "https://opendata.cbs.nl/statline/#/CBS/nl/dataset/{}/table"

_PIECES = "`src/wijkanalyse/report/pieces/`"


def replication_text(root: Path = Path()) -> str:
    """Return `docs/replication.md` for the checkout `root`."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    rules = read_rules(root)
    parts = {
        "data": _data(root),
        "packages": _packages(root, project["dependencies"]),
        "measured": _measured(root, rules),
        "programs": _programs(rules),
        "pieces": _pieces(root),
        "references": _references(root),
    }
    template = Template(files("wijkanalyse.provenance").joinpath("replication.md").read_text(encoding="utf-8"))
    python = project["requires-python"].removeprefix(">=") + " or newer"
    return template.substitute({name: "\n".join(lines) for name, lines in parts.items()}, python=python)


def measure(root: Path = Path()) -> str:
    """Return the content of `docs/computing.csv` from the benchmarks that the last run left in logs/benchmarks."""
    lines = ["rule,jobs,seconds,memory_mb"]
    for rule in read_rules(root):
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(Path(rule.benchmark).name)))
        files = [path for path in sorted((root / "logs/benchmarks").glob("*.tsv")) if pattern.fullmatch(path.name)]
        rows = [row for path in files for row in csv.DictReader(path.open(encoding="utf-8"), delimiter="\t")]
        if rows:
            memory = max(float(row["max_rss"]) for row in rows if row["max_rss"] not in ("NA", "-"))
            lines.append(f"{rule.name},{len(rows)},{sum(float(row['s']) for row in rows):.0f},{memory:.0f}")
    return "\n".join([*lines, ""])


def _data(root: Path) -> Iterator[str]:
    register = read_tables(root / "config/tables.yaml")
    tables = {number: (table.title, f"{table.years[0]}-{table.years[1]}") for number, table in register.tables.items()}
    tables |= {number: (f"Gebieden in Nederland {year}", str(year)) for year, number in register.areas.tables.items()}
    yield "| file | source | years | rights | provided |"
    yield "|---|---|---|---|---|"
    for number, (title, years) in tables.items():
        source = f"CBS StatLine [{number}]({_STATLINE.format(number)}), {_in_cell(title)}"
        yield f"| `data/raw/cbs/{number}/` | {source} | {years} | CC BY 4.0 | fetched |"
    for name, model in TABLES.items():
        about = " ".join((model.__doc__ or "").split()).partition(": ")[2].rstrip(".")
        yield f"| `data/raw/evidence/{name}.csv` | {_in_cell(about)} | per row | CC BY 4.0 | yes |"
    for name in OWN_TABLES:
        yield f"| `data/raw/evidence/{name}.csv` | a municipality's own records, where it keeps them | per row | its own | no |"


def _in_cell(text: str) -> str:
    return text.replace("|", "\\|")


def _packages(root: Path, dependencies: list[str]) -> Iterator[str]:
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (root / "requirements/run.txt").read_text(encoding="utf-8"), re.M))
    for name in sorted(found[0] for item in dependencies if (found := re.match(r"[\w-]+", item))):
        yield f"| {name} | {locked[name]} |"


def _measured(root: Path, rules: list[Rule]) -> Iterator[str]:
    known = {rule.name for rule in rules}
    with (root / MEASURED).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["rule"] in known:
                yield f"| {row['rule']} | {row['jobs']} | {row['seconds']} | {row['memory_mb']} |"


def _programs(rules: list[Rule]) -> Iterator[str]:
    yield "| rule | script | what it does | makes |"
    yield "|---|---|---|---|"
    for rule in rules:
        made = "<br>".join(f"`{path}`" for path in rule.outputs) or "-"
        yield f"| {rule.name} (`{rule.file}`) | `{rule.script}` | {rule.about} | {made} |"


def _pieces(root: Path) -> Iterator[str]:
    common = (root / "workflow/rules/common.smk").read_text(encoding="utf-8")
    programs, places = _programs_of_pieces(root), _places_in_the_text(root)
    yield "| piece | section of the report | program |"
    yield "|---|---|---|"
    for kind, word, constant in (("fig", "figure", "FIGURES"), ("tbl", "table", "TABLES")):
        listed = re.search(rf"^{constant} = \[(.*?)\]", common, re.S | re.M)
        for name in re.findall(r'"(\w+)"', listed[1]) if listed else ():
            yield f"| {word} `{name}` | {places.get(f'{kind}_{name}', 'not in the text')} | {programs.get(name, _PIECES)} |"


def _programs_of_pieces(root: Path) -> dict[str, str]:
    """Name of a piece -> module and line that makes it: the first word of a call or of what is yielded."""
    found: dict[str, str] = {}
    for path in sorted((root / "src/wijkanalyse/report/pieces").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            first: list[ast.expr] = []
            if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                first = node.value.elts[:1]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[:1]
            for one in first:
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    found.setdefault(one.value, f"`src/wijkanalyse/report/pieces/{path.name}`")
    return found


def _places_in_the_text(root: Path) -> dict[str, str]:
    """fig_<name> or tbl_<name> -> the heading under which the Dutch text includes it."""
    found: dict[str, str] = {}
    for path in sorted((root / "reports/nl").glob("_*.qmd")):
        heading = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if title := re.match(r"#+ (.+?)(?: \{.*\})?$", line):
                heading = re.sub(r"\{\{<.*?>\}\}", "…", title[1])
            for piece in re.findall(r"/((?:fig|tbl)_\w+)\.md", line):
                found.setdefault(piece, heading)
    return found


def _references(root: Path) -> Iterator[str]:
    register = read_tables(root / "config/tables.yaml")
    for number, table in register.tables.items():
        where = _STATLINE.format(number)
        yield f"- Centraal Bureau voor de Statistiek, StatLine table {number}, *{table.title}*. {where}. CC BY 4.0."
    text = (root / "reports/references.bib").read_text(encoding="utf-8")
    for entry in re.findall(r"@\w+\{\w+,\n(.*?)\n\}", text, re.S):
        named = re.findall(r"^\s*(\w+)\s*=\s*\{(.*)\},?$", entry, re.M)
        fields = {key: value.replace("{", "").replace("}", "").replace("--", "-") for key, value in named}
        title = f"*{fields['title']}*"
        who = " ".join([fields["author"], *([f"({fields['year']})"] if "year" in fields else [])])
        where = ", ".join(fields[key] for key in ("journal", "volume", "pages") if key in fields)
        yield f"- {'. '.join(part for part in (who, title, where, fields.get('url')) if part)}."

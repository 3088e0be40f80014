"""The data dictionary: every column of every table that the project reads or writes, from the contracts themselves.

The contracts are found, not listed: all modules of the package are imported, and each class on `Contract` or `EvidenceModel`
is a table. Which file a contract is of follows from the workflow: from ``write_table(..., Contract)`` in a script, and from
dictionaries of file name to contract (``CONTRACTS``) in the package.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import wijkanalyse
from wijkanalyse.contracts import Contract
from wijkanalyse.errors import listing
from wijkanalyse.evidence.schemas import ALL_TABLES, EvidenceModel

PATH: Final = Path("docs/data-dictionary.md")
_HEAD: Final = """\
# Data dictionary

Made from the contracts of the tables by `wijkanalyse dictionary --write`; a test keeps the two in step. Every table is checked
against its contract when it is written and when it is read. *may be empty* stands where a cell can be missing. Tables in
`data/processed/` are Parquet, most with the same as CSV beside them.
"""
_TYPES: Final = {"int": "whole number", "float": "number", "bool": "true or false", "str": "text", "object": "text"}
_ORDER: Final = ("data/raw/evidence/", "data/processed/")


def data_dictionary(root: Path = Path()) -> str:
    """Return the dictionary as Markdown; root: the checkout, whose workflow says which file each contract is of."""
    files = files_of_contracts(root)
    sections: list[tuple[str, str, type[Any]]] = [
        (f"data/raw/evidence/{table}.csv", f"also data/processed/evidence/{table}.parquet", model)
        for table, model in ALL_TABLES.items()
    ]
    for contract in contracts():
        # a file of which there are many comes after the one
        where = sorted(files.get(contract, []), key=lambda file: ("{" in file, file))
        module = f"{contract.__module__}.{contract.__qualname__}"
        title, *others = where or [module]
        sections.append(
            (title, "; ".join([*(f"also {other}" for other in others), *([f"`{module}`"] if where else [])]), contract)
        )
    groups: dict[str, list[str]] = {}
    for title, beside, model in sorted(sections, key=_place):
        group = "Tables without a file of their own" if "/" not in title else str(Path(title).parent)
        groups.setdefault(group, []).append(_section(title, beside, model))
    return "\n".join([_HEAD, *("\n".join([f"## {group}\n", *texts]) for group, texts in groups.items())])


def contracts() -> list[type[Contract]]:
    """Return every contract of the package, by module and name."""
    _modules()
    found = {model for model in _below(Contract) if model.__module__.startswith("wijkanalyse.")}
    return sorted(found, key=lambda model: (model.__module__, model.__qualname__))


def files_of_contracts(root: Path) -> dict[type[Contract], set[str]]:
    """Return contract -> the files under data/processed that hold such a table, as far as the workflow says.

    A file of which there are many has its wildcard in braces, as in the rule.
    """
    outputs = _outputs(root)
    by_stem = {Path(path).stem: path for _, _, path in reversed(outputs)}
    files: dict[type[Contract], set[str]] = {}
    for script in sorted((root / "workflow/scripts").glob("*.py")):
        for name, contract in _written(script):
            made = {path for rule, output, path in outputs if (rule, output) == (script.stem, name)}
            files.setdefault(contract, set()).update(made)
    for stem, contract in _listed():
        if stem in by_stem:
            files.setdefault(contract, set()).add(by_stem[stem])
    return files


def _outputs(root: Path) -> list[tuple[str, str, str]]:
    """(rule whose script makes it, name of the output, file) of the tables under data/processed, from the text of the rules."""
    found = []
    for path in sorted((root / "workflow/rules").glob("*.smk")):
        text = path.read_text(encoding="utf-8")
        for name, value in re.findall(r'^([A-Z_]+) = "([^"]*)"$', text, re.M):
            text = text.replace(f"{{{name}}}", value)
        for rule, body in re.findall(r"^(?:rule|use rule) (\w+)(?: as \w+ with)?:\n((?:    .*\n|\n)*)", text, re.M):
            for output in re.findall(r"^    output:\n((?:        .*\n)+)", body, re.M):
                named = re.findall(r'(\w+)=(?:report\(\s*)?f?"(data/processed/[^"]*\.parquet)"', output)
                found += [(rule, name, file.replace("{{", "{").replace("}}", "}")) for name, file in named]
    return found


def model_of_files(root: Path) -> dict[str, type[Any]]:
    """Return file under data/processed -> its contract, or the schema of its evidence table; wildcards stay in braces."""
    models = {f"data/processed/evidence/{table}.parquet": model for table, model in ALL_TABLES.items()}
    return {**models, **{file: contract for contract, files in files_of_contracts(root).items() for file in files}}


def _below(model: type[Any]) -> Iterator[type[Any]]:
    for below in model.__subclasses__():
        yield below
        yield from _below(below)


def _written(script: Path) -> Iterator[tuple[str, type[Contract]]]:
    """(name of the output, contract) of every ``write_table(frame, Path(snakemake.output.x), Contract)`` in a script."""
    nodes = list(ast.walk(ast.parse(script.read_text(encoding="utf-8"))))
    module_of = {
        alias.name: node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module for alias in node.names
    }
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="write_table"), args=[_, place, ast.Name(id=name), *_]) if name in module_of:
                outputs = [part.attr for part in ast.walk(place) if isinstance(part, ast.Attribute) and part.attr != "output"]
                if len(outputs) == 1:
                    yield outputs[0], getattr(importlib.import_module(module_of[name]), name)


def _listed() -> Iterator[tuple[str, type[Contract]]]:
    """(file name without suffix, contract) of every dictionary of those in a module of the package, or in a class of it."""
    for module in _modules():
        classes = [value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__]
        for place in (module, *classes):
            for value in vars(place).values():
                if isinstance(value, dict):
                    for stem, model in value.items():
                        if isinstance(stem, str) and isinstance(model, type) and issubclass(model, Contract):
                            yield stem, model


@cache
def _modules() -> list[ModuleType]:
    """Every module of the package, imported."""
    names = [module.name for module in pkgutil.walk_packages(wijkanalyse.__path__, "wijkanalyse.")]
    return [importlib.import_module(name) for name in names if not name.endswith(".__main__")]


def _place(section: tuple[str, str, type[Any]]) -> tuple[int, str, int, str]:
    """Records as they come in, then what is made of them, then tables without a file."""
    title, _, model = section
    rank = next((number for number, start in enumerate(_ORDER) if title.startswith(start)), len(_ORDER))
    folder = str(Path(title).parent) if rank < len(_ORDER) else ""
    own = list(ALL_TABLES.values()).index(model) if issubclass(model, EvidenceModel) else 0
    return rank, folder, own, title


def _section(title: str, beside: str, model: type[Any]) -> str:
    schema = model.to_schema()
    about = " ".join((model.__doc__ or "").split())
    lines = [f"### {title}", "", f"{about}{f' ({beside}.)' if beside else ''}", ""]
    unique = [schema.unique] if schema.unique else []
    unique += [[name] for name, column in schema.columns.items() if column.unique]
    if unique:
        lines += [f"One row per {'; per '.join(' x '.join(key) for key in unique)}.", ""]
    lines += ["| column | type | values | meaning |", "|---|---|---|---|"]
    for name, column in schema.columns.items():
        cells = [name, _type(column), _values(column), column.description or ""]
        lines.append("| " + " | ".join(" ".join(str(cell).split()).replace("|", "\\|") for cell in cells) + " |")
    if not schema.strict:
        lines += ["", "Further columns follow from `config/tables.yaml`."]
    return "\n".join([*lines, ""])


def _type(column: Any) -> str:
    name = str(column.dtype).lower()
    kind = next((word for start, word in _TYPES.items() if name.startswith(start)), name)
    return kind + (", may be empty" if column.nullable else "") + ("" if column.required else ", may be left out")


def _values(column: Any) -> str:
    """What may stand in a column: in words where the schema has them, else from its checks."""
    if said := (column.metadata or {}).get("expected"):
        return str(said)
    texts = []
    for check in column.checks:
        limits = check.statistics or {}
        match check.name:
            case "isin":
                texts.append(f"one of {listing(_ordered(limits['allowed_values']), 30)}")
            case "greater_than_or_equal_to":
                texts.append(f"{limits['min_value']} or more")
            case "greater_than":
                texts.append(f"above {limits['min_value']}")
            case "less_than_or_equal_to":
                texts.append(f"at most {limits['max_value']}")
            case "less_than":
                texts.append(f"below {limits['max_value']}")
            case "str_matches":
                pattern = limits["pattern"]
                texts.append(f"of the form `{getattr(pattern, 'pattern', pattern)}`")
    return "; ".join(texts)


def _ordered(values: Any) -> list[Any]:
    """Words in the order that the schema gives, where it gives one; a set has none."""
    return sorted(values) if isinstance(values, (set, frozenset)) else list(values)

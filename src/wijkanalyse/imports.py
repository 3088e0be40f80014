"""Which files of the package a script rests on, found from its import statements.

Snakemake does not see that a rule's result depends on a module that its script imports. Each rule therefore lists these
files among its inputs, so that editing a module reruns the rules that use it and no others.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PACKAGE = "wijkanalyse"
NOT_CODE = frozenset({".py", ".pyc", ".md", ".typed"})


def files_used_by(script: Path, src: Path) -> list[Path]:
    """Return the modules and data files of the package under `src` that `script` uses, directly or through others, sorted.

    Only import statements count, also those inside functions; nothing is executed. Data files (CSV, Lua, templates) of a
    package count when any of its modules is used.
    """
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        file = waiting.pop()
        for module in _imported(file, src):
            for path in _module_files(module, src):
                if path not in found:
                    found.add(path)
                    waiting.append(path)
    packages = {path.parent for path in found if path.parent != src / PACKAGE}
    data = {path for package in packages for path in _data_files(package)}
    return sorted(found | data)


def _data_files(folder: Path) -> set[Path]:
    """Files of a package that are not code, also in folders below it that are no packages of their own."""
    files = {path for path in folder.iterdir() if path.is_file() and path.suffix not in NOT_CODE}
    for path in folder.iterdir():
        if path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").is_file():
            files |= _data_files(path)
    return files


def _imported(file: Path, src: Path) -> set[str]:
    """Dotted names that may be modules: ``from a import b`` gives both ``a`` and ``a.b``."""
    names: set[str] = set()
    for level, module, imported in _import_statements(file.read_text(encoding="utf-8"), str(file)):
        # a leading dot is the package of the file, each further dot the one above
        above = file.relative_to(src).parts[:-level] if level else ()
        whole = ".".join(part for part in (*above, module) if part)
        names |= {whole, *(f"{whole}.{name}" for name in imported)}
    return {name for name in names if name.split(".")[0] == PACKAGE}


@cache
def _import_statements(text: str, filename: str) -> list[tuple[int, str, list[str]]]:
    """Leading dots, module and imported names of every import; kept, for every rule walks through the same modules."""
    found: list[tuple[int, str, list[str]]] = []
    for node in ast.walk(ast.parse(text, filename=filename)):
        if isinstance(node, ast.Import):
            found += [(0, alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or "", [alias.name for alias in node.names]))
    return found


def _module_files(module: str, src: Path) -> list[Path]:
    """The file of a module and the `__init__` of every package above it; importing a module runs them all."""
    parts = module.split(".")
    paths = [src.joinpath(*parts[:depth]) / "__init__.py" for depth in range(1, len(parts) + 1)]
    paths.append(src.joinpath(*parts).with_suffix(".py"))
    return [path for path in paths if path.is_file()]

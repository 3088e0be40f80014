"""Where the code of a step stands: its rule, its script, and the functions that the script calls, with their lines."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_OF_EVERY_STEP = ("wijkanalyse.files", "wijkanalyse.jobs")
"""Reading, writing and logging say nothing of what a step does."""


@dataclass(frozen=True)
class CodeLine:
    """A function of the package: ``src/wijkanalyse/effects/contrasts.py:41 estimate_contrasts``."""

    file: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.name}"


@cache
def commit(root: Path) -> str:
    """Return the commit of the checkout `root`, marked when files were changed since; empty where git does not know."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty=-changed"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()


@cache
def rule_file(rule: str, root: Path) -> str:
    """Return the file that holds `rule` with its line, relative to `root`; empty for what is no rule."""
    for path in sorted((root / "workflow/rules").glob("*.smk")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line == f"rule {rule}:":
                return f"{path.relative_to(root).as_posix()}:{number}"
    return ""


@cache
def functions_of(rule: str, root: Path) -> tuple[CodeLine, ...]:
    """Return the functions of the package that the script of `rule` calls, in the order of its imports."""
    script = root / "workflow/scripts" / f"{rule}.py"
    if not script.is_file():
        return ()
    tree = _tree(script)
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    reading = {name for name in called if name.startswith("read_")}
    found = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith(_OF_EVERY_STEP):
            found += [_line(node.module, alias.name, root) for alias in node.names if alias.name in called - reading]
    return tuple(line for line in found if line is not None)


def _line(module: str, name: str, root: Path) -> CodeLine | None:
    """Where function `name` of `module` is written, also when the module only passes it on; None for anything else."""
    path = root.joinpath("src", *module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.is_file():
        return None
    tree = _tree(file)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return CodeLine(file.relative_to(root).as_posix(), node.lineno, name)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and any(alias.name == name for alias in node.names):
            return _line(node.module, name, root)
    return None


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))

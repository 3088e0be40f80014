"""The rules of the workflow as text: name, place, script, what is said of it, what it makes and where its time is written."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """A rule as it stands in its file. `outputs` and `benchmark` keep their wildcards in braces."""

    name: str
    file: str
    line: int
    about: str
    outputs: tuple[str, ...]
    benchmark: str

    @property
    def script(self) -> str:
        """The script that carries it out."""
        return f"workflow/scripts/{self.name}.py"


def read_rules(root: Path) -> list[Rule]:
    """Return the rules of the checkout `root` that have a script, in the order in which the Snakefile includes their files."""
    included = re.findall(r'^include: "(.+)"$', (root / "Snakefile").read_text(encoding="utf-8"), re.M)
    found = []
    for name in included:
        text = _with_constants((root / name).read_text(encoding="utf-8"))
        for match in re.finditer(r"^rule (\w+):\n((?:    .*\n|\n)*)", text, re.M):
            script = root / "workflow/scripts" / f"{match[1]}.py"
            if script.is_file():
                about = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
                found.append(
                    Rule(
                        name=match[1],
                        file=name,
                        line=text.count("\n", 0, match.start()) + 1,
                        about=" ".join(about.split()),
                        outputs=tuple(_paths(match[2], "output")),
                        benchmark=next(iter(_paths(match[2], "benchmark")), ""),
                    )
                )
    return found


def _with_constants(text: str) -> str:
    """Constants of a file of rules (``MULTIVERSE = "…"``) put where they are used; the number of lines stays."""
    for name, value in re.findall(r'^([A-Z_]+) = "([^"]*)"$', text, re.M):
        text = text.replace(f"{{{name}}}", value)
    return text


def _paths(body: str, directive: str) -> list[str]:
    block = re.search(rf"^    {directive}:\n((?:        .*\n)+)", body, re.M)
    paths = re.findall(r'"((?:data|reports|docs|logs|ro-crate)[^"]*\.\w+)"', block[1]) if block else []
    return [path.replace("{{", "{").replace("}}", "}") for path in paths]

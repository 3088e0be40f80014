"""A copy of the project in which the workflow runs for real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
FEW_DRAWS = {"draws": 199}
"""Choices of `inference` with which a run takes seconds instead of a minute."""


@dataclass
class Project:
    """A checkout to run the workflow in."""

    folder: Path

    def run(self, *arguments: str, **choices: object) -> subprocess.CompletedProcess[str]:
        """Run Snakemake with `choices` as an extra configuration file."""
        if choices:
            (self.folder / "choices.yaml").write_text(yaml.safe_dump(choices), encoding="utf-8")
            arguments = (*arguments, "--configfile", "choices.yaml")
        command = [sys.executable, "-m", "snakemake", "--cores", "4", "--nocolor", *arguments]
        # as at a prompt: what the tests themselves were started by must not show
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=600, check=False
        )

    def planned(self, **choices: object) -> set[str]:
        """The rules that a run would carry out."""
        answer = self.run("--dry-run", **choices)
        assert answer.returncode == 0, answer.stderr
        table = answer.stdout.partition("Job stats:")[2].split("\n\n")[0]
        return {line.split()[0] for line in table.splitlines()[3:]} - {"total"}

    def path(self, name: str) -> Path:
        return self.folder / name


def copy_project(folder: Path) -> Project:
    """Copy what is (or is about to be) under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        source, target = ROOT / name, folder / name
        if source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source.readlink())
        elif source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    _shrink_the_multiverse(folder / "config" / "multiverse.yaml")
    return Project(folder)


def _shrink_the_multiverse(path: Path) -> None:
    """Fewer specifications and permutations: the whole takes minutes, and is tried in tests/effects/multiverse."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"draw_one_in: (\d+)", lambda found: f"draw_one_in: {40 * int(found[1])}", text)
    text = re.sub(r"(permutations: \{number: )\d+", r"\g<1>20", text)
    text = re.sub(r"chunks: \{.*\}", "chunks: {estimates: 2, permutations: 2}", text)
    path.write_text(text, encoding="utf-8")

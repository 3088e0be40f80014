"""`wijkanalyse doctor`: whether this machine and this checkout are fit for a run, and what a run would rest on."""

from __future__ import annotations

import re
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import yaml

from wijkanalyse.config import Config, read_config
from wijkanalyse.errors import WijkanalyseError

CONNECTION_SECONDS = 5.0
ENOUGH_GIGABYTES = 2.0
"""Disk that the tables at full size, the panel and the report take together, with some to spare."""


@dataclass(frozen=True)
class Sign:
    """One line of the table. Only what is "wrong" stops a run; "note" says what the run will do about it."""

    what: str
    state: Literal["good", "note", "wrong"]
    said: str


def examine(root: Path = Path()) -> list[Sign]:
    """Look at Python, packages, renderer, configuration, evidence, stored tables, StatLine and disk of the checkout `root`."""
    return [*_python(), *_packages(root), *_renderer(), *_declared(root), *_stored(root), *_statline(root), *_disk(root)]


def as_table(signs: list[Sign]) -> str:
    """Return the signs as lines of text, under each other."""
    widest = max(len(sign.what) for sign in signs)
    return "\n".join(f"{sign.state:5}  {sign.what:{widest}}  {sign.said}" for sign in signs)


def _python() -> Iterator[Sign]:
    found = ".".join(map(str, sys.version_info[:3]))
    fit = sys.version_info >= (3, 11)
    yield Sign("Python", "good" if fit else "wrong", found if fit else f"found {found}, expected 3.11 or newer")


def _packages(root: Path) -> Iterator[Sign]:
    """The locked versions against the installed ones; a lock line that is for another platform does not count."""
    locked = re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)[^;\n]*\\?$", _text(root / "requirements/run.txt"), flags=re.M)
    missing, other = [], []
    for name, wanted in locked:
        try:
            if version(name) != wanted:
                other.append(f"{name} {version(name)} instead of {wanted}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        yield Sign(
            "packages", "wrong", f"not installed: {', '.join(missing)}. Run `make report` or install requirements/run.txt"
        )
    elif other:
        yield Sign("packages", "note", f"{len(other)} differ from the locked ones: {', '.join(other[:5])}")
    else:
        yield Sign("packages", "good", f"{len(locked)} as locked")


def _renderer() -> Iterator[Sign]:
    from wijkanalyse.report.rendering import find_renderer

    renderer = find_renderer("auto")
    said = "" if renderer.name == "quarto" else "; Quarto is not installed, these make the same report"
    yield Sign("renderer", "good", renderer.versions + said)


def _declared(root: Path) -> Iterator[Sign]:
    """Configuration and evidence, as the workflow will read them."""
    from wijkanalyse.evidence.checking import FOLDER, check

    try:
        _config(root)
        yield Sign("configuration", "good", "config/config.yaml can be used")
    except WijkanalyseError as problem:
        yield Sign("configuration", "wrong", str(problem))
    try:
        yield Sign("evidence", "good", check([root / FOLDER]).splitlines()[0])
    except WijkanalyseError as problem:
        yield Sign("evidence", "wrong", f"{str(problem).splitlines()[0]} `wijkanalyse evidence check` names them all")


def _stored(root: Path) -> Iterator[Sign]:
    tables = {path.parents[1].name for path in (root / "data/raw/cbs").glob("*/*/manifest.json")}
    said = f"{len(tables)} tables of CBS in data/raw/cbs" if tables else "no tables of CBS yet; the first run fetches them"
    yield Sign("stored tables", "good" if tables else "note", said)


def _statline(root: Path) -> Iterator[Sign]:
    try:
        statline = _config(root).statline
    except WijkanalyseError:
        return
    host, _, port = statline.address.partition(":")
    try:
        with socket.create_connection((host, int(port or (443 if statline.use_https else 80))), CONNECTION_SECONDS):
            yield Sign("StatLine", "good", f"{host} answers")
    except OSError as problem:
        otherwise = {
            "auto": "a run takes the stored tables, or MADE-UP figures where there are none",
            "cbs": "a run takes the stored tables, and stops where there are none",
            "example": "this configuration asks for MADE-UP figures anyway",
        }[statline.source]
        yield Sign("StatLine", "note", f"{host} cannot be reached ({problem.strerror or problem}); {otherwise}")


def _disk(root: Path) -> Iterator[Sign]:
    free = shutil.disk_usage(root.resolve()).free / 1e9
    enough = free >= ENOUGH_GIGABYTES
    said = f"{free:.1f} GB free" + ("" if enough else f", expected {ENOUGH_GIGABYTES:g} GB")
    yield Sign("disk", "good" if enough else "wrong", said)


def _config(root: Path) -> Config:
    try:
        values = yaml.safe_load(_text(root / "config/config.yaml")) or {}
    except yaml.YAMLError as problem:
        raise WijkanalyseError(f"config/config.yaml is no YAML: {problem}") from problem
    return read_config(values)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise WijkanalyseError(
            f"{path} cannot be read ({problem.strerror}); run this in the folder of the checkout."
        ) from problem

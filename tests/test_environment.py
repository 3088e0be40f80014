"""One set of versions: conda's list, the locked requirements and pyproject.toml name the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([A-Za-z0-9][\w.-]*)==([\w.]+)", text, re.M))


def conda() -> dict[str, str]:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pins = [item for item in listed if isinstance(item, str)]
    pins += next(item["pip"] for item in listed if isinstance(item, dict))
    return {name: version for name, _, version in (re.match(r"([\w-]+)(=+)?(.*)", pin).groups() for pin in pins) if version}


def direct_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {re.match(r"[\w-]+", item).group() for item in project["dependencies"]}


def test_conda_names_every_direct_dependency_at_its_locked_version() -> None:
    run = locked("run.txt")
    ours = {name: version for name, version in conda().items() if name not in ("python", "quarto")}
    assert ours == {name: run[name] for name in direct_dependencies()}


def test_the_lists_for_running_and_for_testing_agree() -> None:
    run, dev = locked("run.txt"), locked("dev.txt")
    assert run.items() <= dev.items()
    assert locked("build.txt").items() <= run.items()


def test_every_locked_package_has_hashes_and_no_address() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        packages = re.split(r"^(?=\S)", text, flags=re.M)[1:]
        assert packages, path
        assert all("--hash=sha256:" in package for package in packages), path
        assert "://" not in text, path
        assert "index-url" not in text, path


def test_conda_brings_the_quarto_that_is_tried_without_it() -> None:
    assert locked("quarto.txt")["quarto-cli"].startswith(conda()["quarto"] + ".")

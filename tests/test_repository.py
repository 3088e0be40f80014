"""What must hold of the repository as a whole."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from wijkanalyse.evidence.schemas import OWN_TABLES, TABLES

ROOT = Path(__file__).parents[1]


def tracked() -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def rules() -> dict[str, str]:
    found = {}
    for path in sorted((ROOT / "workflow/rules").glob("*.smk")):
        for name, body in re.findall(r"^rule (\w+):\n(.*?)(?=^rule |\Z)", path.read_text(), re.M | re.S):
            found[name] = body
    return found


@pytest.mark.parametrize("directive", ["message:", "log:", "benchmark:", "conda:", "code=code_of("])
def test_every_rule_has(directive: str) -> None:
    assert len(rules()) >= 9
    assert [name for name, body in rules().items() if directive not in body] == []


def test_a_rule_lists_the_code_of_its_own_script() -> None:
    for name, body in rules().items():
        assert f'code=code_of("{name}")' in body
        assert f'"../scripts/{name}.py"' in body


def test_only_the_rules_that_fetch_use_the_network() -> None:
    for path in (ROOT / "workflow/scripts").glob("*.py"):
        reaches_out = "statline.source" in path.read_text()
        assert reaches_out == (path.stem in {"fetch_statline", "refresh"})


def test_scripts_are_thin() -> None:
    for path in (ROOT / "workflow/scripts").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 45, path


def test_the_workflow_lists_the_evidence_files_that_have_a_schema() -> None:
    text = (ROOT / "workflow/rules/common.smk").read_text()
    listed = re.search(r"EVIDENCE = \[(.*?)\]", text, re.S).group(1)
    assert set(re.findall(r'"(\w+)"', listed)) == set(TABLES)
    # a municipality's own files are not the project's
    files = {path.stem for path in (ROOT / "data/raw/evidence").glob("*.csv")}
    assert files - set(OWN_TABLES) == set(TABLES)


def test_no_file_names_a_place_on_one_machine() -> None:
    # written in parts, so that this file does not name them either
    places = ["/" + "work/", "/" + "root/", "/" + "home/"]
    binary = {".png", ".parquet"}
    for path in tracked():
        if path.suffix not in binary:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [place for place in places if place in text], path


def test_the_readme_names_the_two_commands_and_fits_two_screens() -> None:
    text = (ROOT / "README.md").read_text()
    assert "make report" in text
    assert "make test" in text
    assert "CC BY 4.0" in text
    assert len(text.splitlines()) <= 100

"""`wijkanalyse evidence check`: what it says when all is well, and its exit code."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.small_world import ROOT
from wijkanalyse.cli import main

RAW = ROOT / "data" / "raw" / "evidence"


def test_the_project_s_own_records_are_in_order(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without paths the folder of the project is checked; nothing in it changes."""
    monkeypatch.chdir(ROOT)
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in RAW.iterdir()}
    assert main(["evidence", "check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("In order: ")
    assert "  client_surveys                  223 records" in lines
    assert before == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in RAW.iterdir()}


def test_files_can_be_checked_on_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "check", str(RAW / "local_studies.csv"), str(RAW / "municipal_polls.csv")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "In order: 82 records in 2 files.",
        "  local_studies      52 records",
        "  municipal_polls    30 records",
    ]


def test_rules_between_files_hold_among_the_files_that_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second coder's file that came by mail, held against the first coder's."""
    second = tmp_path / "annual_reports_second_coder.csv"
    second.write_bytes((RAW / second.name).read_bytes().replace(b"AR15,", b"AR915,"))
    assert main(["evidence", "check", str(second)]) == 0
    assert main(["evidence", "check", str(second), str(RAW / "annual_reports.csv")]) == 1
    assert "row 2 (AR915), column report_id: found AR915" in capsys.readouterr().err


def test_every_problem_of_every_file_is_named_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(shutil.copytree(RAW, tmp_path / "evidence"))
    for name, old, new in [
        ("client_surveys.csv", b",percent,exact,", b",percent,exakt,"),
        ("local_studies.csv", b"GM0599", b"GM9999"),
        ("business_case.csv", b",aggregate,", b",total,"),
    ]:
        path = folder / name
        path.write_bytes(path.read_bytes().replace(old, new, 1))
    (folder / "municipal_polls.csv").unlink()
    (folder / "published_figures.csv").write_bytes(b"")
    assert main(["evidence", "check", str(folder)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert lines[0].startswith("5 problems in the evidence files")
    assert [line.strip().split(".csv")[0] for line in lines[1:6]] == [
        "business_case",
        "client_surveys",
        "local_studies",
        "municipal_polls",
        "published_figures",
    ]
    assert lines[6] == "What to do:"


def test_two_files_of_one_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = shutil.copy(RAW / "local_studies.csv", tmp_path)
    assert main(["evidence", "check", str(RAW / "local_studies.csv"), copy]) == 1
    assert "expected one file of this table in a check [file]" in capsys.readouterr().err


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "check", str(tmp_path / "evidence")]) == 1
    assert "evidence: is no evidence table" in capsys.readouterr().err

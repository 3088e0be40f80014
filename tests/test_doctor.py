"""`wijkanalyse doctor`: what stops a run is wrong, what a run can do without is a note, and neither is a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.small_world import ROOT
from wijkanalyse import cli, doctor
from wijkanalyse.doctor import Sign, examine
from wijkanalyse.errors import WijkanalyseError


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What doctor reads of a checkout, with a service that nobody offers."""
    for name in ("config", "data/raw/evidence", "requirements"):
        shutil.copytree(ROOT / name, tmp_path / name)
    path = tmp_path / "config/config.yaml"
    path.write_text(path.read_text().replace("  catalog_url: null", "  catalog_url: 127.0.0.1:1"))
    assert "127.0.0.1:1" in path.read_text()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def signs(checkout: Path) -> dict[str, Sign]:
    return {sign.what: sign for sign in examine(checkout)}


def test_a_checkout_as_it_is_can_run(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = signs(checkout)
    assert [sign for sign in found.values() if sign.state == "wrong"] == []
    assert found["packages"].said.endswith("as locked")
    assert found["evidence"].said.startswith("In order: ")
    assert found["stored tables"].state == "note"
    assert "cannot be reached" in found["StatLine"].said
    assert "MADE-UP" in found["StatLine"].said
    assert cli.main(["doctor"]) == 0
    assert "note   StatLine" in capsys.readouterr().out


def test_what_stops_a_run_is_wrong_and_says_what_to_do(
    checkout: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = checkout / "config/config.yaml"
    config.write_text(config.read_text().replace("threshold_pct:", "threshhold_pct:"))
    polls = checkout / "data/raw/evidence/municipal_polls.csv"
    polls.write_text(polls.read_text().replace("poll_id,", "poll,", 1))
    requirements = checkout / "requirements/run.txt"
    requirements.write_text(requirements.read_text() + "no-such-package==1.0 \\\n    --hash=sha256:0\n")
    monkeypatch.setattr(doctor, "ENOUGH_GIGABYTES", 1e9)
    found = signs(checkout)
    assert "threshold_pct" in found["configuration"].said
    assert "wijkanalyse evidence check" in found["evidence"].said
    assert "no-such-package" in found["packages"].said
    wrong = {name for name, sign in found.items() if sign.state == "wrong"}
    assert wrong == {"configuration", "evidence", "packages", "disk"}
    assert cli.main(["doctor"]) == 1
    assert "wrong  configuration" in capsys.readouterr().out


def test_another_version_of_a_package_is_a_note(checkout: Path) -> None:
    requirements = checkout / "requirements/run.txt"
    requirements.write_text(requirements.read_text().replace("pandas==", "pandas==0."))
    found = signs(checkout)["packages"]
    assert found.state == "note"
    assert "instead of 0." in found.said


def test_outside_a_checkout_it_says_where_to_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WijkanalyseError, match="in the folder of the checkout"):
        examine(tmp_path)
    assert cli.main(["doctor"]) == 1
    assert "in the folder of the checkout" in capsys.readouterr().err

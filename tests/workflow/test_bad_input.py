"""Bad input ends with exit code 1 and one clear message, and leaves nothing half-written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workflow.project import Project, copy_project

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("bad"))


@pytest.fixture
def edit(project: Project) -> Iterator[object]:
    """Replace text in a file of the project for one test."""
    originals: dict[Path, bytes] = {}

    def replace(name: str, old: str, new: str) -> None:
        path = project.path(name)
        originals.setdefault(path, path.read_bytes())
        text = path.read_bytes().decode()
        assert old in text
        path.write_bytes(text.replace(old, new, 1).encode())

    yield replace
    for path, content in originals.items():
        path.write_bytes(content)


def refused(project: Project, *targets: str, **choices: object) -> str:
    """Run, expect a refusal, and return the message that a person sees last."""
    answer = project.run(*targets, **choices)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    message = answer.stderr.partition("The run stopped.")[2] or answer.stderr
    assert not list(project.path("data").rglob(".incomplete-*"))
    assert not [path for path in project.path("data").rglob(".*") if path.suffix in (".parquet", ".csv", ".json")]
    return message


FETCH = "data/processed/statline.json"
LOAD = "data/processed/evidence/client_surveys.parquet"


def test_a_service_that_cannot_be_reached(project: Project) -> None:
    message = refused(
        project, FETCH, statline={"source": "cbs", "catalog_url": "127.0.0.1:1", "use_https": False, "attempts": 1}
    )
    assert "no connection" in message
    assert "statline.source is cbs, so nothing else is used" in message
    assert not project.path(FETCH).exists()


def test_a_table_that_does_not_exist(project: Project, edit, from_server) -> None:
    edit("config/tables.yaml", "  84134NED:", "  99999NED:")
    message = refused(project, FETCH, **from_server)
    assert re.search(r"99999NED does not exist .*404", message)
    assert not project.path(FETCH).exists()


def test_a_column_title_that_is_gone(project: Project, edit, from_server) -> None:
    edit("config/tables.yaml", "> Gemiddelde duur, mean_of: ended_zonder", "> Mediane looptijd, mean_of: ended_zonder")
    message = refused(project, "data/processed/panel.parquet", **from_server)
    assert 'column "Totaal jeugdhulp zonder verblijf > Mediane looptijd" is not there' in message
    assert "Totaal jeugdhulp zonder verblijf" in message.partition("nearest titles")[2]
    assert "config/tables.yaml" in message
    assert not project.path("data/processed/panel.parquet").exists()


def test_an_unknown_configuration_key(project: Project) -> None:
    message = refused(project, classification={"treshold_pct": 5})
    assert 'unknown key classification.treshold_pct; did you mean "threshold_pct"?' in message


def test_an_unknown_key_in_the_register_of_tables(project: Project, edit) -> None:
    edit("config/tables.yaml", "    series: kerncijfers", "    serie: kerncijfers")
    message = refused(project, FETCH)
    assert "tables.84134NED.serie" in message
    assert 'did you mean "series"?' in message


def test_a_survey_percentage_of_120(project: Project, edit) -> None:
    line = next(
        line
        for line in project.path("data/raw/evidence/client_surveys.csv").read_text().splitlines()
        if ",percent,exact," in line
    )
    value = re.search(r",([0-9.]+),percent,exact,", line).group(1)
    edit("data/raw/evidence/client_surveys.csv", line, line.replace(f",{value},percent,exact,", ",120,percent,exact,"))
    message = refused(project, LOAD)
    assert re.search(
        r"client_surveys\.csv row \d+ \(.+\), column value: found 120, expected a percentage from 0 to 100", message
    )


def test_a_municipality_code_that_never_existed(project: Project, edit) -> None:
    edit("data/raw/evidence/local_studies.csv", "GM0599", "GM9999")
    message = refused(project, LOAD)
    assert re.search(r"local_studies\.csv row \d+ .*column gm_code: found GM9999", message)


def test_an_empty_evidence_file(project: Project, edit) -> None:
    path = project.path("data/raw/evidence/municipal_polls.csv")
    edit("data/raw/evidence/municipal_polls.csv", path.read_bytes().decode(), "")
    message = refused(project, LOAD)
    assert "municipal_polls.csv" in message
    assert "empty" in message
    assert not project.path(LOAD).exists()

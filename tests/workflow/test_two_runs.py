"""Two clean runs give the same bytes, whatever the cores, the time zone, the locale and the folder; stored tables suffice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workflow.project import Project, copy_project
from wijkanalyse.example import StatLineServer

pytestmark = pytest.mark.pipeline


def made(project: Project) -> dict[str, bytes]:
    """What a run leaves in data/processed and reports, by name."""
    files = [*project.path("data/processed").rglob("*"), *project.path("reports").rglob("*")]
    return {path.relative_to(project.folder).as_posix(): path.read_bytes() for path in files if path.is_file()}


def test_cores_time_zone_locale_and_folder_leave_no_trace(
    finished: Project,
    from_server: dict[str, object],
    small_country: StatLineServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = copy_project(tmp_path / "elders")
    # the same stored tables: the moment at which a table was fetched is part of the report
    shutil.copytree(finished.path("data/raw"), other.path("data/raw"), dirs_exist_ok=True)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONHASHSEED", "4711")
    asked = len(small_country.requests)
    answer = other.run("--cores", "1", **from_server)
    assert len(small_country.requests) == asked
    assert answer.returncode == 0, answer.stderr[-6000:]
    first, second = made(finished), made(other)
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []

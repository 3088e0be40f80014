"""The workflow runs on a small made-up country, served on loopback as if it were CBS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workflow.project import FEW_DRAWS, Project, copy_project
from wijkanalyse.example import StatLineServer, World, make_tables


@pytest.fixture(scope="session")
def small_country() -> Iterator[StatLineServer]:
    """One province of the made-up country, served as if it were CBS."""
    with StatLineServer(make_tables(World(provinces=("PV26",)))) as server:
        yield server


@pytest.fixture(scope="session")
def from_server(small_country: StatLineServer) -> dict[str, object]:
    """Choices that take the figures from that server."""
    statline = {"source": "cbs", "catalog_url": small_country.catalog_url, "use_https": False}
    return {"statline": statline, "inference": FEW_DRAWS}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, from_server: dict[str, object]) -> Project:
    """A project in which the whole line has run once, on figures of the server."""
    project = copy_project(tmp_path_factory.mktemp("project met spatie en é"))
    answer = project.run(**from_server)
    assert answer.returncode == 0, answer.stderr[-6000:]
    return project

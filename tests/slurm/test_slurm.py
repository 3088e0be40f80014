"""The chunks of the multiverse on a cluster: the same bytes as here, and what was finished stays so when a job is killed.

`make test-slurm` runs these; it starts a Slurm of its own on loopback (cluster.py).
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.slurm.cluster import Slurm, missing
from tests.workflow.project import FEW_DRAWS, Project, copy_project

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(bool(missing()), reason=f"Slurm is not installed here: no {', '.join(missing())}"),
    pytest.mark.skipif(
        importlib.util.find_spec("snakemake_executor_plugin_slurm") is None,
        reason="snakemake-executor-plugin-slurm is not installed here: run make cluster",
    ),
]

FOLDER = "data/processed/estimates/multiverse"
TARGET = f"{FOLDER}/joint_test.parquet"
CHUNKS = {"estimates": 2, "permutations": 5}
TWO_PROVINCES = {"statline": {"source": "example"}, "example": {"provinces": ["PV26", "PV28"]}, "inference": FEW_DRAWS}
ON_THIS_CLUSTER = (
    *("--profile", "workflow/profiles/slurm", "--jobs", "8", "--default-resources", "mem_mb=1000", "runtime=10"),
    # no accounting, and no time to lose
    *("--slurm-no-account", "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1"),
    *("--seconds-between-status-checks", "1", "--latency-wait", "10"),
)
_SECONDS = 400


@pytest.fixture(scope="module")
def cluster() -> Iterator[Slurm]:
    with Slurm(nodes=2) as slurm:
        yield slurm


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which the multiverse has run on this machine, on one core."""
    project = copy_project(tmp_path_factory.mktemp("here"))
    path = project.path("config/multiverse.yaml")
    declaration = yaml.safe_load(path.read_text(encoding="utf-8")) | {"chunks": CHUNKS}
    path.write_text(yaml.safe_dump(declaration, allow_unicode=True, sort_keys=False), encoding="utf-8")
    answer = project.run(TARGET, "--cores", "1", **TWO_PROVINCES)
    assert answer.returncode == 0, answer.stderr[-4000:]
    return project


def without_multiverse(project: Project, folder: Path) -> Project:
    """A copy in which the specifications are declared, and nothing of them is computed."""
    # mtimes stay, and with them what Snakemake holds for up to date
    shutil.copytree(project.folder, folder, symlinks=True)
    for path in (folder / FOLDER).rglob("*.*"):
        if path.stem not in ("declared", "sizes"):
            path.unlink()
    return Project(folder)


def different(one: Project, other: Project) -> list[str]:
    """Files of the multiverse that are not the same bytes in both, or not in both."""

    def contents(project: Project) -> dict[str, bytes]:
        folder = project.path(FOLDER)
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}

    first, second = contents(one), contents(other)
    assert len([name for name in first if name.startswith("chunks/")]) == sum(CHUNKS.values())
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def start(project: Project, cluster: Slurm, said: Path) -> subprocess.Popen[bytes]:
    """Start a run through the profile; what it says goes to a file."""
    command = [sys.executable, "-m", "snakemake", TARGET, *ON_THIS_CLUSTER, "--configfile", "choices.yaml", "--nocolor"]
    with said.open("wb") as output:
        return subprocess.Popen(command, cwd=project.folder, env=cluster.environment, stdout=output, stderr=output)


def wait_for_a_chunk(run: subprocess.Popen[bytes], said: Path) -> None:
    """Wait until Snakemake knows of a chunk that is finished."""
    deadline = time.monotonic() + _SECONDS
    while not re.search(r"Finished jobid: \d+ \(Rule: (estimate|permute)_multiverse\)", said.read_text()):
        assert run.poll() is None, said.read_text()[-4000:]
        assert time.monotonic() < deadline, said.read_text()[-4000:]
        time.sleep(0.2)


def finish(run: subprocess.Popen[bytes]) -> int:
    try:
        return run.wait(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
        raise


def test_any_number_of_cores_gives_the_same_bytes(here: Project, tmp_path: Path) -> None:
    many_cores = without_multiverse(here, tmp_path / "cores")
    answer = many_cores.run(TARGET, "--cores", "4", **TWO_PROVINCES)
    assert answer.returncode == 0, answer.stderr[-4000:]
    assert different(many_cores, here) == []


def test_a_cluster_gives_the_same_bytes_and_after_jobs_were_killed_makes_only_what_is_missing(
    here: Project, cluster: Slurm, tmp_path: Path
) -> None:
    project, first, second = without_multiverse(here, tmp_path / "there"), tmp_path / "first.txt", tmp_path / "second.txt"
    chunks = project.path(FOLDER) / "chunks"
    run = start(project, cluster, first)
    try:
        wait_for_a_chunk(run, first)
        killed = cluster.jobs()
        cluster.ask("scancel", *killed)
    except BaseException:
        run.kill()
        raise
    assert finish(run) != 0
    finished = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in chunks.glob("*.parquet")}
    assert killed
    assert 0 < len(finished) < sum(CHUNKS.values())

    assert finish(start(project, cluster, second)) == 0, second.read_text()[-4000:]
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in finished} == finished
    # the chunks that were missing, the check against statsmodels and the gathering, each a job of the cluster
    jobs = second.read_text().count("has been submitted with SLURM jobid")
    assert jobs == sum(CHUNKS.values()) - len(finished) + 2
    assert different(project, here) == []

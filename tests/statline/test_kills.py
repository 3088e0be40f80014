"""A run that is killed, or that another run gets in the way of, leaves whole versions only."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.statline.conftest import TINY, ScriptedStatLine, tiny_table
from wijkanalyse.example.answers import Service
from wijkanalyse.statline.disk import INCOMPLETE, incomplete_folder
from wijkanalyse.statline.snapshots import LAST_SEEN, SnapshotStore

ORIGIN = "http://statline.invalid"
KILLS = 50
FETCH = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from wijkanalyse.statline.client import StatLineClient
    from wijkanalyse.statline.snapshots import SnapshotStore

    address, folder, origin, table = sys.argv[1:]
    print("ready", flush=True)
    # each child of this process is one run: imports cost more than a fetch, and a kill should meet the fetch
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            raw = StatLineClient(address, use_https=False).fetch(table)
            SnapshotStore(Path(folder)).store(raw, origin, "CBS StatLine")
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
""")


class Runner:
    """A process that starts runs on demand."""

    def __init__(self, scripted: ScriptedStatLine, folder: Path) -> None:
        command = [sys.executable, "-c", FETCH, scripted.catalog_url, str(folder), ORIGIN, TINY]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._line() == "ready"

    def start(self) -> int:
        """Start a run and return its process number."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return int(self._line())

    def end(self) -> int:
        """Wait for the run and return its exit code."""
        return int(self._line())

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cbs"


@pytest.fixture
def runner(scripted: ScriptedStatLine, folder: Path):
    process = Runner(scripted, folder)
    yield process
    process.stop()


def is_whole(folder: Path, editions: dict[str, pd.DataFrame]) -> int:
    """Check that every version in the store is one of the editions, to the last cell; return how many there are."""
    versions = SnapshotStore(folder).versions(TINY, ORIGIN)
    for snapshot in versions:
        raw = snapshot.read()
        pd.testing.assert_frame_equal(raw.data, editions[str(raw.infos["Modified"])])
    return len(versions)


def test_a_kill_at_any_moment_leaves_whole_versions_only(
    scripted: ScriptedStatLine, runner: Runner, folder: Path, record_property, capsys: pytest.CaptureFixture[str]
):
    chance = random.Random(9)
    editions: dict[str, pd.DataFrame] = {}
    stored, killed, partway = 0, 0, 0
    # an undisturbed run tells how long one takes, so that the kills fall within it
    editions["2026-04-30T02:00:00"] = scripted.client().fetch(TINY).data
    began = time.monotonic()
    runner.start()
    assert runner.end() == 0
    duration = time.monotonic() - began
    stored = is_whole(folder, editions)
    assert stored == 1
    for number in range(KILLS):
        modified = f"2026-05-01T{number // 60:02}:{number % 60:02}:00"
        scripted.service = Service([tiny_table(modified=modified, first=100 + number)], 10)
        editions[modified] = scripted.client().fetch(TINY).data
        run = runner.start()
        # the last part of a run is the writing: half of the kills fall there
        time.sleep(duration * (chance.uniform(0.0, 1.1) if number % 2 else chance.uniform(0.6, 1.1)))
        subprocess.run(["kill", "-9", str(run)], check=False, capture_output=True)
        killed += runner.end() == -signal.SIGKILL
        partway += any(path.name.startswith(INCOMPLETE) for path in (folder / TINY).iterdir())
        found = is_whole(folder, editions)
        assert found in (stored, stored + 1), number
        stored = found
    # a run that nobody kills then finds its way, and clears what the others left
    runner.start()
    assert runner.end() == 0
    assert is_whole(folder, editions) >= stored
    assert not [path for path in (folder / TINY).iterdir() if path.name.startswith(INCOMPLETE)]
    with capsys.disabled():
        print(f"\nkills: {KILLS} tried, {killed} met a run, {partway} while it wrote; {stored} whole versions, 0 damaged")
    record_property("killed", killed)
    assert killed >= KILLS // 4


def test_two_runs_at_once_do_not_harm_each_other(scripted: ScriptedStatLine, folder: Path):
    editions = {"2026-04-30T02:00:00": scripted.client().fetch(TINY).data}
    runners = [Runner(scripted, folder) for _ in range(2)]
    try:
        for _ in range(5):
            for each in runners:
                each.start()
            assert [each.end() for each in runners] == [0, 0]
            assert is_whole(folder, editions) == 1
            assert {path.name for path in (folder / TINY).iterdir() if not path.is_dir()} == {LAST_SEEN}
            assert len([path for path in (folder / TINY).iterdir() if path.is_dir()]) == 1
    finally:
        for each in runners:
            each.stop()


def test_what_a_living_run_writes_is_not_cleared(folder: Path, scripted: ScriptedStatLine):
    raw = scripted.client().fetch(TINY)
    (folder / TINY).mkdir(parents=True)
    left = folder / TINY / f"{INCOMPLETE}left"
    left.mkdir()
    with incomplete_folder(folder / TINY) as living:
        SnapshotStore(folder).store(raw, ORIGIN, "CBS StatLine")
        assert living.is_dir()
        assert not left.exists()
    assert not living.exists()

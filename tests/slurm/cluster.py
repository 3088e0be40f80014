"""A throw-away Slurm on loopback: its own keys, ports and state in one folder, and nothing left of it afterwards.

No systemd, no database and no root are needed, only the programs (Debian: slurmctld slurmd slurm-client munge). The daemons are
children of this process and end with it.
"""

from __future__ import annotations

import ctypes
import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

_DAEMONS = ("munged", "slurmctld", "slurmd")
_CLIENTS = ("sbatch", "srun", "squeue", "sinfo", "scontrol", "scancel")
# daemons are often outside the path of a plain user
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
_START_SECONDS = 30
_STOP_SECONDS = 20
_PR_SET_PDEATHSIG = 1


def missing() -> list[str]:
    """Programs that are not installed here."""
    return [name for name in (*_DAEMONS, *_CLIENTS) if shutil.which(name, path=_PATH) is None]


class Slurm:
    """A cluster of `nodes` nodes with one processor each, all of them this machine."""

    def __init__(self, nodes: int = 2) -> None:
        self.nodes = [f"n{number + 1}" for number in range(nodes)]
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Slurm:
        # the path of a socket may have about a hundred characters, so not in a folder of pytest
        self.folder = Path(tempfile.mkdtemp(prefix="slurm-"))
        self.configuration = self.folder / "slurm.conf"
        try:
            self._configure()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which Slurm's commands talk to this cluster."""
        path = os.pathsep.join([str(self.folder / "bin"), _PATH])
        return {**os.environ, "PATH": path, "SLURM_CONF": str(self.configuration)}

    def ask(self, *command: str) -> str:
        """Run one of Slurm's commands and return what it prints."""
        answer = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=20, check=True)
        return answer.stdout.strip()

    def jobs(self) -> list[str]:
        """Numbers of the jobs that wait or run."""
        return self.ask("squeue", "--noheader", "--format=%i").split()

    def stop(self) -> None:
        """End all jobs and daemons, and remove the folder."""
        try:
            self.ask("scancel", "--user", getpass.getuser())
            deadline = time.monotonic() + _STOP_SECONDS
            while self.jobs() and time.monotonic() < deadline:
                time.sleep(0.2)
        except (OSError, subprocess.SubprocessError):
            pass  # it never came up, or is gone already
        for daemon in reversed(self._running):
            daemon.terminate()
            try:
                daemon.wait(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self._running.clear()
        for process in self._left():
            os.kill(process, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _left(self) -> list[int]:
        """Processes of jobs that outlived their cluster: only these have its configuration in their environment."""
        mark = f"SLURM_CONF={self.configuration}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0") and int(path.parent.name) != os.getpid():
                    found.append(int(path.parent.name))
            except OSError:
                continue  # ended meanwhile, or of somebody else
        return found

    def _configure(self) -> None:
        for name in ("state", "spool", "log", "munge", "bin"):
            (self.folder / name).mkdir(mode=0o700)
        # munged refuses a socket in a folder that others cannot reach
        self.folder.chmod(0o755)
        (self.folder / "socket").mkdir(mode=0o755)
        key = self.folder / "munge" / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        self.configuration.write_text(self._settings(), encoding="utf-8")
        # Snakemake's executor drops every SLURM_ variable before its inner srun, the place of the configuration too
        for name in _CLIENTS:
            shim = self.folder / "bin" / name
            program = shutil.which(name, path=_PATH)
            shim.write_text(f'#!/bin/sh\nSLURM_CONF={self.configuration} exec {program} "$@"\n', encoding="utf-8")
            shim.chmod(0o755)

    def _settings(self) -> str:
        host, user, folder = socket.gethostname().split(".")[0], getpass.getuser(), self.folder
        ports = _free_ports(1 + len(self.nodes))
        lines = [
            "ClusterName=throwaway",
            f"SlurmctldHost={host}(127.0.0.1)",
            f"SlurmUser={user}",
            f"SlurmdUser={user}",
            f"SlurmctldPort={ports[0]}",
            "AuthType=auth/munge",
            f"AuthInfo=socket={folder}/socket/munge",
            "CredType=cred/munge",
            f"StateSaveLocation={folder}/state",
            f"SlurmdSpoolDir={folder}/spool/%n",
            f"SlurmctldPidFile={folder}/slurmctld.pid",
            f"SlurmdPidFile={folder}/slurmd-%n.pid",
            f"SlurmctldLogFile={folder}/log/slurmctld.log",
            f"SlurmdLogFile={folder}/log/slurmd-%n.log",
            "ProctrackType=proctrack/linuxproc",
            "TaskPlugin=task/none",
            "SwitchType=switch/none",
            "MpiDefault=none",
            "JobAcctGatherType=jobacct_gather/none",
            "AccountingStorageType=accounting_storage/none",
            "SelectType=select/cons_tres",
            "SelectTypeParameters=CR_CPU_Memory",
            "SchedulerType=sched/backfill",
            "SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0",
            "SlurmdParameters=config_overrides",
            "ReturnToService=2",
            "MinJobAge=3600",  # squeue still knows a job that ended
            "KillWait=5",
            "InactiveLimit=0",
            "CommunicationParameters=NoInAddrAny",
        ]
        for name, port in zip(self.nodes, ports[1:], strict=True):
            lines.append(f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=4000")
        lines.append("PartitionName=main Nodes=ALL Default=YES MaxTime=1-0 State=UP")
        return "\n".join(lines) + "\n"

    def _start(self) -> None:
        munge, log = self.folder / "munge", self.folder / "log"
        self._daemon(
            "munged",
            "--foreground",
            "--force",
            f"--key-file={munge}/key",
            f"--socket={self.folder}/socket/munge",
            f"--pid-file={munge}/pid",
            f"--log-file={log}/munged.log",
            f"--seed-file={munge}/seed",
        )
        self._wait_for((self.folder / "socket" / "munge").exists, "munged")
        self._daemon("slurmctld", "-D", "-c", "-f", str(self.configuration))
        for name in self.nodes:
            (self.folder / "spool" / name).mkdir()
            self._daemon("slurmd", "-D", "-c", "-f", str(self.configuration), "-N", name)
        self._wait_for(self._all_are_idle, "slurm")

    def _all_are_idle(self) -> bool:
        try:
            idle = self.ask("sinfo", "--noheader", "--Node", "--states=idle", "--format=%N").split()
        except subprocess.SubprocessError:
            return False
        return set(idle) == set(self.nodes)

    def _daemon(self, name: str, *arguments: str) -> None:
        program = shutil.which(name, path=_PATH)
        assert program, f"{name} is not installed"
        with (self.folder / "log" / f"{name}.out").open("ab") as output:
            self._running.append(
                subprocess.Popen(
                    [program, *arguments],
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    preexec_fn=_end_with_parent,
                )
            )

    def _wait_for(self, is_there, what: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not is_there():
            ended = [daemon.args[0] for daemon in self._running if daemon.poll() is not None]
            if ended or time.monotonic() > deadline:
                said = "\n".join(path.read_text(errors="replace")[-600:] for path in (self.folder / "log").iterdir())
                raise RuntimeError(f"{what} did not come up (ended: {ended}):\n{said}")
            time.sleep(0.1)


def _end_with_parent() -> None:
    """In the child: end when the process that started it does, also when that is killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _free_ports(number: int) -> list[int]:
    """Ports of the loopback that nobody listens on, all different."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()

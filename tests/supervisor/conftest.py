"""Real processes, real PostgreSQL, each test with a folder of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from supervisor.folders import REPOSITORY, Var


@pytest.fixture
def var() -> Iterator[Var]:
    """A $LIFERAFT_VAR that another user can reach and whose path is short enough for a socket, unlike tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="raft"))
    folder.chmod(0o711)
    yield Var.prepare(folder)
    shutil.rmtree(folder)


@pytest.fixture
def start(var: Var, tmp_path: Path) -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    """Run a few lines of Python in a process of its own, which then waits; return once they have been run."""
    started: list[subprocess.Popen[str]] = []

    def run(lines: str) -> "subprocess.Popen[str]":
        prologue = "from pathlib import Path\nfrom supervisor.folders import Var\n"
        prologue += f"var, tmp_path = Var.prepare(Path({str(var.root)!r})), Path({str(tmp_path)!r})\n"
        process = subprocess.Popen(
            [sys.executable, "-c", f"{prologue}{lines}\nprint('up', flush=True)\nimport time; time.sleep(60)"],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        return process

    yield run
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(*pids: int, within: float = 5.0) -> bool:
    """Wait until none of these processes is alive."""
    deadline = time.monotonic() + within
    while any(map(is_alive, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def number_in(path: Path) -> int:
    """Wait until the file holds a number."""
    deadline = time.monotonic() + 10
    while not (path.exists() and path.read_text().strip().isdecimal()):
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.02)
    return int(path.read_text())


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)

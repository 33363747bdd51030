"""Long-running programs and one-off steps, each behind a guard that outlives us by a few seconds and cleans up."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from supervisor import locks, logs
from supervisor.folders import REPOSITORY, Var

MARK = "LIFERAFT_CHILD"  # in the environment of every child: by it the next start finds what a killed guard left behind
GUARD = [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))]


class StepFailed(Exception):
    """A step that has to succeed before the next one did not."""


@dataclass(frozen=True)
class Program:
    """One thing that runs for as long as Liferaft does."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    grace: float = 5.0  # seconds from SIGTERM to SIGKILL
    holds: Sequence[int] = ()  # descriptors that its guard holds open: a share in the database it needs to the last


class Child:
    """A running program. It ends when `stop` is called, and also when this process ends in any way."""

    def __init__(self, program: Program, var: Var) -> None:
        self.program = program
        self.started = time.monotonic()
        self._alive: int | None
        alive, self._alive = os.pipe()
        hold = str(_hold(var, program.name))
        guard = [*GUARD, f"--alive={alive}", f"--hold={hold}", f"--grace={program.grace}"]
        guard += [f"--keep={descriptor}" for descriptor in program.holds]
        with logs.opened(var.log / f"{program.name}.log") as log:
            self._guard = subprocess.Popen(
                [*guard, "--", *program.command],
                cwd=REPOSITORY,
                env={**program.environment, MARK: hold},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[alive, *program.holds],
                start_new_session=True,  # neither Ctrl-C nor a kill of our whole group may reach the guard
            )
        os.close(alive)

    def poll(self) -> int | None:
        return self._guard.poll()

    def stop(self) -> None:
        """Ask for the end; `wait` waits for it."""
        if self._alive is not None:
            os.close(self._alive)
            self._alive = None

    def wait(self) -> int:
        return self._guard.wait()


class Step:
    """A command that runs to its end, its output in the log."""

    def __init__(self, program: Program, var: Var) -> None:
        self._log = logs.Tail(var.log / f"{program.name}.log")
        self._child = Child(program, var)

    def finish(self) -> None:
        """Wait for the end.

        :raises StepFailed: with the end of its output
        """
        code = self._child.wait()
        self.abandon()
        if code:
            last = "\n".join(self._log.new_lines()[-25:])
            name = self._child.program.name
            raise StepFailed(f"{last}\n\nThe step “{name}” failed (exit code {code}). All it said: {self._log.path}")

    def abandon(self) -> None:
        self._child.stop()
        self._child.wait()


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command on our terminal, with Ctrl-C going to it and not to us, and return its exit code."""
    alive, keep = os.pipe()
    old = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        guard = [*GUARD, f"--alive={alive}", "--foreground", "--", *command]
        process = subprocess.Popen(guard, cwd=REPOSITORY, env=dict(environment), pass_fds=[alive])
        os.close(alive)
        try:
            return process.wait()
        finally:
            os.close(keep)
            process.wait()
    finally:
        signal.signal(signal.SIGINT, old)


def clear_leftovers(var: Var, name: str) -> None:
    """Make sure that nothing of an earlier run under this name is alive.

    A guard that is still at work is given the time it needs. If it was killed itself, its child is found by the mark.
    """
    hold = _hold(var, name)
    lock = locks.take(hold, wait=15)
    try:
        kill_marked(str(hold))
    finally:
        if lock is not None:
            os.close(lock)


def kill_marked(mark: str) -> None:
    """Kill every process that carries this mark in its environment, and wait until it is gone."""
    needle = f"\0{MARK}={mark}\0".encode()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = [pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if needle in _environment(pid)]
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _hold(var: Var, name: str) -> Path:
    return var.run / f"{name}.lock"


def _environment(pid: int) -> bytes:
    try:
        return b"\0" + Path(f"/proc/{pid}/environ").read_bytes()  # empty for a process that has ended
    except OSError:
        return b""

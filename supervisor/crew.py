"""The programs that run for as long as Liferaft does: kept running, listened to, stopped together."""

import sys
import time

from supervisor import logs
from supervisor.children import Child, Program
from supervisor.folders import Var

LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0  # a program that ran this long has not failed to start


def say(name: str, line: str) -> None:
    print(f"{name:>8} | {line}", file=sys.stderr, flush=True)


class Crew:
    """The programs that run now, and those that are to be started again."""

    def __init__(self, var: Var) -> None:
        self.var = var
        self._members: dict[str, Member] = {}
        self._database_log = logs.Tail(var.log / "database.log")

    def start(self, program: Program) -> None:
        self._members[program.name] = Member(program, self.var)

    def look_after(self) -> None:
        """Pass on what the programs complain of, and start again what has ended."""
        for line in self._database_log.new_troubles():
            say("database", line)
        for member in self._members.values():
            member.look_after()

    def failures(self, name: str) -> int:
        """Return how often the program has ended by itself of late."""
        return self._members[name].failures

    def stop(self) -> None:
        running = [member.child for member in self._members.values()]
        for child in running:
            child.stop()
        for child in running:
            child.wait()


class Member:
    """One program of the crew: when it ends it is started again, after a pause that doubles each time."""

    def __init__(self, program: Program, var: Var) -> None:
        self.failures = 0
        self._program = program
        self._var = var
        self._log = logs.Tail(var.log / f"{program.name}.log")
        self._due: float | None = None
        self.child = Child(program, var)

    def look_after(self) -> None:
        for line in self._log.new_troubles():
            say(self._program.name, line)
        now = time.monotonic()
        if self._due is None and (code := self.child.poll()) is not None:
            self.child.stop()
            self.failures = 1 if now - self.child.started > STEADY_SECONDS else self.failures + 1
            pause = min(2.0 ** (self.failures - 1), LONGEST_PAUSE)
            self._due = now + pause
            say(self._program.name, f"ended (exit code {code}); starts again in {pause:.0f} s. Log: {self._log.path}")
        elif self._due is not None and now >= self._due:
            self._due = None
            self.child = Child(self._program, self._var)

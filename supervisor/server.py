"""Starts everything in order, watches it, and stops it."""

import http.client
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from supervisor import children, database, environment, locks, logs, static_files
from supervisor.children import Program, Step
from supervisor.cluster import Cluster
from supervisor.crew import Crew, say
from supervisor.folders import REPOSITORY, Var
from supervisor.ports import Ports

NAMES = ("sandbox", "web", "worker", "collectstatic", "migrate", "demo")
STAFF = (
    "Staff of the demo (password liferaft-demo): edith editor, fay fundraiser, carl and cora caseworkers, "
    "ada and abel approvers, tess treasurer, stella steward, adam administrator"
)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READY_SECONDS = 120.0
STOP_SECONDS = 30.0
STOPPING = b"stopping"
TRIES_BEFORE_READY = 3
MOST_WEB_WORKERS = 4


class CannotRun(Exception):
    """Liferaft does not start; the message says why."""


class Stopped(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


def run(var: Var) -> None:
    """Run Liferaft until somebody stops it.

    :raises CannotRun: if it is running already, or does not get ready
    """
    lock = _only_one(var)
    with _until_stopped():
        for name in NAMES:
            children.clear_leftovers(var, name)
        ports = Ports.choose(environment.given())
        ports.remember(var)
        with _database(var) as shared:
            crew = Crew(var)
            try:
                _start(crew, Launch(var, ports, environment.for_server(var, ports, shared.url), shared.holds))
                while True:
                    crew.look_after()
                    shared.look_after()
                    time.sleep(0.25)
            finally:
                os.write(lock, STOPPING)
                crew.stop()
                say("liferaft", "stopped")


def _only_one(var: Var) -> int:
    """Return the lock that shows that Liferaft runs in this folder; wait for one that is just stopping."""
    path = var.run / "server.lock"
    lock = locks.take(path)
    if lock is None and path.read_bytes() == STOPPING:
        say("liferaft", "waiting for the one before to stop")
        lock = locks.take(path, wait=STOP_SECONDS)
    if lock is None:
        raise CannotRun(
            f"Liferaft is already running in {var.root}. A second copy needs another PORT and LIFERAFT_VAR."
        )
    os.truncate(path, 0)
    return lock


class SharedDatabase:
    """Our share in the embedded database, renewed should PostgreSQL end."""

    def __init__(self, var: Var) -> None:
        self._var = var
        self._lease = database.join(var)
        self.url = self._lease.url
        self.holds = (self._lease.descriptor,)

    def look_after(self) -> None:
        if self._lease.is_lost():
            say("database", "ended; starts again")
            # Our old share counts again as soon as somebody listens, and so do those of web and worker: the pipe is the same.
            database.join(self._var).give_back()

    def leave(self) -> None:
        database.leave(self._var, self._lease)


class GivenDatabase:
    """The database that DATABASE_URL names, which others look after."""

    holds = ()

    def __init__(self, url: str) -> None:
        self.url = url

    def look_after(self) -> None:
        """Nothing of ours to do."""


@contextmanager
def _database(var: Var) -> Iterator[SharedDatabase | GivenDatabase]:
    url = environment.given().get("DATABASE_URL")
    if url:
        yield GivenDatabase(url)
        return
    say("database", "starting")
    shared = SharedDatabase(var)
    try:
        yield shared
    finally:
        shared.leave()


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and a closed terminal into an orderly end."""

    def stop(number: int, frame: FrameType | None) -> None:
        for name in STOP_SIGNALS:
            signal.signal(name, signal.SIG_IGN)  # the end is under way; a second Ctrl-C must not cut it short
        raise Stopped

    for name in STOP_SIGNALS:
        signal.signal(name, stop)
    try:
        yield
    except Stopped:
        return


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(REPOSITORY / "manage.py"), *arguments]


@dataclass(frozen=True)
class Launch:
    """What all programs of one run have in common."""

    var: Var
    ports: Ports
    values: Mapping[str, str]  # the environment of web, worker and manage.py
    holds: Sequence[int]

    def program(self, name: str, command: Sequence[str], *, grace: float = 5.0) -> Program:
        return Program(name, command, self.values, grace, self.holds)

    def step(self, name: str, *arguments: str) -> Step:
        return Step(self.program(name, manage(*arguments)), self.var)


def _start(crew: Crew, launch: Launch) -> None:
    needs = environment.Needs.of(environment.given())
    ports, values = launch.ports, launch.values
    if needs.sandbox:
        sandbox = environment.for_sandbox(launch.var, ports, values)
        crew.start(Program("sandbox", [sys.executable, "-m", "sandbox"], sandbox))
    _prepare(launch)
    if needs.sandbox:
        _wait_for("sandbox", ports.sandbox, "/_/health", crew)
    if environment.is_demo(values):
        _load_demo(launch, given_database=not needs.database)
    crew.start(launch.program("worker", manage("qcluster"), grace=8.0))
    crew.start(launch.program("web", _web_command(launch)))
    _wait_for("web", ports.web, "/", crew)
    if environment.is_demo(values):
        print(STAFF)
    if needs.sandbox:
        print(f"Sandbox (no real money moves; letters, clock): http://localhost:{ports.sandbox}")
    print(f"Liferaft is ready: http://localhost:{ports.web}", flush=True)


def _prepare(launch: Launch) -> None:
    """Collect static files, if they have changed, while the database gets its tables."""
    collected = static_files.fingerprint()
    collect = not static_files.are_collected(launch.var)
    steps = []
    try:
        if collect:
            say("liferaft", "collecting static files")
            steps.append(launch.step("collectstatic", "collectstatic", "--noinput", "--verbosity=0"))
        say("liferaft", "bringing the database up to date")
        steps.append(launch.step("migrate", "migrate", "--noinput"))
        for step in steps:
            step.finish()
    finally:
        for step in steps:
            step.abandon()
    if collect:
        static_files.remember(launch.var, collected)


def _load_demo(launch: Launch, *, given_database: bool) -> None:
    """Load the demo content, once per database. The command itself leaves a database with content alone."""
    loaded = (launch.var.root if given_database else Cluster.of(launch.var).home) / "demo-loaded"
    if loaded.exists():
        return
    say("liferaft", "loading the demo content")
    empty = ["--empty"] if launch.values.get("LIFERAFT_DEMO") == "empty" else []
    step = launch.step("demo", "load_demo", *empty)
    try:
        step.finish()
    finally:
        step.abandon()
    loaded.touch()


def _web_command(launch: Launch) -> list[str]:
    workers = min(len(os.sched_getaffinity(0)), MOST_WEB_WORKERS)
    # Every thread keeps a connection of its own, and PostgreSQL has a hundred: granian's own default would use them up.
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", launch.values.get("HOST", "127.0.0.1"), "--port", str(launch.ports.web)),
        *("--workers", launch.values.get("WEB_CONCURRENCY", str(workers)), "--blocking-threads", "4"),
        *("--workers-kill-timeout", "3", "config.wsgi:application"),
    ]


def _wait_for(name: str, port: int, path: str, crew: Crew) -> None:
    """Wait until a page answers 200.

    :raises CannotRun: if its program keeps ending, or takes too long
    """
    deadline = time.monotonic() + READY_SECONDS
    answer = "nothing"
    while time.monotonic() < deadline:
        crew.look_after()
        if crew.failures(name) >= TRIES_BEFORE_READY:
            break
        answer = _status(port, path)
        if answer == "200":
            return
        time.sleep(0.1)
    log = crew.var.log / f"{name}.log"
    raise CannotRun(f"{name} does not get ready ({path} answers: {answer}). The end of {log}:\n{logs.last_lines(log)}")


def _status(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return "nothing"
    finally:
        connection.close()

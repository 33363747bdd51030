"""The embedded PostgreSQL: the first who needs it starts it, the last who leaves stops it.

Everybody who needs it holds the writing end of one named pipe; PostgreSQL's guard holds the reading end and stops
PostgreSQL (a fast shutdown) when the last writer is gone, be it by exit, exec or SIGKILL. So `script/server`, a shell of
`script/manage` and a migration can share one database in any order, and none of them has to be the owner.
"""

import contextlib
import errno
import os
import select
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from supervisor import children, locks, logs
from supervisor.cluster import Cluster, NoDatabase
from supervisor.folders import Var

DURABLE = {"max_connections": "100"}
THROWAWAY = {**DURABLE, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
START_SECONDS = 60.0  # recovery after a crash may take a while
STOP_SECONDS = 20.0

# Guards that this process has started. They may well outlive it; while it lives it collects those that have ended.
_guards: list["subprocess.Popen[bytes]"] = []


@dataclass(frozen=True)
class Lease:
    """A share in the running database. Closing `descriptor`, also by dying, gives it back."""

    url: str
    descriptor: int

    def is_lost(self) -> bool:
        """Tell whether PostgreSQL's guard has gone, and PostgreSQL with it."""
        poll = select.poll()
        poll.register(self.descriptor, select.POLLERR)
        return bool(poll.poll(0))

    def give_back(self) -> None:
        os.close(self.descriptor)

    def hand_over(self) -> None:
        """Keep the share over an `exec`: then it belongs to the program that follows."""
        os.set_inheritable(self.descriptor, True)


def join(var: Var, settings: dict[str, str] = DURABLE) -> Lease:
    """Return a share in the database of this folder, started if nobody else has.

    :raises NoDatabase: if it does not start
    """
    with locks.held(_door(var)):
        cluster = Cluster.of(var)
        descriptor = _come_in(var)
        if descriptor is None:
            descriptor = _start(cluster, var, settings)
        lease = Lease(cluster.url, descriptor)
        try:
            _wait_until_ready(cluster, lease, var)
        except BaseException:
            lease.give_back()
            raise
        return lease


def leave(var: Var, lease: Lease) -> None:
    """Give the share back; if it was the last one, wait until PostgreSQL has stopped."""
    with locks.held(_door(var)):
        lease.give_back()
        last = _is_empty(var)
    deadline = time.monotonic() + STOP_SECONDS
    while last and time.monotonic() < deadline:
        with locks.held(_door(var)):
            descriptor = _come_in(var)
        if descriptor is None:
            return
        os.close(descriptor)
        time.sleep(0.02)


def discard(var: Var) -> None:
    """Throw the cluster away, so that the next `join` makes a new one.

    :raises NoDatabase: if somebody is using it
    """
    with locks.held(_door(var)):
        descriptor = _come_in(var)
        if descriptor is not None:
            os.close(descriptor)
            raise NoDatabase(f"The database under {var.root} is in use.")
        cluster = Cluster.of(var)
        _clear_leftovers(cluster, var)
        if cluster.data.exists():
            doomed = cluster.home / "data.old"
            cluster.data.rename(doomed)
            shutil.rmtree(doomed)


def _door(var: Var) -> Path:
    return var.run / "database.lock"


def _pipe(var: Var) -> Path:
    return var.run / "database.alive"


def _come_in(var: Var) -> int | None:
    """Return our writing end, or None if no guard listens. To be called with the door's lock held."""
    try:
        return os.open(_pipe(var), os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENOENT):
            return None
        raise


def _is_empty(var: Var) -> bool:
    """Tell whether nobody holds a share. To be called with the door's lock held."""
    reading = os.open(_pipe(var), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(reading, 1) == b""
    except BlockingIOError:
        return False
    finally:
        os.close(reading)


def _start(cluster: Cluster, var: Var, settings: dict[str, str]) -> int:
    _guards[:] = [guard for guard in _guards if guard.poll() is None]
    _clear_leftovers(cluster, var)
    environment = {"PATH": os.defpath, "LANG": "C", children.MARK: _mark(var)}
    cluster.initialise(environment)
    pipe = _pipe(var)
    with contextlib.suppress(FileExistsError):
        os.mkfifo(pipe, 0o600)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    descriptor = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    guard = [*children.GUARD, f"--alive={reading}", f"--door={_door(var)}"]
    guard += [f"--signal={int(signal.SIGINT)}", f"--grace={STOP_SECONDS}"]  # SIGINT is PostgreSQL's fast shutdown
    if cluster.account:
        guard += [f"--user={cluster.account.user}", f"--group={cluster.account.group}"]
    postgres = [str(cluster.programs / "bin" / "postgres"), "-D", str(cluster.data), "-k", str(cluster.home)]
    for name, value in {**settings, "listen_addresses": ""}.items():
        postgres += ["-c", f"{name}={value}"]
    with logs.opened(var.log / "database.log") as log:
        process = subprocess.Popen(
            [*guard, "--", *postgres],
            cwd=cluster.home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[reading],
            start_new_session=True,
        )
    os.close(reading)
    _guards.append(process)
    return descriptor


def _clear_leftovers(cluster: Cluster, var: Var) -> None:
    """Stop a PostgreSQL whose guard was killed, and remove a pid file that only looks like one.

    After a reboot another process may have the old number; PostgreSQL would then refuse to start.
    """
    deadline = time.monotonic() + STOP_SECONDS
    while (pid := _postmaster(cluster)) is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.1)
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    children.kill_marked(_mark(var))  # an initdb that was cut off


def _postmaster(cluster: Cluster) -> int | None:
    """Return the number of the process that runs this cluster."""
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
        return pid if Path(f"/proc/{pid}/cwd").resolve(strict=True) == cluster.data.resolve() else None
    except (OSError, ValueError):
        return None


def _wait_until_ready(cluster: Cluster, lease: Lease, var: Var) -> None:
    log = var.log / "database.log"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if lease.is_lost():
            raise NoDatabase(f"PostgreSQL did not start. Its last words are in {log}:\n{logs.last_lines(log)}")
        with contextlib.suppress(OSError):
            lines = (cluster.data / "postmaster.pid").read_text().splitlines()
            # PostgreSQL makes the file first and fills it then: for a moment it is empty.
            if lines and lines[-1].strip() == "ready":
                return
        time.sleep(0.03)
    raise NoDatabase(f"PostgreSQL is not ready after {START_SECONDS:.0f} seconds. See {log}.")


def _mark(var: Var) -> str:
    return str(var.run / "database")

"""Stands between the supervisor and one child, and takes the child down when nobody needs it any more.

SIGKILL cannot be caught, so a supervisor that is killed can do nothing for its children. Its end of a pipe closes all the
same, and this small process on the other end then stops the child: politely first, and after a few seconds with SIGKILL,
together with everything the child has started (django-q's cluster forks five processes, which would go on for ever).

Run as a script of its own, with the standard library only: ``python -I -S guard.py OPTIONS -- COMMAND…``. Linux only.
"""

import argparse
import contextlib
import ctypes
import fcntl
import os
import select
import signal
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

libc = ctypes.CDLL(None, use_errno=True)


def main() -> int:
    options = _options()
    for descriptor in (options.alive, *options.keep):
        os.set_inheritable(descriptor, False)  # ours, not the child's
    # Orphans of the child become ours, so that they can be found and waited for.
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    hold = _lock(options.hold) if options.hold else None  # waits until the guard of an earlier run has gone
    wake = _wake_on_signals(foreground=options.foreground)
    child = _start(options)
    status = _watch(child, options, wake)
    if status is None:
        status = _stop(child, options)
    _end_all()
    if hold is not None:
        os.close(hold)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code  # as a shell says it: 137 for SIGKILL


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--alive", type=int, required=True, help="descriptor of a pipe: its end means stop")
    parser.add_argument("--keep", type=int, action="append", default=[], help="descriptor to hold as long as we live")
    parser.add_argument("--hold", help="lock file to hold for as long as the child lives")
    parser.add_argument("--door", help="lock file under which others come in: taken before the last look at the pipe")
    parser.add_argument("--signal", type=int, default=int(signal.SIGTERM), help="the polite signal")
    parser.add_argument("--grace", type=float, default=5.0, help="seconds between the polite signal and SIGKILL")
    parser.add_argument("--user", type=int, help="user id to run the child as")
    parser.add_argument("--group", type=int, help="group id to run the child as")
    parser.add_argument("--foreground", action="store_true", help="leave the child on the terminal")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def _lock(path: str) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _wake_on_signals(*, foreground: bool) -> int:
    """Return a descriptor that becomes readable when a child ended or somebody wants us to stop."""
    wake, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for name in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(name, lambda number, frame: None)
    for name in (signal.SIGINT, signal.SIGHUP):
        # On a terminal Ctrl-C reaches the child by itself.
        signal.signal(name, signal.SIG_IGN if foreground else lambda number, frame: None)
    return wake


def _start(options: argparse.Namespace) -> int:
    guard = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        signal.set_wakeup_fd(-1)
        for name in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, signal.SIG_DFL)
        if not options.foreground:
            os.setsid()
        if options.group is not None:
            os.setgroups([])
            os.setgid(options.group)
        if options.user is not None:
            os.setuid(options.user)
        # Should even this guard be killed, the kernel says the polite word for it. (Cleared by setuid, so it comes after.)
        libc.prctl(PR_SET_PDEATHSIG, options.signal, 0, 0, 0)
        if os.getppid() == guard:
            os.execvp(options.command[0], options.command)  # noqa: S606 - no shell is the point
    except OSError as error:
        print(f"{options.command[0]}: {error.strerror}", file=sys.stderr, flush=True)
    os._exit(127)


def _watch(child: int, options: argparse.Namespace, wake: int) -> int | None:
    """Return the child's wait status when it ends by itself, or None when it is to be stopped."""
    while True:
        ready, _, _ = select.select([options.alive, wake], [], [])
        if wake in ready:
            signals = os.read(wake, 512)
            status = _reap(child)
            if status is not None:
                return status
            if any(number != signal.SIGCHLD for number in signals):
                return None
        if options.alive in ready and _is_over(options.alive):
            if options.door:
                door = _lock(options.door)
                if not _is_over(options.alive):  # somebody came in while we reached for the door
                    os.close(door)
                    continue
                os.close(options.alive)  # and the door stays shut until we have gone
            return None


def _is_over(alive: int) -> bool:
    try:
        return os.read(alive, 512) == b""
    except BlockingIOError:
        return False


def _stop(child: int, options: argparse.Namespace) -> int:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, options.signal)
    deadline = time.monotonic() + options.grace
    while time.monotonic() < deadline:
        status = _reap(child)
        if status is not None:
            return status
        time.sleep(0.02)
    return signal.SIGKILL  # which _end_all sends


def _reap(child: int) -> int | None:
    """Collect every process of ours that has ended; return the child's own wait status if it was among them."""
    found = None
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == child:
                found = status
    return found


def _end_all() -> None:
    """Kill what is left of the child's family and wait until it is gone."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for pid in _descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.02)


def _descendants(ancestor: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    queue = [ancestor]
    while queue:
        for pid in children.get(queue.pop(), []):
            found.append(pid)
            queue.append(pid)
    return found


if __name__ == "__main__":
    sys.exit(main())

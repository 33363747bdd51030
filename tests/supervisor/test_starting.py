"""What the server says when it cannot start, and what it passes on while it runs."""

import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from supervisor import locks, logs
from supervisor.children import Program
from supervisor.crew import Crew
from supervisor.folders import REPOSITORY, Var
from supervisor.ports import Ports, PortTaken
from tests.ports import neighbours


def run_server(var: Var, **extra: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "supervisor", "server"],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "LIFERAFT_VAR": str(var.root), **extra},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_second_start_in_the_same_folder_says_that_it_runs_already(var: Var) -> None:
    lock = locks.take(var.run / "server.lock")
    assert lock is not None

    done = run_server(var)

    os.close(lock)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Liferaft is already running in {var.root}.")


def test_start_waits_for_a_server_that_is_just_stopping(var: Var) -> None:
    lock = locks.take(var.run / "server.lock")
    assert lock is not None
    os.write(lock, b"stopping")
    threading.Timer(0.5, os.close, [lock]).start()

    done = run_server(var, PORT="none")

    assert "waiting for the one before to stop" in done.stderr
    assert "PORT=none is not a port number" in done.stderr


def test_port_in_use_is_named(var: Var) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        done = run_server(var, PORT=str(port))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is in use by another program.")
    assert not (var.root / "postgres").exists()


@pytest.mark.parametrize("port", ["http", "-1", "65536", "80 80"])
def test_odd_port_is_named(var: Var, port: str) -> None:
    done = run_server(var, PORT=port)

    assert done.returncode == 1
    assert f"PORT={port} is not a port number" in done.stderr


def test_sandbox_moves_on_when_the_next_port_is_taken_but_not_when_it_was_asked_for() -> None:
    port = neighbours(2) + 1
    with socket.create_server(("127.0.0.1", port)):
        chosen = Ports.choose({"PORT": str(port - 1)})

        assert chosen.sandbox not in (port, port - 1)
        with pytest.raises(PortTaken, match=f"Port {port} \\(SANDBOX_PORT\\)"):
            Ports.choose({"PORT": str(port - 1), "SANDBOX_PORT": str(port)})


def test_program_that_ends_is_started_again(var: Var, capfd: pytest.CaptureFixture[str]) -> None:
    crew = Crew(var)
    count = f"import os; open({str(var.root / 'starts')!r}, 'a').write('x')"
    crew.start(Program("web", [sys.executable, "-c", count], {}))
    deadline = time.monotonic() + 10

    while not (var.root / "starts").exists() or (var.root / "starts").stat().st_size < 2:
        assert time.monotonic() < deadline
        crew.look_after()
        time.sleep(0.05)

    crew.stop()
    assert "web | ended (exit code 0); starts again in 1 s." in capfd.readouterr().err


def test_only_trouble_reaches_the_terminal(var: Var) -> None:
    path = var.log / "web.log"
    path.write_text("ERROR of yesterday\n")
    tail = logs.Tail(path)
    with path.open("a") as log:
        log.write(
            "INFO fine\nERROR boom\nTraceback (most recent call last):\n  File x\nKeyError: 'y'\nINFO fine again\n"
        )

    assert tail.new_troubles() == ["ERROR boom", "Traceback (most recent call last):", "  File x", "KeyError: 'y'"]
    assert tail.new_troubles() == []

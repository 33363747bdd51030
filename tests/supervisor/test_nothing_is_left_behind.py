"""However the supervisor ends, its children and what they have started end too."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from supervisor import children
from supervisor.folders import Var
from tests.supervisor.conftest import gone, is_alive, kill, number_in, parent

Start = Callable[[str], "subprocess.Popen[str]"]

# Like django-q's cluster: a process that forks another, which does not end with it.
FAMILY = """
import sys
from supervisor.children import Child, Program
script = f'''
import os, signal, sys, time
from pathlib import Path
folder = Path({str(tmp_path)!r})
def bye(number, frame):
    (folder / "bye").touch()
    sys.exit()
signal.signal(signal.SIGTERM, POLITE)
if os.fork():
    (folder / "child").write_text(str(os.getpid()))
else:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.setsid()
    (folder / "grandchild").write_text(str(os.getpid()))
time.sleep(60)
'''
import os
child = Child(Program("fake", [sys.executable, "-c", script], dict(os.environ), grace=0.5), var)
import time
# Each file is there before its number is.
while not all(path.exists() and path.read_text() for path in (tmp_path / "child", tmp_path / "grandchild")):
    time.sleep(0.01)
"""


@pytest.mark.parametrize("polite", ["bye", "signal.SIG_IGN"])
def test_kill_of_the_supervisor_ends_the_child_and_its_forks(start: Start, tmp_path: Path, polite: str) -> None:
    supervisor = start(FAMILY.replace("POLITE", polite))
    child, grandchild = number_in(tmp_path / "child"), number_in(tmp_path / "grandchild")
    guard = parent(child)

    supervisor.kill()

    assert gone(child, grandchild, guard)
    assert (tmp_path / "bye").exists() == (polite == "bye")


def test_kill_of_a_guard_too_lets_the_kernel_stop_the_child(start: Start, tmp_path: Path) -> None:
    supervisor = start(FAMILY.replace("POLITE", "bye"))
    child, grandchild = number_in(tmp_path / "child"), number_in(tmp_path / "grandchild")

    kill(parent(child), supervisor.pid)

    assert gone(child)
    assert (tmp_path / "bye").exists()
    kill(grandchild)


def test_next_start_finds_what_a_killed_guard_left_behind(start: Start, tmp_path: Path, var: Var) -> None:
    supervisor = start(FAMILY.replace("POLITE", "bye"))
    child, grandchild = number_in(tmp_path / "child"), number_in(tmp_path / "grandchild")
    kill(parent(child), supervisor.pid)
    assert gone(child)
    assert is_alive(grandchild)

    children.clear_leftovers(var, "fake")

    assert gone(grandchild, within=0.1)


def test_stop_waits_for_a_polite_child(start: Start, tmp_path: Path) -> None:
    supervisor = start(FAMILY.replace("POLITE", "bye") + "\nchild.stop(); code = child.wait()")

    assert gone(number_in(tmp_path / "child"), number_in(tmp_path / "grandchild"), within=0.1)
    assert (tmp_path / "bye").exists()
    assert supervisor.poll() is None


def test_a_child_that_ends_takes_its_forks_along(start: Start, tmp_path: Path) -> None:
    start(FAMILY.replace("POLITE", "bye"))

    kill(number_in(tmp_path / "child"))

    assert gone(number_in(tmp_path / "grandchild"))


def test_a_command_that_does_not_exist_says_so(var: Var) -> None:
    step = children.Step(children.Program("fake", ["/no/such/program"], {}), var)

    with pytest.raises(children.StepFailed, match=r"/no/such/program: No such file(.|\n)*exit code 127"):
        step.finish()

"""What decodes strangers' pictures can open nothing; in production nothing of the same user reads our keys from us."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aid import press

_PRESS = str(Path(press.__file__).resolve())
_TAKEN_OVER = """
import importlib.util, os, socket
spec = importlib.util.spec_from_file_location("press", {press!r})
press = importlib.util.module_from_spec(spec)
spec.loader.exec_module(press)
press.limit()
for reach in (lambda: open(f"/proc/{{os.getppid()}}/environ"), socket.socket, lambda: open({press!r}), os.pipe):
    try:
        reach()
    except OSError as error:
        print(error.errno)
"""
_DUMPABLE = "import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"

# Root reads everything: it becomes nobody first. The kernel makes whoever changes so unreadable, until a next program.
_PARENT = """
import ctypes, os, subprocess
from config.unreadable import become_unreadable
if os.getuid() == 0:
    os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
become_unreadable()
subprocess.run(["/bin/cat", f"/proc/{os.getpid()}/environ"], env={})
"""


def test_press_opens_neither_file_nor_connection() -> None:
    done = run([sys.executable, "-I", "-B", "-c", _TAKEN_OVER.format(press=_PRESS)])

    assert done == "24\n" * 4  # EMFILE


@pytest.mark.parametrize(
    "begin", ["import config.wsgi", "import runpy; runpy.run_path('manage.py', run_name='__main__')"]
)
def test_web_and_worker_are_unreadable_in_production_and_only_there(begin: str) -> None:
    # Both are asked after their own start, which fails here for want of production's settings.
    program = (
        f"import sys; sys.argv = ['manage.py', 'check']\ntry:\n    {begin}\nexcept BaseException: pass\n{_DUMPABLE}"
    )

    assert run([sys.executable, "-c", program], LIFERAFT_ENV="production")[-2:] == "0\n"
    assert run([sys.executable, "-c", program])[-2:] == "1\n"


@pytest.mark.parametrize(("where", "is_read"), [("production", False), ("demo", True)])
def test_child_without_an_environment_does_not_read_its_parents(where: str, is_read: bool) -> None:
    assert (
        "of-no-use" in run([sys.executable, "-c", _PARENT], LIFERAFT_ENV=where, SEALING_KEYS="of-no-use")
    ) == is_read


def run(command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command, env=os.environ | environment, stdout=subprocess.PIPE, text=True, check=False, timeout=60
    )
    return done.stdout

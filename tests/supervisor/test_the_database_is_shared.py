"""The embedded PostgreSQL runs while somebody needs it, and comes back after any kind of end."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from supervisor import database
from supervisor.cluster import Cluster, NoDatabase
from supervisor.folders import Var
from tests.supervisor.conftest import gone, is_alive, kill, number_in, parent

Start = Callable[[str], "subprocess.Popen[str]"]
JOIN = "from supervisor import database\nlease = database.join(var, database.THROWAWAY)"


@pytest.fixture(autouse=True)
def _nothing_is_left(var: Var) -> Iterator[None]:
    yield
    pid_file = var.root / "postgres" / "data" / "postmaster.pid"
    deadline = time.monotonic() + 5
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not pid_file.exists()


def postmaster(var: Var) -> int:
    lines = (var.root / "postgres" / "data" / "postmaster.pid").read_text().splitlines()
    return int(lines[0])


def answers(lease: database.Lease) -> bool:
    with psycopg.connect(lease.url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_last_to_leave_stops_it_and_data_stays(var: Var) -> None:
    ann, ben = database.join(var), database.join(var)
    pid = postmaster(var)
    with psycopg.connect(ann.url) as connection:
        connection.execute("CREATE TABLE kept (word text)")

    database.leave(var, ann)
    assert answers(ben)
    database.leave(var, ben)

    assert gone(pid, within=0.1)
    again = database.join(var)
    with psycopg.connect(again.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    database.leave(var, again)


def test_kill_of_the_only_user_leaves_no_postgres_and_the_next_start_works(start: Start, var: Var) -> None:
    user = start(JOIN)
    pid = postmaster(var)

    user.kill()

    assert gone(pid, parent(pid))
    lease = database.join(var, database.THROWAWAY)
    assert answers(lease)
    database.leave(var, lease)


def test_kill_of_one_user_does_not_take_it_from_the_other(start: Start, var: Var) -> None:
    first = start(JOIN)
    lease = database.join(var, database.THROWAWAY)

    first.kill()
    first.wait()
    time.sleep(0.3)

    assert answers(lease)
    database.leave(var, lease)


def test_kill_of_its_guard_is_survived(start: Start, var: Var) -> None:
    user = start(JOIN)
    pid = postmaster(var)

    kill(parent(pid), user.pid)

    lease = database.join(var, database.THROWAWAY)
    assert answers(lease)
    assert not is_alive(pid)
    database.leave(var, lease)


def test_user_learns_that_it_has_ended(var: Var) -> None:
    lease = database.join(var, database.THROWAWAY)
    pid = postmaster(var)
    guard = parent(pid)
    assert not lease.is_lost()

    kill(pid)
    os.waitpid(guard, 0)

    assert lease.is_lost()
    again = database.join(var, database.THROWAWAY)
    assert not lease.is_lost()
    lease.give_back()
    database.leave(var, again)


def test_pid_file_that_names_another_process_does_not_stand_in_the_way(var: Var) -> None:
    database.leave(var, database.join(var))
    (var.root / "postgres" / "data" / "postmaster.pid").write_text(
        f"{os.getpid()}\n/elsewhere\n1\n5432\n/tmp\n\n\nready\n"
    )

    lease = database.join(var)

    assert answers(lease)
    database.leave(var, lease)


def test_making_of_the_cluster_can_be_cut_off(start: Start, var: Var, tmp_path: Path) -> None:
    slow = """
import os, subprocess, threading
from supervisor import database
from supervisor.cluster import Cluster, NoDatabase
threading.Thread(target=database.join, args=[var], daemon=True).start()
while not list(var.root.glob("postgres/data.*/base")):
    pass
"""
    start(slow).kill()

    lease = database.join(var)

    assert answers(lease)
    assert [path.name for path in (var.root / "postgres").glob("data*")] == ["data"]
    database.leave(var, lease)


def test_starts_at_the_same_moment_share_one(start: Start, var: Var, tmp_path: Path) -> None:
    later = "import threading\nfrom supervisor import database\ndef go():\n global lease\n lease = database.join(var)\n"
    later += f" (tmp_path / NAME).write_text(str(int(Path({str(var.root)!r}, 'postgres/data/postmaster.pid').read_text().split()[0])))\n"
    later += "threading.Thread(target=go).start()"
    users = [start(later.replace("NAME", repr(name))) for name in ("a", "b", "c")]

    pids = {number_in(tmp_path / name) for name in ("a", "b", "c")}

    assert len(pids) == 1
    kill(*(user.pid for user in users))
    assert gone(*pids)


def test_pid_file_that_is_still_empty_means_not_ready_yet(var: Var, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = database.join(var, database.THROWAWAY)
    cluster = Cluster.of(var)
    pid_file = cluster.data / "postmaster.pid"
    filled = pid_file.read_text()
    pid_file.write_text("")
    monkeypatch.setattr(database, "START_SECONDS", 0.1)

    with pytest.raises(NoDatabase, match="is not ready after"):
        database.join(var, database.THROWAWAY)

    pid_file.write_text(filled)
    database.leave(var, lease)

"""Public pages through the production server, kept ready: a newsletter issue and a campaign with its gift form.

The reference is a bare Django view with a template on the same server, with the same settings and middleware. All are
served at the same time and read in turns, several short rounds each, because machines are noisy; what counts is the
median. Readers are processes of their own with raw sockets, so that they ask faster than anything here answers.

Database, files and static files are made for this and dropped. ``bench/pages_cold.py`` is the same without any cache.
Beside the ratio stands another one, against the bare view without any middleware.
"""

import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from bench import books

ROUNDS = 7
SECONDS = 1.5
READERS = 2
CONNECTIONS = 8  # of each reader
# As supervisor/server.py starts it.
GRANIAN = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--no-log"]
GRANIAN += ["--workers", "2", "--blocking-threads", "4"]
BARE_PATH = "/bare/"


def main() -> None:
    if sys.argv[1:2] == ["--read"]:
        print(ask_again_and_again(int(sys.argv[2]), sys.argv[3], float(sys.argv[4])))
    else:
        measure("pages", "config.wsgi:application", "config.settings")


def measure(name: str, application: str, settings: str) -> None:
    """Print the rates of the two pages and of the bare view, and what they come to."""
    with staged() as stage, ExitStack() as servers:
        ours = servers.enter_context(served(stage, application, settings))
        bare = servers.enter_context(served(stage, "bench.site.full:application", "bench.site.bare_settings"))
        lean = servers.enter_context(served(stage, "bench.site.lean:application", "bench.site.bare_settings"))
        works = {
            "issue": (ours, "/newsletter/bench-issue/"),
            "campaign": (ours, "/campaigns/bench-campaign/"),
            "bare": (bare, BARE_PATH),
            "lean": (lean, BARE_PATH),
        }
        rates, costs = in_turns(works)
    slower = min(rates["issue"], rates["campaign"])
    result: dict[str, object] = {"bench": name, "ours": round(slower, 1), "reference": round(rates["bare"], 1)}
    result |= {"ratio": round(slower / rates["bare"], 4), "unit": "pages/s"}
    result |= {f"{page}_ratio": round(rates[page] / rates["bare"], 4) for page in ("issue", "campaign")}
    result |= {"ratio_to_view_without_middleware": round(slower / rates["lean"], 4)}
    # What the server's own processes spend, the database's not counted.
    result |= {"ratio_of_processors_time": round(costs["bare"] / max(costs["issue"], costs["campaign"]), 4)}
    print(json.dumps(result))


@contextmanager
def staged() -> Iterator[dict[str, str]]:
    """Make database, files and the bare site; yield the environment that points at them."""
    with books.with_a_database() as environment, tempfile.TemporaryDirectory(prefix="liferaft-bench-") as folder:
        environment |= {"LIFERAFT_VAR": folder, "SITE_URL": "http://localhost"}
        for command in (["migrate"], ["createcachetable"], ["collectstatic", "--noinput"]):
            subprocess.run([sys.executable, "manage.py", *command, "--verbosity=0"], env=environment, check=True)
        subprocess.run([sys.executable, "-m", "bench.site.content"], env=environment, check=True)
        yield environment


@contextmanager
def served(stage: dict[str, str], application: str, settings: str) -> Iterator[tuple[int, int]]:
    """Serve an application and yield its port and process once it listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    environment = stage | {"DJANGO_SETTINGS_MODULE": settings}
    server = subprocess.Popen([*GRANIAN, "--port", str(port), application], env=environment)
    try:
        wait_until_it_listens(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def wait_until_it_listens(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def in_turns(works: dict[str, tuple[tuple[int, int], str]]) -> tuple[dict[str, float], dict[str, float]]:
    """Read each page in turns; return the medians of its pages a second, and of the server's milliseconds for a page."""
    rates: dict[str, list[float]] = {name: [] for name in works}
    costs: dict[str, list[float]] = {name: [] for name in works}
    for number in range(ROUNDS + 1):
        names = list(works) if number % 2 else list(works)[::-1]
        for name in names:
            (port, server), path = works[name]
            seconds = SECONDS if number else 3 * SECONDS
            before = processors_time(server)
            rate = pages_a_second(port, path, seconds=seconds)
            if number:  # The first round warms up.
                rates[name].append(rate)
                costs[name].append((processors_time(server) - before) / (rate * seconds) * 1000)
    for name, found in rates.items():
        cost = statistics.median(costs[name])
        print(f"{name}: {min(found):.0f} to {max(found):.0f} pages/s, {cost:.3f} ms of the processor", file=sys.stderr)
    medians = [{name: statistics.median(found) for name, found in each.items()} for each in (rates, costs)]
    return medians[0], medians[1]


def processors_time(server: int) -> float:
    """Return the seconds that a server and its workers have used so far. A busy machine distorts them less than rates."""
    spent = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It has just ended.
        if server in (int(folder.name), int(fields[1])):
            spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def pages_a_second(port: int, path: str, *, seconds: float) -> float:
    command = [sys.executable, __file__, "--read", str(port), path, str(seconds)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(READERS)]
    answers = [reader.communicate()[0] for reader in readers]
    if any(reader.returncode for reader in readers):
        raise SystemExit(f"{path} could not be read.")
    return sum(float(answer) for answer in answers)


def ask_again_and_again(port: int, path: str, seconds: float) -> float:
    """Ask for a page over several kept connections at once; return how many came a second, each of them whole."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    selector = selectors.DefaultSelector()
    got: dict[socket.socket, bytes] = {}
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
        got[connection] = b""
        connection.sendall(request)
    count, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        for key, _event in selector.select(1):
            connection = key.fileobj  # type: ignore[assignment]  # the socket that was registered
            got[connection] += connection.recv(1 << 18)
            if is_whole(got[connection], path):
                count += 1
                got[connection] = b""
                connection.sendall(request)
    return count / (time.monotonic() - began)


def is_whole(answer: bytes, path: str) -> bool:
    """Whether an answer has all its bytes.

    :raises SystemExit: if it is not the page
    """
    head, mark, body = answer.partition(b"\r\n\r\n")
    if not mark:
        return False
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"{path} answered {head[:80]!r}.")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    # Without middleware nobody counts the bytes, and the server sends chunks.
    return len(body) >= int(length) if length else body.endswith(b"\r\n0\r\n\r\n")


if __name__ == "__main__":
    main()

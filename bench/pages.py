"""The home page through the whole stack, against a WSGI function that returns the same bytes from the same server.

The ratio is what Liferaft's own work per page costs: 1.0 would mean that it costs nothing. Both are served by granian with
the settings of script/server, one after the other, and read over kept connections by a few threads.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 5.0
READERS = 4
GRANIAN = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--no-log"]
GRANIAN += ["--workers", "2", "--blocking-threads", "4"]
BARE = """
from pathlib import Path
BODY = Path(__file__).with_name("page").read_bytes()
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))])
    return [BODY]
"""


def main() -> None:
    with served("config.wsgi:application", Path.cwd()) as port:
        page = read(http.client.HTTPConnection("127.0.0.1", port))
        ours = pages_a_second(port)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "page").write_bytes(page)
        (Path(folder) / "bare.py").write_text(BARE)
        with served("bare:application", Path(folder)) as port:
            reference = pages_a_second(port)
    result = {"bench": "pages", "ours": round(ours, 1), "reference": round(reference, 1)}
    print(json.dumps(result | {"ratio": round(ours / reference, 4), "unit": "pages/s"}))


@contextmanager
def served(application: str, folder: Path) -> Iterator[int]:
    """Serve an application and yield its port once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    server = subprocess.Popen([*GRANIAN, "--port", str(port), application], cwd=folder, env=environment)
    try:
        wait_until_it_answers(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def wait_until_it_answers(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            read(http.client.HTTPConnection("127.0.0.1", port, timeout=30))
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def pages_a_second(port: int) -> float:
    """Read the page over and over from several threads; a short warm-up does not count."""
    counts: list[int] = []

    def reader(until: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        count = 0
        while time.monotonic() < until:
            read(connection)
            count += 1
        counts.append(count)

    for seconds in (1.0, SECONDS):
        counts.clear()
        until = time.monotonic() + seconds
        readers = [threading.Thread(target=reader, args=[until]) for _ in range(READERS)]
        for thread in readers:
            thread.start()
        for thread in readers:
            thread.join()
    return sum(counts) / SECONDS


def read(connection: http.client.HTTPConnection) -> bytes:
    connection.request("GET", "/", headers={"Host": "localhost"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != http.client.OK:
        raise SystemExit(f"The home page answered {answer.status}.")
    return body


if __name__ == "__main__":
    main()

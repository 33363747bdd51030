"""A signed ``invoice.paid`` stored and answered, against a bare view that does what the SDK's own examples do.

The reference is the same granian with the same settings, without any middleware: it calls the SDK's ``construct_event``
and inserts one row with the ORM, in the same table. Ours also tells live from test, stores each event once and nudges
the worker. Both are served at the same time and asked in turns, in many short rounds, because machines are noisy; what
counts is the median round of each. Every request is a new event, signed beforehand. The database is made for this and dropped.
"""

import json
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import stripe
from psycopg import sql

ROUNDS = 24
EVENTS = 480  # in a round
WARM_UP = 400
POSTERS = 8
SECRET = "whsec_bench"
EVENT = Path(__file__).with_name("invoice_paid.json").read_text()
GRANIAN = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--no-log"]
GRANIAN += ["--workers", "2", "--blocking-threads", "4"]
BARE = """
from datetime import UTC, datetime

import stripe
from config.settings import *
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

INSTALLED_APPS = ["stripe_gateway", "pgtrigger"]
MIDDLEWARE = []
ROOT_URLCONF = "bare"


def webhook(request):
    from stripe_gateway.models import StripeEvent

    event = stripe.Webhook.construct_event(
        request.body, request.headers["Stripe-Signature"], settings.STRIPE_WEBHOOK_SECRETS[0]
    )
    now = datetime.now(UTC)
    StripeEvent.objects.create(
        event_id=event.id,
        type=event.type,
        object_id=event.data.object.id,
        api_version=event.api_version,
        livemode=event.livemode,
        created_at=datetime.fromtimestamp(event.created, UTC),
        received_at=now,
        due_at=now,
    )
    return HttpResponse("stored", headers={"Content-Length": "6"})


urlpatterns = [path("webhooks/stripe/", webhook)]
"""
BARE_WSGI = """
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
"""


class Refused(Exception):
    """A request was not answered with 200."""


def main() -> None:
    rates: dict[str, list[float]] = {"ours": [], "reference": []}
    with ExitStack() as stack:
        environment = stack.enter_context(with_a_database())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "bare.py").write_text(BARE)
        (folder / "bare_wsgi.py").write_text(BARE_WSGI)
        bare = environment | {"PYTHONPATH": f"{folder}:{Path.cwd()}", "DJANGO_SETTINGS_MODULE": "bare"}
        ports = {
            "ours": stack.enter_context(served("config.wsgi:application", environment)),
            "reference": stack.enter_context(served("bare_wsgi:application", bare)),
        }
        for port in ports.values():
            post_all(port, requests(port, WARM_UP))
        for _ in range(ROUNDS):
            # Neither always follows the other.
            order = [*ports] if len(rates["ours"]) % 2 else [*ports][::-1]
            for name in order:
                rates[name].append(EVENTS / post_all(ports[name], requests(ports[name], EVENTS)))
        count_rows(environment["DATABASE_URL"], expected=len(ports) * (WARM_UP + ROUNDS * EVENTS))
    for name, found in rates.items():
        print(f"{name}: {', '.join(f'{rate:.0f}' for rate in found)}", file=sys.stderr)
    ours, reference = (statistics.median(rates[name]) for name in ("ours", "reference"))
    result = {"bench": "webhooks", "ours": round(ours, 1), "reference": round(reference, 1)}
    print(json.dumps(result | {"ratio": round(ours / reference, 3), "unit": "requests/s"}))


@contextmanager
def with_a_database() -> Iterator[dict[str, str]]:
    """Make a database beside the one in use and yield the environment that points at it."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"bench_{secrets.token_hex(4)}"
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}")),
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_SECRET_KEY": "sk_test_bench",
        "CLOCK_FILE": "",
        "PYTHONPATH": str(Path.cwd()),
    }
    environment.pop("Q_BROKER_URL", None)
    administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        for application in ("stripe_gateway", "django_q"):
            command = [sys.executable, "manage.py", "migrate", application, "--verbosity=0"]
            subprocess.run(command, env=environment, check=True)
        yield environment
    finally:
        administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def administer(statement: sql.Composed) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(statement)


def count_rows(database: str, *, expected: int) -> None:
    """Make sure that everything that was answered with 200 is there."""
    with psycopg.connect(database) as server:
        row = server.execute("SELECT count(*) FROM stripe_gateway_stripeevent").fetchone()
    if row is None or row[0] != expected:
        raise SystemExit(f"{row} events are stored, of {expected}.")


@contextmanager
def served(application: str, environment: Mapping[str, str]) -> Iterator[int]:
    """Serve an application and yield its port once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    server = subprocess.Popen([*GRANIAN, "--port", str(port), application], env=dict(environment))
    try:
        wait_until_it_listens(port, server)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def wait_until_it_listens(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def requests(port: int, number: int) -> list[bytes]:
    """Write and sign new events: bytes ready to be sent."""
    made = []
    for _ in range(number):
        body = EVENT.replace('"evt_1"', f'"evt_{secrets.token_hex(12)}"').replace(
            '"in_yTSVBiLbpRSesX3l0I7pGiep"', f'"in_{secrets.token_hex(12)}"'
        )
        head = (
            f"POST /webhooks/stripe/ HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json; charset=utf-8\r\n"
            f"Content-Length: {len(body.encode())}\r\nAccept: */*; q=0.5, application/xml\r\nCache-Control: no-cache\r\n"
            "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
            f"Stripe-Signature: {stripe.WebhookSignature.generate_signature_header(body, SECRET)}\r\n\r\n"
        )
        made.append((head + body).encode())
    return made


def post_all(port: int, made: Sequence[bytes]) -> float:
    """Post over kept connections, several at once; return the seconds that it took."""
    failures: list[BaseException] = []

    def poster(mine: Sequence[bytes]) -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                for request in mine:
                    connection.sendall(request)
                    expect_200(connection)
        except (OSError, Refused) as error:
            failures.append(error)

    threads = [threading.Thread(target=poster, args=[made[place::POSTERS]]) for place in range(POSTERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} posters failed: {failures[0]!r}")
    return time.perf_counter() - began


def expect_200(connection: socket.socket) -> None:
    """Read one answer to its end."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = connection.recv(65536)
        if not part:
            raise Refused("the connection was closed")
        answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise Refused(answer[:200])
    lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    if len(lengths) != 1:
        raise Refused(head)
    while len(body) < lengths[0]:
        body += connection.recv(65536)


if __name__ == "__main__":
    main()

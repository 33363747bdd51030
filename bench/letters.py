"""Letters of an issue, one durable commit each, against a bare loop that hands ready-made bytes to the same server.

Ours: workers as they run in production claim a reader's row, fill the frozen letter of 43 kB, hand it over and write down what
became of it, with one and with two processes. The reference: one process, one connection, smtplib's ``sendmail`` with one
ready-made message, no database at all. All send to the same sink, a process of its own, in turns. The database is made for
this and dropped, and commits for good (fsync and synchronous_commit are looked at).
"""

import argparse
import json
import multiprocessing
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path.cwd()))

from bench.books import with_a_database

BYTES = 43_000
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=1000, help="in a round")
    parser.add_argument("--profile", action="store_true", help="say where one worker's time goes, and leave")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        measure(asked.letters, profile=asked.profile)
        return
    with with_a_database() as environment:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
        inside = [sys.executable, __file__, "--inside", "--letters", str(asked.letters)]
        subprocess.run([*inside, *["--profile"] * asked.profile], env=environment, check=True)


def measure(letters: int, *, profile: bool) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from tests.smtp_sink import running_sink

    commits_for_good(connection)
    people, message = set_the_stage(letters)
    with tempfile.TemporaryDirectory() as folder, running_sink(Path(folder), "--keep", "") as sink:
        settings.EMAIL_URL = sink.url
        rates: dict[str, list[float]] = {"one": [], "two": [], "bare": []}
        if profile:
            show_a_profile(begin(people, 0))
            return
        for number in range(ROUNDS + 1):
            for name in list(rates)[:: 1 if number % 2 else -1]:
                if name == "bare":
                    seconds = bare(sink.port, message, letters)
                else:
                    seconds = ours(people, number * 2 + (name == "two"), processes=2 if name == "two" else 1)
                if number:  # the first round warms up
                    rates[name].append(letters / seconds)
        found = len(sink.accepted())
        if found != 3 * letters * (ROUNDS + 1):
            raise SystemExit(f"{found} letters were accepted")
    check()
    report(rates)


def commits_for_good(connection: Any) -> None:
    with connection.cursor() as cursor:
        for name in ("fsync", "synchronous_commit"):
            cursor.execute(f"SHOW {name}")
            if cursor.fetchall()[0][0] != "on":
                print(f"{name} is off here: what is measured is not durable", file=sys.stderr)


def set_the_stage(letters: int) -> tuple[Any, bytes]:
    """Readers and two people; the ready-made message is one of ours."""
    from cms.models import Subscriber
    from cms.models.subscribers import address_index
    from organisation.models import Organisation, User

    Organisation.objects.create(pk=1, name="Bench", email="post@bench.example")
    people = [User.objects.create_user(username=name) for name in ("ann", "bea")]
    at = datetime.now(UTC)
    Subscriber.objects.bulk_create(
        Subscriber(
            email=f"reader{number}@mail{number % 7}.example",
            address_index=address_index(f"reader{number}@mail{number % 7}.example"),
            state="active",
            language="en",
            created_at=at,
            consented_at=at,
        )
        for number in range(letters)
    )
    return people, filled()


def filled() -> bytes:
    from cms.sending import variants
    from mail import frozen

    person = frozen.Person(
        to="reader@mail.example", message_id="<1@bench.example>", leave="x" * 110, leave_head="y" * 110
    )
    letter = variants.mime(made(None, language="en"), language="en")
    return frozen.fill(frozen.ready(letter, is_8bit=True), person, at=datetime.now(UTC))


def made(_issue: object, *, language: str, **_how: object) -> Any:
    """A letter of 43 kB: a third of it text, as an issue of some length has."""
    from cms.letter.rendering import Letter
    from cms.sending import variants

    words = "Ñandú and the long week of words that a reader reads. "
    leave = variants.head("", language=language).leave_url
    paragraphs = BYTES * 2 // 3 // len(f'<p style="margin:0 0 16px">{words * 3}</p>\n'.encode())
    html = f'<p style="margin:0 0 16px">{words * 3}</p>\n' * paragraphs + f'<a href="{leave}">Leave</a>'
    text = f"{words}\n" * (BYTES // 3 // len(words.encode())) + leave
    return Letter(subject="Newsletter 27", preheader="", html=html, text=text)


def begin(people: Any, number: int) -> Any:
    """An issue that two people agreed to, whose readers are frozen."""
    from cms.models import NewsletterIndexPage, NewsletterIssuePage, Sending
    from cms.sending import asking, variants

    at = datetime.now(UTC)
    issue = NewsletterIssuePage(
        title=f"Newsletter {number + 1000}", slug=f"n{number + 1000}", number=number + 1000, date=at.date(), live=False
    )
    NewsletterIndexPage.objects.get().add_child(instance=issue)
    issue.save_revision()
    issue.refresh_from_db()
    early = at - asking.GRACE
    with patch.object(variants, "letter", made):
        sending = asking.ask(issue=issue, by=people[0], to=Sending.To.EVERYONE, at=early)
        sending = asking.agree(sending=sending, by=people[1], seen=asking.asked_for(sending), at=early)
    return asking.start(sending=sending, at=at)


def ours(people: Any, number: int, *, processes: int) -> float:
    """Return the seconds that so many processes take for all letters, from the moment when they are ready to."""
    from django.db import connections

    begin(people, number)
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(processes + 1)
    workers = [context.Process(target=work, args=(ready,)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    ready.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
        if worker.exitcode:
            raise SystemExit("a worker failed")
    return time.perf_counter() - began


def work(ready: Any) -> None:
    from cms.sending import engine

    worker = engine.Worker()
    engine.under_way()  # connects to the database
    ready.wait()
    worker.work(is_over=lambda: False)


def bare(port: int, message: bytes, letters: int) -> float:
    with smtplib.SMTP("127.0.0.1", port, "bench.example") as server:
        server.ehlo()
        began = time.perf_counter()
        for number in range(letters):
            server.sendmail("post@bench.example", [f"reader{number}@mail.example"], message)
        return time.perf_counter() - began


def check() -> None:
    """Make sure that every reader got every letter."""
    from cms.models import Delivery, Sending

    if Delivery.objects.exclude(state="accepted").exists() or Sending.objects.exclude(state="done").exists():
        raise SystemExit("not every letter was accepted")


def show_a_profile(sending: Any) -> None:
    import cProfile
    import pstats

    from cms.sending import engine

    with cProfile.Profile() as profile:
        engine.Worker().work(is_over=lambda: False)
    pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(25)


def report(rates: dict[str, list[float]]) -> None:
    for name, found in rates.items():
        print(f"{name}: {', '.join(f'{rate:.0f}' for rate in found)}", file=sys.stderr)
    one, two, reference = (statistics.median(rates[name]) for name in ("one", "two", "bare"))
    print(f"one worker {one / reference:.3f}, two workers {two / reference:.3f} of the bare loop", file=sys.stderr)
    result = {"bench": "letters", "ours": round(one, 1), "reference": round(reference, 1)}
    result |= {"ratio": round(one / reference, 3), "ours_two": round(two, 1), "ratio_two": round(two / reference, 3)}
    print(json.dumps(result | {"unit": "letters/s"}))


if __name__ == "__main__":
    main()

"""Kills workers with SIGKILL at random moments while they send an issue, and counts what arrived.

``script/rehearse-letters`` runs it in a database of its own, the suite runs a short one. Workers are the product's
(``engine.serve``), each a process; the mail server is another one, which writes down every letter before it says that it took
it. Afterwards nobody may have two letters, nobody may have none but those whose row is uncertain, of which there is at most
one for each kill. Each kill is a line of the log; the last line is the result as JSON, and exit 1 says that it is wrong.
"""

import argparse
import collections
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import django
from django.utils.timezone import now as wall_clock

from bench.books import with_a_database
from tests.smtp_sink import Sink, running_sink

_FORKS = multiprocessing.get_context("fork")
_LONGEST = 1800.0


@dataclass
class Crew:
    """The workers that live, and those that were killed."""

    alive: list[BaseProcess] = field(default_factory=list)
    killed: list[int] = field(default_factory=list)

    def start(self) -> None:
        process = _FORKS.Process(target=work)
        process.start()
        self.alive.append(process)

    def kill(self, which: random.Random) -> int:
        victim = self.alive.pop(which.randrange(len(self.alive)))
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        self.killed.append(victim.pid)
        return victim.pid

    def stop(self) -> list[int | None]:
        """End the living as an operator would, and return their exit codes."""
        for process in self.alive:
            process.terminate()
        for process in self.alive:
            process.join(60)
        return [process.exitcode for process in self.alive]


def work() -> None:
    """One worker, until SIGTERM."""
    from cms.sending import engine  # noqa: PLC0415 - only once Django is set up

    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    engine.serve(is_over=stopped.is_set, wait=stopped.wait)


def set_the_stage(letters: int) -> Any:
    """An issue that two people agreed to, its letter and its readers frozen."""
    from cms.models import NewsletterIndexPage, NewsletterIssuePage  # noqa: PLC0415 - the same
    from organisation.models import Organisation, User  # noqa: PLC0415 - the same
    from tests.cms.sending import sending_stage  # noqa: PLC0415 - the same

    Organisation.objects.get_or_create(pk=1, defaults={"name": "Rehearsal", "email": "post@raft.example"})
    people = [User.objects.create_user(username=f"{name}-of-the-rehearsal") for name in ("ann", "bea")]
    issue = NewsletterIssuePage(
        title="Newsletter 9999",
        slug="newsletter-9999",
        number=9999,
        date=wall_clock().date(),
        intro="<p>Hello.</p>",
    )
    issue.live = False
    NewsletterIndexPage.objects.get().add_child(instance=issue)
    issue.save_revision()
    issue.refresh_from_db()
    half = letters // 2
    sending_stage.readers(*(f"reader{number}@mail{number % 7}.example" for number in range(half)))
    rest = (f"lectora{number}@correo{number % 5}.example" for number in range(letters - half))
    sending_stage.readers(*rest, language="es")
    return sending_stage.begun(issue, people)


def rehearse(asked: argparse.Namespace, sink: Sink, sending: Any) -> Crew:
    """Send, and kill meanwhile: each kill when so many letters have arrived, and then at some moment."""
    from django.db import connections  # noqa: PLC0415 - the same

    connections.close_all()
    chance, crew = random.Random(asked.seed), Crew()
    for _worker in range(asked.workers):
        crew.start()
    began = time.monotonic()
    for threshold in sorted(chance.sample(range(asked.letters * 19 // 20), asked.kills)):
        while count(sink) < threshold:
            patience(began)
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.02))
        pid = crew.kill(chance)
        log(
            f"kill {len(crew.killed):3} at {time.monotonic() - began:7.2f} s: worker {pid}, {count(sink)} letters there"
        )
        crew.start()
    while not is_finished(sending, crew):
        patience(began)
        time.sleep(0.2)
    codes = crew.stop()
    log(f"{count(sink)} letters there after {time.monotonic() - began:.1f} s; the living left with {codes}")
    assert set(codes) == {0}
    return crew


def is_finished(sending: Any, crew: Crew) -> bool:
    """Whether nothing waits, and nothing is in flight with a worker that lives."""
    rows = sending.deliveries.filter(state__in=["queued", "sending"]).values_list("state", "claimed_by")
    return all(state == "sending" and int(worker.split(":")[1]) in crew.killed for state, worker in rows)


def verdict(sink: Sink, sending: Any, crew: Crew) -> dict[str, Any]:
    """Settle what the killed left behind, as the sweep does after its time, and compare rows with what arrived."""
    from cms.sending import message_ids, proofs, results, sweeping, uncertain  # noqa: PLC0415 - the same

    at = wall_clock()
    marked = uncertain.mark(lease=timedelta(0))
    sweeping.sweep(at=at)
    arrived = collections.Counter(message_ids.delivery_of(name) for name, _to in sink.accepted())
    recipients = collections.Counter(to for _name, to in sink.accepted())
    rows = list(sending.deliveries.select_related("subscriber"))
    unsure = [row for row in rows if row.state == "uncertain"]
    found = {
        "letters": len(rows),
        "kills": len(crew.killed),
        "accepted": sum(row.state == "accepted" for row in rows),
        "uncertain": len(unsure),
        "uncertain_and_there": sum(arrived[row.pk] for row in unsure),
        "twice": sum(many > 1 for many in arrived.values()) + sum(many > 1 for many in recipients.values()),
        "accepted_and_not_there": sum(row.state == "accepted" and not arrived[row.pk] for row in rows),
        "there_and_not_accepted": sum(
            bool(arrived[row.pk]) for row in rows if row.state not in {"accepted", "uncertain"}
        ),
        "strangers": sum(many for name, many in arrived.items() if name not in {row.pk for row in rows}),
        "most_uncertain_of_one_worker": max(collections.Counter(row.claimed_by for row in unsure).values(), default=0),
        "equation_holds": results.of(sending).adds_up,
        "broken": list(proofs.broken()),
    }
    sending.refresh_from_db()
    zero = ["twice", "accepted_and_not_there", "there_and_not_accepted", "strangers"]
    found["is_right"] = (
        not any(found[name] for name in zero)
        and found["accepted"] + found["uncertain"] == found["letters"]
        and marked == found["uncertain"] <= found["kills"]
        and found["most_uncertain_of_one_worker"] <= 1
        and bool(found["equation_holds"])
        and not found["broken"]
        and sending.state == "done"
    )
    return found


def count(sink: Sink) -> int:
    return sink.record.read_bytes().count(b"\n") if sink.record.exists() else 0


def patience(began: float) -> None:
    if time.monotonic() - began > _LONGEST:
        raise SystemExit("the letters did not leave in half an hour")


def log(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def inside(asked: argparse.Namespace) -> None:
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - the same

    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--keep", "", "--delay", str(asked.delay), "--seed", str(asked.seed)]
        with running_sink(Path(folder), *arguments) as sink:
            settings.EMAIL_URL = sink.url
            began = time.monotonic()
            sending = set_the_stage(asked.letters)
            log(f"seed {asked.seed}: {asked.letters} letters, {asked.workers} workers, {asked.kills} kills")
            crew = rehearse(asked, sink, sending)
            found = verdict(sink, sending, crew)
    log(json.dumps({"rehearsal": "letters", "seed": asked.seed, "seconds": round(time.monotonic() - began, 1)} | found))
    if not found["is_right"]:
        raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--delay", type=float, default=1.5, help="milliseconds before each of the server's answers")
    parser.add_argument("--inside", action="store_true", help="use the database of DATABASE_URL as it is")
    asked = parser.parse_args()
    if asked.inside:
        inside(asked)
        return
    with with_a_database() as environment:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
        command = [sys.executable, "-m", "tests.kill_rehearsal", "--inside", *sys.argv[1:]]
        if subprocess.run(command, env=environment, check=False).returncode:
            raise SystemExit(1)


if __name__ == "__main__":
    main()

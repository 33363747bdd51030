"""Receipts made by the workers, as many of them at once as there are processors, against the naive way to make a PDF.

Ours: the workers drain what waits with the very task of the queue. They lock one receipt after the other, make its PDF, store it with
its hash, queue the letter that carries it, and commit. The naive way makes the same PDFs of the same page and the same
stylesheets, in one process, with everything fresh each time: fetcher, fonts, stylesheets and pictures; it locks,
stores and sends nothing. Both work in turns, in processes that stay, on one database that is made for this and dropped.

The error output tells the rates of each round, the processor's time for a receipt, which a busy machine distorts less,
and how much memory each process took after the first round and after the last.
"""

import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))

from bench import books

PROCESSES = os.cpu_count() or 2
OURS = 40 * PROCESSES  # in a round
NAIVE = 25
ROUNDS = 6
AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


def main() -> None:
    if "--inside" in sys.argv:
        measure()
        return
    with books.with_a_database() as environment:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
        subprocess.run([sys.executable, __file__, "--inside"], env=environment, check=True)


def measure() -> None:
    import django

    django.setup()
    from django.db import connection

    stage = set_the_stage()
    book(stage, OURS)
    snapshots = issued()
    connection.close()
    workers = [Worker(drain) for _ in range(PROCESSES)]
    naive = Worker(press)
    rates: dict[str, list[float]] = {"ours": [], "reference": []}
    for number in range(ROUNDS + 1):
        if number:
            book(stage, OURS)
        turns = [("ours", workers, None, OURS), ("reference", [naive], snapshots[:NAIVE], NAIVE)]
        for name, team, work, expected in turns if number % 2 else turns[::-1]:
            began = time.perf_counter()
            done = together(team, work)
            if number:  # the first round warms up
                rates[name].append(expected / (time.perf_counter() - began))
            if done < expected:  # Two may take up the same one; then the second finds it made.
                raise SystemExit(f"{expected} were to be made, not {done}")
    check((ROUNDS + 1) * OURS)
    tell(rates, workers, naive)


def tell(rates: dict[str, list[float]], workers: list["Worker"], naive: "Worker") -> None:
    for name, found in rates.items():
        print(f"{name}: {', '.join(f'{rate:.1f}' for rate in found)} receipts/s", file=sys.stderr)
    for name, team in (("ours", workers), ("reference", [naive])):
        memory = ", ".join(f"{worker.memory[1]:.0f} MB then {worker.memory[-1]:.0f} MB" for worker in team)
        each = statistics.median(seconds for worker in team for seconds in worker.processor[1:])
        print(f"processor time of {name}: {each * 1000:.1f} ms a receipt", file=sys.stderr)
        print(f"memory of {name}, after the first round and after the last: {memory}", file=sys.stderr)
    ours, reference = (statistics.median(rates[name]) for name in ("ours", "reference"))
    result = {"bench": "receipts", "ours": round(ours, 1), "reference": round(reference, 1)}
    print(json.dumps(result | {"ratio": round(ours / reference, 3), "unit": "receipts/s"}))


class Worker:
    """A process that stays and works when it is told to.

    ``memory``: megabytes, after each round. ``processor``: seconds of a processor that a receipt took, by round.
    """

    def __init__(self, work: Callable[[Any], int]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=stay, args=(theirs, work), daemon=True)
        self.process.start()
        self.memory: list[float] = [self.pipe.recv()[1]]
        self.processor: list[float] = []

    def finished(self) -> int:
        """Return how many it made, when it is done."""
        done, memory, seconds = self.pipe.recv()
        self.memory.append(memory)
        self.processor.append(seconds / max(done, 1))
        return int(done)


def stay(pipe: Connection, work: Callable[[Any], int]) -> None:
    import django

    django.setup()
    pipe.send((0, megabytes()))
    while True:
        work_to_do = pipe.recv()
        began = time.process_time()
        done = work(work_to_do)
        pipe.send((done, megabytes(), time.process_time() - began))


def together(team: list[Worker], work: Any) -> int:
    for worker in team:
        worker.pipe.send(work)
    return sum(worker.finished() for worker in team)


def drain(_work: None) -> int:
    """Do what a worker does with the queue's message."""
    from donations import tasks

    done = 0
    while some := tasks.render_due():  # It works in slices; the queue starts the next.
        done += some
    return done


def press(snapshots: list[Any]) -> int:
    """Make the PDFs the naive way."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from donations.paper import engine, receipt

    for snapshot in snapshots:
        html = engine.to_html(receipt.TEMPLATE, receipt.context(snapshot), language=snapshot["language"])
        fonts = FontConfiguration()
        styles = [CSS(filename=path, font_config=fonts) for path in engine.stylesheets(receipt.TEMPLATE)]
        size = CSS(string=engine.page_size(receipt.paper_size(snapshot)), font_config=fonts)
        page = HTML(string=html, base_url=f"{engine.FOLDER}/")
        page.write_pdf(stylesheets=[*styles, size], font_config=fonts, pdf_variant="pdf/ua-1")
    return len(snapshots)


def megabytes() -> float:
    """Return what this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1_000_000


def set_the_stage() -> Any:
    from donations.models import Donor

    stage = books.set_the_stage()
    Donor.objects.update(name="Ann Example", address="17 Birch Lane\nSpringfield, IL 62704")
    stage["donor"].refresh_from_db()
    return stage


def book(stage: Any, number: int) -> None:
    """Book gifts whose receipts wait for their PDFs."""
    from django.db import transaction

    from donations import giving
    from donations.models import Payment

    before = Payment.objects.count()
    books.prepare(stage, "receipts", before)
    checkouts = list(stage["checkouts"])
    while len(checkouts) < number:
        books.prepare(stage, "receipts", before)
        checkouts += stage["checkouts"]
    with transaction.atomic():
        for place, checkout in enumerate(checkouts[:number], start=before):
            paid = books.charge(f"r{place}")
            giving.record_payment(charge=paid, move=paid.balance, checkout=checkout, renewal=None, at=AT)


def issued() -> list[Any]:
    from donations.models import Receipt

    return list(Receipt.objects.order_by("pk").values_list("snapshot", flat=True))


def check(number: int) -> None:
    """Make sure that every receipt has its PDF and its letter."""
    from donations.models import ReceiptDocument
    from mail.models import OutgoingEmail

    made = ReceiptDocument.objects.count()
    letters = OutgoingEmail.objects.filter(key__startswith="receipt:").exclude(state="owed").count()
    if (made, letters) != (number, number):
        raise SystemExit(f"{number} receipts were to be made and sent: {made} PDFs, {letters} letters")


if __name__ == "__main__":
    main()

"""A year's annual statements for many donors: issued, numbered and printed by as many processes as there are processors.

The donors, their gifts and receipts are written straight into the tables, past the same triggers and constraints, in a
database that is made for this and dropped. Then the books are audited. ``--donors 10000`` is the rehearsal of a large year.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))

from bench.books import with_a_database

YEAR = 2026
AT = datetime(2027, 1, 15, 16, 0, tzinfo=UTC)
BATCH = 1000  # gifts written at once
# Out of ten donors: how many gave how often.
OFTEN = [1, 1, 1, 1, 1, 3, 12, 12, 12, 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--donors", type=int, default=300)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside or asked.work:
        import django

        django.setup()
        if asked.inside:
            measure(asked.donors)
        else:
            work()
        return
    with with_a_database() as environment:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
        inside = [sys.executable, __file__, "--inside", "--donors", str(asked.donors)]
        subprocess.run(inside, env=environment, check=True)


def measure(donors: int) -> None:
    from donations import statement_runs
    from donations.models import Receipt, Statement
    from organisation.models import LegalEntity

    began = time.perf_counter()
    write_a_year(donors)
    say(f"{donors:,} donors with {Receipt.objects.count():,} receipts were made", began)
    entity = LegalEntity.objects.get()
    began = time.perf_counter()
    run = statement_runs.begin(entity=entity, year=YEAR, at=AT)
    used = issue(run)
    seconds = time.perf_counter() - began
    issued = Statement.objects.count()
    say(f"{issued:,} statements were issued and printed by {len(used)} processes", began)
    began = time.perf_counter()
    issue(statement_runs.begin(entity=entity, year=YEAR, at=AT))
    again = time.perf_counter() - began
    if issued != donors or Statement.objects.count() != issued:
        raise SystemExit(f"{donors} statements were to be issued once: {issued}, then {Statement.objects.count()}")
    say("asked for again, nothing was issued: nothing had changed", began)
    began = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", "audit_books"], check=True, stdout=sys.stderr)
    audit = time.perf_counter() - began
    say("the books were audited", began)
    result = {
        "bench": "statements",
        "donors": donors,
        "receipts": Receipt.objects.count(),
        "processes": len(used),
        "seconds": round(seconds, 1),
        "ours": round(issued / seconds, 2),
        "unit": "statements/s",
        "again_seconds": round(again, 1),
        # Beside the time on the wall, which other programs on the machine stretch.
        "cpu_ms": round(sum(each["cpu_seconds"] for each in used) / issued * 1000, 1),
        "peak_mb": max(each["peak_mb"] for each in used),
        "audit_seconds": round(audit, 1),
    }
    print(json.dumps(result))


def say(words: str, began: float) -> None:
    print(f"{words} in {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)


def issue(run: Any) -> list[dict[str, float]]:
    """Let processes work until all of it is done; return the most memory that each of them took, and processor time."""
    from donations import statement_runs

    workers = [
        subprocess.Popen([sys.executable, __file__, "--work"], stdout=subprocess.PIPE, text=True)
        for _ in range(os.cpu_count() or 1)
    ]
    while any(worker.poll() is None for worker in workers):
        time.sleep(5)
        far = statement_runs.progress(run, at=datetime.now(UTC))
        print(f"{far.looked_at:,} donors, {far.printed:,} PDFs of {far.issued:,}", file=sys.stderr, flush=True)
    if any(worker.returncode for worker in workers):
        raise SystemExit("a worker failed")
    run.refresh_from_db()
    if run.state != "done" or not statement_runs.progress(run, at=datetime.now(UTC)).is_finished:
        raise SystemExit("the run is not done")
    return [json.loads(worker.communicate()[0].splitlines()[-1]) for worker in workers]


def work() -> None:
    """Drain as the background worker does, slice by slice, until nothing is left."""
    from donations import statement_work

    while statement_work.drain(until=datetime.now(UTC) + timedelta(seconds=10), fan_out=lambda: None):
        pass
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"peak_mb": used.ru_maxrss // 1024, "cpu_seconds": round(used.ru_utime + used.ru_stime, 1)}))


def write_a_year(donors: int) -> None:
    from donations.models import Donor, ReceiptSeries
    from ledger.models import Fund
    from organisation.models import LegalEntity, Organisation

    Organisation.objects.create(pk=1, name="Bench", email="post@bench.example")
    entity = LegalEntity.objects.create(
        name="Bench Inc.", address="1 Example Street", tax_number="00-0000000", wording="us_501c3", receipt_prefix="B"
    )
    funds = [Fund.objects.create(slug=f"bench-{name}", name=name.title()) for name in ("aid", "general")]
    made = Donor.objects.bulk_create(
        [
            Donor(
                email=f"donor{number}@bench.example",
                name=f"Donor Number {number}",
                address=f"{number} Example Road\nExampletown",
                language="es" if number % 5 == 0 else "en",
                since=AT,
            )
            for number in range(donors)
        ],
        batch_size=BATCH,
    )
    many = sum(OFTEN[place % len(OFTEN)] for place in range(donors))
    series = ReceiptSeries.objects.create(
        legal_entity=entity, year=YEAR, is_test=True, prefix=f"TEST-B-{YEAR}-", last_number=many
    )
    gifts = enumerate(((donor, month) for place, donor in enumerate(made) for month in months(place)), start=1)
    while batch := list(islice(gifts, BATCH)):
        write_gifts(batch, funds, series)


def months(place: int) -> Iterator[int]:
    """The months in which a donor gave, spread over the year."""
    often = OFTEN[place % len(OFTEN)]
    return ((place + turn * (12 // often)) % 12 + 1 for turn in range(often))


def write_gifts(batch: list[tuple[int, tuple[Any, int]]], funds: list[Any], series: Any) -> None:
    """Write what a batch of booked gifts consists of."""
    from django.db import transaction

    from donations.models import Checkout, Payment, Receipt
    from donations.paper import snapshot
    from donations.receipts import digest
    from ledger.models import Entry, Transaction

    def at(month: int) -> datetime:
        return datetime(YEAR, month, 12, 16, 0, tzinfo=UTC)

    with transaction.atomic():
        rows = [
            {
                "donor": donor,
                "at": at(month),
                "fund": funds[number % 2],
                "minor": 1000 + number % 90 * 100,
                "id": number,
            }
            for number, (donor, month) in batch
        ]
        checkouts = Checkout.objects.bulk_create(
            Checkout(
                email=row["donor"].email,
                name=row["donor"].name,
                language=row["donor"].language,
                amount_minor=row["minor"],
                currency="USD",
                interval="once",
                fund=row["fund"],
                state="paid",
                started_at=row["at"],
            )
            for row in rows
        )
        payments = [
            Payment(
                balance_transaction_id=f"txn_{row['id']}",
                charge_id=f"ch_{row['id']}",
                intent_id=f"pi_{row['id']}",
                livemode=False,
                donor=row["donor"],
                checkout=checkout,
                legal_entity=series.legal_entity,
                fund=row["fund"],
                interval="once",
                given_minor=row["minor"],
                given_currency="USD",
                gross_minor=row["minor"],
                fee_minor=59,
                net_minor=row["minor"] - 59,
                currency="USD",
                occurred_at=row["at"],
                recorded_at=row["at"],
            )
            for row, checkout in zip(rows, checkouts, strict=True)
        ]
        booked = Transaction.objects.bulk_create(
            Transaction(
                kind="gift",
                reference=f"stripe:{payment.balance_transaction_id}",
                occurred_at=payment.occurred_at,
                recorded_at=payment.recorded_at,
                booked_on=payment.occurred_at.date(),
            )
            for payment in payments
        )
        Entry.objects.bulk_create(
            Entry(transaction=line, fund=payment.fund, account=account, amount_minor=minor, currency="USD")
            for payment, line in zip(payments, booked, strict=True)
            for account, minor in [
                ("stripe", payment.net_minor),
                ("fees", payment.fee_minor),
                ("gifts", -payment.gross_minor),
            ]
        )
        for payment, line in zip(payments, booked, strict=True):
            payment.ledger_transaction = line
        Payment.objects.bulk_create(payments)
        receipts = [
            Receipt(
                series=series,
                sequence=row["id"],
                number=f"{series.prefix}{row['id']:06d}",
                payment=payment,
                amount_minor=payment.given_minor,
                currency="USD",
                issued_on=payment.occurred_at.date(),
                issued_at=payment.occurred_at,
            )
            for row, payment in zip(rows, payments, strict=True)
        ]
        # What they say differs in this much; to ask for each would take longer than what is measured.
        said = snapshot.take(receipts[0])
        for receipt in receipts:
            payment = receipt.payment
            receipt.snapshot = said | {
                "language": payment.language,
                "number": receipt.number,
                "code": receipt.code,
                "issued_on": receipt.issued_on.isoformat(),
                "given_on": receipt.issued_on.isoformat(),
                "amount": [receipt.amount_minor, "USD"],
                "given": [receipt.amount_minor, "USD"],
                "fund": payment.fund.name,
                "donor": payment.name,
                "address": payment.donor.address,
            }
            receipt.snapshot_sha256 = digest(receipt.snapshot)
        Receipt.objects.bulk_create(receipts)


if __name__ == "__main__":
    main()

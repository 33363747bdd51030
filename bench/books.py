"""Gifts booked by the draining worker, against a bare loop that inserts the same rows with the ORM.

Ours: the worker takes one stored event after the other, checks it against what was asked, and commits payment, ledger
transaction, receipt and the letter that is owed, one commit a gift. Stripe's objects are there already, as they would be after the
fetch. The reference knows nothing of locks, checks, numbers and snapshots: it inserts rows of the same tables, one
commit a gift, past the same triggers and constraints. Both work in turns in one database that is made for this and dropped.

Beside it, on the error output: the same from end to end with the sandbox, its HTTP calls included.
"""

import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

sys.path.insert(0, str(Path.cwd()))

GIFTS = 50  # in a round
ROUNDS = 12
END_TO_END = 40
AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
# By the id of their payment intent; "fetched" beforehand.
FETCHED: dict[str, Any] = {}


def main() -> None:
    if "--inside" in sys.argv:
        measure()
        return
    with with_a_database() as environment:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
        subprocess.run([sys.executable, __file__, "--inside"], env=environment, check=True)


@contextmanager
def with_a_database() -> Iterator[dict[str, str]]:
    """Make a database beside the one in use and yield the environment that points at it."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"bench_{secrets.token_hex(4)}"
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}")),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "STRIPE_SECRET_KEY": "sk_test_bench",
        "STRIPE_WEBHOOK_SECRET": "whsec_bench",
        "PYTHONPATH": str(Path.cwd()),
        "CLOCK_FILE": "",
    }
    environment.pop("Q_BROKER_URL", None)
    administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield environment
    finally:
        administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def administer(statement: sql.Composed) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(statement)


def measure() -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.STRIPE_HANDLERS = "bench.books.HANDLERS" if __name__ != "__main__" else "__main__.HANDLERS"
    stage = set_the_stage()
    rates: dict[str, list[float]] = {"ours": [], "reference": []}
    for number in range(ROUNDS + 1):
        order: list[tuple[str, Callable[[Any, int], None]]] = [("ours", drain), ("reference", insert)]
        for name, work in order if number % 2 else order[::-1]:
            prepare(stage, name, number)
            began = time.perf_counter()
            work(stage, number)
            if number:  # the first round warms up
                rates[name].append(GIFTS / (time.perf_counter() - began))
    check(rounds=ROUNDS + 1)
    for name, found in rates.items():
        print(f"{name}: {', '.join(f'{rate:.0f}' for rate in found)}", file=sys.stderr)
    ours, reference = (statistics.median(rates[name]) for name in ("ours", "reference"))
    print(f"end to end with the sandbox: {end_to_end(stage):.1f} gifts/s", file=sys.stderr)
    result = {"bench": "books", "ours": round(ours, 1), "reference": round(reference, 1)}
    print(json.dumps(result | {"ratio": round(ours / reference, 3), "unit": "gifts/s"}))


def set_the_stage() -> Any:
    """An organisation, a fund and a donor: what is there before a gift comes."""
    from donations.models import Donor
    from ledger.models import Fund
    from organisation.models import LegalEntity, Organisation

    Organisation.objects.create(pk=1, name="Bench", email="post@bench.example")
    entity = LegalEntity.objects.create(
        name="Bench Inc.", address="1 Example Street", tax_number="00-0000000", wording="us_501c3", receipt_prefix="B"
    )
    fund = Fund.objects.create(slug="bench", name="Bench")
    donor = Donor.objects.create(email="ann@bench.example", name="Ann", since=AT)
    return {"entity": entity, "fund": fund, "donor": donor}


def prepare(stage: Any, name: str, number: int) -> None:
    """Write down the wishes of a round and, for ours, store the events that say that they are paid."""
    from donations.models import Checkout
    from stripe_gateway.models import StripeEvent

    checkouts = Checkout.objects.bulk_create(
        Checkout(
            email=stage["donor"].email,
            name="Ann",
            amount_minor=2500,
            currency="USD",
            interval="once",
            fund=stage["fund"],
            state="open",
            started_at=AT,
        )
        for _ in range(GIFTS)
    )
    stage["checkouts"] = checkouts
    if name == "ours":
        for place, checkout in enumerate(checkouts):
            FETCHED[f"pi_{number}_{place}"] = (checkout, charge(f"{number}_{place}"))
        StripeEvent.objects.bulk_create(
            StripeEvent(
                event_id=f"evt_{number}_{place}",
                type="bench.paid",
                object_id=f"pi_{number}_{place}",
                livemode=False,
                created_at=AT,
                received_at=AT,
                due_at=AT,
            )
            for place in range(GIFTS)
        )


def charge(name: str) -> Any:
    from moneyed import Money

    from stripe_gateway.objects import BalanceMove, PaidCharge

    gross, fee = Money(25, "USD"), Money("1.03", "USD")
    move = BalanceMove(f"txn_{name}", gross, fee, gross - fee, AT)
    return PaidCharge(f"ch_{name}", f"pi_{name}", gross, livemode=False, balance=move)


def book(intent_id: str, *, at: datetime) -> None:
    """The handler of the benchmark: what the real one does once it has fetched the payment."""
    from donations import giving

    checkout, paid = FETCHED[intent_id]
    giving.record_payment(charge=paid, move=paid.balance, checkout=checkout, renewal=None, at=at)


HANDLERS = {"bench.paid": book}


def drain(stage: Any, number: int) -> None:
    from stripe_gateway import inbox

    while inbox.process_next(at=AT):
        pass


def insert(stage: Any, number: int) -> None:
    """Insert what a booked gift consists of."""
    from django.db import transaction

    from donations.models import Payment, Receipt, ReceiptSeries
    from ledger.models import Entry, Transaction
    from mail.models import OutgoingEmail

    series, _ = ReceiptSeries.objects.get_or_create(
        legal_entity=stage["entity"], year=1999, is_test=True, defaults={"prefix": "REFERENCE-"}
    )
    snapshot = Receipt.objects.exclude(series=series).latest("pk").snapshot if number else {"number": ""}
    for place, checkout in enumerate(stage["checkouts"]):
        name = f"r{number}_{place}"
        with transaction.atomic():
            booked = Transaction.objects.create(
                kind="gift", reference=name, occurred_at=AT, recorded_at=AT, booked_on=AT.date()
            )
            Entry.objects.bulk_create(
                Entry(transaction=booked, fund=stage["fund"], account=account, amount_minor=minor, currency="USD")
                for account, minor in [("stripe", 2397), ("fees", 103), ("gifts", -2500)]
            )
            payment = Payment.objects.create(
                balance_transaction_id=f"txn_{name}",
                charge_id=f"ch_{name}",
                intent_id=f"pi_{name}",
                livemode=False,
                donor=stage["donor"],
                checkout=checkout,
                legal_entity=stage["entity"],
                fund=stage["fund"],
                interval="once",
                given_minor=2500,
                given_currency="USD",
                gross_minor=2500,
                fee_minor=103,
                net_minor=2397,
                currency="USD",
                occurred_at=AT,
                recorded_at=AT,
                ledger_transaction=booked,
            )
            Receipt.objects.create(
                series=series,
                sequence=number * GIFTS + place,
                number=f"REFERENCE-{name}",
                payment=payment,
                amount_minor=2500,
                currency="USD",
                issued_on=AT.date(),
                issued_at=AT,
                snapshot=snapshot,
                snapshot_sha256=bytes(32),
            )
            OutgoingEmail.objects.create(
                key=f"reference:{name}",
                state="owed",
                recipient_sealed=bytes(60),
                text_sealed=b"",
                queued_at=AT,
                due_at=AT,
            )


def check(*, rounds: int) -> None:
    """Make sure that both did what they say."""
    from donations.models import Payment, Receipt
    from ledger.models import Entry
    from mail.models import OutgoingEmail
    from stripe_gateway.models import StripeEvent

    gifts = rounds * GIFTS * 2
    found = {model.__name__: model.objects.count() for model in (Payment, Receipt, OutgoingEmail)}
    if set(found.values()) != {gifts} or Entry.objects.count() != gifts * 3:
        raise SystemExit(f"{gifts} gifts were to be booked: {found}, {Entry.objects.count()} entries")
    if StripeEvent.objects.exclude(state="done").exists():
        raise SystemExit("some events were not worked through")


def end_to_end(stage: Any) -> float:
    """Return how many gifts a second one worker books that it has to fetch from the sandbox."""
    from django.conf import settings
    from moneyed import Money

    from config.demo import sandbox
    from donations import giving
    from donations.models import Payment
    from donations.models.giving import Interval
    from stripe_gateway import inbox, reading
    from tests.sandbox_process import running_sandbox

    with tempfile.TemporaryDirectory() as folder, running_sandbox("http://127.0.0.1:9/", Path(folder)) as running:
        settings.STRIPE_API_URL, settings.STRIPE_SECRET_KEY = running.api_url, running.stripe_key
        settings.STRIPE_HANDLERS = "config.stripe_handlers.HANDLERS"
        before = Payment.objects.count()
        for number in range(END_TO_END):
            wish = giving.Wish(
                amount=Money(25, "USD"),
                interval=Interval.ONCE,
                fund=stage["fund"],
                campaign="",
                email=f"ann{number}@bench.example",
                name="Ann",
                language="en",
            )
            at = datetime.now(UTC)
            page = urlsplit(giving.open_page(giving.write_down(wish, at=at), at=at)).path
            sandbox.pay(page, email=wish.email, name=wish.name, card="4242424242424242")
        for posted in reading.undelivered_events():
            inbox.store(posted, at=datetime.now(UTC))
        began = time.perf_counter()
        while inbox.process_next(at=datetime.now(UTC)):
            pass
        seconds = time.perf_counter() - began
        if Payment.objects.count() != before + END_TO_END:
            raise SystemExit("not every gift from the sandbox was booked")
    return END_TO_END / seconds


if __name__ == "__main__":
    main()

"""What a worker told us in confidence is found nowhere in clear: not in the database, a letter, a log or a task."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ
from moneyed import Money

from aid import holding, proofs
from aid.models import AidRequest, Case
from aid.reasons import CheckPoint
from aid.statuses import Status
from core.sealing import SealBroken
from ledger import posting
from ledger.models import Account, Fund, Kind
from ledger.posting import Line
from organisation.models import Organisation, User
from tests.aid import test_worker_applies as worker

MARK = "zqkanarienvogelqz"
SECRETS: dict[str, dict[str, Any]] = {
    "notice": {"notice": f"their notice {MARK}"},
    "id": {"worker_id": f"A1{MARK}"},
    "story": {"story": f"my story {MARK}"},
    "payment": {"method": "paypal", "pay_to": f"{MARK}-pay@mail.example"},
    "contact": {"email": f"{MARK}-mail@mail.example"},
}


def test_marker_in_every_sealed_field_is_found_nowhere(
    client: Client,
    liferaft: Organisation,
    full_fund: Fund,
    carl: User,
    ada: User,
    tess: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    words = worker.begin(client)
    for page, answers in (worker.ANSWERS | SECRETS).items():
        worker.post(client, f"/aid/apply/{page}/", answers)
    worker.post(client, "/aid/apply/check/")
    request = AidRequest.objects.get()
    assert MARK in holding.get(request, "story")
    steps: list[tuple[User, str, dict[str, Any]]] = [
        (carl, "take", {}),
        (carl, "open", {"detail": "worker_id", "reason": "contact"}),
        (carl, "recommend-grant", {"amount": "80", "note": f"note {MARK}", "checked": CheckPoint.values}),
        (ada, "send-back", {"note": f"note {MARK}"}),
        (carl, "recommend-grant", {"amount": "70", "note": f"note {MARK}", "checked": CheckPoint.values}),
        (ada, "approve", {}),
        (tess, "open", {"detail": "pay_to", "reason": "to_pay"}),
        (tess, "paid", {"method": "paypal", "provider_reference": f"ref {MARK}", "on": "2026-03-10"}),
    ]
    for who, button, typed in steps:
        desk = Client()
        desk.force_login(who)
        request.refresh_from_db()
        path = reverse("aid_case", args=[request.pk])
        assert desk.post(f"{path}{button}/", {"seen": request.version} | typed).status_code in (200, 302)
    worker.enter(Client(), words)

    found = {(table, column) for table, column, text in every_value() if MARK in text or words in text}

    assert found == set()
    tasks = [str(row.task) for row in OrmQ.objects.all()]
    assert not any(MARK in task or str(request.pk) in task for task in tasks)
    assert MARK not in caplog.text
    assert words not in caplog.text


def test_address_in_the_outbox_does_not_lead_to_the_case(reach: Callable[..., AidRequest]) -> None:
    request = reach(Status.PAID)

    letters = [text for table, column, text in every_value() if table == "mail_outgoingemail"]

    assert letters
    assert not any(str(request.pk) in text or str(request.case_id) in text for text in letters)


def test_sealed_text_moved_to_another_row_does_not_open(reach: Callable[..., AidRequest]) -> None:
    mine, other = reach(Status.RECEIVED), reach(Status.RECEIVED)
    mine.story_sealed = other.story_sealed

    with pytest.raises(SealBroken):
        holding.get(mine, "story")


def test_case_and_request_name_themselves_without_a_person(reach: Callable[..., AidRequest]) -> None:
    request = reach(Status.PAID)

    for row in (request, request.case, request.reviews.get(), request.disbursements.get().attempts.get()):
        assert "wanda" not in str(row).lower()


def test_equal_worker_ids_find_each_other_without_being_stored(reach: Callable[..., AidRequest]) -> None:
    first, second = reach(Status.RECEIVED), reach(Status.RECEIVED)
    holding.put_worker_id(second.case, f" {holding.get(first.case, 'worker_id').lower()}")
    second.case.save()

    assert Case.objects.filter(worker_id_index=first.case.worker_id_index).count() == 2
    assert bytes(first.case.worker_id_sealed or b"") != bytes(second.case.worker_id_sealed or b"")


def test_proofs_name_what_is_wrong(reach: Callable[..., AidRequest]) -> None:
    request = reach(Status.PAID)
    assert list(proofs.broken()) == []

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE aid_aidrequest DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE aid_disbursementattempt DISABLE TRIGGER USER")
        cursor.execute("UPDATE aid_aidrequest SET status = 'approved' WHERE id = %s", [request.pk])
        cursor.execute("UPDATE aid_disbursementattempt SET recorded_by_id = (SELECT decider_id FROM aid_decision)")

    said = " ".join(proofs.broken())
    assert "but its history ends with paid" in said
    assert "its promise is settled" in said
    assert "one person has two parts" in said
    assert proofs.checked()["aid requests"] == 1


def test_aid_that_is_paid_for_no_request_is_named(reach: Callable[..., AidRequest], now: datetime) -> None:
    fund = reach(Status.PAID).fund
    money = Money(7, "USD")
    lines = [Line(Account.AID, fund, money), Line(Account.BANK, fund, -money)]

    posting.post(kind=Kind.DISBURSEMENT, reference="disbursement:none:1", lines=lines, occurred_at=now, at=now)

    assert list(proofs.broken()) == ["ledger transaction disbursement:none:1 pays aid for no request"]


def every_value() -> list[tuple[str, str, str]]:
    """Return every text and every byte string in every table, with its table and column."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT table_name, column_name, data_type FROM information_schema.columns
            WHERE table_schema = 'public' AND data_type IN
                ('text', 'character varying', 'bytea', 'json', 'jsonb', 'ARRAY', 'character', 'xml', 'tsvector')
            """
        )
        values = []
        for table, column, kind in cursor.fetchall():
            read = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT {read} FROM "{table}" WHERE "{column}" IS NOT NULL')
            values += [(table, column, text) for (text,) in cursor.fetchall()]
    return values

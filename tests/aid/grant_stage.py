"""How tests of decisions bring a grant on its way, step by step, by whom they say; and how they go past the deeds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from moneyed import Money

from aid import deciding, paying, reviewing, ruling
from aid.answers import PayMethod
from aid.models import AidRequest, CaseEvent, Policy
from aid.reasons import DeclineReason
from aid.statuses import Status
from ledger.models import Fund
from organisation.models import User


def dollars(amount: int) -> Money:
    return Money(amount, "USD")


def rule(fund: Fund, *, by: User, at: datetime, **changed: Any) -> Policy:
    """Put a version of the fund's policy into force: the default's amounts, but for what is named."""
    usual: dict[str, Any] = {
        "max_per_request": dollars(1000),
        "cap": dollars(1500),
        "cap_days": 180,
        "fast_lane": dollars(200),
        "separation": Policy.Separation.REQUEST,
        "answer_days": 7,
        "info_days": 30,
    }
    return ruling.change(fund=fund, rules=ruling.Rules(**(usual | changed)), by=by, at=at)


def take(request: AidRequest, *, by: User, at: datetime) -> AidRequest:
    return reviewing.take(request_id=request.pk, by=by, seen=now_of(request), at=at)


def recommend(request: AidRequest, *, by: User, at: datetime, amount: int | None = None) -> AidRequest:
    wanted = dollars(amount) if amount else request.amount
    assert wanted
    return reviewing.recommend_grant(
        request_id=request.pk, by=by, seen=now_of(request), amount=wanted, note="rent", at=at
    )


def recommend_no(request: AidRequest, *, by: User, at: datetime) -> AidRequest:
    return reviewing.recommend_decline(
        request_id=request.pk, by=by, seen=now_of(request), reason=DeclineReason.OUTSIDE, note="", at=at
    )


def approve(request: AidRequest, *, by: User, at: datetime) -> AidRequest:
    return deciding.approve(request_id=request.pk, by=by, seen=now_of(request), at=at)


def decline(request: AidRequest, *, by: User, at: datetime) -> AidRequest:
    return deciding.decline(request_id=request.pk, by=by, seen=now_of(request), at=at)


def send_back(request: AidRequest, *, by: User, at: datetime) -> AidRequest:
    return deciding.send_back(request_id=request.pk, by=by, seen=now_of(request), note="look again", at=at)


def pay(request: AidRequest, *, by: User, at: datetime) -> AidRequest:
    sent = paying.Sent(method=PayMethod.PAYPAL, provider_reference="PP-1", on=at.date())
    return paying.record(request_id=request.pk, by=by, seen=now_of(request), sent=sent, at=at)


def now_of(request: AidRequest) -> int:
    """Return the version that a page made now would show."""
    return AidRequest.objects.get(pk=request.pk).version


def shell(statement: str, *values: Any) -> None:
    """Write to the database past the deeds, and let what is checked at the end be checked."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def step_by_shell(request: AidRequest, to: Status, *, at: datetime) -> None:
    """Make a step past the deeds, written down as it should be."""
    with transaction.atomic():
        now = AidRequest.objects.get(pk=request.pk)
        CaseEvent.objects.create(request=now, version=now.version + 1, from_status=now.status, to_status=to, at=at)
        shell("UPDATE aid_aidrequest SET status = %s, version = version + 1 WHERE id = %s", to, request.pk)


@contextmanager
def refused(rule_of_the_database: str) -> Iterator[None]:
    """Expect that the database refuses by this rule."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        yield
    assert getattr(getattr(error.value.__cause__, "diag", None), "constraint_name", None) == rule_of_the_database


@contextmanager
def triggers_off() -> Iterator[None]:
    """Let rows be written that no deed and no shell could write, as if somebody owned the server."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")

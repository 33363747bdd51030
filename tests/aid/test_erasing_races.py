"""Erasing beside other work: whoever comes first, money and books stay right; killed in the middle, nothing is half done."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from aid import appealing, deciding, erasing, paying
from aid.answers import PayMethod
from aid.classes import DataClass
from aid.models import AidRequest, Case, CaseStatistic, TaxRecord, Tombstone
from aid.statuses import Status
from aid.transitions import NotNow, SeenOutdated
from ledger import balances
from ledger.models import Fund
from organisation import roles
from organisation.models import User
from tests.aid.conftest import give, sent_in
from tests.aid.stage import PATHS, STEPS, Cast, Step
from tests.aid.test_erasing_by_rule import broken, days

NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)
_ROLES = {"carl": "caseworker", "cora": "caseworker", "ada": "approver", "abel": "approver", "tess": "treasurer"}


@pytest.fixture
def cast(committed_db: None) -> Cast:
    """People and a fund with 500 dollars, for real: commits, threads."""
    give(Fund.objects.create(slug="aid", name="Mutual aid", pays_aid=True), 500, at=NOON)
    people = {}
    for name, role in _ROLES.items():
        people[name] = User.objects.create_user(username=name, email=f"{name}@raft.example", name=name.title())
        roles.grant(user=people[name], role=role, by=None, at=NOON)
    return Cast(**people)


def bring(cast: Cast, status: Status) -> AidRequest:
    request = sent_in(at=NOON)
    for step in PATHS[status]:
        STEPS[step](Step(request, cast, NOON + timedelta(hours=request.version), older=lambda one: one))
        request = AidRequest.objects.select_related("case", "fund", "policy").get(pk=request.pk)
    return request


def test_wish_and_approval_at_once_leave_no_money_promised(cast: Cast, at_once: Callable[..., list[object]]) -> None:
    request = bring(cast, Status.RECOMMENDED_GRANT)
    had = balances.of(request.fund).available

    outcomes = at_once(
        lambda: erasing.erase_now(request_id=request.pk, at=TOMORROW),
        lambda: deciding.approve(request_id=request.pk, by=cast.ada, seen=request.version, at=TOMORROW),
    )

    assert isinstance(outcomes[0], erasing.Kept)
    assert isinstance(outcomes[1], (AidRequest, NotNow, SeenOutdated))
    request.refresh_from_db()
    assert (request.status, request.story_sealed) == (Status.WITHDRAWN, None)
    assert balances.of(request.fund).available == had
    assert broken(TOMORROW) == []


def test_wish_and_payment_at_once_leave_a_tax_record_or_no_payment(
    cast: Cast, at_once: Callable[..., list[object]]
) -> None:
    request = bring(cast, Status.APPROVED)
    sent = paying.Sent(method=PayMethod.PAYPAL, provider_reference="PP-1", on=TOMORROW.date())

    kept, paid = at_once(
        lambda: erasing.erase_now(request_id=request.pk, at=TOMORROW),
        lambda: paying.record(request_id=request.pk, by=cast.tess, seen=request.version, sent=sent, at=TOMORROW),
    )

    assert isinstance(kept, erasing.Kept)
    request.refresh_from_db()
    is_paid = isinstance(paid, AidRequest)
    assert request.status == (Status.PAID if is_paid else Status.WITHDRAWN)
    assert (kept.tax_until is not None) == is_paid == TaxRecord.objects.filter(payee_sealed__isnull=False).exists()
    assert request.pay_to_sealed is None
    assert broken(TOMORROW) == []


def test_appeal_in_the_night_of_erasing_is_heard_or_too_late(cast: Cast, at_once: Callable[..., list[object]]) -> None:
    request = bring(cast, Status.DECLINED)
    night = NOON + days(DataClass.STORY) + timedelta(days=2)

    at_once(
        lambda: list(erasing.erase_due(at=night)),
        lambda: appealing.appeal(request_id=request.pk, ground="please look again", at=night),
    )

    request = AidRequest.objects.select_related("case").get()
    was_erased = request.case.erased_at is not None
    assert request.case.tombstones.exists() == was_erased
    assert (request.story_sealed is None) == was_erased
    assert broken(night) == []


def test_two_runs_at_once_write_one_statistic(cast: Cast, at_once: Callable[..., list[object]]) -> None:
    for _ in range(3):
        bring(cast, Status.DECLINED)
    night = NOON + timedelta(days=8 * 365)

    at_once(*[lambda: list(erasing.erase_due(at=night))] * 2)

    assert (CaseStatistic.objects.count(), Tombstone.objects.count()) == (3, 3)
    assert broken(night) == []


# Says after each commit that it is done, and waits in the middle of the third case, everything written and not committed.
_PROCESS = """
import sys, time
import django
django.setup()
from datetime import datetime
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from aid import emptying, erasing
empty, done = emptying.answers, []
def answers(case, *, at):
    empty(case, at=at)
    done.append(case)
    if len(done) == 3:
        print("in the middle", flush=True)
        time.sleep(600)
emptying.answers = answers
for case in erasing.erase_due(at=datetime.fromisoformat(sys.argv[2])):
    print("done", flush=True)
"""


def test_killed_in_the_middle_it_goes_on_where_it_was(cast: Cast) -> None:
    for _ in range(4):
        bring(cast, Status.DECLINED)
    night = NOON + timedelta(days=8 * 365)
    name = str(settings.DATABASES["default"]["NAME"])
    process = subprocess.Popen(
        [sys.executable, "-c", _PROCESS, name, night.isoformat()],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    said = [process.stdout.readline().strip() for _ in range(3)]
    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert said == ["done", "done", "in the middle"]
    assert CaseStatistic.objects.count() == Case.objects.filter(erased_at__isnull=False).count() == 2
    list(erasing.erase_due(at=night))
    assert CaseStatistic.objects.count() == Case.objects.filter(erased_at__isnull=False).count() == 4
    assert Tombstone.objects.count() == 4
    assert broken(night) == []

"""A new key in front, one command, and the old key can go: everything opens with the new one alone."""

from datetime import datetime
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.management import call_command
from pytest_django import Settings

from ledger import taking_in
from ledger.bank_file import Row
from ledger.models import BankLine, Fund
from mail import outbox
from mail.models import OutgoingEmail
from organisation import audit
from organisation.models import AuditEvent, Organisation, User

NEW = {"k2": bytes(range(32))}


def rotate(*arguments: str) -> str:
    told = StringIO()
    call_command("rotate_keys", *arguments, stdout=told, stderr=told)
    return told.getvalue()


def letter(at: datetime, key: str = "test:1") -> OutgoingEmail:
    return outbox.queue_ready(key=key, to="ann@example.org", subject="News", text="Ñandú\n", html="<p>Ñ</p>", at=at)


@pytest.fixture
def held(liferaft: Organisation, tess: User, general_fund: Fund, now: datetime) -> None:
    """Something in every column that is sealed."""
    letter(now)
    outbox.owe(key="test:owed", to="ann@example.org", at=now)
    row = Row(number=1, on=now.date(), minor=5000, words="Cheque of Ann")
    taking_in.take_in(file_name="march.csv", content=b"1", currency="USD", rows=[row], by=tess, at=now)
    totp.TOTP.activate(tess, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(tess)


def opened(tess: User) -> list[object]:
    """Everything that is sealed, in clear, by the doors through which it is read."""
    mail = OutgoingEmail.objects.get(key="test:1")
    return [
        [mail.recipient, mail.text, mail.html, OutgoingEmail.objects.get(key="test:owed").recipient],
        BankLine.objects.get().words,
        audit.notes_on(AuditEvent.objects.filter(action="ledger.bank_taken_in")),
        totp.TOTP(Authenticator.objects.get(user=tess, type="totp")).validate_code("000000"),
        RecoveryCodes(Authenticator.objects.get(user=tess, type="recovery_codes")).generate_codes(),
    ]


def test_everything_opens_with_the_new_key_alone(held: None, tess: User, settings: Settings) -> None:
    before, old = opened(tess), settings.SEALING_KEYS
    settings.SEALING_KEYS = NEW | old

    told = rotate()

    assert "Key k1 is used nowhere any more: take it out of SEALING_KEYS." in told
    settings.SEALING_KEYS = NEW
    assert opened(tess) == before
    assert "Cheque of Ann" in before
    assert list(audit.broken_links()) == []

"""Something sealed in every place that seals, and the doors through which it is read."""

from datetime import datetime
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.management import CommandError, call_command

from config.sealed import SEALED
from core import sealing
from ledger import taking_in
from ledger.bank_file import Row
from ledger.models import BankLine
from mail import outbox
from mail.models import OutgoingEmail
from organisation import audit
from organisation.models import AuditEvent, User

OLD = next(iter(settings.SEALING_KEYS))
NEW = {"new2": bytes(range(32))}


def rotate(*arguments: str) -> str:
    """Run the command to its good end and return what it said."""
    told = StringIO()
    call_command("rotate_keys", *arguments, stdout=told, stderr=told)
    return told.getvalue()


def rotate_in_vain() -> str:
    """Run the command, see it refuse to call that a success, and return what it said."""
    told = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("rotate_keys", stdout=told, stderr=told)
    assert refused.value.returncode == 1
    return told.getvalue()


def letter(at: datetime, key: str) -> OutgoingEmail:
    return outbox.queue_ready(key=key, to="ann@example.org", subject="News", text="Ñandú\n", html="<p>Ñ</p>", at=at)


def hold_something(tess: User, *, at: datetime) -> None:
    """Seal something in every place outside of aid."""
    letter(at, "test:1")
    outbox.owe(key="test:owed", to="ann@example.org", at=at)
    row = Row(number=1, on=at.date(), minor=5000, words="Cheque of Ann")
    taking_in.take_in(file_name="march.csv", content=b"1", currency="USD", rows=[row], by=tess, at=at)
    totp.TOTP.activate(tess, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(tess)


def opened(tess: User) -> list[object]:
    """What was sealed outside of aid, in clear."""
    mail, owed = OutgoingEmail.objects.get(key="test:1"), OutgoingEmail.objects.get(key="test:owed")
    app = Authenticator.objects.get(user=tess, type="totp")
    return [
        [mail.recipient, mail.text, mail.html, owed.recipient, bytes(owed.text_sealed)],
        [line.words for line in BankLine.objects.all()],
        audit.notes_on(AuditEvent.objects.filter(action="ledger.bank_taken_in")),
        [totp.hotp_value(totp.decrypt(app.data["secret"]), 1)],
        RecoveryCodes(Authenticator.objects.get(user=tess, type="recovery_codes")).generate_codes(),
    ]


def counts() -> dict[str, tuple[int, int]]:
    """How much is sealed in each place, and how much of it is not up to date."""
    found = {each.label: each.headers() for each in SEALED}
    return {name: (many.total(), many.total() - many[sealing.current_header()]) for name, many in found.items()}

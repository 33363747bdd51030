"""Links by mail: for workers who left an address and cannot find their words. Each opens a page once, within minutes.

Whether an address is known here must not show, neither in words nor in time. So asking does the same for every address:
it writes down that a letter is owed. The worker process looks afterwards whether there is anything to write.

A letter goes to the address that its cases hold, never to the one that was typed: signs that look alike, or that one
program folds into another, would lead to somebody else's mail.
"""

import secrets
from collections import defaultdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from aid import holding, notices
from aid.models import AidRequest, Case, CaseLink
from aid.statuses import Status
from core import nudging, sealing
from mail import outbox
from mail.models import OutgoingEmail

# By the wall clock, also where a demonstration's clock stands elsewhere.
VALID_FOR = timedelta(minutes=15)
_MOST = 3
_OWED = "aid-notice:link-"


class LinkIsSpent(Exception):
    """The link was used, is too old, or was never made by us. Which of these is nobody's to know."""


@transaction.atomic
def ask(*, email: str, language: str, at: datetime) -> None:
    """Ask for a letter with links to the pages that belong to an address, if there are any."""
    outbox.owe(key=f"{_OWED}{secrets.token_hex(16)}", to=email, at=at, language=language)
    nudging.after_commit("aid.tasks.write_links")


def write_owed(*, at: datetime, wall: datetime) -> int:
    """Write the letters that were asked for; forget the asking where an address is not known.

    :param wall: the wall clock's time, which links go by
    :returns: how many were written
    """
    owed = OutgoingEmail.objects.filter(key__startswith=_OWED, state=OutgoingEmail.State.OWED)
    return sum(_write(key, at=at, wall=wall) for key in list(owed.order_by("pk").values_list("key", flat=True)))


@transaction.atomic
def _write(key: str, *, at: datetime, wall: datetime) -> int:
    owed = OutgoingEmail.objects.filter(key=key, state=OutgoingEmail.State.OWED)
    letter = owed.select_for_update(skip_locked=True).first()
    if letter is None:
        return 0  # Another worker writes it just now.
    outbox.release(key)
    letters = list(_cases_by_address(letter.recipient).items())[:_MOST]
    for address, cases in letters:
        language = cases[0].language
        outbox.queue(
            key=notices.key(cases[0], about=f"link-{secrets.token_hex(8)}"),
            to=address,
            template="aid/link",
            context={"pages": [(case.created_at, _new_link(case, language, wall=wall)) for case in cases[:_MOST]]},
            at=at,
            language=language,
        )
    return len(letters)


def _cases_by_address(typed: str) -> dict[str, list[Case]]:
    """Return what was sent in from this address, by the address as each case holds it.

    The oldest first: whoever names somebody's address later crowds nothing out.
    """
    index = sealing.blind_index(typed, purpose="aid.email")
    sent = Case.objects.filter(email_index=index, erased_at__isnull=True).exclude(request__status=Status.DRAFT)
    found: dict[str, list[Case]] = defaultdict(list)
    for case in sent.order_by("request__submitted_at", "pk"):
        found[holding.get(case, "email")].append(case)
    return found


def _new_link(case: Case, language: str, *, wall: datetime) -> str:
    secret = secrets.token_hex(24)
    CaseLink.objects.create(case=case, digest=_digest(secret), expires_at=wall + VALID_FOR)
    with translation.override(language):
        return f"{settings.SITE_URL}{reverse('aid:open_link', kwargs={'key': secret})}"


def is_open(secret: str, *, wall: datetime) -> bool:
    """Return whether the link would open a page now. Looking does not use it up."""
    return CaseLink.objects.filter(digest=_digest(secret), used_at__isnull=True, expires_at__gt=wall).exists()


@transaction.atomic
def use(secret: str, *, wall: datetime) -> AidRequest:
    """Use the link up, and return the request whose page it opens.

    :raises LinkIsSpent: see there
    """
    links = CaseLink.objects.filter(digest=_digest(secret), used_at__isnull=True, expires_at__gt=wall)
    link = links.select_for_update().first()
    if link is None:
        raise LinkIsSpent
    link.used_at = wall
    link.save(update_fields=["used_at"])
    return AidRequest.objects.select_related("case", "fund").get(case=link.case_id)


def forget_spent(*, wall: datetime) -> int:
    """Delete links that open nothing any more; return how many."""
    return CaseLink.objects.filter(expires_at__lt=wall - timedelta(days=1)).delete()[0]


def _digest(secret: str) -> bytes:
    return sealing.blind_index(secret, purpose="aid.case-link")

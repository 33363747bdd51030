"""The one-time link by which a person sets a password, then a second factor: for the new, and for who lost theirs."""

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from core import links, sealing
from organisation import audit, factors
from organisation.models import User

MAX_AGE = timedelta(hours=24)
_PURPOSE = "organisation.enrol"


class LinkUsed(Exception):
    """The link was used, replaced by a newer one, or its account was closed."""


@transaction.atomic
def issue_link(*, user: User, by: User | None, at: datetime) -> str:
    """Take the person's password and second factors away, end their sessions, and return the link to start anew.

    :param by: none on the command line
    """
    removed = factors.remove_all(user)
    # A random unusable password: it ends all sessions, and by it an older link stops working.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    for kind in removed:
        audit.record(actor=by, action="organisation.second_factor_removed", subject=user, reason=kind, at=at)
    audit.record(actor=by, action="organisation.link_issued", subject=user, at=at)
    token = links.sign(_PURPOSE, f"{user.pk}:{_state_of(user)}")
    return f"{settings.SITE_URL}{reverse('organisation_enrol', args=[token])}"


def holder_of(token: str, *, lock: bool = False) -> User:
    """Return the person whom an unused link belongs to.

    :raises LinkUsed: if it is forged, older than a day, used or replaced
    """
    try:
        pk, _colon, state = links.read(_PURPOSE, token, max_age=MAX_AGE).partition(":")
    except links.LinkRefused as error:
        raise LinkUsed from error
    people = User.objects.select_for_update() if lock else User.objects.all()
    user = people.filter(pk=pk, is_active=True).first()
    if user is None or not hmac.compare_digest(_state_of(user), state):
        raise LinkUsed
    return user


@transaction.atomic
def set_password(*, token: str, password: str, at: datetime) -> User:
    """Use the link up.

    :raises LinkUsed: as ``holder_of``; of two at the same moment, one
    """
    user = holder_of(token, lock=True)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(actor=user, action="organisation.link_used", subject=user, at=at)
    return user


def _state_of(user: User) -> str:
    return sealing.blind_index(user.password, purpose=_PURPOSE).hex()[:32]

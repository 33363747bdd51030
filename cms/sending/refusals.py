"""Refusals for good (5xx) that are not about one reader's address: a relay that does not know us, a letter called spam.

Such a letter is tried again, and is refused in the end. Where they come one after the other, from different places, it is
us: the sending pauses before the whole list is refused, and what was refused by then waits.
"""

from datetime import timedelta
from itertools import takewhile

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from cms.models import Delivery, Sending
from cms.sending import asking
from cms.sending.claiming import Claim, Outcome
from core import clock
from mail import transport

State = Delivery.State

_AGAIN = timedelta(hours=1)
_MOST_ATTEMPTS = 3
_IN_A_ROW = 20
_TAKEN = [State.ACCEPTED, State.BOUNCED, State.COMPLAINED]
# Rows of which ``are_ours`` says so.
_OURS = Q(state__in=[State.QUEUED, State.REFUSED], answer__regex="^5[0-9][0-9] .*refused") & ~Q(
    answer__regex=f"^{transport.ABOUT_THE_ADDRESS}$"
)


def are_ours(answer: str) -> bool:
    """Return whether a refusal may be about us or the letter."""
    return answer.startswith("5") and not transport.is_about_the_address(answer)


def outcome(claim: Claim, answer: str) -> Outcome:
    """Return what becomes of a letter that was refused."""
    at = clock.now()
    if not are_ours(answer):
        return Outcome(claim, State.REFUSED, answer, settled_at=at)
    if claim.attempts < _MOST_ATTEMPTS or _is_refused_everywhere(claim):
        return Outcome(claim, State.QUEUED, answer, due_at=at + _AGAIN)
    return Outcome(claim, State.REFUSED, f"{answer}, {claim.attempts} times", settled_at=at)


def pause_if_it_is_us(claim: Claim, answer: str) -> None:
    """Pause the sending if letters to different places are refused one after the other. After the outcome was settled."""
    if _is_first_of_many(claim) or (claim.attempts >= _MOST_ATTEMPTS and _is_refused_everywhere(claim)):
        _pause(claim, answer)


def _is_first_of_many(claim: Claim) -> bool:
    """Return whether so many in a row were refused when they were tried first.

    Who is tried again was refused before, and nothing but such letters is left at the end of a long sending.
    """
    if claim.attempts != 1:
        return False
    last = _last(claim)
    return len(last) == _IN_A_ROW and len(set(last)) > 1


def _is_refused_everywhere(claim: Claim) -> bool:
    """Return whether no letter of the sending was taken, of those to more than one place."""
    if Delivery.objects.filter(sending=claim.sending, state__in=_TAKEN).exists():
        return False
    others = Delivery.objects.filter(_OURS, sending=claim.sending).exclude(domain=claim.domain)
    return others.exists()


def _last(claim: Claim) -> list[str]:
    """Return the domains of the last letters of the sending that were tried once and refused, back to one that was taken."""
    tried = Delivery.objects.filter(
        Q(state__in=_TAKEN) | (_OURS & Q(attempts=1)), sending=claim.sending, claimed_at__isnull=False
    )
    last = tried.order_by("-claimed_at", "-pk").values_list("state", "domain")[:_IN_A_ROW]
    return [domain for _state, domain in takewhile(lambda row: row[0] not in _TAKEN, last)]


@transaction.atomic
def _pause(claim: Claim, answer: str) -> None:
    at = clock.now()
    note = gettext(
        "The mail server refused letters to different places, one after the other. It said: %(answer)s. Nobody is lost by it:"
        " these letters wait too. When the mail server is put right, let the sending go on."
    ) % {"answer": answer}
    try:
        asking.pause(sending=Sending(pk=claim.sending), by=None, note=note, at=at)
    except asking.NotNow:
        return  # Somebody was quicker.
    waiting = Delivery.objects.filter(_OURS, sending=claim.sending, state=State.QUEUED)
    waiting.update(due_at=at, attempts=0, answer="")

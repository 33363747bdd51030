"""The steps of a sending, by people and by the worker. Two people agree, five minutes remain to change one's mind."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop
from wagtail.models import Revision

from cms.models import Delivery, NewsletterIssuePage, Sending, Topic
from cms.sending import audience, telling, variants
from organisation import audit
from organisation.models import User

# To change one's mind in, after the second person agreed.
GRACE = timedelta(minutes=5)
# A letter that is later than this is not sent by itself: what it says may be over.
LATEST = timedelta(hours=1)

# Why the worker holds one, besides that it is late; as it is written down, and translated where it is read.
GONE = gettext_noop("The version that was agreed to is not there any more. Call it back and ask for what it is now.")
UNFROZEN = gettext_noop("There is no letter that was agreed to. Call it back and ask again.")

# Why nothing leaves by itself after a long absence: the database may be a backup of earlier, and know less than readers do.
AWAY = gettext_noop(
    "Nobody looked after it for more than an hour, or a backup was restored. Look into the mail server's log: what left after"
    " the backup was made is unknown here, and would leave again. If nothing did, let it go on; else stop it."
)
AWAY_BEFORE = gettext_noop(
    "Nobody looked after it for more than an hour, or a backup was restored. Look into the mail server's log. If it has not"
    " left, call it back and ask again."
)

State = Sending.State


class AlreadyAsked(Exception):
    """This issue is on its way, or has left. It leaves once."""


class SamePerson(Exception):
    """Who asked does not agree as well."""


class ChangedSince(Exception):
    """The issue was changed after it was asked for: what is agreed to must be what was asked."""


class AskedAnew(ChangedSince):
    """It was asked for again since this person saw it: they agree to what they saw, and to nothing else."""


class NotNow(Exception):
    """The sending is in another state meanwhile; ``state`` says in which."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class TooLate(Exception):
    """The first letter leaves now. It can be paused or stopped, not called back."""


class InThePast(Exception):
    """The time it shall leave at has passed."""


class NothingFrozen(Exception):
    """There is no letter to send: nobody agreed to one."""


@transaction.atomic
def ask(  # noqa: PLR0913 - an audience has this many sides
    *,
    issue: NewsletterIssuePage,
    by: User,
    to: str,
    topics: Iterable[Topic] = (),
    language: str = "",
    not_before: datetime | None = None,
    at: datetime,
) -> Sending:
    """Ask a second person to agree that this issue, as it was saved last, leaves for these readers.

    :raises AlreadyAsked: if it was asked for and not sent back
    :raises InThePast: if ``not_before`` has passed
    :raises mail.frozen.PlaceInWords: if its words hold what stands for a reader's own
    """
    if not_before is not None and not_before <= at:
        raise InThePast
    issue = NewsletterIssuePage.objects.select_for_update().get(pk=issue.pk)
    revision = issue.latest_revision or issue.save_revision(user=by)
    asked = {
        "state": State.ASKED,
        "revision": revision,
        "revision_at": revision.created_at,
        "letter_sha256": variants.digest(revision.as_object(), language=language),
        "to": to,
        "language": language,
        "not_before": not_before,
        "asked_by": by,
        "asked_at": at,
        "note": "",
    }
    sending, is_new = Sending.objects.get_or_create(issue=issue, defaults=asked)
    if not is_new:
        if sending.state != State.RETURNED:
            raise AlreadyAsked
        for name, value in asked.items():
            setattr(sending, name, value)
        sending.save()
    sending.topics.set(topics)
    audit.record(actor=by, action="cms.sending_asked", subject=sending, reason=to, at=at)
    telling.others(sending, at=at)
    return sending


def asked_for(sending: Sending) -> str:
    """Name what is asked for, by whom, for whom and when: who agrees shows by it what they saw."""
    topics = sorted(sending.topics.values_list("pk", flat=True))
    seen = [sending.asked_by_id, sending.asked_at, sending.revision_id, sending.revision_at]
    seen += [bytes(sending.letter_sha256 or b"").hex(), sending.to, sending.language, sending.not_before, topics]
    return hashlib.sha256("|".join(map(str, seen)).encode()).hexdigest()[:32]


@transaction.atomic
def agree(*, sending: Sending, by: User, seen: str, at: datetime) -> Sending:
    """Agree as the second person; the letter is frozen by it. The first leaves in five minutes, or when it is scheduled for.

    :param seen: what this person saw, by the name that ``asked_for`` gave it then
    :raises SamePerson: if it is who asked
    :raises AskedAnew: if something else is asked for meanwhile
    :raises ChangedSince: if the issue, or a text that it takes from elsewhere, was changed meanwhile
    :raises NotNow: if it does not wait for a second person any more
    """
    sending = _locked(sending, State.ASKED)
    if sending.asked_by_id == by.pk:
        raise SamePerson
    if asked_for(sending) != seen:
        raise AskedAnew
    revision = _revision(sending)
    if sending.issue.latest_revision_id != revision.pk:
        raise ChangedSince
    issue = revision.as_object()
    if variants.digest(issue, language=sending.language) != bytes(sending.letter_sha256 or b""):
        raise ChangedSince
    variants.freeze(sending=sending, issue=issue)
    telling.no_more(sending)
    sending.agreed_by, sending.agreed_at = by, at
    sending.due_at = max(at + GRACE, sending.not_before or at)
    return _move(sending, State.WAITING, by=by, at=at)


@transaction.atomic
def send_back(*, sending: Sending, by: User, note: str = "", at: datetime) -> Sending:
    """Do not agree: say what is to be changed first.

    :raises NotNow: if it does not wait for a second person any more
    """
    return _return(_locked(sending, State.ASKED), by=by, note=note, at=at)


@transaction.atomic
def call_back(*, sending: Sending, by: User, note: str = "", at: datetime) -> Sending:
    """Change one's mind before the first letter leaves.

    :raises TooLate: if it leaves now
    :raises NotNow: if it was called back already
    """
    sending = _locked(sending, State.WAITING, State.HELD, State.SENDING)
    if sending.state == State.SENDING:
        raise TooLate
    return _return(sending, by=by, note=note, at=at)


@transaction.atomic
def hold(*, sending: Sending, at: datetime) -> Sending:
    """Hold what should have left more than an hour ago, or what nobody agreed to, until a person decides. The worker's step."""
    sending = _locked(sending, State.WAITING)
    note = ""
    try:
        _check_agreed(sending)
    except NothingFrozen:
        note = UNFROZEN
    except ChangedSince:
        note = GONE
    if not note and (sending.due_at is None or at <= sending.due_at + LATEST):
        raise NotNow(sending.state)
    return _move(sending, State.HELD, by=None, note=note, at=at)


@transaction.atomic
def put_off(*, sending: Sending, at: datetime) -> bool:
    """Let nothing of it leave until a person decides: what is under way pauses, what waits is held. After a long absence.

    :returns: whether there was anything to put off
    """
    sending = _locked(sending, *State)
    if sending.state == State.SENDING:
        _move(sending, State.PAUSED, by=None, note=AWAY, at=at)
    elif sending.state == State.WAITING:
        _move(sending, State.HELD, by=None, note=AWAY_BEFORE, at=at)
    else:
        return False
    return True


@transaction.atomic
def release(*, sending: Sending, by: User, not_before: datetime | None = None, at: datetime) -> Sending:
    """Give a held sending a new time; none: in five minutes.

    :raises InThePast: if the new time has passed
    :raises ChangedSince, NothingFrozen: if what was agreed to is not there any more: two people must agree anew
    """
    if not_before is not None and not_before <= at:
        raise InThePast
    sending = _locked(sending, State.HELD)
    _check_agreed(sending)
    sending.not_before = not_before
    sending.due_at = max(at + GRACE, not_before or at)
    return _move(sending, State.WAITING, by=by, at=at)


@transaction.atomic
def start(*, sending: Sending, at: datetime) -> Sending:
    """Freeze the readers and begin; the page is published first, if it is not. The worker's step.

    :raises NotNow: if it was called back, is not due yet, or began already
    :raises ChangedSince, NothingFrozen: if what was agreed to is not there any more
    """
    sending = _locked(sending, State.WAITING)
    if sending.due_at is None or at < sending.due_at:
        raise NotNow(sending.state)
    revision = _check_agreed(sending)
    if not sending.issue.live:
        # Two people who may send letters have said so; neither needs to be one who may publish pages.
        revision.publish(user=sending.asked_by, skip_permission_checks=True)
    audience.freeze(sending, at=at)
    audit.record(actor=None, action="cms.sending_sending", subject=sending, at=at)
    return sending


@transaction.atomic
def pause(*, sending: Sending, by: User | None, note: str = "", at: datetime) -> Sending:
    """Let no more letters leave for now. The one in flight arrives."""
    return _move(_locked(sending, State.SENDING), State.PAUSED, by=by, note=note, at=at)


@transaction.atomic
def resume(*, sending: Sending, by: User, at: datetime) -> Sending:
    """Go on where it was paused."""
    return _move(_locked(sending, State.PAUSED), State.SENDING, by=by, at=at)


@transaction.atomic
def stop(*, sending: Sending, by: User, note: str = "", at: datetime) -> Sending:
    """Stop for good: who has no letter yet is left out."""
    sending = _locked(sending, State.SENDING, State.PAUSED)
    sending.deliveries.filter(state=Delivery.State.QUEUED).update(
        state=Delivery.State.LEFT_OUT, reason=Delivery.Reason.STOPPED, settled_at=at
    )
    sending.ended_at = at
    return _move(sending, State.STOPPED, by=by, note=note, at=at)


@transaction.atomic
def finish(*, sending: Sending, at: datetime) -> bool:
    """End the sending if no letter waits or is in flight. The worker's step.

    :returns: whether it has ended
    """
    sending = _locked(sending, *State)
    open_states = [Delivery.State.QUEUED, Delivery.State.SENDING]
    if sending.state != State.SENDING or sending.deliveries.filter(state__in=open_states).exists():
        return sending.state == State.DONE
    sending.ended_at = at
    _move(sending, State.DONE, by=None, at=at)
    return True


@transaction.atomic
def reopen(*, sending: Sending, by: User, at: datetime) -> Sending:
    """Go on after the end: an uncertain letter shall go out again. Nothing to do while it is under way."""
    sending = _locked(sending, State.DONE, State.SENDING, State.PAUSED)
    if sending.state != State.DONE:
        return sending
    sending.ended_at = None
    return _move(sending, State.SENDING, by=by, at=at)


def _locked(sending: Sending, *states: Sending.State) -> Sending:
    found = Sending.objects.select_for_update(of=("self",)).select_related("issue").get(pk=sending.pk)
    if found.state not in states:
        raise NotNow(found.state)
    return found


def _revision(sending: Sending) -> Revision:
    """Return what was asked for. Autosave writes over a version in place; it then is of another time."""
    revision = sending.revision
    if revision is None or revision.created_at != sending.revision_at:
        raise ChangedSince
    return revision


def _check_agreed(sending: Sending) -> Revision:
    """Return the version that was agreed to, whose letter is frozen."""
    if not sending.variants.exists():
        raise NothingFrozen
    return _revision(sending)


def _return(sending: Sending, *, by: User, note: str, at: datetime) -> Sending:
    sending.agreed_by = sending.agreed_at = sending.due_at = None
    returned = _move(sending, State.RETURNED, by=by, note=note, at=at)
    variants.drop(sending=returned)
    telling.no_more(returned)
    return returned


def _move(sending: Sending, state: Sending.State, *, by: User | None, at: datetime, note: str = "") -> Sending:
    sending.state, sending.note = state, note
    sending.save()
    audit.record(actor=by, action=f"cms.sending_{state}", subject=sending, at=at)
    return sending

"""The letters that carry annual statements: asked for by somebody who has seen one, then queued one by one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from core import nudging
from core.money import from_minor
from donations import letterhead, statements
from donations.models import Statement, StatementDocument, StatementRun
from donations.statement_content import Period
from mail import outbox
from organisation import audit
from organisation.models import User


class CountChanged(Exception):
    """Meanwhile there are more or fewer letters than the button said."""


class AskedAlready(Exception):
    """The letters of this run were asked for before."""


class NotDone(Exception):
    """The run still issues: nobody can say yet how many letters there are."""


@dataclass(frozen=True)
class Post:
    """Whom a mailing reaches. ``waiting``: have an address and no PDF yet; they are counted in ``letters``."""

    letters: int
    waiting: int
    on_paper: int
    mailed: int


def post(run: StatementRun) -> Post:
    """Count the valid statements of a run's year: with an address to write to, and without."""
    unmailed = _unmailed(run)
    reachable = unmailed.filter(letterhead.has_address("donor"))
    return Post(
        letters=reachable.count(),
        waiting=reachable.filter(document=None).count(),
        on_paper=to_print(run).count(),
        mailed=_valid(run).exclude(mailed_at=None).count(),
    )


def next_letters(run: StatementRun) -> QuerySet[Statement]:
    """Return the statements that are to be mailed and have their PDF, the first one first."""
    reachable = _unmailed(run).filter(letterhead.has_address("donor"), document__isnull=False)
    return reachable.select_related("donor__merged_into").order_by("sequence")


def to_print(run: StatementRun) -> QuerySet[Statement]:
    """Return the statements of those who cannot be written to by mail: the organisation posts them."""
    return _unmailed(run).exclude(letterhead.has_address("donor")).order_by("sequence")


def _valid(run: StatementRun) -> QuerySet[Statement]:
    valid = statements.of_period(Period(run.legal_entity, run.year, run.is_test)).filter(state=Statement.State.ISSUED)
    # What a later run issued is that one's to mail.
    return valid.filter(erased_at=None, run__lte=run)


def _unmailed(run: StatementRun) -> QuerySet[Statement]:
    return _valid(run).filter(mailed_at=None)


@transaction.atomic
def ask(*, run: StatementRun, count: int, by: User, at: datetime) -> None:
    """Let the letters leave. What was issued in earlier runs of the year and was never mailed goes along.

    :param count: how many letters the button named
    :raises NotDone: while the run issues
    :raises AskedAlready: if somebody did before
    :raises CountChanged: if there are more or fewer now
    """
    locked = StatementRun.objects.select_for_update(of=("self",)).select_related("legal_entity").get(pk=run.pk)
    if locked.state != StatementRun.State.DONE:
        raise NotDone
    if locked.mailing_asked_at:
        raise AskedAlready
    if post(locked).letters != count:
        raise CountChanged
    locked.mailing_asked_at, locked.mailing_asked_by = at, by
    locked.save(update_fields=["mailing_asked_at", "mailing_asked_by"])
    audit.record(actor=by, action="donations.statements_mailed", subject=locked, reason=str(count), at=at)
    nudging.after_commit("donations.tasks.issue_statements")


def due() -> QuerySet[Statement]:
    """Return the statements whose letter was asked for and is not queued. One without a PDF waits for it."""
    asked = StatementRun.objects.filter(
        legal_entity=OuterRef("series__legal_entity"),
        year=OuterRef("series__year"),
        is_test=OuterRef("series__is_test"),
        mailing_asked_at__isnull=False,
        pk__gte=OuterRef("run"),
    )
    mailable = Statement.objects.filter(state=Statement.State.ISSUED, erased_at=None, mailed_at=None)
    return mailable.filter(Exists(asked), letterhead.has_address("donor"), document__isnull=False)


@transaction.atomic
def send(statement_id: int, *, at: datetime) -> bool:
    """Queue the letter of a statement that was asked for. One that ended meanwhile gets none.

    :returns: whether it was queued now; not, if another worker has it in hand or queued it
    """
    locked = due().filter(pk=statement_id).select_for_update(skip_locked=True, of=("self",), no_key=True)
    statement = locked.first()
    if statement is None:
        return False
    queue(statement, pdf=StatementDocument.objects.get(statement=statement).content, at=at)
    return True


@transaction.atomic
def queue(statement: Statement, *, pdf: bytes, at: datetime) -> None:
    """Queue the letter of one statement."""
    person = statement.donor.person
    letterhead.to_donor(
        person,
        key=statements.letter_key(statement),
        template="annual_statement",
        context=context(statement),
        at=at,
        language=statement.snapshot["language"],
        enclosures=[outbox.Enclosure(f"{statement.number}.pdf", "application/pdf", pdf)],
    )
    statement.mailed_at = at
    statement.save(update_fields=["mailed_at"])


def preview(statement: Statement) -> outbox.Words:
    """Return what the letter of a statement would say, without queueing it."""
    # The donor's own link stays out of it: it is for nobody else to press.
    way = {"giving_link": settings.SITE_URL + reverse("donations:own_page")}
    return outbox.write("donations/annual_statement", way | context(statement), language=statement.snapshot["language"])


def context(statement: Statement) -> dict[str, Any]:
    """Return what the letter says: only what stands on the statement it carries."""
    said = statement.snapshot
    return {
        "statement": said,
        "totals": [from_minor(*total) for total in said["totals"]],
        "many": len(said["lines"]),
        "name": said["donor"]["name"],
    }

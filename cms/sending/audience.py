"""To whom an issue goes: one rule, by which readers are counted beforehand and frozen when the sending starts."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Upper

from cms.models import Delivery, Sending, Subscriber
from cms.models.subscribers import Topic
from donations.models import Payment
from mail.models import Suppression
from organisation.models import Organisation


class AlreadyFrozen(Exception):
    """The readers of this sending are written down already. They are chosen once."""


def readers(
    *, to: Sending.To | str, topics: QuerySet[Topic] | list[Topic], language: str, at: datetime
) -> QuerySet[Subscriber]:
    """Return all who have confirmed and whom this is for, each with ``leave_out_for``: a ``Delivery.Reason`` or nothing.

    Who chose no topic gets everything. Supporters are those whose address a gift came from.

    :param language: only readers of this language; empty: all
    """
    found = Subscriber.objects.filter(state=Subscriber.State.ACTIVE)
    if language:
        found = found.filter(language=language)
    if to == Sending.To.TOPICS:
        chosen = Subscriber.topics.through.objects.filter(subscriber=OuterRef("pk"))
        found = found.filter(Exists(chosen.filter(topic__in=topics)) | ~Exists(chosen))
    if to == Sending.To.SUPPORTERS:
        gifts = Payment.objects.exclude(donor__email="").annotate(address=Upper("donor__email"))
        found = found.annotate(address=Upper("email")).filter(address__in=gifts.values("address"))
    suppressed = Exists(Suppression.objects.filter(address_index=OuterRef("address_index")))
    today = at.astimezone(ZoneInfo(Organisation.current().time_zone)).date()
    return found.annotate(
        leave_out_for=Case(
            When(suppressed, then=Value(Delivery.Reason.SUPPRESSED.value)),
            When(Q(paused_until__gt=today), then=Value(Delivery.Reason.PAUSED.value)),
            default=Value(""),
            output_field=CharField(),
        )
    )


def of(sending: Sending, *, at: datetime) -> QuerySet[Subscriber]:
    """Return the readers of a sending as they are now: see ``readers``."""
    return readers(to=sending.to, topics=sending.topics.all(), language=sending.language, at=at)


# One statement sees one moment: nobody comes or leaves between choosing, writing and counting. What was chosen is counted
# apart from what was written; the constraint on the sending refuses a difference.
_FREEZE = """
WITH candidate AS MATERIALIZED ({readers}),
written AS (
    INSERT INTO cms_delivery
        (sending_id, subscriber_id, language, domain, state, reason, due_at, settled_at, attempts, claimed_by, answer)
    SELECT %s, id, language, lower(split_part(email, '@', 2)),
        CASE leave_out_for WHEN '' THEN 'queued' ELSE 'left_out' END, leave_out_for,
        %s, CASE leave_out_for WHEN '' THEN NULL ELSE %s::timestamptz END, 0, '', ''
    FROM candidate WHERE EXISTS (SELECT 1 FROM cms_sending WHERE id = %s AND started_at IS NULL) ORDER BY id
    RETURNING reason
),
counted AS (SELECT reason, count(*) AS letters FROM written GROUP BY reason)
UPDATE cms_sending SET state = 'sending', started_at = %s,
    selected = (SELECT count(*) FROM candidate),
    chosen = coalesce((SELECT sum(letters) FROM counted WHERE reason = ''), 0),
    left_out = coalesce((SELECT sum(letters) FROM counted WHERE reason <> ''), 0),
    left_out_for = coalesce((SELECT jsonb_object_agg(reason, letters) FROM counted WHERE reason <> ''), '{{}}')
WHERE id = %s AND started_at IS NULL
"""


def freeze(sending: Sending, *, at: datetime) -> None:
    """Write one delivery for each reader, the equation with them, and let the sending begin. In the caller's transaction.

    :raises AlreadyFrozen: if that was done before
    """
    columns = ["id", "language", "email", "leave_out_for"]
    sql, params = of(sending, at=at).values(*columns).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE.format(readers=sql), [*params, sending.pk, at, at, sending.pk, at, sending.pk])
        if cursor.rowcount != 1:
            raise AlreadyFrozen
    sending.refresh_from_db()

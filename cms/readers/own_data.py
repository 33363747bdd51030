"""Everything that we hold on a reader, as one JSON document for themselves."""

from datetime import datetime
from typing import Any

from cms.models.subscribers import Subscriber
from cms.readers import letters
from mail.models import MailReport, Suppression

FORMAT = "liferaft-reader-1"
Json = dict[str, Any]


def everything(reader: Subscriber, *, at: datetime) -> Json:
    """Return what is held on a reader, in plain types. Their confirmation stands at its time, their address in full."""
    index = bytes(reader.address_index)
    deliveries = reader.deliveries.select_related("sending__issue").order_by("pk")
    return {
        "format": FORMAT,
        "made_at": _time(at),
        "email": reader.email,
        "state": reader.state,
        "language": reader.language,
        "topics": [topic.name for topic in reader.topics.order_by("pk")],
        "paused_until": reader.paused_until.isoformat() if reader.paused_until else None,
        "source": reader.source,
        "source_detail": reader.source_detail,
        "created_at": _time(reader.created_at),
        "asked_at": _time(reader.asked_at),
        "reminders": reader.reminders,
        "consented_at": _time(reader.consented_at),
        "left_at": _time(reader.left_at),
        "left_by": reader.left_by,
        "what_you_decided": [
            {"what": record.what, "how": record.how, "at": _time(record.at)} for record in reader.records.order_by("pk")
        ],
        "newsletters_to_you": [
            {
                "issue": row.sending.issue.title,
                "state": row.state,
                "language": row.language,
                "mail_domain": row.domain,
                "answer_of_the_mail_server": row.answer,
                "settled_at": _time(row.settled_at),
                "left_by_its_link_at": _time(row.unsubscribed_at),
            }
            for row in deliveries
        ],
        "other_letters_to_you": [
            {"subject": letter.subject, "queued_at": _time(letter.queued_at), "sent_at": _time(letter.sent_at)}
            for letter in letters.of(reader).order_by("pk")
        ],
        "reports_of_mail_servers": [
            {"kind": report.kind, "status": report.status, "source": report.source, "at": _time(report.at)}
            for report in MailReport.objects.filter(address_index=index).order_by("pk")
        ],
        "suppressed": [
            {"reason": row.reason, "source": row.source, "since": _time(row.since)}
            for row in Suppression.objects.filter(address_index=index)
        ],
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None

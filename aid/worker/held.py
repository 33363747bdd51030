"""All that we hold on a worker, for the worker: on a page and as a file, made from the same lines.

Left out, and said so on the page: what our people write to each other while they work on a case, and comparisons by
which nobody is paid twice. Whoever typed somebody else's Worker ID must not learn here that there is another case.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from moneyed import Money

from aid import holding, policy, retention, scanning
from aid.answers import Need
from aid.classes import DataClass
from aid.models import AidRequest, Attachment, Confirmation, Disbursement, DisbursementAttempt
from aid.statuses import ENDED, Status, public_words
from aid.worker import case_page
from core.money import format_money, from_minor
from organisation.models import Organisation

_WORK_IS_PAID_IN = "USD"
# Fields of a case and of its request by the names under which they stand in the file. "?" stands for a sealed one.
CASE: dict[str, str | Promise] = {
    "id": gettext_lazy("Number"),
    "created_at": gettext_lazy("Begun"),
    "words_noted_at": gettext_lazy("You said that you wrote the words down"),
    "language": gettext_lazy("Language"),
    "kind": gettext_lazy("What happened"),
    "happened_on": gettext_lazy("When"),
    "written": gettext_lazy("Have you written to the platform about it?"),
    "notice_sealed": gettext_lazy("What the notice said"),
    "requester_sealed": gettext_lazy("Who rejected the work"),
    "hits_rejected": gettext_lazy("Pieces of work rejected"),
    "lost_minor": gettext_lazy("Pay lost"),
    "rating_before": gettext_lazy("Approval rate before, in percent"),
    "rating_after": gettext_lazy("Approval rate after, in percent"),
    "country": gettext_lazy("Where do you live?"),
    "tenure": gettext_lazy("How long have you worked there?"),
    "worker_id_sealed": gettext_lazy("Worker ID"),
    "email_sealed": gettext_lazy("E-mail address"),
    "acknowledged_at": gettext_lazy("We told you that we have it"),
    "came_in_surge": gettext_lazy("Came while many were hit at once"),
}
REQUEST: dict[str, str | Promise] = {
    "status": gettext_lazy("How things stand"),
    "submitted_at": gettext_lazy("Sent"),
    "due_on": gettext_lazy("Our answer by"),
    "answer_by": gettext_lazy("Your answer by"),
    "wants_money": gettext_lazy("Asks for money"),
    "needs": gettext_lazy("What is it for?"),
    "amount_minor": gettext_lazy("Amount asked for"),
    "story_sealed": gettext_lazy("In your own words"),
    "pay_method": gettext_lazy("Way of payment"),
    "pay_to_sealed": gettext_lazy("Where the money should go"),
}
# Keyed hashes of the above, by which equal values find each other without being read, and numbers that point at rows.
NOT_LISTED = {
    "case": {"person", "words_fingerprint", "erased_at", "requester_index", "worker_id_index", "email_index"},
    "request": {
        *("id", "case", "fund", "policy", "version", "revision", "round", "currency", "taken_by"),
        *("story_index", "pay_to_index"),
    },
}


@dataclass(frozen=True)
class Line:
    """One thing that we hold: its name in the file, its name on the page, and what it is."""

    key: str
    label: str
    value: Any

    @property
    def shown(self) -> str:
        return _in_words(self.value)

    @property
    def in_file(self) -> Any:
        if isinstance(self.value, Money):
            return {"amount": str(self.value.amount), "currency": self.value.currency.code}
        if isinstance(self.value, date):
            return self.value.isoformat()
        return self.value if isinstance(self.value, bool | int | None) else str(self.value)


@dataclass(frozen=True)
class Part:
    """Things of one kind: each row is a list of lines."""

    key: str
    title: str
    rows: list[list[Line]]


def everything(found: AidRequest) -> list[Part]:
    """Return all that we hold, by kind; kinds of which there is nothing are left out."""
    parts = [
        Part("answers", _("What you told us"), [_of(found.case, CASE) + _of(found, REQUEST)]),
        Part("steps", _("What has happened"), list(_steps(found))),
        Part("messages", _("Messages"), list(_messages(found))),
        Part("files", _("Files you added"), list(_files(found))),
        Part("payments", _("Payments"), list(_payments(found))),
        Part("appeal", _("Your appeal"), list(_appeal(found))),
        Part("complaints", _("Your complaints"), list(_complaints(found))),
        Part("account", _("What became of your account"), list(_account(found))),
        Part("openings", _("Who opened your details"), list(_openings(found))),
        Part("rules", _("The rules that apply to your request"), [_rules(found)]),
        Part("keeping", _("How long we keep it"), list(_keeping(found))),
    ]
    return [part for part in parts if part.rows]


def as_file(found: AidRequest) -> dict[str, Any]:
    """Return the same for a program."""
    return {part.key: [{line.key: line.in_file for line in row} for row in part.rows] for part in everything(found)}


def _of(row: models.Model, labels: dict[str, str | Promise]) -> list[Line]:
    return [Line(name.removesuffix("_sealed"), str(label), _held(row, name)) for name, label in labels.items()]


def _held(row: Any, name: str) -> Any:
    if name.endswith("_sealed"):
        return holding.get(row, name.removesuffix("_sealed"))
    if name == "status":
        return public_words(row.status)
    if name == "needs":
        return ", ".join(str(Need(need).label) for need in row.needs)
    if name == "lost_minor":
        return None if row.lost_minor is None else from_minor(row.lost_minor, _WORK_IS_PAID_IN)
    if name == "amount_minor":
        return row.amount
    get_words = getattr(row, f"get_{name}_display", None)
    return get_words() if get_words else getattr(row, name)


def _steps(found: AidRequest) -> Iterator[list[Line]]:
    for step in case_page.timeline(found):
        yield [Line("at", _("When"), step["at"]), Line("step", _("Step"), step["words"])]


def _messages(found: AidRequest) -> Iterator[list[Line]]:
    for message in found.case.messages.order_by("at", "pk"):
        yield [
            Line("at", _("When"), message.at),
            Line("from", _("From"), message.get_sender_display()),
            Line("text", _("Text"), holding.get(message, "body")),
            Line("seen_at", _("First seen"), message.seen_at),
        ]


def _files(found: AidRequest) -> Iterator[list[Line]]:
    for file in found.case.attachments.order_by("at", "pk"):
        yield [
            Line("at", _("When"), file.at),
            Line("name", _("Name"), holding.get(file, "name")),
            Line("kind", _("Kind"), file.get_kind_display()),
            Line("bytes", _("Size in bytes"), file.size),
            Line("state", _("Checked"), _checked(file)),
            Line("erased_at", _("Erased"), file.gone_at),
        ]


def _checked(file: Attachment) -> str:
    if file.state == Attachment.State.WAITING and not scanning.is_set_up():
        return _("not checked by a virus scanner")
    return str(file.get_state_display())


def _payments(found: AidRequest) -> Iterator[list[Line]]:
    for set_aside in Disbursement.objects.filter(request=found).order_by("made_at"):
        yield [
            Line("set_aside_at", _("Set aside for you"), set_aside.made_at),
            Line("amount", _("Amount"), set_aside.amount),
            Line("ended_at", _("Not any more since"), set_aside.ended_at),
        ]
    tries = DisbursementAttempt.objects.filter(disbursement__request=found).select_related("disbursement")
    for sent in tries.order_by("recorded_at"):
        yield [
            Line("sent_on", _("Sent"), sent.sent_on),
            Line("amount", _("Amount"), sent.disbursement.amount),
            Line("method", _("Way of payment"), sent.get_method_display()),
            Line("reference", _("The provider's number"), holding.get(sent, "provider_reference")),
            Line("came_back_at", _("Came back"), sent.failed_at),
            Line("why_it_came_back", _("Why it came back"), sent.get_fail_reason_display()),
            *_tax_record(sent),
            *_confirmations(sent),
        ]


def _tax_record(sent: DisbursementAttempt) -> list[Line]:
    record = getattr(sent, "tax_record", None)
    if record is None:
        return []
    purpose = ", ".join(str(Need(need).label) for need in record.purpose)
    return [
        Line("paid_to", _("Kept for the tax office: paid to"), holding.get(record, "payee")),
        Line("paid_for", _("Kept for the tax office: paid for"), purpose),
    ]


def _confirmations(sent: DisbursementAttempt) -> list[Line]:
    said: list[Confirmation] = list(sent.confirmations.order_by("pk"))
    return [Line(f"you_said_{one.answer}_at", _("You said: %s") % one.get_answer_display(), one.at) for one in said]


def _appeal(found: AidRequest) -> Iterator[list[Line]]:
    appeal = getattr(found, "appeal", None)
    if appeal:
        yield [Line("at", _("When"), appeal.at), Line("text", _("Text"), holding.get(appeal, "ground"))]


def _complaints(found: AidRequest) -> Iterator[list[Line]]:
    for complaint in found.case.complaints.order_by("at", "pk"):
        yield [
            Line("at", _("When"), complaint.at),
            Line("about", _("About"), complaint.get_about_display()),
            Line("text", _("Text"), holding.get(complaint, "body")),
            Line("answer", _("The steward's answer"), holding.get(complaint, "answer")),
            Line("answered_at", _("Answered"), complaint.closed_at),
        ]


def _account(found: AidRequest) -> Iterator[list[Line]]:
    for told in found.case.reinstatements.order_by("pk"):
        yield [
            Line("at", _("When"), told.at),
            Line("account", _("What you told us"), told.get_outcome_display()),
            Line("since", _("Since when?"), told.on),
        ]


def _openings(found: AidRequest) -> Iterator[list[Line]]:
    for reveal in found.case.reveals.order_by("at", "pk"):
        yield [
            Line("at", _("When"), reveal.at),
            Line("what", _("What"), reveal.get_detail_display()),
            Line("why", _("Why"), reveal.get_reason_display()),
        ]


def _rules(found: AidRequest) -> list[Line]:
    """The version frozen in the request, or the one that would be: which of the two it is tells how far we are."""
    rules = found.policy or policy.in_force(found.fund)
    return [
        Line("fund", _("Fund"), found.fund.name),
        Line("most_for_one_request", _("At most for one request"), rules.money(rules.max_per_request_minor)),
        Line("most_for_one_person", _("At most for one person"), rules.money(rules.cap_minor)),
        Line("within_days", _("within so many days"), rules.cap_days),
        Line("answer_within_days", _("Our answer within so many days"), rules.answer_days),
        Line("question_open_for_days", _("A question of ours waits so many days"), rules.info_days),
    ]


def _keeping(found: AidRequest) -> Iterator[list[Line]]:
    since = _counted_from(found)
    for data_class in DataClass:
        days = retention.days(data_class)
        begins = since.get(data_class)
        yield [
            Line("what", _("What"), data_class.label),
            Line("days", _("Days"), days),
            Line("until", _("Until"), _here(begins + timedelta(days=days)).date() if begins else None),
        ]


def _counted_from(found: AidRequest) -> dict[DataClass, datetime | None]:
    """Return from when the days of each class count, where that is known yet."""
    last_step = found.events.order_by("version").last()
    is_over = found.status in ENDED and found.status != Status.JOINED
    ended_at = last_step.at if last_step and is_over else None
    tries = DisbursementAttempt.objects.filter(disbursement__request=found)
    reveals = found.case.reveals
    return {
        DataClass.DRAFT: found.case.created_at if found.status == Status.DRAFT else None,
        DataClass.ATTACHMENT: ended_at,
        DataClass.IDENTITY: ended_at,
        DataClass.STORY: ended_at,
        DataClass.TAX: tries.aggregate(last=models.Max("recorded_at"))["last"],
        DataClass.ACCESS: reveals.aggregate(last=models.Max("at"))["last"],
    }


def _here(moment: datetime) -> datetime:
    """Return it as the clocks of the organisation show it, like the worker's page does."""
    return moment.astimezone(ZoneInfo(Organisation.current().time_zone))


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Money):
        return format_money(value, get_language() or "en")
    if isinstance(value, datetime):
        return date_format(_here(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value)
    return str(value) if isinstance(value, int | Decimal) else value or ""

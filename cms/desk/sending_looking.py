"""Looking before it leaves: previews, the letter of one reader, a test letter, and the list of what was found."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cms.desk import sending_situation
from cms.desk.sending import ISSUES
from cms.desk.sending_forms import ReaderForm, TrialForm
from cms.desk.sending_situation import Situation
from cms.models import Delivery, Sending, Subscriber
from cms.models.subscribers import address_index
from cms.readers import leave_links
from cms.sending import audience, trying
from cms.sending.preflight import checking
from core import clock
from organisation import audit, screen
from organisation.permissions import Permission
from organisation.staff import member, needs

# So much of a reader's link is shown. It is a part, and opens nothing.
_SHOWN = 12


@needs(Permission.SEND_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What is fine, what to look at and what stops it; the button asks the pages behind the links and name servers."""
    found, at = sending_situation.find(pk), clock.now()
    if request.method == "POST":
        checking.check(found.letter, found.revision, whole=True, at=at)
        return redirect("cms_sending_check", pk=pk)
    checked = checking.last(found.revision) if found.revision else None
    checked = checked or checking.check(found.letter, found.revision, whole=False, at=at)
    reach = None if found.has_begun else sending_situation.reach_of(found.sending, at=at)
    context = {"issue": found.issue, "situation": found, "checked": checked, "reach": reach}
    return _show(request, "cms/desk/letters_check.html", _("Before sending “%(issue)s”"), found, context)


@needs(Permission.SEND_LETTERS)
@require_safe
def look(request: HttpRequest, pk: int, mode: str) -> HttpResponse:
    """The page, the letter or its text, as Wagtail previews it: what was agreed to, or else what was saved last."""
    found = sending_situation.find(pk)
    modes = {name or "web": name for name, _label in found.issue.preview_modes}
    if mode not in modes:
        raise Http404
    response: HttpResponse = found.letter.make_preview_request(request, modes[mode])
    return response


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def as_reader(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter that one reader would get, in their language. Their links are shown in part and do not work."""
    found = sending_situation.find(pk)
    form = ReaderForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "issue": found.issue}
    if form.is_valid():
        index = address_index(form.cleaned_data["address"])
        reader = Subscriber.objects.filter(address_index=index).first()
        if reader is None:
            form.add_error("address", _("No reader has this address."))
        else:
            context |= {"reader": reader, "letter": _letter_of(found, reader), "why_not": _why_not(found, reader)}
            audit.record(actor=member(request), action="cms.letter_seen_as_reader", subject=reader, at=clock.now())
    return _show(request, "cms/desk/letters_as_reader.html", _("“%(issue)s” as a reader gets it"), found, context)


def _letter_of(found: Situation, reader: Subscriber) -> Any:
    token = f"{leave_links.token(reader.key)[:_SHOWN]}…"
    return trying.letter(found.letter, language=reader.language, token=token)


def _why_not(found: Situation, reader: Subscriber) -> str:
    """Say why this reader would not get it; nothing, if they would."""
    if found.sending and found.has_begun:
        row = Delivery.objects.filter(sending=found.sending, subscriber=reader).first()
        return str(row.get_reason_display()) if row and row.reason else "" if row else _("was not selected")
    at = clock.now()
    sending = found.sending or Sending(issue=found.issue)
    topics = list(sending.topics.all()) if sending.pk else []
    rows: Any = audience.readers(to=sending.to, topics=topics, language=sending.language, at=at).filter(pk=reader.pk)
    reasons = [row["leave_out_for"] for row in rows.values("leave_out_for")]
    if not reasons:
        return _("is not among those whom it is for")
    return str(Delivery.Reason(reasons[0]).label) if reasons[0] else ""


@needs(Permission.SEND_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the letter to a few addresses, marked as a test."""
    found = sending_situation.find(pk)
    initial = {"addresses": member(request).email, "language": "en"}
    form = TrialForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        given, by = form.cleaned_data, member(request)
        try:
            many = trying.send(
                issue=found.letter, to=given["addresses"], language=given["language"], by=by, at=clock.now()
            )
        except trying.TooOften:
            form.add_error("addresses", _("You have sent ten tests within the hour. Please wait until the next."))
        else:
            words = ngettext("%(many)s test letter is on its way.", "%(many)s test letters are on their way.", many)
            messages.success(request, words % {"many": many})
            return redirect("cms_sending", pk=pk)
    context = {"form": form, "issue": found.issue}
    return _show(request, "cms/desk/letters_test.html", _("Test letter of “%(issue)s”"), found, context)


def _show(request: HttpRequest, template: str, title: str, found: Situation, context: dict[str, Any]) -> HttpResponse:
    title = title % {"issue": found.issue.draft_title}
    return screen.show(request, template, title=title, context=context, above=[ISSUES])

"""The files of a case at the desk: listed on its page, each opened on a page of its own, for a reason, as a download."""

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from aid import access, attaching, downloads, scanning, transitions
from aid.models import AidRequest, Attachment
from aid.reasons import OpenReason
from core.clock import now
from organisation import screen
from organisation.models import User
from organisation.permissions import Permission
from organisation.staff import member, needs

# The others are about money and about reaching somebody: nobody opens a file for that.
_REASONS = (OpenReason.TO_DECIDE, OpenReason.IDENTITY, OpenReason.COMPLAINT)


class OpenFileForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The worker reads it."),
        choices=[(reason.value, reason.label) for reason in _REASONS],
    )


def context(found: AidRequest, user: User, *, known: list[Attachment] | None = None) -> dict[str, Any]:
    """Return what ``aid/desk/attachments.html`` shows of a case's files to this person; nothing to whom they are closed.

    :param known: the files in order, where they were fetched with the case
    """
    if not attaching.may_be_opened_by(user):
        return {"attachments": []}
    rows = Attachment.objects.filter(case=found.case_id).order_by("at", "pk") if known is None else known
    return {"attachments": [_told(row, number) for number, row in enumerate(rows, start=1)]}


@needs(Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS, Permission.OVERSEE_CASES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, pk: uuid.UUID, file_id: uuid.UUID) -> HttpResponse:
    """Ask for the reason, write it down, and give the file out."""
    found = get_object_or_404(access.visible_to(member(request)), pk=pk)
    told = next((row for row in context(found, member(request))["attachments"] if row["file"].pk == file_id), None)
    if told is None:
        raise Http404
    form = OpenFileForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, found, told, form=form, status=422 if form.errors else 200)
    try:
        attachment, content = attaching.open_for_staff(
            request_id=pk,
            attachment_id=file_id,
            by=member(request),
            reason=OpenReason(form.cleaned_data["reason"]),
            at=now(),
        )
    except (transitions.NotAllowed, transitions.InConflict) as refused:
        raise Http404 from refused
    except attaching.NotScanned:
        return _page(request, found, told | {"may_open": False}, form=form, status=409)
    except attaching.Gone:
        return _page(request, found, told | {"is_there": False}, form=form, status=410)
    return downloads.of(attachment, content)


def _told(row: Attachment, number: int) -> dict[str, Any]:
    is_pdf = row.kind == Attachment.FileKind.PDF
    return {
        "file": row,
        "number": number,
        "is_there": row.gone_at is None,
        "is_refused": row.state == Attachment.State.REFUSED,
        "may_open": row.gone_at is None and attaching.may_leave(row),
        "is_unchecked": is_pdf and row.state == Attachment.State.WAITING and not scanning.is_set_up(),
    }


def _page(
    request: HttpRequest, found: AidRequest, told: dict[str, Any], *, form: forms.Form, status: int
) -> HttpResponse:
    return screen.show(
        request,
        "aid/desk/attachment.html",
        title=_("File %(number)s of case %(name)s") % {"number": told["number"], "name": found.case.short},
        context={"request_shown": found, "row": told, "form": form},
        above=[("aid_cases", _("Cases"))],
        status=status,
    )

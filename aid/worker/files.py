"""The worker's files: a photo of the notice and the like, from the application on. No script, one file at a time."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from aid import access, attaching, downloads, file_store, file_types, holding, transitions
from aid.file_types import Why
from aid.models import AidRequest, Attachment
from aid.statuses import Status
from aid.worker import own_case, uploads, visiting
from aid.worker.visiting import Visit
from core import throttle
from core.clock import now

_HOUR = 60 * 60
_ONE_NETWORKS_SHARE = 5
_NOT_TAKEN: dict[Why, Promise] = {
    Why.EMPTY: _("This file is empty. Please choose it again, or take the photo again."),
    Why.OTHER_KIND: _(
        "We cannot take this kind of file. You can send a photo or a screenshot (JPEG, PNG, WebP or HEIC), or a PDF."
    ),
    Why.DAMAGED: _("This picture is damaged or not whole. Please take it again, or send a screenshot of it."),
    Why.DAMAGED_PDF: _("This PDF is damaged or not whole. Please save it again, or send a photo of the page."),
    Why.TOO_MANY_PIXELS: _("This picture is too large to be opened. Please send a smaller one, or a screenshot of it."),
}
_TOO_LARGE = _("This file is too large. It may have at most %(most)s megabytes. A screenshot of it is smaller.")
_BUSY = _("Many people send files at the moment. Your file was not saved. Please try again in a few minutes.")
_FULL = _("You have sent as many files as we can take. Write to us if you need to send more.")


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("Photo, screenshot or PDF"),
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf"}
        ),
        error_messages={"required": _("Please choose a file first."), "invalid": _("Please choose a file first.")},
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["file"].help_text = _("JPEG, PNG, WebP, HEIC or PDF, at most %(most)s megabytes.") % {
            "most": settings.ATTACHMENT_MEGABYTES
        }

    def clean_file(self) -> UploadedFile[bytes]:
        sent: UploadedFile[bytes] = self.cleaned_data["file"]
        if (sent.size or 0) > uploads.most_bytes():
            raise forms.ValidationError(too_large())
        return sent


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest) -> HttpResponse:
    """What the worker sent, and a form to add one more."""
    is_too_long = uploads.is_too_long(request)
    visit, found = _visited(request)
    if not visit or not found:
        return (
            HttpResponse("too big\n", status=413, content_type="text/plain") if is_too_long else own_case.ended(request)
        )
    if is_too_long:
        uploads.throw_away(request)
        response = _page(request, found, FileForm(), said=too_large(), status=413)
    else:
        response = _sent(request, found) if request.method == "POST" else _page(request, found, FileForm())
    visiting.go_on(response, visit)
    return response


files.refuses_long_posts = True  # type: ignore[attr-defined]  # organisation.posts asks for it


@visiting.private
@require_safe
def file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Give the worker back what they sent, as we keep it."""
    visit, found = _visited(request)
    if not visit or not found:
        return own_case.ended(request)
    try:
        attachment, content = attaching.read_own(request_id=found.pk, attachment_id=pk)
    except attaching.Gone:
        return render(request, "aid/file_gone.html", status=404)
    response = downloads.of(attachment, content)
    visiting.go_on(response, visit)
    return response


@visiting.private
@own_case.by_post
def remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a file back before the request is sent."""
    visit, found = _visited(request)
    if not visit or not found:
        return own_case.ended(request)
    form = forms.Form(request.POST)
    response: HttpResponse = redirect("aid:files")
    try:
        if form.is_valid() and own_case.is_ours(request, found, form):
            attaching.remove(request_id=found.pk, attachment_id=pk)
    except transitions.NotNow:
        said = _("The request was sent meanwhile, and the file with it. You can have both erased on your page.")
        response = _page(request, found, FileForm(), said=str(said), status=409)
    visiting.go_on(response, visit)
    return response


def too_large() -> str:
    return str(_TOO_LARGE) % {"most": settings.ATTACHMENT_MEGABYTES}


def _visited(request: HttpRequest) -> tuple[Visit | None, AidRequest | None]:
    visit = visiting.current(request)
    found = access.of_visit(visit.request_id) if visit else None
    return visit, found if found and not found.case.erased_at else None


def _sent(request: HttpRequest, found: AidRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid() or not own_case.is_ours(request, found, form):
        return _page(request, found, form, status=422)
    if not _is_within_limits(request):
        return _page(request, found, form, said=str(_BUSY), status=429)
    said = _added(found, form.cleaned_data["file"])
    return _page(request, found, form, said=said, status=422) if said else redirect("aid:files")


def _is_within_limits(request: HttpRequest) -> bool:
    """Count a try, of this network and of everybody. What is refused afterwards has cost us work as well."""
    most = settings.ATTACHMENTS_PER_HOUR
    block = throttle.address_block(request.META["REMOTE_ADDR"])
    of_network = throttle.allow("aid.files", block, limit=most // _ONE_NETWORKS_SHARE, seconds=_HOUR)
    return of_network and throttle.allow("aid.files", "", limit=most, seconds=_HOUR)


def _added(found: AidRequest, sent: UploadedFile[bytes]) -> str:
    """Add the file; return what is to be said if it was not taken."""
    try:
        attaching.add(request_id=found.pk, name=sent.name or "", content=sent.read(), at=now())
    except file_types.NotTaken as refused:
        return str(_NOT_TAKEN[refused.why])
    except (file_types.PressBusy, file_store.DiskFull):
        return str(_BUSY)
    except attaching.TooMany:
        return str(_FULL)
    except transitions.NotNow:
        return str(_("Your request is closed and takes no more files."))
    return ""


def _page(
    request: HttpRequest, found: AidRequest, form: FileForm, *, said: str = "", status: int = 200
) -> HttpResponse:
    context = part(found) | {
        "form": form,
        "said": said,
        "is_draft": found.status == Status.DRAFT,
        "purpose": own_case.purpose(found),
    }
    return render(request, "aid/files.html", context, status=status)


def part(found: AidRequest) -> dict[str, Any]:
    """Return what ``aid/files_part.html`` shows of the worker's files, and how many more there may be."""
    rows = Attachment.objects.filter(case=found.case_id).order_by("at", "pk")
    return {
        "files": [{"file": row, "name": holding.get(row, "name"), "is_there": row.gone_at is None} for row in rows],
        "room": attaching.room(found.case_id) if attaching.takes_files(found) else 0,
    }

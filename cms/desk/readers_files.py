"""The desk's screen for a list from another program: looked at first, then taken in, all of it or nothing."""

import io
import uuid
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cms.desk import readers
from cms.desk.readers_forms import FileForm, VouchForm
from cms.readers.files import kept, taking_in
from cms.readers.files.dates import Order
from cms.readers.files.shapes import Refusal
from cms.readers.files.tables import Unreadable
from cms.readers.files.taking_in import Asked, Taken
from core import clock
from organisation import exports, screen
from organisation.permissions import Permission
from organisation.staff import member, needs

# So many refused rows stand on the screen; all of them are in the file beside it.
_MOST_SHOWN = 100
_MOST_NAMES = 20


@dataclass
class Refused:
    """The rows that are refused, as a person puts the file right by."""

    rows: list[tuple[int, str, Refusal]] = field(default_factory=list)
    most: int = _MOST_SHOWN

    def tell(self, number: int, address: str, why: Refusal) -> None:
        if len(self.rows) < self.most:
            self.rows.append((number, address, why))


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """Look at a list: what would become of its rows. Nothing is written."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        refused = Refused()
        try:
            taken = _go_through(request, sent.read(), sent.name or "", form, refused=refused)
        except Unreadable as error:
            form.add_error("file", str(error))
        else:
            sent.seek(0)
            key = kept.keep(sent.read(), name=sent.name or "", by=member(request))
            return _show_what_would_be(request, form, key, sent.name or "", taken, refused)
    context = {"form": form}
    title = _("Take in a list of readers")
    return screen.show(request, "cms/desk/readers_file.html", title=title, context=context, above=[readers.READERS])


def _show_what_would_be(
    request: HttpRequest, form: VouchForm, key: uuid.UUID, name: str, taken: Taken, refused: Refused
) -> HttpResponse:
    context = {
        "form": form,
        "key": key,
        "name": name,
        "taken": taken,
        "reasons": [(why.label, count) for why, count in taken.refused.most_common()],
        "rows": refused.rows,
        "no_topics": taken.no_topics.most_common(_MOST_NAMES),
    }
    title = _("What would be taken in")
    return screen.show(request, "cms/desk/readers_checked.html", title=title, context=context, above=[readers.READERS])


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_POST
def take(request: HttpRequest, reference: uuid.UUID) -> HttpResponseBase:
    """Take in the list that was looked at; or hand out its refused rows."""
    found = kept.read(reference, by=member(request))
    form = VouchForm(request.POST)
    if found is None or not form.is_valid():
        messages.error(request, _("The file is not here any more. Please choose it again: nothing was written."))
        return redirect("cms_readers_file")
    name, content = found
    if "refused" in request.POST:
        return _refused_rows(request, content, name, form)
    taken = _go_through(request, content, name, form, is_dry=False)
    kept.remove(reference)
    told = {"joined": taken.joined, "left": taken.left, "refused": taken.refusals}
    messages.success(request, _("Taken in: %(joined)s joined, %(left)s left, %(refused)s rows were refused.") % told)
    return redirect("cms_readers")


def _refused_rows(request: HttpRequest, content: bytes, name: str, form: VouchForm) -> HttpResponseBase:
    refused = Refused(most=len(content))
    _go_through(request, content, name, form, refused=refused)
    rows: list[list[exports.Cell]] = [[number, address, str(why.label)] for number, address, why in refused.rows]
    table = exports.Table(_("Refused rows"), [_("Row"), _("E-mail address"), _("Why")], rows)
    return exports.download(
        table=table, form=exports.Form.CSV, by=member(request), action="cms.refused_rows_exported", at=clock.now()
    )


def _go_through(
    request: HttpRequest,
    content: bytes,
    name: str,
    form: VouchForm,
    *,
    refused: Refused | None = None,
    is_dry: bool = True,
) -> Taken:
    asked = Asked(
        file=io.BytesIO(content),
        file_name=name,
        source=form.cleaned_data["source"],
        order=Order(form.cleaned_data["order"]),
        is_dry=is_dry,
    )
    return taking_in.take_in(asked, by=member(request), at=clock.now(), tell=(refused or Refused()).tell)

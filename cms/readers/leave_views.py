"""The way out. A mail program leaves by one POST (RFC 8058), a person by a page that offers a pause as well.

The page's button does not press itself, not even for an old letter: letters are kept, forwarded and scanned for years,
and the link in each is good for ever, so its age says nothing about who looks. One press is little to ask of who wants
to go, and the button of the mail program asks for none here.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cms.models.subscribers import Subscriber
from cms.readers import answers, leave_links, leaving, letter_links
from cms.readers.leave_links import LeaveLink
from core import clock
from core.links import LinkRefused

# A slip is noticed soon. Later a forwarded copy must not bring anybody back who meant it.
_TAKEN_BACK_HERE = timedelta(days=1)
PAUSES = (1, 3)  # months


@answers.quiet
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a letter: it leaves, pauses, and takes both back; its GET changes nothing."""
    try:
        link = leave_links.read(token)
    except LinkRefused:
        return answers.page(request, "unsubscribe_unknown", {}, status=404)
    reader = Subscriber.objects.filter(key=link.key).first()
    at = clock.now()
    if request.POST.get("List-Unsubscribe") == "One-Click":
        if reader is not None:
            leaving.leave(reader, how=Subscriber.Left.ONE_CLICK, delivery=link.delivery, at=at)
        return HttpResponse(_("You get no more letters from us.") + "\n", content_type="text/plain; charset=utf-8")
    if reader is None:
        return answers.page(request, "unsubscribe_erased", {})
    if request.method == "POST":
        _do(request.POST.get("do", ""), reader, link, at=at)
    return _page(request, reader, at=at)


def _do(what: str, reader: Subscriber, link: LeaveLink, *, at: datetime) -> None:
    try:
        if what == "leave":
            leaving.leave_by_page(reader, delivery=link.delivery, at=at)
        elif what in {f"pause-{months}" for months in PAUSES}:
            until = leaving.in_months(int(what.removeprefix("pause-")), at=at)
            leaving.pause(reader, until=until, how="letter", at=at)
        elif what == "go_on":
            leaving.go_on(reader, how="letter", at=at)
        elif what == "back" and _may_take_back(reader, at=at):
            leaving.come_back(reader, how="letter", at=at)
    except (leaving.NotSubscribed, leaving.CannotComeBack):
        return  # The page was open while something else happened; it shows how things are now.


def _may_take_back(reader: Subscriber, *, at: datetime) -> bool:
    return reader.left_at is not None and at - reader.left_at <= _TAKEN_BACK_HERE and leaving.may_come_back(reader)


def _page(request: HttpRequest, reader: Subscriber, *, at: datetime) -> HttpResponse:
    """Say how things are. Whose letter it is stays unsaid: it may be a forwarded one."""
    today = leaving.in_months(0, at=at)
    context = {
        "has_left": reader.state != Subscriber.State.ACTIVE,
        "left_at": reader.left_at,
        "paused_until": reader.paused_until if reader.paused_until and reader.paused_until > today else None,
        "may_take_back": _may_take_back(reader, at=at),
        "done": request.POST.get("do", ""),
    }
    return answers.page(request, "unsubscribe", context)


@answers.quiet
@require_http_methods(["GET", "HEAD", "POST"])
def come_back(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the letter that tells of leaving or of a pause: its button takes it back."""
    try:
        key = letter_links.who_comes_back(token)
    except LinkRefused:
        return answers.page(request, "back", {"is_gone": True}, status=404)
    reader = Subscriber.objects.filter(key=key).first()
    if reader is None:
        return answers.page(request, "back", {"is_gone": True}, status=410)
    if request.method != "POST":
        return answers.page(request, "back", {})
    at = clock.now()
    try:
        leaving.come_back(reader, how="letter", at=at)
        leaving.go_on(reader, how="letter", at=at)
    except (leaving.CannotComeBack, leaving.NotSubscribed):
        return answers.page(request, "back", {"is_gone": True}, status=410)
    return answers.page(request, "back", {"is_done": True})

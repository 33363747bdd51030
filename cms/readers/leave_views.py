"""The way out. A mail program leaves by one POST (RFC 8058), a person by a page that offers a pause as well.

The page's button does not press itself, not even for an old letter: letters are kept, forwarded and scanned for years,
and the link in each is good for ever, so its age says nothing about who looks. One press is little to ask of who wants
to go, and the button of the mail program asks for none here.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cms.models.subscribers import Subscriber
from cms.readers import answers, leave_links, leaving, letter_links
from cms.readers.leave_links import LeaveLink
from core import clock
from core.links import LinkRefused

PAUSES = (1, 3)  # months


@answers.quiet
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a letter: it leaves, pauses, and takes both back; its GET changes nothing.

    Mail programs that know no RFC 8058 open the head's address as a page, so the page is there for both links.
    """
    try:
        link = leave_links.read(token)
    except LinkRefused:
        return answers.page(request, "unsubscribe_unknown", {}, status=404)
    reader = Subscriber.objects.filter(key=link.key).first()
    at = clock.now()
    if request.POST.get("List-Unsubscribe") == "One-Click":
        if reader is not None and link.is_of_head:
            leaving.leave(reader, how=Subscriber.Left.ONE_CLICK, delivery=link.delivery, at=at)
        elif reader is not None:
            # No mail program does this: somebody with a copy may, and whoever wants to leave is never sent away.
            leaving.leave_by_page(reader, delivery=link.delivery, at=at)
        return HttpResponse(_("You get no more letters from us.") + "\n", content_type="text/plain; charset=utf-8")
    if reader is not None and request.method == "POST":
        _do(request.POST.get("do", ""), reader, link, at=at)
    return _page(request, reader, at=at)


def _do(what: str, reader: Subscriber, link: LeaveLink, *, at: datetime) -> None:
    try:
        if what == "leave":
            leaving.leave_by_page(reader, delivery=link.delivery, at=at)
        elif what in {f"pause-{months}" for months in PAUSES}:
            until = leaving.in_months(int(what.removeprefix("pause-")), at=at)
            leaving.pause(reader, until=until, how=leaving.BY_LETTER, at=at)
        elif what == "go_on":
            leaving.go_on(reader, how=leaving.BY_LETTER, at=at)
        elif what == "back":
            leaving.come_back(reader, how=leaving.BY_LETTER, at=at)
    except (leaving.NotSubscribed, leaving.CannotComeBack):
        return  # The page was open while something else happened; it shows how things are now.


def _page(request: HttpRequest, reader: Subscriber | None, *, at: datetime) -> HttpResponse:
    """Say what was just done by this link. All else of its reader stays unsaid: it may be a forwarded copy's holder."""
    done = request.POST.get("do", "")
    may_take_back = reader is not None and leaving.may_come_back(reader, how=leaving.BY_LETTER, at=at)
    may_go_on = reader is not None and leaving.may_go_on(reader, how=leaving.BY_LETTER, at=at)
    is_reader = reader is not None and reader.state == Subscriber.State.ACTIVE
    rests = is_reader and reader is not None and leaving.is_paused(reader, at=at)
    context = {
        "has_left": may_take_back or (request.method == "POST" and not is_reader),
        "may_take_back": may_take_back,
        "is_paused": may_go_on or (rests and done.startswith("pause-")),
        "paused_until": reader.paused_until if reader is not None and may_go_on else None,
        "done": done if is_reader else "",
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
    try:
        leaving.undo(reader, at=clock.now())
    except leaving.CannotComeBack:
        return answers.page(request, "back", {"is_gone": True}, status=410)
    return answers.page(request, "back", {"is_done": True})

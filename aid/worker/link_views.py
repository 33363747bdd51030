"""Links by mail: asking for one gets the same answer for every address; opening one takes a click, which uses it up."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from aid import linking
from aid.worker import visiting
from aid.worker.case_forms import LinkForm
from aid.worker.case_views import let_in
from aid.worker.forms import CaseWordsForm
from core import clock, throttle

PURPOSE = "aid.link"
_HOUR = 60 * 60
_OF_A_NETWORK = 20
_OF_ONE_ASKING = 3
# More than one network may ask for an address: a stranger who does must not shut its owner out.
_OF_AN_ADDRESS = 12


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a letter with a link. Nobody learns here whether an address is known."""
    if request.method != "POST":
        return redirect("aid:case")
    form = LinkForm(request.POST)
    if not form.is_valid() or not visiting.is_ours(request, PURPOSE, form):
        return _enter(request, form)
    block = throttle.address_block(request.META["REMOTE_ADDR"])
    if not throttle.allow("aid.link", block, limit=_OF_A_NETWORK, seconds=_HOUR):
        return render(request, "aid/busy.html", status=429)
    email = form.cleaned_data["email"]
    if _is_within(block, email.casefold()):
        linking.ask(email=email, language=get_language() or "en", at=clock.now())
    return render(request, "aid/link_sent.html", {"minutes": _minutes(), "most": _OF_ONE_ASKING})


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, key: str) -> HttpResponse:
    """A GET shows one button and changes nothing, for programs that look at links in mail. The POST opens the page."""
    form = forms.Form(request.POST or None)
    if request.method == "POST" and form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        try:
            return let_in(linking.use(key, wall=timezone.now()))
        except linking.LinkIsSpent:
            return _spent(request)
    if not linking.is_open(key, wall=timezone.now()):
        return _spent(request)
    return render(request, "aid/link_open.html", {"form": form})


def _is_within(block: str, address: str) -> bool:
    # The narrow budget comes first: what it stops does not use up the address's own.
    return throttle.allow(
        "aid.link.asking", f"{block} {address}", limit=_OF_ONE_ASKING, seconds=_HOUR
    ) and throttle.allow("aid.link.email", address, limit=_OF_AN_ADDRESS, seconds=_HOUR)


def _enter(request: HttpRequest, form: LinkForm) -> HttpResponse:
    return render(request, "aid/enter.html", {"form": CaseWordsForm(), "link_form": form})


def _spent(request: HttpRequest) -> HttpResponse:
    """One sentence for links that were used, are too old or were made up."""
    context = {"is_spent": True, "minutes": _minutes(), "form": CaseWordsForm(), "link_form": LinkForm()}
    return render(request, "aid/enter.html", context)


def _minutes() -> int:
    return int(linking.VALID_FOR.total_seconds() // 60)

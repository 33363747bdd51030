"""The way in: a form, a letter, a link whose button confirms. The form's answer is the same for every address."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cms.readers import answers, crowding, forms, letter_links, proof_of_work, signing_up
from cms.readers.crowding import Way
from core import clock
from core.links import LinkRefused
from organisation import pace

# As long as finding a reader and queueing a letter take.
_SECONDS = 0.3


@answers.quiet
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for letters. Whether the address is new, subscribed, gone or suppressed, the answer is the same."""
    if request.method != "POST":
        topics = [topic for topic in request.GET.getlist("topics") if topic.isdecimal()][:50]
        return _form(request, forms.SignUpForm(initial={"topics": topics}))
    form = forms.SignUpForm(request.POST)
    if not answers.is_fresh(request):
        notice = _("This page was open for too long. Nothing was sent; press the button once more.")
        return _form(request, form, notice, status=403)
    return _asked(request, form) if form.is_valid() else _form(request, form)


def _asked(request: HttpRequest, form: forms.SignUpForm) -> HttpResponse:
    if form.cleaned_data["homepage"]:
        with pace.at_least(seconds=_SECONDS):
            return _sent(request, Way.AT_ONCE)  # A program: people do not see that field.
    try:
        way = crowding.admit(address=request.META.get("REMOTE_ADDR", ""), proof=request.POST.get("proof"))
    except crowding.TooManyHere:
        notice = _("Many have signed up from your network within the hour. Please come back in an hour.")
        return _form(request, form, notice, status=429)
    if way is Way.PROVE:
        return _form(request, form, _("Very many sign up just now. Please press the button once more."))
    email = form.cleaned_data["email"]
    with pace.at_least(seconds=_SECONDS):
        if crowding.may_write_to_mailbox(email):
            signing_up.ask(
                email=email,
                language=form.cleaned_data["language"],
                topics=form.chosen_topics(),
                at=clock.now(),
                waits=way is Way.WAITS,
            )
    return _sent(request, way)


def _form(request: HttpRequest, form: forms.SignUpForm, notice: str = "", *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "notice": notice}
    if crowding.is_attacked():
        context["challenge"] = proof_of_work.challenge()
    return answers.page(request, "subscribe", context, status=status)


def _sent(request: HttpRequest, way: Way) -> HttpResponse:
    return answers.page(request, "subscribe_sent", {"waits": way is Way.WAITS})


@answers.quiet
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A confirmation's GET shows one button and changes nothing, for programs that look at links; its POST confirms.

    The button does not press itself. When a letter arrives nobody knows, it may have waited for hours, and a program
    that looks at links then and runs scripts would say yes for somebody who never asked.
    """
    try:
        asked = letter_links.asked(token)
    except LinkRefused:
        return answers.page(request, "confirm_gone", {}, status=404)
    if request.method != "POST":
        return answers.page(request, "confirm", {})
    try:
        reader = signing_up.confirm(asked, how="letter", at=clock.now())
    except signing_up.NothingToConfirm:
        return answers.page(request, "confirm_gone", {}, status=410)
    is_other_language = reader.language != get_language()
    return answers.page(request, "confirmed", {"reader": reader, "is_other_language": is_other_language})

"""What a supporter does with a recurring gift on their own page: change, pause, skip, go on, stop, new card, pay now.

Each deed has a page of its own with one form. What was asked for twice, late or from another tab changes nothing more.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from donations import changing, standing
from donations.models import Donor, Subscription
from donations.models.giving import Interval
from donations.own_page import page
from donations.own_page.forms import PauseForm, TermsForm
from donations.own_page_guard import is_fresh, lead_to, visited

_BOTH = ["GET", "HEAD", "POST"]


def _page(template: str) -> Callable[[Callable[..., HttpResponse | dict[str, Any]]], Callable[..., HttpResponse]]:
    """Make a page about one recurring gift of the donor: an answer, or what its template needs."""

    def decorate(view: Callable[..., HttpResponse | dict[str, Any]]) -> Callable[..., HttpResponse]:
        @visited
        @require_http_methods(_BOTH)
        def page(request: HttpRequest, donor: Donor, reference: str) -> HttpResponse:
            subscription = _own(donor, reference)
            state = standing.of(subscription, at=clock.now())
            if state.is_over:
                return _over(request, donor)
            is_sent = request.method == "POST"
            is_taken = is_sent and is_fresh(request)
            try:
                answer = view(request, state, is_taken=is_taken)
            except changing.HasEnded:
                return _over(request, donor)
            if isinstance(answer, HttpResponse):
                return answer
            context = {"subscription": subscription, "gift": state, "is_stale": is_sent and not is_taken} | answer
            status = 403 if context["is_stale"] else 503 if "notice" in answer else 200
            return render(request, f"donations/{template}.html", context, status=status)

        return page

    return decorate


def _own(donor: Donor, reference: str) -> Subscription:
    found = Subscription.objects.of(donor).select_related("fund").filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def _over(request: HttpRequest, donor: Donor) -> HttpResponse:
    if request.method != "POST":
        return lead_to(reverse("donations:own_page"))
    notice = _("This gift has ended or is being stopped already. There is nothing left to change.")
    return page.show(request, donor, notice=notice, status=409)


def _back(state: standing.Standing) -> HttpResponse:
    return lead_to(f"{reverse('donations:own_page')}#gift-{state.subscription.reference}")


@_page("giving_change")
def change(request: HttpRequest, state: standing.Standing, *, is_taken: bool) -> HttpResponse | dict[str, Any]:
    """Another amount or interval, from the next payment on."""
    form = TermsForm(request.POST if request.method == "POST" else None, subscription=state.subscription)
    if is_taken and form.is_valid():
        changing.ask_for_terms(
            subscription=state.subscription,
            amount=form.cleaned_data["amount"],
            interval=Interval(form.cleaned_data["interval"]),
            at=clock.now(),
        )
        return _back(state)
    return {"form": form}


@_page("giving_pause")
def pause(request: HttpRequest, state: standing.Standing, *, is_taken: bool) -> HttpResponse | dict[str, Any]:
    """Charge nothing before a day, or leave one payment out."""
    at = clock.now()
    if "skip" in request.POST:
        if is_taken and state.may_skip:
            changing.ask_to_skip(subscription=state.subscription, at=at)
        return _back(state) if is_taken else {"form": PauseForm(next_on=state.next_on, at=at)}
    form = PauseForm(request.POST if request.method == "POST" else None, next_on=state.next_on, at=at)
    if is_taken and form.is_valid():
        changing.ask_to_pause(subscription=state.subscription, until=form.cleaned_data["until"], at=at)
        return _back(state)
    return {"form": form}


@_page("giving_go_on")
def go_on(request: HttpRequest, state: standing.Standing, *, is_taken: bool) -> HttpResponse | dict[str, Any]:
    """End a pause."""
    if is_taken:
        changing.ask_to_go_on(subscription=state.subscription, at=clock.now())
    return _back(state) if is_taken or not state.is_paused else {}


@_page("giving_stop")
def stop(request: HttpRequest, state: standing.Standing, *, is_taken: bool) -> HttpResponse | dict[str, Any]:
    """Charge nothing any more. Less, or a pause, is offered once, below the button."""
    if is_taken:
        changing.ask_to_stop(subscription=state.subscription, at=clock.now())
        return _back(state)
    return {}


@_page("giving_card")
def card(request: HttpRequest, state: standing.Standing, *, is_taken: bool) -> HttpResponse | dict[str, Any]:
    """Lead to Stripe's page for another card; what was entered there comes back by a webhook."""
    if not is_taken:
        return {}
    try:
        page = changing.card_page(
            subscription=state.subscription,
            return_url=f"{settings.SITE_URL}{reverse('donations:own_page')}?card",
            language=get_language() or "en",
        )
    except changing.OutOfReach:
        return {"notice": _out_of_reach()}
    except changing.NoSuchPage:
        return {"notice": _("The payment service refuses this. Nothing has changed; please write to us.")}
    return lead_to(page)


@visited
@require_safe
def pay(request: HttpRequest, donor: Donor, reference: str) -> HttpResponse:
    """Lead to Stripe's page where a payment that did not go through is made by hand."""
    subscription = _own(donor, reference)
    try:
        return lead_to(changing.payment_page(subscription=subscription))
    except changing.OutOfReach:
        return page.show(request, donor, notice=_out_of_reach(), kind="warning", status=503)
    except changing.NoSuchPage:
        return page.show(request, donor, notice=_("Nothing is left to be paid for this gift."), kind="done")


def _out_of_reach() -> str:
    return _("The payment service does not answer at the moment. Nothing has changed. Please try again in a minute.")

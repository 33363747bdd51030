"""The desk's screens for what came from Stripe."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core import clock
from donations.desk.lists import PER_PAGE
from donations.models import HeldPayment
from organisation import audit, screen
from organisation.models import Organisation
from organisation.permissions import Permission
from organisation.staff import member, needs
from stripe_gateway import inbox
from stripe_gateway.models import StripeEvent

_ALREADY_CLOSED = 20


@needs(Permission.SEE_GIFTS)
@require_safe
def stripe(request: HttpRequest) -> HttpResponse:
    """What came from Stripe and needs a look: held payments, failed events; then the newest events."""
    held = HeldPayment.objects.select_related("closed_by")
    context = {
        "held": held.filter(closed_at=None).order_by("-pk"),
        "closed": held.exclude(closed_at=None).order_by("-closed_at")[:_ALREADY_CLOSED],
        "failed": StripeEvent.objects.filter(state=StripeEvent.State.FAILED).order_by("-pk"),
        "page": Paginator(StripeEvent.objects.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page")),
        "may_manage": request.user.has_perm(Permission.MANAGE_GIFTS),
    }
    return screen.show(request, "donations/desk/stripe.html", title=_("From Stripe"), context=context)


@needs(Permission.MANAGE_GIFTS)
@require_POST
@transaction.atomic
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Work through an event once more."""
    event, at = get_object_or_404(StripeEvent, pk=pk), clock.now()
    inbox.try_again(event, at=at)
    audit.record(actor=member(request), action="stripe.event_replayed", subject=event, at=at)
    messages.success(request, _("The event is worked through again in a moment."))
    return redirect("donations_stripe")


@needs(Permission.MANAGE_GIFTS)
@require_POST
@transaction.atomic
def replay_all(request: HttpRequest) -> HttpResponse:
    """Work through all events that failed once more."""
    at = clock.now()
    many = inbox.try_all_again(at)
    if many:
        organisation = Organisation.current()
        audit.record(
            actor=member(request), action="stripe.failed_events_replayed", subject=organisation, reason=str(many), at=at
        )
    words = ngettext(
        "%(many)s event is worked through again in a moment.",
        "%(many)s events are worked through again in a moment.",
        many,
    )
    messages.success(request, words % {"many": many})
    return redirect("donations_stripe")


@needs(Permission.MANAGE_GIFTS)
@require_POST
@transaction.atomic
def close_held(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a person has dealt with a held payment, at Stripe."""
    held, at = get_object_or_404(HeldPayment.objects.select_for_update(), pk=pk), clock.now()
    if held.closed_at is None:
        held.closed_at, held.closed_by = at, member(request)
        held.save(update_fields=["closed_at", "closed_by"])
        audit.record(actor=held.closed_by, action="donations.held_payment_closed", subject=held, at=at)
    return redirect("donations_stripe")

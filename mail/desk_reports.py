"""The desk's screen for letters that came back: how many, why, and how we hear of it. Whose they were is not shown."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import clock
from mail import bounce_mailbox, reports
from mail.models import MailReport, Suppression
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import needs

_LATELY = timedelta(days=30)
_MOST_CODES = 12


@needs(Permission.READ_AUDIT, Permission.MANAGE_ORGANISATION)
@require_safe
def came_back(request: HttpRequest) -> HttpResponse:
    """Reports and suppressed addresses in numbers."""
    context = {
        "kinds": _kinds(clock.now()),
        "codes": _codes(clock.now()),
        "suppressed": _suppressed(),
        "service": settings.MAIL_WEBHOOK["name"] if settings.MAIL_WEBHOOK else "",
        "has_mailbox": bool(settings.BOUNCE_MAILBOX_URL),
        "look": bounce_mailbox.last_look(),
    }
    above = [("mail_letters", gettext_lazy("Letters"))]
    return screen.show(request, "mail/desk/came_back.html", title=_("Came back"), context=context, above=above)


def _kinds(at: datetime) -> list[dict[str, Any]]:
    """Return, for each kind of report, how many came lately, and in all that is kept."""
    lately = Count("pk", filter=Q(at__gte=at - _LATELY))
    counted = {
        row["kind"]: row
        for row in MailReport.objects.values("kind").annotate(kept=Count("pk"), lately=lately).order_by()
    }
    none = {"kept": 0, "lately": 0}
    return [{"label": kind.label, **counted.get(kind.value, none)} for kind in MailReport.Kind]


def _codes(at: datetime) -> list[dict[str, Any]]:
    """Return what the mail servers said lately of what came back, the commonest first."""
    rows = (
        MailReport.objects.filter(kind=MailReport.Kind.BOUNCED, at__gte=at - _LATELY)
        .values("status")
        .annotate(many=Count("pk"))
        .order_by("-many", "status")
    )
    return [{**row, "is_dead": reports.is_dead(row["status"])} for row in rows[:_MOST_CODES]]


def _suppressed() -> list[dict[str, Any]]:
    counted = dict(Suppression.objects.values_list("reason").annotate(many=Count("pk")).order_by())
    return [{"label": reason.label, "many": counted.get(reason.value, 0)} for reason in Suppression.Reason]

"""Letters that need somebody, on the first page of the desk."""

from typing import Any

from django.conf import settings
from django.db.models import Count
from wagtail.admin.ui.components import Component

from mail import bounce_mailbox
from mail.models import OutgoingEmail


class LettersPanel(Component):
    """How many letters failed or are uncertain, and whether the mailbox of bounces opens; nothing, if all is well."""

    name = "letters"
    order = 140
    template_name = "mail/desk/panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        counted = OutgoingEmail.objects.troubled().order_by("state").values("state").annotate(letters=Count("pk"))
        words = {
            OutgoingEmail.State.FAILED.value: OutgoingEmail.State.FAILED.label,
            OutgoingEmail.State.UNCERTAIN.value: OutgoingEmail.State.UNCERTAIN.label,
        }
        look = bounce_mailbox.last_look() if settings.BOUNCE_MAILBOX_URL else None
        return {
            "states": [(row["state"], words[row["state"]], row["letters"]) for row in counted],
            "is_closed": bool(look and look.trouble),
        }

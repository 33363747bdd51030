"""What waits, on the first page of the desk."""

from typing import Any

from wagtail.admin.ui.components import Component

from aid.desk import queue
from core.clock import now
from organisation.models import User


class CasesPanel(Component):
    """How many requests lie in each of the person's piles; each number leads to its rows."""

    name = "cases"
    order = 110
    template_name = "aid/desk/panel.html"

    def __init__(self, user: User) -> None:
        self.user = user

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        counted = queue.counts(self.user, at=now())
        return {"piles": [(pile, count) for pile, count in counted if count or not (pile.is_urgent or pile.is_rare)]}

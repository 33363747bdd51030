"""What the funds have, on the first page of the desk."""

from typing import Any

from wagtail.admin.ui.components import Component

from ledger import balances
from ledger.models import Fund


class FundsPanel(Component):
    """Each fund with what is available and what is promised."""

    name = "funds"
    order = 130
    template_name = "ledger/desk/panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"balances": balances.of_all(Fund.objects.order_by("pk"))}

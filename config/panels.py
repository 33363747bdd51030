"""Whether the books were proved, on the first page of the desk."""

from typing import Any

from wagtail.admin.ui.components import Component

from config import nightly


class ProofPanel(Component):
    """When the books were last proved, and what came of it."""

    name = "proof"
    order = 135
    template_name = "config/panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"proof": nightly.last()}

"""Axe looks at a page as it stands once nothing moves any more."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Wagtail's desk fades its messages in when its scripts are ready: a colour half-way is nobody's colour.
_IS_READY = "() => !document.querySelector('[data-w-init-ready-class]') || document.body.classList.contains('ready')"
_STAND_STILL = """() => {
    const still = new CSSStyleSheet();
    still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
}"""


def violations(page: Page) -> list[dict[str, Any]]:
    """Return what axe finds: each with ``id``, ``help`` and ``nodes``."""
    page.wait_for_load_state("load")
    page.wait_for_function(_IS_READY)
    page.evaluate(_STAND_STILL)
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return found


def report(page: Page) -> str:
    """Return what axe finds as lines to read; empty if all is well."""
    return "\n".join(
        f"{page.url}: {each['id']}: {each['help']}: {node['html']}: {' '.join(node['failureSummary'].split())}"
        for each in violations(page)
        for node in each["nodes"]
    )

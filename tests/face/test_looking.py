"""What the tests see through axe: not what is still fading in, but what stays pale."""

import pytest
from playwright.sync_api import Page

from tests import looking
from tests.chromium import running_chromium

_PAGE = """<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>
<style>p {{ {style} }} @keyframes appear {{ from {{ opacity: .2 }} }}</style><p>Saved.</p></main></html>"""


@pytest.mark.parametrize(
    ("style", "is_found"),
    [("color: #777; background: #888", True), ("color: #000; animation: appear 60s", False)],
    ids=["pale", "fading in"],
)
def test_only_what_stays_pale_is_reported(style: str, is_found: bool) -> None:
    with running_chromium() as browser:
        page: Page = browser.new_page()
        page.set_content(_PAGE.format(style=style))

        report = looking.report(page)

    assert ("color-contrast" in report) == is_found

"""The browser of the tests: the system's Chromium, else Playwright's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from supervisor import browser


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run one, without a window, until the block ends."""
    with sync_playwright() as playwright:
        # Its own sandbox does not start where the tests run as root.
        chromium = playwright.chromium.launch(executable_path=browser.found(), args=["--no-sandbox"])
        yield chromium
        chromium.close()

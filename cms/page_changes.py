"""Tells the page cache what becomes of pages, by Wagtail's own signals.

Pages are also published by Wagtail's scheduler and by our tasks, which no hook of the desk sees.
"""

from typing import Any

from django_q.signals import post_execute
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from cms import page_cache, page_versions


def listen() -> None:
    """Begin to listen, once, when the process starts."""
    page_published.connect(_published, dispatch_uid="cms.page_changes.published")
    for addresses in (page_unpublished, page_slug_changed, post_page_move):
        addresses.connect(_moved, dispatch_uid="cms.page_changes.moved")
    post_execute.connect(_worked, dispatch_uid="cms.page_changes.worked")


def _published(*, instance: Page, **_signal: Any) -> None:
    kind = page_versions.kind(instance._meta.model_name)
    page_cache.forget(page_versions.page(instance.pk), kind, page_versions.PAGES)


def _moved(**_signal: Any) -> None:
    """Every link to a page, on whatever page, has its address, or has none any more."""
    page_cache.forget()


def _worked(**_signal: Any) -> None:
    """A task of the worker's may have booked a gift: let this machine's processes look."""
    page_versions.touch()

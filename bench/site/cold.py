"""Our application, which keeps nothing of a page's frame either (``{% once %}``)."""

from config.wsgi import application
from organisation.templatetags import liferaft

liferaft._rendered = liferaft._rendered.__wrapped__  # type: ignore[assignment]  # what the cache stands before

__all__ = ["application"]

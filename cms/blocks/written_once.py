"""What is written once is read in three ways: on a page, in an e-mail's HTML, in its plain text."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any


class Way(StrEnum):
    """How a block is read. The context says it as ``way``; without one it is the web."""

    WEB = "web"
    EMAIL = "email"
    TEXT = "text"


_FILES = {Way.EMAIL: "cms/letter/blocks/{}.html", Way.TEXT: "cms/letter/blocks/{}.txt"}


def way_of(context: Mapping[str, Any] | None) -> Way:
    """Return in which way a context is read."""
    return Way((context or {}).get("way", Way.WEB))


class WrittenOnce:
    """A block with three templates of one name. ``Meta.template`` is the web's; the letter's two follow from it.

    A letter's context has ``page_address`` (whole), ``language`` and, for the text, ``notes`` (``plain.Notes``).
    """

    meta: Any

    def get_template(self, value: Any = None, context: Mapping[str, Any] | None = None) -> str | None:
        """Return the template for the way in which the block is read."""
        return self.template_for(way_of(context))

    def template_for(self, way: Way) -> str | None:
        """Return the template for a way; none on the web, where a body sets its blocks one below the other."""
        web: str | None = getattr(self.meta, "template", None)
        return web if way == Way.WEB else _FILES[way].format(PurePosixPath(web or "body.html").stem)

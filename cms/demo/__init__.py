"""Made-up pages, readers and letters for the demonstration: build(at=...), then send(editor=..., second=..., at=...)."""

from cms.demo.building import build
from cms.demo.sent import build as send

__all__ = ["build", "send"]

"""Made-up pages for the demonstration: build(at=...)."""

from cms.demo.building import build

__all__ = ["build"]

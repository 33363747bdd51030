"""Fixtures shared with tests/doors."""

from tests.doors.conftest import app_of

__all__ = ["app_of"]

"""What time it is for Liferaft: the wall clock, except in the demo, where the sandbox's clock may run ahead."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """Return the current time in UTC. Call it at the edges only (views, commands, tasks) and pass it on as ``at``.

    Never for signatures and token ages: those follow the wall clock.
    """
    return timezone.now() + _demo_offset()


def _demo_offset() -> timedelta:
    if not settings.CLOCK_FILE:
        return timedelta()
    try:
        return timedelta(seconds=int(Path(settings.CLOCK_FILE).read_text(encoding="ascii")))
    except FileNotFoundError:
        return timedelta()

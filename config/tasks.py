"""The minutely sweep: finds due work in every package's rows, so that a lost nudge only delays it."""

import logging
from collections.abc import Callable

from aid import tasks as aid_tasks
from cms import indexing
from cms import tasks as cms_tasks
from cms.readers import reminding
from config import keeping
from donations import tasks as donations_tasks
from ledger import tasks as ledger_tasks
from mail import bounce_mailbox
from mail import tasks as mail_tasks
from stripe_gateway import tasks as stripe_tasks

log = logging.getLogger(__name__)

SWEEPS: list[Callable[[], object]] = [
    stripe_tasks.sweep,
    donations_tasks.sweep,
    ledger_tasks.sweep,
    cms_tasks.sweep,
    reminding.sweep,
    indexing.catch_up,
    aid_tasks.sweep,
    mail_tasks.sweep,
    bounce_mailbox.sweep,
    keeping.sweep,
]


def sweep() -> None:
    """Run each package's sweep; one that fails does not keep the others from their work."""
    failed = []
    for step in SWEEPS:
        try:
            step()
        except Exception:
            log.exception("sweep of %s failed", step.__module__)
            failed.append(step.__module__)
    if failed:
        raise SweepFailed(", ".join(failed))


class SweepFailed(Exception):
    """Some packages' sweeps failed; the log says why. The next minute tries again."""

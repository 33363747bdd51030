"""After a backup was restored, before any worker starts: nothing leaves by itself."""

from typing import Any

from django.core.management.base import BaseCommand

from cms.models import Sending
from cms.sending import asking
from core import clock


class Command(BaseCommand):
    help = (
        "Pauses every newsletter that is under way and holds every one that waits for its time. Run it after a backup was"
        " restored, before a worker starts: what left after the backup was made is unknown in it, and would leave again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        put_off = 0
        for sending in Sending.objects.select_related("issue").order_by("pk"):
            if asking.put_off(sending=sending, at=clock.now()):
                put_off += 1
                self.stdout.write(f"{sending.issue.title}: nothing leaves by itself any more")
        self.stdout.write(
            f"{put_off} put off. Look into the mail server's log for what left after the backup was made, then decide at the"
            " desk: let it go on if nothing did, else stop it (docs/running.md, Restoring a backup)."
        )

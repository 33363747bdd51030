"""The desk's screen for the sealed books: how they stand, and everything in one file for an auditor."""

import tempfile
from contextlib import ExitStack

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from ledger import chain_export, tree
from ledger.models import Head
from organisation import audit, screen
from organisation.models import Organisation
from organisation.permissions import Permission
from organisation.staff import member, needs


@needs(Permission.SEE_BOOKS, Permission.READ_AUDIT)
@require_safe
def seal(request: HttpRequest) -> HttpResponse:
    """Show how many bookings are sealed, what waits, and the last heads."""
    waiting = tree.waiting()
    context = {
        "size": tree.size(),
        "waiting": waiting.count,
        "oldest": timesince(waiting.oldest, clock.now()) if waiting.oldest else "",
        "heads": [(head, bytes(head.hash).hex()) for head in Head.objects.order_by("-day")[:14]],
    }
    return screen.show(request, "ledger/desk/seal.html", title=_("Sealed books"), context=context)


@needs(Permission.SEE_BOOKS, Permission.READ_AUDIT)
@require_safe
def export(request: HttpRequest) -> FileResponse:
    """Give the auditor's export. It is whole on the disk before its first byte is sent, and who took it is on record."""
    at = clock.now()
    with ExitStack() as closing:
        file = closing.enter_context(tempfile.TemporaryFile())
        many = chain_export.write(file)
        audit.record(
            actor=member(request),
            action="ledger.chain_exported",
            subject=Organisation.current(),
            reason=f"zip:{many}",
            at=at,
        )
        closing.pop_all()  # The answer closes it, and with that it is gone.
    file.seek(0)
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"books-{at:%Y-%m-%d}.zip",
        content_type="application/zip",
        headers=headers,
    )

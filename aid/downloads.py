"""How a file of a case leaves us: as something to save."""

from django.http import HttpResponse

from aid.models import Attachment

_ENDINGS = {Attachment.FileKind.JPEG: "jpg", Attachment.FileKind.PNG: "png", Attachment.FileKind.PDF: "pdf"}


def of(attachment: Attachment, content: bytes) -> HttpResponse:
    """Answer with a file as something to save: a browser neither shows nor keeps it, and nothing in it runs."""
    kind = Attachment.FileKind(attachment.kind)
    headers = {
        "Content-Disposition": f'attachment; filename="file.{_ENDINGS[kind]}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type=kind.value, headers=headers)

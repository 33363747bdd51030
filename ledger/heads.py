"""What anybody may have of the sealed books: the public heads, as a page and as files, and the program that checks."""

import csv
from io import StringIO

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from ledger import proving
from ledger.models import Head

# A head is made once a day; who looks just after midnight may wait for some minutes.
_kept = cache_control(public=True, max_age=300)
_SHOWN = 14


@require_safe
@_kept
def page(request: HttpRequest) -> HttpResponse:
    """Show the newest heads and how to check one's own receipt."""
    heads = [
        {"day": head.day, "size": head.size, "root": _in_groups(head.root), "hash": _in_groups(head.hash)}
        for head in Head.objects.order_by("-day")[:_SHOWN]
    ]
    return render(request, "ledger/heads.html", {"newest": heads[0] if heads else None, "heads": heads})


def _in_groups(digest: bytes | memoryview) -> list[str]:
    """Return a hash in pieces between which a narrow screen may break it; copied, it is whole."""
    text = bytes(digest).hex()
    return [text[start : start + 8] for start in range(0, len(text), 8)]


@require_safe
@_kept
def as_json(request: HttpRequest) -> JsonResponse:
    """Give all heads, the first one first, as ``check_books.py`` reads them."""
    return JsonResponse(proving.all_heads(), json_dumps_params={"indent": 1})


@require_safe
@_kept
def as_csv(request: HttpRequest) -> HttpResponse:
    """Give all heads as a table."""
    text = StringIO()
    writer = csv.DictWriter(text, ["day", "size", "root", "previous", "hash"])
    writer.writeheader()
    writer.writerows(proving.all_heads()["heads"])
    headers = {"Content-Disposition": 'attachment; filename="heads.csv"'}
    return HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@_kept
def checker(request: HttpRequest) -> HttpResponse:
    """Give the program that checks proofs and exports, to be read and run by anybody."""
    headers = {"Content-Disposition": 'attachment; filename="check_books.py"'}
    return HttpResponse(proving.checker_source(), content_type="text/x-python; charset=utf-8", headers=headers)

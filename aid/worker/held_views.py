"""All that we hold on a worker, shown to them and handed out."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aid.models import AidRequest
from aid.worker import held as holdings
from aid.worker import own_case


@own_case.visited
@require_safe
def held(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """Everything that we hold of this worker."""
    return render(request, "aid/held.html", {"parts": holdings.everything(found)})


@own_case.visited
@require_safe
def held_file(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """The same as a file. Its name gives nothing away."""
    return JsonResponse(
        holdings.as_file(found),
        headers={"Content-Disposition": 'attachment; filename="page.json"'},
        json_dumps_params={"indent": 1, "ensure_ascii": False},
    )

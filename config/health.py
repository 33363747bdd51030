"""For whoever watches the server: is the process alive, and is what it needs well?"""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_q.models import Schedule


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if this process answers at all."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 if the database answers and the worker runs its minutely sweep, else 503 and what is wrong."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        overdue = Schedule.objects.filter(name="sweep", next_run__lt=timezone.now() - timedelta(minutes=5)).exists()
    except DatabaseError:
        return JsonResponse({"database": "no answer"}, status=503)
    checks = {"database": "well", "worker": "the sweep is overdue" if overdue else "well"}
    return JsonResponse(checks, status=503 if overdue else 200)

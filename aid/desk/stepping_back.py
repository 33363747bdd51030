"""Stepping back from a Worker ID: one's own, or of somebody whom one knows, before a case of it is seen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from aid import conflicts
from aid.desk.forms import StepBackForm
from core import throttle
from core.clock import now
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

# Nobody knows so many workers; with more tries, the queue could be asked whose cases are in it.
_TRIES, _TRIES_SECONDS = 10, 24 * 60 * 60


@needs(Permission.SEE_CASES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step_back(request: HttpRequest) -> HttpResponse:
    """Declare a conflict with a Worker ID. The answer is the same whether there is a case of it or not."""
    form = StepBackForm(request.POST or None)
    by = member(request)
    if request.method == "POST" and form.is_valid():
        if throttle.allow("aid.step-back", str(by.pk), limit=_TRIES, seconds=_TRIES_SECONDS):
            conflicts.declare_worker_id(worker_id=form.cleaned_data["worker_id"], by=by, at=now())
            messages.success(request, _("Written down. Cases of this Worker ID are out of your sight, now and later."))
            return redirect("aid_cases")
        form.add_error("worker_id", _("That were many in one day. Please speak with a steward, or go on tomorrow."))
    return screen.show(
        request,
        "aid/desk/step_back.html",
        title=_("Step back from the cases of a worker"),
        context={"form": form},
        above=[("aid_cases", gettext_lazy("Cases"))],
        status=422 if form.errors else 200,
    )

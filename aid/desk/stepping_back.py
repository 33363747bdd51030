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
from core.clock import now
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs


@needs(Permission.SEE_CASES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step_back(request: HttpRequest) -> HttpResponse:
    """Declare a conflict with a Worker ID. The answer is the same whether there is a case of it or not."""
    form = StepBackForm(request.POST or None)
    by = member(request)
    if request.method == "POST" and form.is_valid():
        try:
            conflicts.declare_worker_id(worker_id=form.cleaned_data["worker_id"], by=by, at=now())
        except conflicts.TooManyDeclared:
            form.add_error(
                "worker_id",
                _(
                    "You have stepped back from several Worker IDs in the last 30 days. Please speak with a steward; and"
                    " from a case that you see, you can step back on its page."
                ),
            )
        else:
            messages.success(request, _("Written down. Cases of this Worker ID are out of your sight, now and later."))
            return redirect("aid_cases")
    return screen.show(
        request,
        "aid/desk/step_back.html",
        title=_("Step back from the cases of a worker"),
        context={"form": form},
        above=[("aid_cases", gettext_lazy("Cases"))],
        status=422 if form.errors else 200,
    )

"""What each fund allows: the version in force and those before it, in sentences; and the form for the next."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from aid import policy as policies
from aid import ruling, transitions
from aid.amounts import short
from aid.desk.rule_forms import RulesForm
from aid.models import Policy
from core.clock import now
from ledger.models import Fund
from organisation import roles, screen
from organisation.permissions import Permission
from organisation.staff import member, needs


@needs(Permission.SEE_CASES, Permission.MANAGE_AID_RULES)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules of every fund that pays aid. Everybody who works by them may read them."""
    funds = Fund.objects.filter(pays_aid=True).order_by("pk")
    context = {
        "funds": [_of_fund(fund) for fund in funds],
        "may_change": request.user.has_perm(Permission.MANAGE_AID_RULES),
    }
    return screen.show(request, "aid/desk/rules.html", title=_("Aid rules"), context=context)


@needs(Permission.MANAGE_AID_RULES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """A new version for one fund."""
    fund = get_object_or_404(Fund, slug=slug, pays_aid=True)
    in_force = policies.in_force(fund)
    form = RulesForm(request.POST if request.method == "POST" else None, in_force=in_force)
    if not form.is_bound:
        return _form(request, fund, form)
    if not form.is_valid():
        return _form(request, fund, form, status=422)
    try:
        made = ruling.change(
            fund=fund, rules=form.rules(), by=member(request), at=now(), seen=form.cleaned_data["seen"]
        )
    except ruling.AmountsDoNotFit:
        form.add_error(None, _("The amounts do not fit each other."))
    except ruling.BandsDoNotFit:
        form.add_error(None, _say_bands())
    except transitions.SeenOutdated:
        return _changed_meanwhile(request, fund)
    else:
        messages.success(
            request,
            _("Version %(version)s is in force. Requests whose review has begun keep the rules they began with.")
            % {"version": made.version},
        )
        return redirect("aid_rules")
    return _form(request, fund, form, status=422)


def _changed_meanwhile(request: HttpRequest, fund: Fund) -> HttpResponse:
    """Show the rules as they are now, with what was typed; saved again, that replaces them."""
    in_force = policies.in_force(fund)
    typed = request.POST.copy()
    typed["seen"] = str(in_force.version)
    form = RulesForm(typed, in_force=in_force)
    form.add_error(None, _("Somebody changed the rules while you were typing. Please look at them before you save."))
    return _form(request, fund, form, status=409)


def _say_bands() -> str:
    return _(
        "The steps of approvals do not fit: each must go further than the one before and ask for no fewer approvals."
        " What no step says needs two; to ask for more than two, leave the amount of the last step empty."
    )


def _form(request: HttpRequest, fund: Fund, form: RulesForm, *, status: int = 200) -> HttpResponse:
    title = _("New rules for %(fund)s") % {"fund": fund}
    context = {
        "form": form,
        "fund": fund,
        "sentences": list(sentences(policies.in_force(fund))),
        "approvers": roles.holders("approver").count(),
    }
    above: list[screen.Above] = [("aid_rules", _("Aid rules"))]
    return screen.show(request, "aid/desk/rules_form.html", title=title, context=context, above=above, status=status)


def _of_fund(fund: Fund) -> dict[str, Any]:
    versions = list(
        Policy.objects.filter(fund=fund)
        .select_related("fund", "made_by")
        .prefetch_related("bands")
        .order_by("-version")
    )
    in_force = versions[0] if versions else policies.in_force(fund)
    return {
        "fund": fund,
        "in_force": in_force,
        "is_default": not versions,
        "sentences": list(sentences(in_force)),
        "earlier": [(policy, list(sentences(policy))) for policy in versions[1:]],
    }


def sentences(policy: Policy) -> Iterator[str]:
    """Say what a version allows and asks for."""
    rules = ruling.rules_of(policy)
    yield _("At most %(amount)s for one request.") % {"amount": short(rules.max_per_request)}
    yield ngettext(
        "At most %(amount)s for one person within %(days)s day, over all their cases.",
        "At most %(amount)s for one person within %(days)s days, over all their cases.",
        rules.cap_days,
    ) % {"amount": short(rules.cap), "days": rules.cap_days}
    if rules.fast_lane:
        yield _("A first grant of up to %(amount)s needs one approval.") % {"amount": short(rules.fast_lane)}
    else:
        yield _("No grant goes with one approval.")
    for band in rules.bands:
        if band.up_to:
            words = _("Up to %(amount)s, a grant needs %(number)s approvals.")
            yield words % {"amount": short(band.up_to), "number": band.approvals}
        else:
            yield _("Every other grant needs %(number)s approvals.") % {"number": band.approvals}
    if not any(band.up_to is None for band in rules.bands):
        yield _("Every other grant needs %(number)s approvals.") % {"number": policies.APPROVALS}
    yield str(rules.separation.label)
    yield ngettext(
        "Workers are promised an answer within %(days)s day.",
        "Workers are promised an answer within %(days)s days.",
        rules.answer_days,
    ) % {"days": rules.answer_days}
    yield ngettext(
        "A worker has %(days)s day to answer a question; then the request is laid aside.",
        "A worker has %(days)s days to answer a question; then the request is laid aside.",
        rules.info_days,
    ) % {"days": rules.info_days}

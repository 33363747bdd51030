"""The desk's screens for people, the organisation and the audit trail; and the one-time link's page."""

from typing import Any

from django.contrib import messages
from django.core.mail import send_mail
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.views.account import AccountView, NameEmailSettingsPanel

from core import clock
from organisation import audit, enrolling, forms, people, screen
from organisation.models import AuditEvent, LegalEntity, Organisation, User
from organisation.permissions import Permission
from organisation.roles import ROLES
from organisation.staff import member, needs

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


_PEOPLE = ("organisation_people", gettext_lazy("People"))
_RECORD = ("organisation_record", gettext_lazy("Organisation"))


@sensitive_post_parameters("password", "again")
@never_cache
@_GET_OR_POST
def enrol(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form of a one-time link; use the link up by POST. Looking at it changes nothing: scanners do."""
    try:
        user = enrolling.holder_of(token)
        form = forms.NewPasswordForm(request.POST or None, user=user)
        if not form.is_valid():
            return render(request, "account/enrol.html", {"form": form, "person": user})
        enrolling.set_password(token=token, password=form.cleaned_data["password"], at=clock.now())
    except enrolling.LinkUsed:
        return render(request, "account/enrol_gone.html", status=410)
    return redirect("organisation_enrol_done")


@never_cache
@require_safe
def enrol_done(request: HttpRequest) -> HttpResponse:
    return render(request, "account/enrol_done.html")


@needs(Permission.MANAGE_PEOPLE)
@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    staff = User.objects.prefetch_related("role_assignments").order_by("-is_active", "username")
    rows = [
        {
            "person": person,
            "roles": [ROLES[held.role].name for held in person.role_assignments.all() if held.role in ROLES],
        }
        for person in staff
    ]
    return screen.show(request, "organisation/people.html", title=_("People"), context={"rows": rows})


@needs(Permission.MANAGE_PEOPLE)
@_GET_OR_POST
def person_add(request: HttpRequest) -> HttpResponse:
    form = forms.PersonForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        at = clock.now()
        try:
            with transaction.atomic():
                by = member(request)
                user = people.add(username=given["username"], email=given["email"], name=given["name"], by=by, at=at)
                people.set_roles(user=user, slugs=set(given["roles"]), by=by, at=at)
                _send_link(user, enrolling.issue_link(user=user, by=by, at=at))
        except people.AlreadyThere:
            form.add_error(None, _("Somebody with this user name or mail address is there already."))
        else:
            messages.success(request, _("Added. The link to set a password is on its way to them."))
            return redirect("organisation_people")
    return screen.show(
        request, "organisation/form.html", title=_("Add a person"), context={"form": form}, above=[_PEOPLE]
    )


@needs(Permission.MANAGE_PEOPLE)
@_GET_OR_POST
def person(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    held = list(user.role_assignments.values_list("role", flat=True))
    form = forms.RolesForm(request.POST if request.method == "POST" else None, initial={"roles": held})
    if form.is_valid():
        try:
            people.set_roles(user=user, slugs=set(form.cleaned_data["roles"]), by=member(request), at=clock.now())
        except people.NotYourself:
            form.add_error(None, _("Nobody changes their own roles. Ask another administrator."))
        else:
            messages.success(request, _("The roles were changed."))
            return redirect("organisation_person", user.pk)
    context = {"form": form, "person": user}
    return screen.show(request, "organisation/person.html", title=str(user), context=context, above=[_PEOPLE])


@needs(Permission.MANAGE_PEOPLE)
@require_POST
def person_act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Close or reopen an account, or send a new link to who lost password or second factor."""
    user = get_object_or_404(User, pk=pk)
    by, at = member(request), clock.now()
    try:
        with transaction.atomic():
            if deed == "close":
                people.close(user=user, by=by, at=at)
            elif deed == "reopen":
                _send_link(user, people.reopen(user=user, by=by, at=at))
            else:
                _send_link(user, enrolling.issue_link(user=user, by=by, at=at))
    except people.NotYourself:
        messages.error(request, _("Nobody closes their own account. Ask another administrator."))
    else:
        messages.success(request, _("Done."))
    return redirect("organisation_person", user.pk)


def _send_link(user: User, link: str) -> None:
    # To the person, not to the administrator: else one could come in as the other.
    body = render_to_string("organisation/enrolment.txt", {"person": user, "link": link})
    send_mail(_("Your access to %(name)s") % {"name": Organisation.current()}, body, None, [user.email])


@needs(Permission.MANAGE_ORGANISATION)
@_GET_OR_POST
def organisation(request: HttpRequest) -> HttpResponse:
    form = forms.OrganisationForm(request.POST or None, instance=Organisation.current())
    if form.is_valid():
        with transaction.atomic():
            saved = form.save()
            _record_change(request, saved, "organisation.changed", form.changed_data)
        messages.success(request, _("Saved."))
        return redirect("organisation_record")
    entities = LegalEntity.objects.order_by("name")
    context = {"form": form, "entities": entities}
    return screen.show(request, "organisation/organisation.html", title=_("Organisation"), context=context)


@needs(Permission.MANAGE_ORGANISATION)
@_GET_OR_POST
def legal_entity(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    entity = get_object_or_404(LegalEntity, pk=pk) if pk else None
    form = forms.LegalEntityForm(request.POST or None, instance=entity)
    if form.is_valid():
        with transaction.atomic():
            saved = form.save()
            _record_change(request, saved, "organisation.legal_entity_changed", form.changed_data)
        messages.success(request, _("Saved. Receipts that were issued stay as they are."))
        return redirect("organisation_record")
    title = str(entity) if entity else _("Add a legal entity")
    return screen.show(request, "organisation/form.html", title=title, context={"form": form}, above=[_RECORD])


def _record_change(request: HttpRequest, saved: Organisation | LegalEntity, action: str, fields: list[str]) -> None:
    note = ", ".join(fields)
    audit.record(actor=member(request), action=action, subject=saved, note=note, at=clock.now())


@needs(Permission.READ_AUDIT)
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    form, closed = forms.TrailForm(request.GET), audit.closed_to(member(request))
    events = AuditEvent.objects.order_by("-position")
    if form.is_valid():
        wanted = form.cleaned_data
        if wanted["action"]:
            events = events.filter(action__startswith=wanted["action"])
        if wanted["actor"]:
            events = events.filter(actor_id=wanted["actor"].pk)
        if wanted["object_id"]:
            events = events.filter(object_id=wanted["object_id"]).exclude(closed)
    page = Paginator(events, 100).get_page(request.GET.get("page"))
    closed_here = set(
        AuditEvent.objects.filter(closed, pk__in=[event.pk for event in page]).values_list("pk", flat=True)
    )
    names = {user.pk: str(user) for user in User.objects.only("name", "username")}
    context = {
        "form": form,
        "page": page,
        "rows": [
            {"event": event, "actor": names.get(event.actor_id or 0), "is_closed": event.pk in closed_here}
            for event in page
        ],
        "broken": list(audit.broken_links()) if request.GET.get("check") else None,
    }
    return screen.show(request, "organisation/trail.html", title=_("Audit trail"), context=context)


@method_decorator(needs(Permission.DESK), name="dispatch")
class Preferences(AccountView):
    """Wagtail's page of personal preferences, without name and mail address: those are an administrator's."""

    def get_panels(self) -> list[Any]:
        return [panel for panel in super().get_panels() if not isinstance(panel, NameEmailSettingsPanel)]


def closed(request: HttpRequest, **where: object) -> HttpResponse:
    """Stand in the way of Wagtail's screens for users and groups, which would walk round roles and audit trail."""
    raise Http404

"""The addresses of the steward's page, the rules and the numbers, and their places in the menu."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from aid import standard_answers
from aid.desk import access_log, batches, complaints, legal_holds, load, retention, rules, steward, surge
from aid.desk import standard_answers as templates
from organisation.permissions import Permission

URLS: list[URLPattern] = [
    path("aid/steward/", steward.steward, name="aid_steward"),
    path("aid/steward/holds/<uuid:hold>/look/", steward.look, name="aid_hold_look"),
    path("aid/steward/holds/<uuid:hold>/lift/", steward.lift_hold, name="aid_hold_lift"),
    path("aid/steward/conflicts/<int:pk>/lift/", steward.lift_conflict, name="aid_conflict_lift"),
    path("aid/steward/complaints/", complaints.complaints, name="aid_complaints"),
    path("aid/steward/complaints/<uuid:pk>/", complaints.complaint, name="aid_complaint"),
    path("aid/steward/access/", access_log.access_log, name="aid_access_log"),
    path("aid/cases/<uuid:pk>/law/", legal_holds.law, name="aid_case_law"),
    path("aid/cases/<uuid:pk>/law/<uuid:hold>/lift/", legal_holds.lift, name="aid_case_law_lift"),
    path("aid/declines/", batches.lists, name="aid_batches"),
    path("aid/declines/new/", batches.make, name="aid_batch_new"),
    path("aid/declines/<uuid:pk>/", batches.batch, name="aid_batch"),
    path("aid/rules/", rules.rules, name="aid_rules"),
    path("aid/rules/<slug:slug>/", rules.change, name="aid_rules_change"),
    path("aid/keeping/", retention.times, name="aid_retention"),
    path("aid/keeping/<slug:name>/", retention.change, name="aid_retention_change"),
    path("aid/templates/", templates.templates, name="aid_templates"),
    path("aid/templates/add/", templates.add, name="aid_template_add"),
    path("aid/templates/<int:pk>/", templates.change, name="aid_template"),
    *(
        path(f"aid/templates/<int:pk>/{deed}/", templates.offer, {"deed": deed}, name=f"aid_template_{deed}")
        for deed in ("show", "hide")
    ),
    path("aid/surge/begin/", surge.begin, name="aid_surge_begin"),
    path("aid/surge/end/", surge.end, name="aid_surge_end"),
    path("aid/load/", load.load, name="aid_load"),
]


class ForMenuItem(MenuItem):
    """Shown to those who hold one of the permissions."""

    def __init__(self, label: object, name: str, *, who: Iterable[Permission], order: int) -> None:
        super().__init__(label, reverse(name), name=name.replace("_", "-"), order=order)
        self.who = tuple(who)

    def is_shown(self, request: HttpRequest) -> bool:
        return any(request.user.has_perm(permission) for permission in self.who)


def menu() -> MenuItem:
    """Return what belongs to aid beside the cases themselves, in one menu."""
    items = [
        ForMenuItem(_("Steward"), "aid_steward", who=[Permission.OVERSEE_CASES], order=10),
        ForMenuItem(_("Complaints"), "aid_complaints", who=[Permission.OVERSEE_CASES], order=20),
        ForMenuItem(_("Who opened what"), "aid_access_log", who=[Permission.OVERSEE_CASES], order=30),
        ForMenuItem(_("Load and age"), "aid_load", who=[Permission.SEE_CASES], order=40),
        ForMenuItem(
            _("Lists of declines"),
            "aid_batches",
            who=[Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS],
            order=35,
        ),
        ForMenuItem(_("Rules"), "aid_rules", who=[Permission.SEE_CASES, Permission.MANAGE_AID_RULES], order=50),
        ForMenuItem(_("Answer templates"), "aid_templates", who=standard_answers.WHO, order=60),
        ForMenuItem(
            _("Times of keeping"),
            "aid_retention",
            who=[Permission.OVERSEE_CASES, Permission.MANAGE_ORGANISATION],
            order=70,
        ),
    ]
    return SubmenuMenuItem(_("Aid"), Menu(items=items), name="aid", icon_name="group", order=155)

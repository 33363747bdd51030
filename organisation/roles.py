"""The roles, as data: what each is for and what it may do. Slugs are kept for ever, names are translated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser, Group
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organisation import audit
from organisation.models import RoleAssignment, User
from organisation.permissions import Permission


@dataclass(frozen=True)
class Role:
    slug: str
    name: str | Promise
    purpose: str | Promise
    permissions: frozenset[Permission]


def _role(slug: str, name: str | Promise, purpose: str | Promise, permissions: Iterable[Permission]) -> Role:
    return Role(slug, name, purpose, frozenset({Permission.DESK, *permissions}))


# Editors' rights on single pages, images and documents are Wagtail's own: they follow from membership in the group
# that has the role's slug, which ``grant`` and ``revoke`` keep in step. EDIT_PAGES opens Wagtail's screens at all.
ROLES: dict[str, Role] = {
    role.slug: role
    for role in [
        _role(
            "editor",
            _("Editor"),
            _("writes pages, newsletters and campaigns"),
            [Permission.EDIT_PAGES, Permission.SEND_LETTERS, Permission.MANAGE_SUBSCRIBERS],
        ),
        _role(
            "fundraiser",
            _("Fundraiser"),
            _("looks after gifts and donors"),
            [Permission.SEE_GIFTS, Permission.MANAGE_GIFTS, Permission.SEE_BOOKS],
        ),
        _role(
            "caseworker",
            _("Caseworker"),
            _("answers workers and recommends"),
            [Permission.SEE_CASES, Permission.REVIEW_CASES],
        ),
        _role(
            "approver",
            _("Approver"),
            _("decides on recommended requests"),
            [Permission.SEE_CASES, Permission.APPROVE_REQUESTS],
        ),
        _role(
            "treasurer",
            _("Treasurer"),
            _("pays approved requests and keeps the books"),
            [
                Permission.SEE_CASES,
                Permission.RECORD_PAYMENTS,
                Permission.SEE_BOOKS,
                Permission.MANAGE_FUNDS,
                Permission.SEE_GIFTS,
            ],
        ),
        _role(
            "steward",
            _("Steward"),
            _("hears appeals and complaints, reads the audit trail"),
            [Permission.SEE_CASES, Permission.OVERSEE_CASES, Permission.MANAGE_AID_RULES, Permission.READ_AUDIT],
        ),
        _role(
            "administrator",
            _("Administrator"),
            _("people, settings, rules, receipts; sees no case"),
            [
                Permission.MANAGE_PEOPLE,
                Permission.MANAGE_ORGANISATION,
                Permission.SEND_LETTERS,
                Permission.MANAGE_SUBSCRIBERS,
                Permission.MANAGE_AID_RULES,
                Permission.MANAGE_RECEIPTS,
                Permission.SEE_GIFTS,
                Permission.SEE_BOOKS,
                Permission.MANAGE_FUNDS,
                Permission.READ_AUDIT,
            ],
        ),
    ]
}


class UnknownRole(Exception):
    """There is no role with this slug."""


@transaction.atomic
def grant(*, user: User, role: str, by: User | None, at: datetime) -> None:
    """Give a role to a person.

    :param by: none only on the command line, when the first administrator is made
    :raises UnknownRole: if ``role`` is not a slug of ``ROLES``
    """
    if role not in ROLES:
        raise UnknownRole(role)
    _assignment, is_new = RoleAssignment.objects.get_or_create(
        user=user, role=role, defaults={"granted_by": by, "granted_at": at}
    )
    if not is_new:
        return  # Granting twice changes nothing and is no news.
    user.groups.add(*Group.objects.filter(name=role))
    audit.record(actor=by, action="organisation.role_granted", subject=user, reason=role, at=at)


@transaction.atomic
def revoke(*, user: User, role: str, by: User | None, at: datetime) -> None:
    """Take a role from a person."""
    deleted, _rows = RoleAssignment.objects.filter(user=user, role=role).delete()
    if deleted:
        user.groups.remove(*Group.objects.filter(name=role))
        audit.record(actor=by, action="organisation.role_revoked", subject=user, reason=role, at=at)


def holders(role: str) -> models.QuerySet[User]:
    """Return who holds a role now and has an open account."""
    return User.objects.filter(is_active=True, role_assignments__role=role).order_by("pk")


class RoleBackend:
    """Answers ``user.has_perm`` from the roles that a person holds. Being a superuser opens no case: see ``ROLES``."""

    def authenticate(self, request: object, **credentials: object) -> None:
        """Let nobody in: signing in is allauth's."""

    def has_perm(self, user: User | AnonymousUser, permission: str, obj: models.Model | None = None) -> bool:
        return user.is_active and permission in self.get_all_permissions(user, obj)

    def get_all_permissions(self, user: User | AnonymousUser, obj: models.Model | None = None) -> set[str]:
        if isinstance(user, AnonymousUser):
            return set()
        held: set[str] | None = getattr(user, "_role_permissions", None)
        if held is None:
            slugs = RoleAssignment.objects.filter(user=user).values_list("role", flat=True)
            held = {str(permission) for slug in slugs if slug in ROLES for permission in ROLES[slug].permissions}
            user._role_permissions = held  # type: ignore[attr-defined]  # kept for the length of one request
        return held

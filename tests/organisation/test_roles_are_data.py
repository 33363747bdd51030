"""Who holds a role may what the role may, and nothing else."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from organisation import roles
from organisation.models import AuditEvent, RoleAssignment, User
from organisation.permissions import Permission

pytestmark = pytest.mark.django_db

MAY: dict[str, set[Permission]] = {
    "editor": {Permission.EDIT_PAGES, Permission.SEND_LETTERS, Permission.MANAGE_SUBSCRIBERS},
    "fundraiser": {Permission.SEE_GIFTS, Permission.MANAGE_GIFTS, Permission.SEE_BOOKS},
    "caseworker": {Permission.SEE_CASES, Permission.REVIEW_CASES},
    "approver": {Permission.SEE_CASES, Permission.APPROVE_REQUESTS},
    "treasurer": {
        Permission.SEE_CASES,
        Permission.RECORD_PAYMENTS,
        Permission.SEE_BOOKS,
        Permission.MANAGE_FUNDS,
        Permission.SEE_GIFTS,
    },
    "steward": {
        Permission.SEE_CASES,
        Permission.OVERSEE_CASES,
        Permission.MANAGE_AID_RULES,
        Permission.READ_AUDIT,
    },
    "administrator": {
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
    },
}


@pytest.mark.parametrize("role", sorted(roles.ROLES))
def test_role_may_this_and_nothing_else(person: Callable[..., User], role: str) -> None:
    holder = person("zoe", role)

    assert {permission for permission in Permission if holder.has_perm(permission)} == MAY[role] | {Permission.DESK}


def test_without_a_role_nobody_may_anything(otto: User) -> None:
    assert [permission for permission in Permission if otto.has_perm(permission)] == []


def test_closed_account_may_nothing(carl: User) -> None:
    carl.is_active = False
    carl.save()

    assert [permission for permission in Permission if carl.has_perm(permission)] == []


def test_granting_and_revoking_are_on_record_once(otto: User, adam: User, now: datetime) -> None:
    before = AuditEvent.objects.count()
    for deed in [roles.grant, roles.grant, roles.revoke, roles.revoke]:
        deed(user=otto, role="caseworker", by=adam, at=now)

    events = AuditEvent.objects.order_by("position")[before:]
    assert [(event.action, event.actor_id, event.object_id, event.reason) for event in events] == [
        ("organisation.role_granted", adam.pk, str(otto.pk), "caseworker"),
        ("organisation.role_revoked", adam.pk, str(otto.pk), "caseworker"),
    ]
    assert not RoleAssignment.objects.filter(user=otto).exists()


def test_unknown_role_is_refused(otto: User, now: datetime) -> None:
    with pytest.raises(roles.UnknownRole):
        roles.grant(user=otto, role="king", by=None, at=now)


def test_editor_may_do_with_every_page_what_editing_needs(edith: User) -> None:
    home = Page.objects.get(depth=2)

    may = {
        deed
        for deed in ["add", "change", "publish", "lock", "unlock"]
        if page_permission_policy.user_has_permission_for_instance(edith, deed, home)
    }

    assert may == {"add", "change", "publish", "lock", "unlock"}


def test_who_is_no_longer_editor_may_no_longer_edit(edith: User, now: datetime) -> None:
    roles.revoke(user=edith, role="editor", by=None, at=now)

    edith = User.objects.get(pk=edith.pk)
    assert not page_permission_policy.user_has_any_permission(edith, ["add", "change", "publish"])


def test_nobody_is_a_superuser(otto: User) -> None:
    with pytest.raises(IntegrityError, match="organisation_nobody_is_superuser"), transaction.atomic():
        User.objects.filter(pk=otto.pk).update(is_superuser=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_superuser("root", "root@raft.example", "a long test passphrase")
    with pytest.raises(CommandError, match="create_admin"):
        call_command("createsuperuser")


@pytest.mark.parametrize(("field", "value"), [("username", "EDITH"), ("email", "Edith@RAFT.example")])
def test_names_and_addresses_differ_by_more_than_case(edith: User, field: str, value: str) -> None:
    person = {"username": "other", "email": "other@raft.example"} | {field: value}

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(**person)

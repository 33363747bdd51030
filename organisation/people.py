"""Who belongs to the staff: adding people, letting them go, taking them back."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Lower

from organisation import audit, enrolling, roles
from organisation.models import User


class NotYourself(Exception):
    """Nobody changes their own roles or closes their own account: it takes another administrator."""


class AlreadyThere(Exception):
    """Somebody has this user name or mail address already."""


@transaction.atomic
def add(*, username: str, email: str, name: str, by: User | None, at: datetime) -> User:
    """Make an account without a password; ``enrolling.issue_link`` lets the person in.

    :raises AlreadyThere: if the user name or the address is taken, in any case
    """
    people = User.objects.annotate(low_name=Lower("username"), low_email=Lower("email"))
    if people.filter(low_name=username.lower()).exists() or people.filter(low_email=email.lower()).exists():
        raise AlreadyThere
    user = User.objects.create_user(username=username, email=email, name=name)
    audit.record(actor=by, action="organisation.person_added", subject=user, at=at)
    return user


@transaction.atomic
def set_roles(*, user: User, slugs: set[str], by: User, at: datetime) -> None:
    """Grant and revoke until the person holds exactly these roles.

    :raises NotYourself: also when nothing would change
    :raises roles.UnknownRole: if one is not a role
    """
    if user == by:
        raise NotYourself
    held = set(user.role_assignments.values_list("role", flat=True))
    for role in sorted(slugs - held):
        roles.grant(user=user, role=role, by=by, at=at)
    for role in sorted(held - slugs):
        roles.revoke(user=user, role=role, by=by, at=at)


@transaction.atomic
def close(*, user: User, by: User, at: datetime) -> None:
    """Close an account: its sessions end at once, its password and links no longer work.

    :raises NotYourself: so that the last administrator cannot lock everybody out
    """
    if user == by:
        raise NotYourself
    if not user.is_active:
        return  # Closing twice is no news.
    user.is_active = False
    user.save(update_fields=["is_active"])
    audit.record(actor=by, action="organisation.account_closed", subject=user, at=at)


@transaction.atomic
def reopen(*, user: User, by: User, at: datetime) -> str:
    """Open a closed account again and return the link to enrol anew: the old password may be known to others."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(actor=by, action="organisation.account_reopened", subject=user, at=at)
    return enrolling.issue_link(user=user, by=by, at=at)

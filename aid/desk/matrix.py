"""Which role may do what with a request in which status: made from the roles, what each of them sees, and the steps."""

from typing import cast

from aid import access
from aid.desk.steps import STEPS, Step
from aid.models import AidRequest
from aid.statuses import Status
from organisation.models import User
from organisation.permissions import Permission
from organisation.roles import ROLES, Role

# A request comes into these by an appeal, or cannot have had one yet.
_ONLY_AFTER_AN_APPEAL = frozenset({Status.APPEALED, Status.DECLINED_FINALLY})
_ONLY_BEFORE = frozenset({Status.DRAFT, Status.RECEIVED, Status.DECLINED, Status.ANSWERED, Status.JOINED})


class _Holder:
    """Somebody who holds one role and has had no part in any request."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def has_perm(self, permission: Permission) -> bool:
        return permission in self.role.permissions


def rounds_of(status: Status) -> tuple[int, ...]:
    """Return whether a request can be in this status before an appeal (1), after one (2), or both."""
    if status in _ONLY_AFTER_AN_APPEAL:
        return (2,)
    return (1,) if status in _ONLY_BEFORE else (1, 2)


def sees(role: Role, status: Status) -> bool:
    """Return whether this role's people see a request in this status."""
    return status in access.statuses_visible_to(_person(role))


def may(role: Role, step: Step, status: Status, *, after_appeal: bool, wants_money: bool = True) -> bool:
    """Return whether this role's people can take a step, if they had no other part in the request."""
    request = AidRequest(status=status, round=2 if after_appeal else 1, wants_money=wants_money)
    return sees(role, status) and step.is_open(request, _person(role), own_part="")


def may_ever(role: Role, step: Step) -> bool:
    """Return whether the door of the step is open to this role at all."""
    return any(permission in role.permissions for permission in step.permissions)


def cell(step: Step, status: Status) -> tuple[list[Role], list[Role]]:
    """Return who may take the step in this status at any time, and who only after an appeal."""
    wants_money = step.money is not False
    allowed = {
        number: [
            role
            for role in ROLES.values()
            if may(role, step, status, after_appeal=number == 2, wants_money=wants_money)
        ]
        for number in rounds_of(status)
    }
    first, *second = allowed.values()
    return first, [role for more in second for role in more if role not in first]


def steps() -> list[Step]:
    """Return all that can be done with a request at the desk."""
    return STEPS


def _person(role: Role) -> User:
    return cast(User, _Holder(role))

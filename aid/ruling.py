"""New versions of a fund's policy. What is in review keeps the version with which it began."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from moneyed import Money

from aid import transitions
from aid.models import Policy, PolicyBand
from core.money import to_minor
from ledger.models import Fund
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission


class AmountsDoNotFit(Exception):
    """The fast lane goes above the most for one request, or that above the cap of a person."""


@dataclass(frozen=True)
class Band:
    """Grants of up to an amount (none: any) need so many approvals."""

    up_to: Money | None
    approvals: int


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a version says."""

    max_per_request: Money
    cap: Money
    cap_days: int
    fast_lane: Money
    separation: Policy.Separation
    answer_days: int
    info_days: int
    bands: tuple[Band, ...] = ()


@transaction.atomic
def change(*, fund: Fund, rules: Rules, by: User, at: datetime) -> Policy:
    """Put a new version of the fund's policy into force.

    :raises AmountsDoNotFit: see there
    :raises transitions.NotAllowed: see there
    """
    transitions.require(by, Permission.MANAGE_AID_RULES)
    if not rules.fast_lane <= rules.max_per_request <= rules.cap:
        raise AmountsDoNotFit
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    newest = Policy.objects.filter(fund=fund).aggregate(version=Max("version"))["version"]
    policy = Policy.objects.create(
        fund=fund,
        # The first version is the default's, also if no request has used it yet.
        version=(newest or 1) + 1,
        max_per_request_minor=to_minor(rules.max_per_request),
        cap_minor=to_minor(rules.cap),
        cap_days=rules.cap_days,
        fast_lane_minor=to_minor(rules.fast_lane),
        separation=rules.separation,
        answer_days=rules.answer_days,
        info_days=rules.info_days,
        made_by=by,
        made_at=at,
    )
    PolicyBand.objects.bulk_create(_bands(policy, rules.bands))
    audit.record(actor=by, action="aid.policy_changed", subject=policy, at=at)
    return policy


def _bands(policy: Policy, bands: Iterable[Band]) -> list[PolicyBand]:
    return [
        PolicyBand(policy=policy, up_to_minor=to_minor(one.up_to) if one.up_to else None, approvals=one.approvals)
        for one in bands
    ]

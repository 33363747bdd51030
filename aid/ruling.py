"""New versions of a fund's policy. What is in review keeps the version with which it began."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from moneyed import Money

from aid import policy as policies
from aid import transitions
from aid.models import Policy, PolicyBand
from core.money import to_minor
from ledger.models import Fund
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission


class AmountsDoNotFit(Exception):
    """The fast lane goes above the most for one request, or that above the cap of a person."""


class BandsDoNotFit(Exception):
    """Two bands go up to the same amount, or a larger grant would need fewer approvals than a smaller one."""


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
def change(*, fund: Fund, rules: Rules, by: User, at: datetime, seen: int | None = None) -> Policy:
    """Put a new version of the fund's policy into force.

    :param seen: the version that the person was looking at
    :raises AmountsDoNotFit, BandsDoNotFit: see there
    :raises transitions.SeenOutdated: if another version is in force by now, with other rules than these
    :raises transitions.NotAllowed: see there
    """
    transitions.require(by, Permission.MANAGE_AID_RULES)
    if not rules.fast_lane <= rules.max_per_request <= rules.cap:
        raise AmountsDoNotFit
    _require_rising(rules.bands)
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    # The first version is the default's, also if no request has used it yet.
    newest = Policy.objects.filter(fund=fund).aggregate(version=Max("version"))["version"] or 1
    in_force = policies.in_force(fund)
    if rules_of(in_force) == rules:
        return in_force  # A second click.
    if seen is not None and seen != newest:
        raise transitions.SeenOutdated(str(newest))
    policy = Policy.objects.create(
        fund=fund,
        version=newest + 1,
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


def rules_of(policy: Policy) -> Rules:
    """Return what a version says."""
    bands = sorted(policy.bands.all(), key=_rank) if policy.pk else []
    return Rules(
        max_per_request=policy.money(policy.max_per_request_minor),
        cap=policy.money(policy.cap_minor),
        cap_days=policy.cap_days,
        fast_lane=policy.money(policy.fast_lane_minor),
        separation=Policy.Separation(policy.separation),
        answer_days=policy.answer_days,
        info_days=policy.info_days,
        bands=tuple(
            Band(None if one.up_to_minor is None else policy.money(one.up_to_minor), one.approvals) for one in bands
        ),
    )


def _rank(band: PolicyBand) -> tuple[bool, int]:
    return band.up_to_minor is None, band.up_to_minor or 0


def _require_rising(bands: tuple[Band, ...]) -> None:
    """Let only those bands pass of which each goes further than the one before and needs no fewer approvals.

    What no band says needs two; so nothing below the last band's end may need more, unless that band has no end.
    """
    limits = [band.up_to for band in bands]
    if any(limit is None for limit in limits[:-1]) or len(set(limits)) < len(limits):
        raise BandsDoNotFit
    ends = [limit for limit in limits if limit is not None]
    needed = [band.approvals for band in bands] + ([] if bands and limits[-1] is None else [policies.APPROVALS])
    if ends != sorted(ends) or needed != sorted(needed) or any(one < policies.APPROVALS for one in needed):
        raise BandsDoNotFit

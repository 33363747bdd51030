"""What a fund allows and this group promises: the version in force, and what it asks of a grant."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from moneyed import Money

from aid.models import AidRequest, Decision, Disbursement, Policy, PolicyBand, Review
from core.money import to_minor
from ledger.models import Fund

LONGEST_STORY = 5000
# What a fund starts with, in whole units of its currency: small grants, quickly, to many.
_MOST, _CAP, _FAST_LANE = 1000, 1500, 200
_CAP_DAYS, _ANSWER_DAYS, _INFO_DAYS = 180, 7, 30
# What no band says.
APPROVALS = 2


def in_force(fund: Fund) -> Policy:
    """Return the newest version of the fund's policy; the default, not yet saved, if it has none."""
    newest = Policy.objects.filter(fund=fund).select_related("fund").order_by("-version").first()
    return newest or _default(fund)


def freeze(request: AidRequest, *, at: datetime) -> None:
    """Keep the version in force with the request, which is saved afterwards. What has one keeps it."""
    if request.policy is not None:
        return
    policy = in_force(request.fund)
    if policy._state.adding:
        policy, _is_new = Policy.objects.get_or_create(
            fund=request.fund, version=1, defaults=_default_amounts(request.fund) | {"made_at": at}
        )
    request.policy = policy


def approvals_needed(request: AidRequest, amount: Money, *, at: datetime) -> int:
    """Return how many approvals a grant of this amount needs beside the review, by the policy frozen in the request.

    After an appeal there is no fast lane: one person's no is not turned by one other person. The database holds the same rule: ``aid.evidence.approvals_needed``.
    """
    policy = request.policy
    if policy is None:
        return APPROVALS
    minor = to_minor(amount)
    if minor <= policy.fast_lane_minor and request.round == 1 and not _had_a_grant(request, policy, at=at):
        return 1
    return by_bands(minor, policy.bands.all())


def by_bands(minor: int, bands: Iterable[PolicyBand]) -> int:
    """Return how many approvals the bands ask for an amount that the fast lane does not take."""
    in_order = sorted(bands, key=lambda band: (band.up_to_minor is None, band.up_to_minor or 0))
    fitting = [band.approvals for band in in_order if band.up_to_minor is None or band.up_to_minor >= minor]
    return fitting[0] if fitting else APPROVALS


def approvals_missing(request: AidRequest, review: Review, amount: Money) -> int:
    """Return how many approvals of this review are missing, as the request and its person's other grants are now."""
    needed = max(review.approvals_needed, approvals_needed(request, amount, at=review.at))
    # An approval of something else does not count.
    given = review.decisions.filter(outcome=Decision.Outcome.APPROVED, revision=request.revision).count()
    return max(needed - given, 0)


def _had_a_grant(request: AidRequest, policy: Policy, *, at: datetime) -> bool:
    """Return whether this person was granted money within the policy's period, in another case."""
    return (
        Disbursement.objects.filter(
            request__case__person=request.case.person_id,
            ended_at__isnull=True,
            made_at__gt=at - timedelta(days=policy.cap_days),
        )
        .exclude(request=request)
        .exists()
    )


def _default(fund: Fund) -> Policy:
    return Policy(fund=fund, version=1, **_default_amounts(fund))


def _default_amounts(fund: Fund) -> dict[str, int]:
    minor = {
        name: to_minor(Money(units, fund.currency))
        for name, units in (
            ("max_per_request_minor", _MOST),
            ("cap_minor", _CAP),
            ("fast_lane_minor", _FAST_LANE),
        )
    }
    return minor | {"cap_days": _CAP_DAYS, "answer_days": _ANSWER_DAYS, "info_days": _INFO_DAYS}

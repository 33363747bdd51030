"""Proves of all decisions at once that they were made by those, and by as many, as the frozen policy asks.

Each proof is one query: SQL made of constants of this package, which gives the ids of what breaks it.
"""
# ruff: noqa: S608 - no value of a request comes near it

import uuid
from collections.abc import Iterator

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from aid.models import AidRequest, Case, Hold
from aid.reasons import HoldReason
from aid.statuses import Status

_PARTS = """
    SELECT r.request_id, r.reviewer_id AS person, 'reviewer' AS part, r.round, r.at FROM aid_review r
    UNION ALL SELECT r.request_id, d.decider_id, 'decider', r.round, d.at
    FROM aid_decision d JOIN aid_review r ON r.id = d.review_id
    UNION ALL SELECT b.request_id, a.recorded_by_id, 'payer', 2, a.recorded_at
    FROM aid_disbursementattempt a JOIN aid_disbursement b ON b.id = a.disbursement_id
    UNION ALL SELECT b.request_id, a.failed_by_id, 'payer', 2, a.failed_at
    FROM aid_disbursementattempt a JOIN aid_disbursement b ON b.id = a.disbursement_id
    WHERE a.failed_by_id IS NOT NULL
"""

# Which cases were known to be one person's when ``own`` was made: what was said of either later was not known.
_KNOWN_THEN = """
    NOT EXISTS (
        SELECT 1 FROM aid_match m
        WHERE m.is_same AND m.at >= own.made_at
          AND (m.first_id IN (mine.id, theirs.id) OR m.second_id IN (mine.id, theirs.id)))
"""

# The grants that the same person had been promised before ``own``, within the period of the policy ``p``.
_EARLIER = f"""
    SELECT %s FROM aid_disbursement b
    JOIN aid_aidrequest their ON their.id = b.request_id JOIN aid_case theirs ON theirs.id = their.case_id
    WHERE theirs.person_id = mine.person_id AND b.promise_id %s own.promise_id
      AND {_KNOWN_THEN}
"""

_TOO_FEW_APPROVALS = f"""
    SELECT q.id FROM aid_aidrequest q
    JOIN aid_case mine ON mine.id = q.case_id
    JOIN aid_disbursement own ON own.request_id = q.id AND own.ended_at IS NULL
    JOIN LATERAL (
        SELECT r.* FROM aid_review r WHERE r.request_id = q.id ORDER BY r.version DESC LIMIT 1) latest ON true
    LEFT JOIN aid_policy p ON p.id = q.policy_id
    WHERE q.status IN ('approved', 'paid', 'confirmed')
      AND (latest.recommendation <> 'grant' OR latest.amount_minor <> own.amount_minor OR (
        SELECT count(DISTINCT d.decider_id) FROM aid_decision d
        WHERE d.review_id = latest.id AND d.outcome = 'approved' AND d.amount_minor = own.amount_minor
          AND d.revision = CASE
            WHEN q.status = 'approved' THEN q.revision
            -- What was paid may be erased, which counts as a change: its last approvals are looked at.
            ELSE (SELECT max(e.revision) FROM aid_decision e WHERE e.review_id = latest.id AND e.outcome = 'approved')
            END
        ) < GREATEST(latest.approvals_needed, CASE
            WHEN p.id IS NULL THEN 2
            WHEN latest.amount_minor <= p.fast_lane_minor AND q.round = 1 AND NOT EXISTS (
                {_EARLIER % ("1", "<")} AND b.request_id <> q.id
                AND (b.ended_at IS NULL OR b.ended_at > own.made_at)
                AND b.made_at > latest.at - make_interval(days => p.cap_days)) THEN 1
            ELSE COALESCE((
                SELECT n.approvals FROM aid_policyband n
                WHERE n.policy_id = p.id AND (n.up_to_minor IS NULL OR n.up_to_minor >= latest.amount_minor)
                ORDER BY n.up_to_minor NULLS LAST LIMIT 1), 2) END))
"""

_ABOVE_CAP = f"""
    SELECT q.id FROM aid_disbursement own
    JOIN aid_aidrequest q ON q.id = own.request_id
    JOIN aid_case mine ON mine.id = q.case_id
    LEFT JOIN aid_policy p ON p.id = q.policy_id
    WHERE own.ended_at IS NULL AND (
        p.id IS NULL OR own.amount_minor > p.max_per_request_minor OR own.amount_minor + (
            {_EARLIER % ("COALESCE(sum(b.amount_minor), 0)", "<")} AND b.ended_at IS NULL
            AND b.currency = own.currency AND b.made_at > own.made_at - make_interval(days => p.cap_days)
        ) > p.cap_minor)
"""

_QUERIES = {
    "has fewer approvals than its policy asks for": _TOO_FEW_APPROVALS,
    "brings its person above the cap": _ABOVE_CAP,
    "one person has two parts, or parts in two rounds": f"""
        SELECT DISTINCT one.request_id FROM ({_PARTS}) one JOIN ({_PARTS}) two
        ON two.request_id = one.request_id AND two.person = one.person
        AND (two.part <> one.part OR two.round <> one.round)
    """,
    "somebody with a conflict has a part": f"""
        SELECT DISTINCT taken.request_id FROM ({_PARTS}) taken
        JOIN aid_aidrequest q ON q.id = taken.request_id JOIN aid_case own ON own.id = q.case_id
        JOIN aid_conflict k ON k.person_id = taken.person AND k.at < taken.at
        AND (k.lifted_at IS NULL OR k.lifted_at > taken.at)
        AND (k.case_id = own.id OR k.worker_id_index = own.worker_id_index)
    """,
    "was decided on in a revision that it never had": """
        SELECT DISTINCT q.id FROM aid_decision d JOIN aid_review r ON r.id = d.review_id
        JOIN aid_aidrequest q ON q.id = r.request_id WHERE d.revision > q.revision
    """,
    "attempts to pay are not counted without a gap, or two are live": """
        SELECT b.request_id FROM aid_disbursementattempt a JOIN aid_disbursement b ON b.id = a.disbursement_id
        GROUP BY b.request_id
        HAVING min(a.number) <> 1 OR max(a.number) <> count(*) OR count(DISTINCT a.number) <> count(*)
        OR count(*) FILTER (WHERE a.state <> 'failed') > 1
    """,
    "a failed payment is not reversed in the books, or a sent one is": """
        SELECT DISTINCT b.request_id FROM aid_disbursementattempt a JOIN aid_disbursement b ON b.id = a.disbursement_id
        WHERE (a.state = 'failed') <> EXISTS (
            SELECT 1 FROM ledger_transaction t WHERE t.reverses_id = a.transaction_id)
    """,
    "is joined, and nobody said to what": """
        SELECT q.id FROM aid_aidrequest q JOIN aid_case own ON own.id = q.case_id
        WHERE q.status = 'joined' AND NOT EXISTS (
            SELECT 1 FROM aid_match m JOIN aid_case other ON other.person_id = own.person_id AND other.id <> own.id
            WHERE m.is_same AND own.id IN (m.first_id, m.second_id) AND other.id IN (m.first_id, m.second_id))
    """,
    "was declined by one person alone": """
        SELECT q.id FROM aid_aidrequest q
        JOIN LATERAL (
            SELECT r.* FROM aid_review r WHERE r.request_id = q.id ORDER BY r.version DESC LIMIT 1) latest ON true
        WHERE q.status IN ('declined', 'declined_finally') AND NOT EXISTS (
            SELECT 1 FROM aid_decision d
            WHERE d.review_id = latest.id AND d.outcome = 'declined' AND d.decider_id <> latest.reviewer_id)
    """,
}


def broken() -> Iterator[str]:
    """Name every request whose decisions, payments or joins contradict the rules."""
    for problem, query in _QUERIES.items():
        for request_id in _ids(query):
            yield f"request {request_id}: {problem}"
    yield from _endless_holds()
    yield from _erased_and_still_there()
    yield from _reported_without_a_person()


def _ids(query: str) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def _endless_holds() -> Iterator[str]:
    """No hold is longer than a week."""
    for hold in Hold.objects.filter(until__gt=F("at") + HoldReason.longest()):
        yield f"request {hold.request_id}: is held for longer than a hold may last"


def _erased_and_still_there() -> Iterator[str]:
    """An erased case is empty. What came to it later goes with the next run of ``erase_expired``."""
    sealed = Q(story_sealed__isnull=False) | Q(pay_to_sealed__isnull=False)
    for name in ("notice", "requester", "worker_id", "email"):
        sealed |= Q(**{f"case__{name}_sealed__isnull": False})
    for request in AidRequest.objects.filter(sealed, case__erased_at__isnull=False):
        yield f"{request}: is erased, but something is left"
    untold = Case.objects.filter(erased_at__isnull=False, tombstones__isnull=True)
    for case in untold:
        yield f"{case}: is erased without a tombstone"


def _reported_without_a_person() -> Iterator[str]:
    """Each case that was sent in is somebody's, so that caps count."""
    sent = AidRequest.objects.filter(case=OuterRef("pk")).exclude(status=Status.DRAFT)
    for case in Case.objects.filter(Exists(sent), person__isnull=True):
        yield f"{case}: was sent in and is nobody's"

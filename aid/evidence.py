"""What must be there before a request can have a status, as SQL for the trigger that guards its steps.

In it, ``NEW`` is the request after the step, ``OLD`` before it, and ``latest`` its newest review. The row's version
counts its steps, so that old evidence does not serve a new step; its revision counts changes of what is asked, so that
an approval of something else does not serve either.
"""
# ruff: noqa: S608 - SQL made of constants, no value of a request comes near it


def latest_of(request: str) -> str:
    """Return SQL for the newest review of a row of requests."""
    return f"SELECT r.* FROM aid_review r WHERE r.request_id = {request}.id ORDER BY r.version DESC LIMIT 1"


def approvals(request: str, review: str) -> str:
    """Return SQL for the number of approvals that stand: of this review and its amount, and of what is asked now."""
    return f"""(
    SELECT count(*) FROM aid_decision d
    WHERE d.review_id = {review}.id AND d.outcome = 'approved'
      AND d.revision = {request}.revision AND d.amount_minor = {review}.amount_minor)"""


def approvals_needed(request: str, review: str) -> str:
    """Return SQL for the number of approvals that a grant needs: by its review, and by the policy as things stand now.

    :param request: the name of a row of requests
    :param review: the name of a row of reviews
    """
    return f"""
    GREATEST({review}.approvals_needed, (
        SELECT CASE
            WHEN p.id IS NULL THEN 2
            WHEN {review}.amount_minor <= p.fast_lane_minor AND {request}.round = 1 AND NOT EXISTS (
                SELECT 1 FROM aid_disbursement b
                JOIN aid_aidrequest q ON q.id = b.request_id
                JOIN aid_case c ON c.id = q.case_id
                WHERE c.person_id = own.person_id AND q.id <> {request}.id AND b.ended_at IS NULL
                  AND b.made_at > {review}.at - make_interval(days => p.cap_days))
            THEN 1
            ELSE COALESCE((
                SELECT n.approvals FROM aid_policyband n
                WHERE n.policy_id = p.id AND (n.up_to_minor IS NULL OR n.up_to_minor >= {review}.amount_minor)
                ORDER BY n.up_to_minor NULLS LAST LIMIT 1), 2)
            END
        FROM aid_case own LEFT JOIN aid_policy p ON p.id = {request}.policy_id WHERE own.id = {request}.case_id))
    """


_APPROVALS = approvals("NEW", "latest")

# When the step was made, by its own event: what is older than that belongs to an earlier step.
_AT = "(SELECT e.at FROM aid_caseevent e WHERE e.request_id = NEW.id AND e.version = NEW.version)"

_MONEY_IS_PUT_ASIDE = """EXISTS (
    SELECT 1 FROM aid_disbursement b JOIN ledger_promise p ON p.id = b.promise_id
    WHERE b.request_id = NEW.id AND b.ended_at IS NULL AND b.amount_minor = latest.amount_minor
      AND b.amount_minor = p.amount_minor AND p.fund_id = NEW.fund_id AND p.state = 'open')"""

_NOTHING_IS_PUT_ASIDE = (
    "NOT EXISTS (SELECT 1 FROM aid_disbursement b WHERE b.request_id = NEW.id AND b.ended_at IS NULL)"
)

_NOTHING_IS_SENT = """NOT EXISTS (
    SELECT 1 FROM aid_disbursementattempt a JOIN aid_disbursement b ON b.id = a.disbursement_id
    WHERE b.request_id = NEW.id AND a.state <> 'failed')"""

_SOMETHING_CAME_BACK = """EXISTS (
    SELECT 1 FROM aid_disbursementattempt a JOIN aid_disbursement b ON b.id = a.disbursement_id
    WHERE b.request_id = NEW.id AND b.ended_at IS NOT NULL AND a.state = 'failed')"""

_IS_DECLINED = """
    latest.version = OLD.version AND latest.recommendation = 'decline' AND EXISTS (
        SELECT 1 FROM aid_decision d WHERE d.review_id = latest.id AND d.outcome = 'declined')"""

_IS_JOINED = """
    SELECT 1 FROM aid_match m
    JOIN aid_case own ON own.id = NEW.case_id
    JOIN aid_case other ON other.person_id = own.person_id AND other.id IN (m.first_id, m.second_id)
    JOIN aid_aidrequest there ON there.case_id = other.id
    WHERE m.is_same AND m.undone_at IS NULL AND own.id IN (m.first_id, m.second_id) AND other.id <> own.id
      AND there.status <> 'joined'"""

EVIDENCE = f"""
    CASE NEW.status
    WHEN 'received' THEN (SELECT c.person_id IS NOT NULL FROM aid_case c WHERE c.id = NEW.case_id)
    WHEN 'in_review' THEN CASE
        WHEN OLD.status IN ('received', 'appealed')
        THEN NEW.taken_by_id IS NOT NULL AND (NEW.policy_id IS NOT NULL OR NOT NEW.wants_money)
        WHEN OLD.status IN ('recommended_grant', 'partly_approved', 'recommended_decline')
        THEN EXISTS (SELECT 1 FROM aid_decision d WHERE d.review_id = latest.id AND d.outcome = 'sent_back')
        WHEN OLD.status = 'approved' THEN {_NOTHING_IS_PUT_ASIDE}
        WHEN OLD.status = 'joined' THEN NOT EXISTS ({_IS_JOINED})
        WHEN OLD.status = 'paid' THEN {_NOTHING_IS_PUT_ASIDE} AND {_NOTHING_IS_SENT} AND {_SOMETHING_CAME_BACK}
        ELSE true END
    WHEN 'needs_info' THEN NEW.answer_by IS NOT NULL AND EXISTS (
        SELECT 1 FROM aid_message m WHERE m.case_id = NEW.case_id AND m.is_question AND m.at >= {_AT})
    WHEN 'expired' THEN NEW.answer_by < ({_AT} AT TIME ZONE 'UTC')::date
    WHEN 'answered' THEN NOT NEW.wants_money AND EXISTS (
        SELECT 1 FROM aid_message m WHERE m.case_id = NEW.case_id AND m.sender = 'staff' AND m.at >= {_AT})
    WHEN 'recommended_grant' THEN CASE
        WHEN OLD.status = 'in_review'
        THEN NEW.wants_money AND latest.version = NEW.version AND latest.recommendation = 'grant'
        ELSE {_APPROVALS} = 0 AND {_NOTHING_IS_PUT_ASIDE} END
    WHEN 'recommended_decline' THEN latest.version = NEW.version AND latest.recommendation = 'decline'
    WHEN 'partly_approved' THEN latest.recommendation = 'grant' AND {_APPROVALS} >= 1
    WHEN 'approved' THEN latest.recommendation = 'grant'
        AND {_APPROVALS} >= {approvals_needed("NEW", "latest")}
        AND {_MONEY_IS_PUT_ASIDE} AND {_NOTHING_IS_SENT}
        AND (OLD.status <> 'paid' OR {_SOMETHING_CAME_BACK})
    WHEN 'declined' THEN NEW.round = 1 AND {_IS_DECLINED}
    WHEN 'declined_finally' THEN NEW.round = 2 AND {_IS_DECLINED}
    WHEN 'appealed' THEN NEW.round = 2 AND EXISTS (SELECT 1 FROM aid_appeal a WHERE a.request_id = NEW.id)
    WHEN 'paid' THEN {_APPROVALS} >= latest.approvals_needed AND EXISTS (
        SELECT 1 FROM aid_disbursementattempt a
        JOIN aid_disbursement b ON b.id = a.disbursement_id
        JOIN ledger_promise p ON p.id = b.promise_id
        WHERE b.request_id = NEW.id AND b.ended_at IS NULL AND a.state = 'sent'
          AND a.amount_minor = b.amount_minor AND p.settled_by_id = a.transaction_id)
    WHEN 'confirmed' THEN EXISTS (
        SELECT 1 FROM aid_confirmation c
        JOIN aid_disbursementattempt a ON a.id = c.attempt_id
        JOIN aid_disbursement b ON b.id = a.disbursement_id
        WHERE b.request_id = NEW.id AND b.ended_at IS NULL AND a.state = 'sent' AND c.answer = 'arrived')
    WHEN 'withdrawn' THEN {_NOTHING_IS_PUT_ASIDE}
    WHEN 'joined' THEN EXISTS ({_IS_JOINED})
    ELSE false
    END
"""

"""What the database itself refuses, also from a shell: unknown steps, steps without evidence, one person in two parts.

The rules are written once as SQL that the models' triggers carry; every word in them is a constant of this package.
"""
# ruff: noqa: S608 - SQL made of constants, no value of a request comes near it

import pgtrigger

from aid.statuses import ALLOWED

_PAIRS = ", ".join(f"('{before}', '{after}')" for before, after in sorted(ALLOWED))

# What must be there before a request can have the status. The row's version counts its steps, so that old evidence
# does not serve a new step.
_EVIDENCE = """
    CASE NEW.status
    WHEN 'recommended_grant' THEN EXISTS (
        SELECT 1 FROM aid_review r
        WHERE r.request_id = NEW.id AND r.version = NEW.version AND r.recommendation = 'grant')
    WHEN 'recommended_decline' THEN EXISTS (
        SELECT 1 FROM aid_review r
        WHERE r.request_id = NEW.id AND r.version = NEW.version AND r.recommendation = 'decline')
    WHEN 'in_review' THEN OLD.status = 'received' OR EXISTS (
        SELECT 1 FROM aid_decision d JOIN aid_review r ON r.id = d.review_id
        WHERE r.request_id = NEW.id AND r.version = OLD.version AND d.outcome = 'sent_back')
    WHEN 'declined' THEN EXISTS (
        SELECT 1 FROM aid_decision d JOIN aid_review r ON r.id = d.review_id
        WHERE r.request_id = NEW.id AND r.version = OLD.version
          AND r.recommendation = 'decline' AND d.outcome = 'declined')
    WHEN 'approved' THEN EXISTS (
        SELECT 1 FROM aid_decision d
        JOIN aid_review r ON r.id = d.review_id
        JOIN aid_disbursement b ON b.request_id = NEW.id
        JOIN ledger_promise p ON p.id = b.promise_id
        WHERE r.request_id = NEW.id AND r.version = OLD.version
          AND r.recommendation = 'grant' AND d.outcome = 'approved'
          AND r.amount_minor = d.amount_minor AND d.amount_minor = b.amount_minor
          AND b.amount_minor = p.amount_minor AND p.fund_id = NEW.fund_id AND p.state = 'open')
    WHEN 'paid' THEN EXISTS (
        SELECT 1 FROM aid_disbursementattempt a
        JOIN aid_disbursement b ON b.id = a.disbursement_id
        JOIN ledger_promise p ON p.id = b.promise_id
        WHERE b.request_id = NEW.id AND a.state = 'sent'
          AND a.amount_minor = b.amount_minor AND p.settled_by_id = a.transaction_id)
    WHEN 'confirmed' THEN EXISTS (
        SELECT 1 FROM aid_confirmation c
        JOIN aid_disbursementattempt a ON a.id = c.attempt_id
        JOIN aid_disbursement b ON b.id = a.disbursement_id
        WHERE b.request_id = NEW.id AND c.answer = 'arrived')
    WHEN 'withdrawn' THEN NOT EXISTS (
        SELECT 1 FROM aid_disbursement b JOIN ledger_promise p ON p.id = b.promise_id
        WHERE b.request_id = NEW.id AND p.state = 'open')
    ELSE true
    END
"""


def _refuse(message: str, constraint: str) -> str:
    return f"RAISE EXCEPTION {message} USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}';"


def starts_as_a_draft() -> pgtrigger.Trigger:
    """Refuse a new request that is already on its way."""
    return pgtrigger.Trigger(
        name="request_starts_as_a_draft",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
            IF NEW.status <> 'draft' OR NEW.version <> 0 THEN
                {_refuse("'a request starts as a draft'", "aid_request_starts_as_a_draft")}
            END IF;
            RETURN NEW;
        """,
    )


def steps_as_allowed() -> pgtrigger.Trigger:
    """Refuse a step that is not allowed, is not written down, or lacks its evidence."""
    return pgtrigger.Trigger(
        name="request_steps_as_allowed",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF (OLD.case_id, OLD.fund_id) IS DISTINCT FROM (NEW.case_id, NEW.fund_id) THEN
                {_refuse("'request % keeps its case and fund', OLD.id", "aid_request_keeps_its_place")}
            END IF;
            IF OLD.status = NEW.status AND OLD.version = NEW.version THEN
                RETURN NEW;
            END IF;
            IF (OLD.status, NEW.status) NOT IN ({_PAIRS}) OR NEW.version <> OLD.version + 1 THEN
                {_refuse("'a request does not go from % to %', OLD.status, NEW.status", "aid_status_pair_is_allowed")}
            END IF;
            IF NOT EXISTS (
                SELECT 1 FROM aid_caseevent e WHERE e.request_id = NEW.id AND e.version = NEW.version
                AND e.from_status = OLD.status AND e.to_status = NEW.status) THEN
                {_refuse("'step % of request % is not written down', NEW.version, OLD.id", "aid_step_is_written_down")}
            END IF;
            IF NOT ({_EVIDENCE}) THEN
                {_refuse("'request % cannot be % yet', OLD.id, NEW.status", "aid_status_has_its_evidence")}
            END IF;
            RETURN NEW;
        """,
    )


_PARTS = """
    SELECT r.reviewer_id AS person, 'reviewer' AS part FROM aid_review r WHERE r.request_id = of_request
    UNION SELECT d.decider_id, 'decider' FROM aid_decision d JOIN aid_review r ON r.id = d.review_id
    WHERE r.request_id = of_request
    UNION SELECT a.recorded_by_id, 'payer' FROM aid_disbursementattempt a
    JOIN aid_disbursement b ON b.id = a.disbursement_id WHERE b.request_id = of_request
"""


def one_part_each(part: str, *, person: str, request: str) -> pgtrigger.Trigger:
    """Refuse a person who has had another part in the same request, whatever their roles.

    :param part: "reviewer", "decider" or "payer": what the new row makes of its person
    :param person: the column that names the person
    :param request: SQL that gives the request's id from NEW
    """
    return pgtrigger.Trigger(
        name=f"{part}_has_no_other_part",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("of_request", "uuid")],
        func=f"""
            of_request := ({request});
            PERFORM 1 FROM aid_aidrequest WHERE id = of_request FOR UPDATE;
            IF EXISTS (SELECT 1 FROM ({_PARTS}) taken WHERE taken.person = NEW.{person} AND taken.part <> '{part}') THEN
                {_refuse("'one person has one part in request %', of_request", "aid_three_different_people")}
            END IF;
            RETURN NEW;
        """,
    )


def grants_at_most_what_was_asked() -> pgtrigger.Trigger:
    """Refuse a recommendation above the amount that the worker asked for."""
    return pgtrigger.Trigger(
        name="review_grants_at_most_what_was_asked",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
            IF NEW.amount_minor > (SELECT q.amount_minor FROM aid_aidrequest q WHERE q.id = NEW.request_id) THEN
                {_refuse("'request % asked for less', NEW.request_id", "aid_grant_is_at_most_what_was_asked")}
            END IF;
            RETURN NEW;
        """,
    )


def only_the_note_may_go(name: str) -> pgtrigger.Trigger:
    """Refuse every change of a row but erasing its sealed note."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF NEW.note_sealed IS NOT NULL OR to_jsonb(OLD) - 'note_sealed' <> to_jsonb(NEW) - 'note_sealed' THEN
                {_refuse("'row % of % is kept', OLD.id, TG_TABLE_NAME", "aid_row_is_kept")}
            END IF;
            RETURN NEW;
        """,
    )


def only_unsent_may_go(name: str, *, request: str) -> pgtrigger.Trigger:
    """Refuse to delete what was sent in. Drafts may be erased."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func=f"""
            IF EXISTS (SELECT 1 FROM aid_aidrequest q WHERE {request} AND q.status <> 'draft') THEN
                {_refuse("'row % of % is kept', OLD.id, TG_TABLE_NAME", "aid_row_is_kept")}
            END IF;
            RETURN OLD;
        """,
    )

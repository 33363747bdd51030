"""What the database itself refuses, also from a shell: unknown steps, steps without evidence, one person in two parts.

The rules are written once as SQL that the models' triggers carry; every word in them is a constant of this package.
"""
# ruff: noqa: S608 - SQL made of constants, no value of a request comes near it

import pgtrigger

from aid.evidence import EVIDENCE, approvals_needed, latest_of
from aid.statuses import ALLOWED

_PAIRS = ", ".join(f"('{before}', '{after}')" for before, after in sorted(ALLOWED))


def refuse(message: str, constraint: str) -> str:
    """Return SQL that refuses by a named rule.

    :param message: an SQL string, and what its percent signs stand for
    """
    return f"RAISE EXCEPTION {message} USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}';"


def trigger(
    name: str,
    operation: pgtrigger.Operation | pgtrigger.Operations,
    func: str,
    declare: list[tuple[str, str]] | None = None,
) -> pgtrigger.Trigger:
    """Return a trigger that looks at each row before it is written."""
    return pgtrigger.Trigger(name=name, when=pgtrigger.Before, operation=operation, func=func, declare=declare)


def starts_as_a_draft() -> pgtrigger.Trigger:
    """Refuse a new request that is already on its way."""
    return trigger(
        "request_starts_as_a_draft",
        pgtrigger.Insert,
        f"""
            IF NEW.status <> 'draft' OR NEW.version <> 0 OR NEW.round <> 1 THEN
                {refuse("'a request starts as a draft'", "aid_request_starts_as_a_draft")}
            END IF;
            RETURN NEW;
        """,
    )


def counts_its_revisions() -> pgtrigger.Trigger:
    """Count up what was sent in whenever what it asks changes. Nobody else counts. (It runs before the steps' trigger.)

    What is sealed is compared by its blind index: sealed anew with a new key, it is still the same.
    """
    return trigger(
        "request_counts_its_revisions",
        pgtrigger.Update,
        """
            NEW.revision := OLD.revision;
            IF OLD.status <> 'draft'
               AND (OLD.wants_money, OLD.needs, OLD.amount_minor, OLD.pay_method, OLD.pay_to_index, OLD.story_index)
                   IS DISTINCT FROM
                   (NEW.wants_money, NEW.needs, NEW.amount_minor, NEW.pay_method, NEW.pay_to_index, NEW.story_index)
            THEN
                NEW.revision := OLD.revision + 1;
            END IF;
            RETURN NEW;
        """,
    )


def steps_as_allowed() -> pgtrigger.Trigger:
    """Refuse a step that is not allowed, is not written down, or lacks its evidence."""
    return trigger(
        "request_steps_as_allowed",
        pgtrigger.Update,
        f"""
            IF (OLD.case_id, OLD.fund_id) IS DISTINCT FROM (NEW.case_id, NEW.fund_id)
               OR (OLD.policy_id IS NOT NULL AND OLD.policy_id IS DISTINCT FROM NEW.policy_id) THEN
                {refuse("'request % keeps its case, fund and policy', OLD.id", "aid_request_keeps_its_place")}
            END IF;
            IF NEW.policy_id IS DISTINCT FROM OLD.policy_id AND NOT EXISTS (
                SELECT 1 FROM aid_policy p WHERE p.id = NEW.policy_id AND p.fund_id = NEW.fund_id) THEN
                {refuse("'request % has the policy of another fund', OLD.id", "aid_policy_is_of_the_fund")}
            END IF;
            IF OLD.round <> NEW.round AND (OLD.round, NEW.round, NEW.status) <> (1, 2, 'appealed') THEN
                {refuse("'request % has no such round', OLD.id", "aid_round_begins_with_an_appeal")}
            END IF;
            IF OLD.status = NEW.status AND OLD.version = NEW.version THEN
                RETURN NEW;
            END IF;
            IF (OLD.status, NEW.status) NOT IN ({_PAIRS}) OR NEW.version <> OLD.version + 1 THEN
                {refuse("'a request does not go from % to %', OLD.status, NEW.status", "aid_status_pair_is_allowed")}
            END IF;
            IF NOT EXISTS (
                SELECT 1 FROM aid_caseevent e WHERE e.request_id = NEW.id AND e.version = NEW.version
                AND e.from_status = OLD.status AND e.to_status = NEW.status) THEN
                {refuse("'step % of request % is not written down', NEW.version, OLD.id", "aid_step_is_written_down")}
            END IF;
            {latest_of("NEW").replace("SELECT r.*", "SELECT r.* INTO latest")};
            IF ({EVIDENCE}) IS NOT TRUE THEN
                {refuse("'request % cannot be % yet', OLD.id, NEW.status", "aid_status_has_its_evidence")}
            END IF;
            RETURN NEW;
        """,
        declare=[("latest", "aid_review%ROWTYPE")],
    )


PARTS = """
    SELECT r.reviewer_id AS person, 'reviewer' AS part, r.round AS round FROM aid_review r
    WHERE r.request_id = of_request
    UNION SELECT d.decider_id, 'decider', r.round FROM aid_decision d JOIN aid_review r ON r.id = d.review_id
    WHERE r.request_id = of_request
    UNION SELECT a.recorded_by_id, 'payer', 2 FROM aid_disbursementattempt a
    JOIN aid_disbursement b ON b.id = a.disbursement_id WHERE b.request_id = of_request
    UNION SELECT a.failed_by_id, 'payer', 2 FROM aid_disbursementattempt a
    JOIN aid_disbursement b ON b.id = a.disbursement_id
    WHERE b.request_id = of_request AND a.failed_by_id IS NOT NULL
"""


def one_part_each(part: str, *, person: str, request: str) -> pgtrigger.Trigger:
    """Refuse a person who has had another part in the same request, had any part before an appeal, or has a conflict.

    :param part: "reviewer", "decider" or "payer": what the new row makes of its person
    :param person: the column that names the person
    :param request: SQL that gives the request's id from NEW
    """
    return trigger(
        f"{part}_has_no_other_part",
        pgtrigger.Insert,
        f"""
            of_request := ({request});
            SELECT q.round INTO this_round FROM aid_aidrequest q WHERE q.id = of_request FOR UPDATE;
            IF EXISTS (
                SELECT 1 FROM ({PARTS}) taken
                WHERE taken.person = NEW.{person} AND (taken.part <> '{part}' OR taken.round < this_round)) THEN
                {refuse("'one person has one part in request %', of_request", "aid_three_different_people")}
            END IF;
            IF EXISTS (
                SELECT 1 FROM aid_aidrequest q JOIN aid_case own ON own.id = q.case_id, aid_conflict k
                LEFT JOIN aid_case known ON known.id = k.case_id
                WHERE q.id = of_request AND k.person_id = NEW.{person} AND k.lifted_at IS NULL
                  AND (known.id = own.id OR known.person_id = own.person_id
                       OR k.worker_id_index IN (
                           SELECT c.worker_id_index FROM aid_case c
                           WHERE c.id = own.id OR c.person_id = own.person_id))) THEN
                {refuse("'a person with a conflict has no part in request %', of_request", "aid_no_part_in_conflict")}
            END IF;
            RETURN NEW;
        """,
        declare=[("of_request", "uuid"), ("this_round", "integer")],
    )


def grants_at_most_what_was_asked() -> pgtrigger.Trigger:
    """Refuse a recommendation above the amount that the worker asked for, or above the policy's most."""
    return trigger(
        "review_grants_at_most_what_was_asked",
        pgtrigger.Insert,
        f"""
            SELECT q.* INTO asked FROM aid_aidrequest q WHERE q.id = NEW.request_id;
            IF NEW.round <> asked.round THEN
                {refuse("'request % is in another round', NEW.request_id", "aid_review_is_of_the_round")}
            END IF;
            IF NEW.amount_minor > asked.amount_minor
               OR NEW.amount_minor > (SELECT p.max_per_request_minor FROM aid_policy p WHERE p.id = asked.policy_id) THEN
                {refuse("'request % asked for less', NEW.request_id", "aid_grant_is_at_most_what_was_asked")}
            END IF;
            RETURN NEW;
        """,
        declare=[("asked", "aid_aidrequest%ROWTYPE")],
    )


def needs_enough_approvals() -> pgtrigger.Trigger:
    """Refuse a recommendation that asks for fewer approvals than the frozen policy."""
    return trigger(
        "review_needs_enough_approvals",
        pgtrigger.Insert,
        f"""
            SELECT q.* INTO asked FROM aid_aidrequest q WHERE q.id = NEW.request_id;
            IF NEW.recommendation = 'grant' AND NEW.approvals_needed < {approvals_needed("asked", "NEW")} THEN
                {refuse("'request % needs more approvals', NEW.request_id", "aid_review_needs_enough_approvals")}
            END IF;
            RETURN NEW;
        """,
        declare=[("asked", "aid_aidrequest%ROWTYPE")],
    )


ON_HOLD = """EXISTS (
    SELECT 1 FROM aid_hold h WHERE h.request_id = {request} AND h.lifted_at IS NULL AND h.until > {at})"""

# Cases that share a Worker ID, an address or a way to be paid, are of another person so far, and nobody has answered.
# Only those that came earlier: whoever types another's Worker ID afterwards must not stop their grant.
_OPEN_LIKENESS = """
    SELECT 1 FROM aid_case other
    WHERE other.id IN (
        SELECT c.id FROM aid_case c WHERE c.worker_id_index = own.worker_id_index
        UNION SELECT c.id FROM aid_case c WHERE c.email_index = own.email_index
        UNION SELECT q.case_id FROM aid_aidrequest q WHERE q.pay_to_index = asked.pay_to_index
        UNION SELECT k.case_id FROM aid_capmark k
        WHERE k.index IN (own.worker_id_index, own.email_index, asked.pay_to_index))
      AND other.person_id IS NOT NULL AND other.person_id <> own.person_id
      AND EXISTS (
        SELECT 1 FROM aid_aidrequest earlier
        WHERE earlier.case_id = other.id AND earlier.submitted_at <= asked.submitted_at)
      AND NOT EXISTS (
        SELECT 1 FROM aid_match m
        WHERE m.first_id = LEAST(other.id, own.id) AND m.second_id = GREATEST(other.id, own.id))
"""


def approves_what_is_free_to_go() -> pgtrigger.Trigger:
    """Refuse a decision on anything but the newest review while it is on the table. And refuse an approval during a hold,
    with an open likeness, of another revision, or of a second grant by the same person.
    """
    return trigger(
        "approval_is_free_to_go",
        pgtrigger.Insert,
        f"""
            SELECT r.* INTO on_table FROM aid_review r WHERE r.id = NEW.review_id;
            SELECT q.* INTO asked FROM aid_aidrequest q WHERE q.id = on_table.request_id FOR UPDATE;
            IF EXISTS (SELECT 1 FROM aid_review r WHERE r.request_id = asked.id AND r.version > on_table.version)
               OR (NEW.outcome, asked.status) NOT IN (
                ('approved', 'recommended_grant'), ('approved', 'partly_approved'), ('declined', 'recommended_decline'),
                ('sent_back', 'recommended_grant'), ('sent_back', 'partly_approved'),
                ('sent_back', 'recommended_decline')) THEN
                {refuse("'request % is not on the table', asked.id", "aid_decision_is_on_what_is_on_the_table")}
            END IF;
            IF NEW.outcome <> 'approved' THEN
                RETURN NEW;
            END IF;
            IF NEW.amount_minor <> on_table.amount_minor THEN
                {refuse("'request % was recommended with another amount', asked.id", "aid_approval_is_of_the_amount")}
            END IF;
            SELECT c.* INTO own FROM aid_case c WHERE c.id = asked.case_id;
            SELECT p.* INTO rules FROM aid_policy p WHERE p.id = asked.policy_id;
            IF NEW.revision <> asked.revision THEN
                {refuse("'request % was changed', asked.id", "aid_approval_is_of_the_revision")}
            END IF;
            IF {ON_HOLD.format(request="asked.id", at="NEW.at")} THEN
                {refuse("'request % is on hold', asked.id", "aid_request_is_on_hold")}
            END IF;
            IF EXISTS ({_OPEN_LIKENESS}) THEN
                {refuse("'request % looks like another', asked.id", "aid_likeness_is_open")}
            END IF;
            IF rules.separation = 'person' AND EXISTS (
                SELECT 1 FROM aid_decision d JOIN aid_review r ON r.id = d.review_id
                JOIN aid_aidrequest q ON q.id = r.request_id JOIN aid_case c ON c.id = q.case_id
                WHERE d.decider_id = NEW.decider_id AND d.outcome = 'approved' AND q.id <> asked.id
                  AND c.person_id = own.person_id AND d.at > NEW.at - make_interval(days => rules.cap_days)) THEN
                {refuse("'approver of request % approved for this worker before', asked.id", "aid_other_people_each_time")}
            END IF;
            RETURN NEW;
        """,
        declare=[
            ("on_table", "aid_review%ROWTYPE"),
            ("asked", "aid_aidrequest%ROWTYPE"),
            ("own", "aid_case%ROWTYPE"),
            ("rules", "aid_policy%ROWTYPE"),
        ],
    )


def keeps_its_person() -> pgtrigger.Trigger:
    """Refuse to give a case another person, unless a human said that it is the same one, or took that back."""
    return trigger(
        "case_keeps_its_person",
        pgtrigger.Update,
        f"""
            IF OLD.person_id IS NOT NULL AND OLD.person_id IS DISTINCT FROM NEW.person_id AND NOT EXISTS (
                SELECT 1 FROM aid_match m
                JOIN aid_case one ON one.id = m.first_id JOIN aid_case two ON two.id = m.second_id
                WHERE m.is_same AND m.undone_at IS NULL
                  AND ((one.person_id, two.person_id) = (OLD.person_id, NEW.person_id)
                       OR (two.person_id, one.person_id) = (OLD.person_id, NEW.person_id)))
               AND NOT (
                EXISTS (SELECT 1 FROM aid_match m
                        WHERE m.undone_at IS NOT NULL AND OLD.id IN (m.first_id, m.second_id))
                AND NOT EXISTS (SELECT 1 FROM aid_case c WHERE c.person_id = NEW.person_id)) THEN
                {refuse("'case % keeps its person', OLD.id", "aid_case_keeps_its_person")}
            END IF;
            RETURN NEW;
        """,
    )


def closes_what_is_not_own() -> pgtrigger.Trigger:
    """Refuse to let a complaint be closed by somebody who reviewed, decided on or paid the request."""
    return trigger(
        "complaint_is_closed_by_another",
        pgtrigger.Update,
        f"""
            SELECT q.id INTO of_request FROM aid_aidrequest q WHERE q.case_id = NEW.case_id;
            IF OLD.closed_by_id IS DISTINCT FROM NEW.closed_by_id AND EXISTS (
                SELECT 1 FROM ({PARTS}) taken WHERE taken.person = NEW.closed_by_id) THEN
                {refuse("'complaint % is not theirs to close', OLD.id", "aid_complaint_is_closed_by_another")}
            END IF;
            RETURN NEW;
        """,
        declare=[("of_request", "uuid")],
    )


def only_unsent_may_go(name: str, *, request: str) -> pgtrigger.Trigger:
    """Refuse to delete what was sent in. Drafts may be erased."""
    return trigger(
        name,
        pgtrigger.Delete,
        f"""
            IF EXISTS (SELECT 1 FROM aid_aidrequest q WHERE {request} AND q.status <> 'draft') THEN
                {refuse("'row % of % is kept', OLD.id, TG_TABLE_NAME", "aid_row_is_kept")}
            END IF;
            RETURN OLD;
        """,
    )

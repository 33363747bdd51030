"""What the database itself refuses about money: above a person's cap, not approved as it stands, twice, or on hold.

Like ``aid.guards``, SQL made of constants of this package.
"""
# ruff: noqa: S608 - no value of a request comes near it

import pgtrigger

from aid.evidence import approvals, latest_of
from aid.guards import ON_HOLD, PARTS, refuse, trigger


def stays_within_the_cap() -> pgtrigger.Trigger:
    """Refuse money above what the policy allows one person within its period, over all their cases, also in a race."""
    return trigger(
        "disbursement_stays_within_the_cap",
        pgtrigger.Insert,
        f"""
            SELECT q.* INTO asked FROM aid_aidrequest q WHERE q.id = NEW.request_id;
            SELECT p.* INTO rules FROM aid_policy p WHERE p.id = asked.policy_id;
            SELECT c.person_id INTO of_person FROM aid_case c WHERE c.id = asked.case_id FOR SHARE;
            PERFORM 1 FROM aid_person WHERE id = of_person FOR UPDATE;
            SELECT COALESCE(sum(b.amount_minor), 0) INTO had FROM aid_disbursement b
            JOIN aid_aidrequest q ON q.id = b.request_id JOIN aid_case c ON c.id = q.case_id
            WHERE c.person_id = of_person AND b.ended_at IS NULL AND b.currency = NEW.currency
              AND b.made_at > NEW.made_at - make_interval(days => rules.cap_days);
            IF (had + NEW.amount_minor <= rules.cap_minor) IS NOT TRUE THEN
                {refuse("'request % is above the cap', NEW.request_id", "aid_cap_of_a_person")}
            END IF;
            RETURN NEW;
        """,
        declare=[
            ("asked", "aid_aidrequest%ROWTYPE"),
            ("rules", "aid_policy%ROWTYPE"),
            ("of_person", "uuid"),
            ("had", "bigint"),
        ],
    )


def pays_what_is_free_to_go() -> pgtrigger.Trigger:
    """Refuse a payment during a hold, of what is not approved as it stands, or beside one that is not known to have failed."""
    return trigger(
        "payment_is_free_to_go",
        pgtrigger.Insert,
        f"""
            SELECT b.* INTO due FROM aid_disbursement b WHERE b.id = NEW.disbursement_id;
            SELECT q.* INTO asked FROM aid_aidrequest q WHERE q.id = due.request_id FOR UPDATE;
            {latest_of("asked").replace("SELECT r.*", "SELECT r.* INTO latest")};
            IF due.ended_at IS NOT NULL THEN
                {refuse("'disbursement % has ended', due.id", "aid_disbursement_has_ended")}
            END IF;
            IF asked.status <> 'approved' OR NEW.amount_minor <> due.amount_minor
               OR due.amount_minor <> latest.amount_minor
               OR {approvals("asked", "latest")} < latest.approvals_needed THEN
                {refuse("'request % is not approved as it stands', asked.id", "aid_payment_is_as_approved")}
            END IF;
            IF NEW.number <> 1 + (
                SELECT count(*) FILTER (WHERE a.state = 'failed') + 1000 * count(*) FILTER (WHERE a.state <> 'failed')
                FROM aid_disbursementattempt a JOIN aid_disbursement b ON b.id = a.disbursement_id
                WHERE b.request_id = asked.id) THEN
                {refuse("'request % was paid, or tried otherwise', asked.id", "aid_attempts_are_counted")}
            END IF;
            IF {ON_HOLD.format(request="due.request_id", at="NEW.recorded_at")} THEN
                {refuse("'request % is on hold', due.request_id", "aid_request_is_on_hold")}
            END IF;
            RETURN NEW;
        """,
        declare=[
            ("due", "aid_disbursement%ROWTYPE"),
            ("asked", "aid_aidrequest%ROWTYPE"),
            ("latest", "aid_review%ROWTYPE"),
        ],
    )


def only_a_reversed_payment_has_failed() -> pgtrigger.Trigger:
    """Refuse to call a payment failed while the books still say that it was made, or by who reviewed or decided."""
    return trigger(
        "failed_payment_is_reversed",
        pgtrigger.Update,
        f"""
            IF OLD.state <> 'failed' AND NEW.state = 'failed' AND NOT EXISTS (
                SELECT 1 FROM ledger_transaction t WHERE t.reverses_id = OLD.transaction_id) THEN
                {refuse("'attempt % is still in the books', OLD.id", "aid_failed_payment_is_reversed")}
            END IF;
            SELECT b.request_id INTO of_request FROM aid_disbursement b WHERE b.id = OLD.disbursement_id;
            IF EXISTS (
                SELECT 1 FROM ({PARTS}) taken WHERE taken.person = NEW.failed_by_id AND taken.part <> 'payer') THEN
                {refuse("'one person has one part in request %', of_request", "aid_three_different_people")}
            END IF;
            RETURN NEW;
        """,
        declare=[("of_request", "uuid")],
    )

"""Payments from a bank account: promised at once, paid or refused days later."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sandbox import balance, events, exchange, paying, payments, schedule, shapes
from sandbox.balance import Line
from sandbox.paying import Payer
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

DAYS_UNTIL_PAID = 4
HIGHEST_FEE = 500
ROUTING_NUMBER = "110000000"
KIND = "us_bank_account"


@dataclass(frozen=True)
class TestAccount:
    """An account number and what becomes of a debit.

    :ivar failure: Stripe's code and sentence for it; None if it is paid
    """

    number: str
    what_it_does: str
    failure: tuple[str, str] | None = None


# docs.stripe.com/payments/ach-direct-debit
ACCOUNTS = {
    account.number: account
    for account in (
        TestAccount("000123456789", "pays after four days"),
        TestAccount(
            "000111111116",
            "does not exist, which shows after four days",
            ("no_account", "The customer's bank account could not be located."),
        ),
        TestAccount(
            "000111111113",
            "is closed, which shows after four days",
            ("account_closed", "The customer's bank account has been closed."),
        ),
        TestAccount(
            "000222222227",
            "has too little money, which shows after four days",
            ("insufficient_funds", "The customer's account has insufficient funds to cover this payment."),
        ),
        TestAccount(
            "000333333335",
            "belongs to somebody who did not agree, which shows after four days",
            ("debit_not_authorized", "The customer has notified their bank that this payment was unauthorized."),
        ),
    )
}


def promise(transaction: Transaction, session: Json, payer: Payer, account: TestAccount) -> None:
    """The donor allows a debit; the bank will say in some days whether it pays.

    :raises NotOpen: if there is nothing to pay any more
    """
    if session["status"] != "open":
        raise paying.NotOpen
    customer = paying.customer_of(transaction, session, payer)
    method = _payment_method(transaction, account, paying.billing_of(payer))
    intent = paying.intent_of(transaction, session, customer)
    made = {"customer": customer, "payment_intent": intent["id"], "payment_method": method["id"]}
    paying.note(transaction, session, payer, made)
    charge = _pending_charge(transaction, intent, method)
    intent |= {
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
        "payment_method_options": {},
        "payment_method_types": [KIND],
        "status": "processing",
    }
    events.record(transaction, "payment_intent.processing", transaction.save(intent))
    events.record(transaction, "charge.pending", charge)
    paying.complete(transaction, session, intent, "unpaid")
    schedule.plan(transaction, schedule.FINISH_DEBIT, session["id"], transaction.now + DAYS_UNTIL_PAID * 86400)


def _payment_method(transaction: Transaction, account: TestAccount, billing: Json) -> Json:
    body = {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing,
        "created": transaction.now,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": KIND,
        KIND: _facts(account)
        | {
            "financial_connections_account": None,
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "status_details": {},
        },
    }
    return shapes.make(transaction, body, {"account": account.number})


def _facts(account: TestAccount) -> Json:
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": hashlib.sha256(account.number.encode()).hexdigest()[:16],
        "last4": account.number[-4:],
        "routing_number": ROUTING_NUMBER,
    }


def _pending_charge(transaction: Transaction, intent: Json, method: Json) -> Json:
    account = ACCOUNTS[transaction.hidden(method["id"])["account"]]
    details = {
        "type": KIND,
        KIND: _facts(account) | {"payment_reference": None},
    }
    # What is not paid by card is named py_…, and its line on the balance is a `payment`.
    facts = {
        "id": new_id("py"),
        "amount_captured": intent["amount"],
        "captured": True,
        "outcome": None,
        "paid": False,
        "status": "pending",
    }
    return payments.make_charge(transaction, intent, method, details, facts)


def finish_in_time(transaction: Transaction, session_id: str) -> None:
    """The bank has answered."""
    session = transaction.get("checkout.session", session_id)
    intent = transaction.get("payment_intent", session["payment_intent"])
    method = transaction.get("payment_method", intent["payment_method"])
    charge = transaction.get("charge", intent["latest_charge"])
    failure = ACCOUNTS[transaction.hidden(method["id"])["account"]].failure
    if failure:
        _fail(transaction, intent, charge, method, failure)
        events.record(transaction, "checkout.session.async_payment_failed", session)
    else:
        _succeed(transaction, intent, charge)
        session["payment_status"] = "paid"
        events.record(transaction, "checkout.session.async_payment_succeeded", transaction.save(session))


def _succeed(transaction: Transaction, intent: Json, charge: Json) -> None:
    money = exchange.settled(transaction, charge["amount"], charge["currency"])
    fee = min((money.amount * 8 + 500) // 1000, HIGHEST_FEE)
    line = Line("payment", charge["id"], money, charge["description"], "charge", fee, days=0)
    charge |= {
        "balance_transaction": balance.book(transaction, line)["id"],
        "paid": True,
        "receipt_url": f"{transaction.public_url}/#{charge['id']}",
        "status": "succeeded",
    }
    intent |= {"amount_received": intent["amount"], "status": "succeeded"}
    events.record(transaction, "charge.succeeded", transaction.save(charge))
    events.record(transaction, "payment_intent.succeeded", transaction.save(intent))


def _fail(transaction: Transaction, intent: Json, charge: Json, method: Json, failure: tuple[str, str]) -> None:
    code, message = failure
    charge |= {"failure_code": code, "failure_message": message, "status": "failed"}
    intent |= {
        "last_payment_error": {
            "charge": charge["id"],
            "code": code,
            "message": message,
            "payment_method": method,
            "payment_method_type": KIND,
            "type": "invalid_request_error",
        },
        "payment_method": None,
        "status": "requires_payment_method",
    }
    events.record(transaction, "charge.failed", transaction.save(charge))
    events.record(transaction, "payment_intent.payment_failed", transaction.save(intent))

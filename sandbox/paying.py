"""What happens when a donor pays on the hosted page."""

from dataclasses import dataclass
from typing import Any

from sandbox import cards, checkout, customers, events, invoices, payments, schedule, shapes, subscriptions
from sandbox.cards import Decline, TestCard
from sandbox.payments import Purpose
from sandbox.store import Transaction, new_id

Json = dict[str, Any]


@dataclass(frozen=True)
class Payer:
    """Who a donor says to be."""

    email: str
    name: str


@dataclass(frozen=True)
class Donor(Payer):
    """What a donor typed who pays by card."""

    card: TestCard
    expiry: tuple[int, int]  # month, year


@dataclass(frozen=True)
class Outcome:
    """Paid if neither is set."""

    decline: Decline | None = None
    must_authenticate: bool = False


class NotOpen(Exception):
    """The session has been paid or has expired."""


def pay(transaction: Transaction, session: Json, donor: Donor, authenticate_url: str) -> Outcome:
    """Charge a donor's card for a session.

    :raises NotOpen: if there is nothing to pay any more
    """
    if session["status"] != "open":
        raise NotOpen
    customer = customer_of(transaction, session, donor)
    billing = billing_of(donor)
    # A card is attached to the customer only when it will be used again.
    attached = customer if session["mode"] == "subscription" else None
    method = cards.make_payment_method(transaction, donor.card, expiry=donor.expiry, billing=billing, customer=attached)
    intent = intent_of(transaction, session, customer)
    note(
        transaction,
        session,
        donor,
        {"customer": customer, "payment_intent": intent["id"], "payment_method": method["id"]},
    )
    if donor.card.asks_to_authenticate:
        payments.ask_to_authenticate(transaction, intent, method, authenticate_url)
        return Outcome(must_authenticate=True)
    return _finish(transaction, session, intent, method, authenticated=False)


def authenticate(transaction: Transaction, session: Json, *, success: bool) -> Outcome:
    """The donor has come back from the bank's page.

    :raises NotOpen: if there is nothing to pay any more
    """
    hidden = transaction.hidden(session["id"])
    if session["status"] != "open" or "payment_intent" not in hidden:
        raise NotOpen
    intent = transaction.get("payment_intent", hidden["payment_intent"])
    if intent["status"] != "requires_action":
        raise NotOpen
    method = transaction.get("payment_method", hidden["payment_method"])
    if not success:
        payments.fail(transaction, intent, method, cards.NOT_AUTHENTICATED)
        return Outcome(decline=cards.NOT_AUTHENTICATED)
    return _finish(transaction, session, intent, method, authenticated=True)


def billing_of(payer: Payer) -> Json:
    return {"address": shapes.NO_ADDRESS, "email": payer.email, "name": payer.name, "phone": None, "tax_id": None}


def note(transaction: Transaction, session: Json, payer: Payer, made: Json) -> None:
    """Remember with a session what was typed and what was made of it, until it is complete."""
    transaction.hide(session["id"], email=payer.email, name=payer.name, **made)


def customer_of(transaction: Transaction, session: Json, donor: Payer) -> str | None:
    """The session's customer: named by the organisation, or made now if one is wanted."""
    known: str | None = session["customer"] or transaction.hidden(session["id"]).get("customer")
    if known:
        return known
    if session["mode"] == "payment" and session["customer_creation"] != "always":
        return None
    params = {"email": donor.email, "name": donor.name}
    return str(customers.create(transaction, params)["id"])


def intent_of(transaction: Transaction, session: Json, customer: str | None) -> Json:
    """The session's payment intent: made at the first attempt, used again after a decline."""
    hidden = transaction.hidden(session["id"])
    if "payment_intent" in hidden:
        return transaction.get("payment_intent", hidden["payment_intent"])
    monthly = session["mode"] == "subscription"
    data = {} if monthly else hidden["payment_intent_data"]
    purpose = Purpose(
        amount=session["amount_total"],
        currency=session["currency"],
        customer=customer,
        description=data.get("description", "Subscription creation" if monthly else None),
        metadata=data.get("metadata", {}),
        off_session_later=monthly,
    )
    return payments.open_intent(transaction, purpose)


def _finish(transaction: Transaction, session: Json, intent: Json, method: Json, *, authenticated: bool) -> Outcome:
    decline = payments.confirm(transaction, intent, method, authenticated=authenticated)
    if decline:
        return Outcome(decline=decline)
    monthly = session["mode"] == "subscription"
    if monthly:
        events.record(transaction, "payment_method.attached", method)
    complete(transaction, session, intent, "paid")
    if monthly:
        _begin_subscription(transaction, session, intent, method)
    return Outcome()


def complete(transaction: Transaction, session: Json, intent: Json, payment_status: str) -> None:
    """The donor has done all there is to do.

    :param payment_status: `paid`, or `unpaid` if a bank takes its time
    """
    hidden = transaction.hidden(session["id"])
    monthly = session["mode"] == "subscription"
    session |= {
        "customer": hidden["customer"],
        "customer_details": checkout.details(hidden["email"], hidden["name"]),
        "invoice": new_id("in") if monthly else None,
        "payment_intent": None if monthly else intent["id"],
        "payment_status": payment_status,
        "status": "complete",
        "subscription": new_id("sub") if monthly else None,
        "url": None,
    }
    schedule.cancel(transaction, schedule.EXPIRE_CHECKOUT, session["id"])
    events.record(transaction, "checkout.session.completed", transaction.save(session))


def _begin_subscription(transaction: Transaction, session: Json, intent: Json, method: Json) -> None:
    hidden = transaction.hidden(session["id"])
    data = hidden["subscription_data"]
    facts = {
        "customer": session["customer"],
        "default_payment_method": method["id"],
        "description": data.get("description"),
        "latest_invoice": session["invoice"],
        "metadata": data.get("metadata", {}),
    }
    subscription = subscriptions.start(transaction, session["subscription"], hidden["line_items"], facts)
    events.record(transaction, "customer.subscription.created", subscription)
    invoice = invoices.open_for(transaction, subscription, intent, identifier=session["invoice"])
    invoices.settle(transaction, invoice)


def success_url(session: Json) -> str:
    """Where the donor goes after paying."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])

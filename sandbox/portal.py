"""The customer portal: sessions made by the API, in which a donor leaves a new card (`portal_page.py`)."""

from typing import Any

from stripe.params.billing_portal._session_create_params import SessionCreateParams

from sandbox import cards, events, payment_methods, shapes
from sandbox.card_form import TypedCard
from sandbox.cards import Decline
from sandbox.refusals import Refused, missing_parameter, not_built
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

# A session's address must be opened soon, and is done with an hour later.
SECONDS_TO_OPEN, SECONDS_TO_FINISH = 5 * 60, 3600

UNDERSTOOD = frozenset({"customer", "flow_data.after_completion", "flow_data.type", "locale", "return_url"})


class NotOpen(Exception):
    """The session has been used or has expired."""


def create(transaction: Transaction, params: Json) -> Json:
    """
    :raises Refused: if it is not to replace a card
    """
    if "customer" not in params:
        raise missing_parameter("customer")
    customer = transaction.get("customer", params["customer"], "customer")
    flow = params.get("flow_data", {"type": "portal_homepage"})
    if flow["type"] != "payment_method_update":
        raise not_built(f"the portal's flow {flow['type']}", "flow_data[type]")
    completion = flow.get("after_completion", {"type": "portal_homepage"})
    if completion["type"] == "redirect" and "redirect" not in completion:
        raise missing_parameter("flow_data[after_completion][redirect]")
    for address, param in (
        (params.get("return_url"), "return_url"),
        (completion.get("redirect", {}).get("return_url"), "flow_data[after_completion][redirect][return_url]"),
    ):
        if address is not None and not address.startswith(("http://", "https://")):
            raise Refused("Not a valid URL", param=param, code="url_invalid")
    identifier = new_id("bps")
    session = shapes.make(
        transaction,
        {
            "id": identifier,
            "object": "billing_portal.session",
            "configuration": "bpc_sandbox",
            "created": transaction.now,
            "customer": customer["id"],
            "flow": _flow(flow["type"], completion),
            "livemode": False,
            "locale": params.get("locale"),
            "return_url": params.get("return_url"),
            "url": f"{transaction.public_url}/portal/{identifier}",
        },
    )
    events.record(transaction, "billing_portal.session.created", session)
    return session


def _flow(kind: str, completion: Json) -> Json:
    confirmation, redirect = completion.get("hosted_confirmation"), completion.get("redirect")
    if confirmation is not None:
        confirmation = {"custom_message": confirmation.get("custom_message")}
    return {
        "after_completion": {"hosted_confirmation": confirmation, "redirect": redirect, "type": completion["type"]},
        "customer_update": None,
        "subscription_cancel": None,
        "subscription_pause": None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": kind,
    }


def open_session(transaction: Transaction, session: Json) -> None:
    """Somebody opens the address, or comes back to it.

    :raises NotOpen: if it has been used or has expired
    """
    hidden = transaction.hidden(session["id"])
    opened = hidden.get("opened_at")
    latest = session["created"] + SECONDS_TO_OPEN if opened is None else opened + SECONDS_TO_FINISH
    if hidden.get("saved") or transaction.now > latest:
        raise NotOpen
    if opened is None:
        transaction.hide(session["id"], opened_at=transaction.now)


def give_card(transaction: Transaction, session: Json, typed: TypedCard) -> Decline | None:
    """A donor has typed a new card: save it, or remember it until the bank has its answer.

    :return: why the bank refuses, if it does
    """
    if typed.card.decline:
        return typed.card.decline
    if typed.card.asks_to_authenticate:
        waiting = {"number": typed.card.number, "expiry": typed.expiry, "name": typed.name}
        transaction.hide(session["id"], waiting=waiting)
    else:
        _save(transaction, session, typed)
    return None


def is_waiting_for_bank(transaction: Transaction, session: Json) -> bool:
    return bool(transaction.hidden(session["id"]).get("waiting"))


def authenticate(transaction: Transaction, session: Json, *, success: bool) -> Decline | None:
    """The donor has come back from the bank's page.

    :raises NotOpen: if the bank was not asked
    """
    waiting = transaction.hidden(session["id"]).get("waiting")
    if not waiting:
        raise NotOpen
    transaction.hide(session["id"], waiting=None)
    if not success:
        return cards.NOT_AUTHENTICATED
    month, year = waiting["expiry"]
    _save(transaction, session, TypedCard(cards.CARDS[waiting["number"]], (month, year), waiting["name"]))
    return None


def _save(transaction: Transaction, session: Json, typed: TypedCard) -> None:
    """The card becomes the customer's default. A subscription with a card of its own keeps that one."""
    customer = transaction.get("customer", session["customer"])
    billing = {
        "address": shapes.NO_ADDRESS,
        "email": customer["email"],
        "name": typed.name,
        "phone": None,
        "tax_id": None,
    }
    method = cards.make_payment_method(
        transaction, typed.card, expiry=typed.expiry, billing=billing, customer=customer["id"]
    )
    transaction.hide(session["id"], saved=method["id"])
    events.record(transaction, "payment_method.attached", method)
    payment_methods.make_default(transaction, customer, method["id"])


ROUTES = [Route("POST", "/v1/billing_portal/sessions", create, SessionCreateParams, UNDERSTOOD)]

"""Paying an open invoice when somebody asks for it: by the API, or by a donor on its page (`invoice_page.py`)."""

from typing import Any

from stripe.params._invoice_pay_params import InvoicePayParams
from stripe.params._invoice_void_invoice_params import InvoiceVoidInvoiceParams

from sandbox import cards, collecting, declines, events, invoices, payment_methods, payments, shapes
from sandbox.card_form import TypedCard
from sandbox.cards import Decline
from sandbox.payments import Purpose
from sandbox.refusals import Declined, Refused
from sandbox.routing import Route
from sandbox.store import Transaction

Json = dict[str, Any]


class NotOpen(Exception):
    """There is nothing to pay any more, or not yet."""


def pay(transaction: Transaction, params: Json, identifier: str) -> Json:
    """
    :raises Refused: if it cannot be paid
    :raises Declined: if the bank refuses
    """
    invoice = transaction.get("invoice", identifier)
    if invoice["status"] == "paid":
        raise Refused("Invoice is already paid")
    if invoice["status"] not in ("draft", "open"):
        raise Refused(f"Invoices with a status of {invoice['status']} cannot be paid here.")
    method = _method(transaction, invoice, params)
    if invoice["status"] == "draft":
        _finalise(transaction, invoice)
    intent = collecting.intent_of(transaction, invoice)
    off_session = params.get("off_session", True)
    if not off_session and cards.behind(transaction, method).asks_to_authenticate:
        decline: Decline | None = declines.AUTHENTICATION_REQUIRED
        url = f"{invoice['hosted_invoice_url']}/authenticate"
        payments.ask_to_authenticate(transaction, intent, method, url)
    else:
        decline = payments.confirm(transaction, intent, method, renewal=off_session)
    if decline is None:
        _settle(transaction, invoice)
        return invoice
    _note_failure(transaction, invoice, decline)
    raise _declined(intent, decline)


def _declined(intent: Json, decline: Decline) -> Declined:
    if intent["status"] == "requires_action":
        return Declined(
            "This payment requires additional user action before it can be completed successfully. Payment can be"
            " completed using the PaymentIntent associated with the invoice.",
            code="invoice_payment_intent_requires_action",
        )
    return Declined(
        decline.message, code=decline.code, decline_code=decline.decline_code, charge=intent["latest_charge"]
    )


def _method(transaction: Transaction, invoice: Json, params: Json) -> Json:
    if "payment_method" in params:
        wish = params["payment_method"]
        return payment_methods.of_customer(transaction, wish, invoice["customer"], "payment_method")
    method = collecting.method_of(transaction, collecting.subscription_of(transaction, invoice))
    if method is None:
        raise Refused("There is no `default_payment_method` set on this Customer or Invoice.")
    return method


def _finalise(transaction: Transaction, invoice: Json) -> None:
    """A draft that was set aside gets its number and its payment intent."""
    invoices.finalise(transaction, invoice)
    purpose = Purpose(
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description="Subscription update",
        metadata={},
        off_session_later=True,
    )
    invoices.expect_payment(transaction, invoice, payments.open_intent(transaction, purpose))


def _settle(transaction: Transaction, invoice: Json) -> None:
    invoices.settle(transaction, invoice, on_schedule=False)
    collecting.note_paid(transaction, collecting.subscription_of(transaction, invoice), invoice)


def _note_failure(transaction: Transaction, invoice: Json, decline: Decline) -> None:
    """It is told, but the schedule of retries stays as it is."""
    events.record(transaction, "invoice.payment_failed", invoice)
    collecting.tell_if_action_is_required(transaction, invoice, decline)


def void(transaction: Transaction, params: Json, identifier: str) -> Json:
    invoice = transaction.get("invoice", identifier)
    if invoice["status"] not in ("open", "uncollectible"):
        raise Refused(f"You can only pass in open invoices. This invoice isn't open; it is {invoice['status']}.")
    for payment in invoices.payments_of(transaction, identifier):
        payments.cancel(transaction, transaction.get("payment_intent", payment["payment"]["payment_intent"]))
        payment["status"] = "canceled"
        payment["status_transitions"] = payment["status_transitions"] | {"canceled_at": transaction.now}
        transaction.save(payment)
    invoices.void(transaction, invoice)
    collecting.note_paid(transaction, collecting.subscription_of(transaction, invoice), invoice)
    return invoice


def pay_with_typed_card(transaction: Transaction, invoice: Json, typed: TypedCard) -> Decline | None:
    """A donor has typed a card on the invoice's page: charge it, or ask the bank first (see `waits_for_bank`).

    :return: why the bank refuses, if it does
    :raises NotOpen: if there is nothing to pay
    """
    _check_open(invoice)
    billing = {
        "address": shapes.NO_ADDRESS,
        "email": invoice["customer_email"],
        "name": typed.name,
        "phone": None,
        "tax_id": None,
    }
    method = cards.make_payment_method(transaction, typed.card, expiry=typed.expiry, billing=billing, customer=None)
    intent = collecting.intent_of(transaction, invoice)
    if typed.card.asks_to_authenticate:
        url = f"{invoice['hosted_invoice_url']}/authenticate"
        payments.ask_to_authenticate(transaction, intent, method, url)
        return None
    return _charge(transaction, invoice, intent, method, authenticated=False)


def _check_open(invoice: Json) -> None:
    if invoice["status"] != "open":
        raise NotOpen


def waits_for_bank(transaction: Transaction, invoice: Json) -> bool:
    """Whether a card has been named, now or at the renewal, and its bank asks for the donor."""
    is_open = bool(invoice["status"] == "open")
    return is_open and bool(collecting.intent_of(transaction, invoice)["status"] == "requires_action")


def authenticate(transaction: Transaction, invoice: Json, *, success: bool) -> Decline | None:
    """The donor has answered the bank's question.

    :raises NotOpen: if the bank does not ask
    """
    if not waits_for_bank(transaction, invoice):
        raise NotOpen
    intent = collecting.intent_of(transaction, invoice)
    method = transaction.get("payment_method", intent["payment_method"])
    if success:
        return _charge(transaction, invoice, intent, method, authenticated=True)
    payments.fail(transaction, intent, method, cards.NOT_AUTHENTICATED)
    _note_failure(transaction, invoice, cards.NOT_AUTHENTICATED)
    return cards.NOT_AUTHENTICATED


def _charge(
    transaction: Transaction, invoice: Json, intent: Json, method: Json, *, authenticated: bool
) -> Decline | None:
    decline = payments.confirm(transaction, intent, method, authenticated=authenticated)
    if decline:
        _note_failure(transaction, invoice, decline)
        return decline
    if method["customer"] is None:
        method["customer"] = invoice["customer"]
        events.record(transaction, "payment_method.attached", transaction.save(method))
    _settle(transaction, invoice)
    return None


ROUTES = [
    Route("POST", "/v1/invoices/{id}/pay", pay, InvoicePayParams, {"off_session", "payment_method"}),
    Route("POST", "/v1/invoices/{id}/void", void, InvoiceVoidInvoiceParams),
]

"""Invoices of subscriptions, and the payments on them."""

from typing import Any

from stripe.params._invoice_line_item_list_params import InvoiceLineItemListParams
from stripe.params._invoice_list_params import InvoiceListParams
from stripe.params._invoice_payment_list_params import InvoicePaymentListParams
from stripe.params._invoice_payment_retrieve_params import InvoicePaymentRetrieveParams
from stripe.params._invoice_retrieve_params import InvoiceRetrieveParams

from sandbox import events, listing, prices, shapes
from sandbox.routing import Route
from sandbox.store import Transaction, new_id

Json = dict[str, Any]

# What a new invoice says that has no tax, discount or shipping.
BLANK: Json = {
    "object": "invoice",
    "account_country": "US",
    "account_name": "Liferaft sandbox",
    "amount_overpaid": 0,
    "amount_paid": 0,
    "amount_paid_off_stripe": 0,
    "amount_shipping": 0,
    "attempt_count": 0,
    "attempted": False,
    "auto_advance": True,
    "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None},
    "collection_method": "charge_automatically",
    "customer_tax_exempt": "none",
    "customer_tax_ids": [],
    "default_tax_rates": [],
    "discounts": [],
    "issuer": {"type": "self"},
    "livemode": False,
    "metadata": {},
    "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
    "post_payment_credit_notes_amount": 0,
    "pre_payment_credit_notes_amount": 0,
    "starting_balance": 0,
    "status": "draft",
    "status_transitions": {
        "finalized_at": None,
        "marked_uncollectible_at": None,
        "paid_at": None,
        "voided_at": None,
    },
    "total_discount_amounts": [],
    "total_pretax_credit_amounts": [],
    "total_taxes": [],
}


def open_for(
    transaction: Transaction,
    subscription: Json,
    intent: Json,
    *,
    identifier: str | None = None,
    former_start: int | None = None,
    reason: str | None = None,
) -> Json:
    """Draw up and finalise the invoice for a subscription's current period, to be paid by a payment intent.

    :param former_start: when the period before began; None for the first invoice
    :param reason: its `billing_reason`; by default that of a first or a regular invoice
    """
    invoice = draw_up(transaction, subscription, identifier=identifier, former_start=former_start, reason=reason)
    finalise(transaction, invoice)
    expect_payment(transaction, invoice, intent)
    return invoice


def draw_up(
    transaction: Transaction,
    subscription: Json,
    *,
    identifier: str | None = None,
    former_start: int | None = None,
    reason: str | None = None,
) -> Json:
    """A draft for a subscription's current period; nothing is due for a trial."""
    usual = "subscription_create" if former_start is None else "subscription_cycle"
    invoice = _draft(transaction, subscription, identifier or new_id("in"), former_start, reason or usual)
    events.record(transaction, "invoice.created", invoice)
    return invoice


def finalise(transaction: Transaction, invoice: Json) -> None:
    """Give an invoice its number and its page: it cannot be changed any more."""
    customer = transaction.get("customer", invoice["customer"])
    number = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] = number + 1
    transaction.save(customer)
    address = f"{transaction.public_url}/invoice/{invoice['id']}"
    invoice |= {
        "effective_at": transaction.now,
        "hosted_invoice_url": address,
        "invoice_pdf": f"{address}#pdf",
        "number": f"{customer['invoice_prefix']}-{number:04}",
        "status": "open",
    }
    _note_transition(transaction, invoice, "finalized_at")
    events.record(transaction, "invoice.finalized", transaction.save(invoice), {"status": "draft"})


def set_aside(transaction: Transaction, invoice: Json, behavior: str) -> None:
    """Do with a draft what `pause_collection` wishes: no money is asked for.

    :param behavior: `keep_as_draft`, `mark_uncollectible` or `void`
    """
    invoice["auto_advance"] = False
    transaction.save(invoice)
    if behavior == "keep_as_draft":
        return
    finalise(transaction, invoice)
    if behavior == "void":
        void(transaction, invoice)
    else:
        invoice["status"] = "uncollectible"
        _note_transition(transaction, invoice, "marked_uncollectible_at")
        events.record(transaction, "invoice.marked_uncollectible", transaction.save(invoice))


def void(transaction: Transaction, invoice: Json) -> None:
    """Nothing is owed any more."""
    invoice |= {"auto_advance": False, "next_payment_attempt": None, "status": "void"}
    _note_transition(transaction, invoice, "voided_at")
    events.record(transaction, "invoice.voided", transaction.save(invoice))


def _note_transition(transaction: Transaction, invoice: Json, name: str) -> None:
    invoice["status_transitions"] = invoice["status_transitions"] | {name: transaction.now}


def _draft(
    transaction: Transaction, subscription: Json, identifier: str, former_start: int | None, reason: str
) -> Json:
    customer = transaction.get("customer", subscription["customer"])
    lines = [_line(identifier, subscription, item) for item in subscription["items"]["data"]]
    total = sum(line["amount"] for line in lines)
    snapshot = {
        "metadata": subscription["metadata"],
        "subscription": subscription["id"],
    }
    body = BLANK | {
        "id": identifier,
        "amount_due": total,
        "amount_remaining": total,
        "billing_reason": reason,
        "created": transaction.now,
        "currency": subscription["currency"],
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "lines": shapes.list_of(lines, f"/v1/invoices/{identifier}/lines"),
        "parent": {
            "quote_details": None,
            "subscription_details": snapshot,
            "type": "subscription_details",
        },
        # An invoice's own period is the one before: renewals are paid in advance.
        "period_end": lines[0]["period"]["start"],
        "period_start": lines[0]["period"]["start"] if former_start is None else former_start,
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "total": total,
        "total_excluding_tax": total,
        "webhooks_delivered_at": transaction.now,
    }
    return shapes.make(transaction, body)


def _line(invoice: str, subscription: Json, item: Json) -> Json:
    price, quantity = item["price"], item["quantity"]
    free = subscription["status"] == "trialing"
    amount = 0 if free else price["unit_amount"] * quantity
    what = subscription["description"] or "gift"
    details = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    parent = {"invoice_item_details": None, "subscription_item_details": details, "type": "subscription_item_details"}
    return shapes.complete(
        {
            "id": new_id("il"),
            "object": "line_item",
            "amount": amount,
            "currency": price["currency"],
            "description": f"Trial period for {what}" if free else f"{quantity} x {what} ({prices.every(price)})",
            "discount_amounts": [],
            "discountable": True,
            "discounts": [],
            "invoice": invoice,
            "livemode": False,
            "metadata": subscription["metadata"],
            "parent": parent,
            "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
            "pretax_credit_amounts": [],
            "pricing": {
                "price_details": {"price": price["id"], "product": price["product"]},
                "type": "price_details",
                "unit_amount_decimal": "0" if free else price["unit_amount_decimal"],
            },
            "quantity": quantity,
            "quantity_decimal": str(quantity),
            "subtotal": amount,
            "taxes": [],
        }
    )


def expect_payment(transaction: Transaction, invoice: Json, intent: Json) -> None:
    """The invoice is to be paid by that payment intent."""
    body = {
        "id": new_id("inpay"),
        "object": "invoice_payment",
        "amount_requested": invoice["amount_due"],
        "created": transaction.now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
    shapes.make(transaction, body)


def payments_of(transaction: Transaction, invoice: str) -> list[Json]:
    return transaction.select("invoice_payment", {"invoice": invoice})


def settle(transaction: Transaction, invoice: Json, *, on_schedule: bool = True) -> None:
    """The money has come, or none was due: invoice and invoice payment are paid."""
    amount = invoice["amount_due"]
    # After the first attempt only those on schedule are counted.
    counts = bool(amount) and (on_schedule or invoice["attempt_count"] == 0)
    invoice |= {
        "amount_paid": amount,
        "amount_remaining": 0,
        "attempt_count": invoice["attempt_count"] + counts,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
    }
    _note_transition(transaction, invoice, "paid_at")
    transaction.save(invoice)
    payments = payments_of(transaction, invoice["id"])
    for payment in payments:
        payment |= {"amount_paid": amount, "status": "paid"}
        payment["status_transitions"] = {"canceled_at": None, "paid_at": transaction.now}
        transaction.save(payment)
    events.record(transaction, "invoice.paid", invoice)
    events.record(transaction, "invoice.payment_succeeded", invoice)
    for payment in payments:
        events.record(transaction, "invoice_payment.paid", payment)


def note_failure(transaction: Transaction, invoice: Json, next_attempt: int | None) -> None:
    """An attempt by itself failed; there may be another one."""
    invoice |= {
        "attempt_count": invoice["attempt_count"] + 1,
        "attempted": True,
        "auto_advance": next_attempt is not None,
        "next_payment_attempt": next_attempt,
    }
    events.record(transaction, "invoice.payment_failed", transaction.save(invoice))


def retrieve(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("invoice", identifier)


def list_all(transaction: Transaction, params: Json) -> Json:
    filters = ("created", "customer", "status", "parent.subscription_details.subscription")
    asked = dict(params)
    if "subscription" in asked:
        asked[filters[-1]] = asked["subscription"]
    return listing.of_kind(transaction, asked, "invoice", url="/v1/invoices", filters=filters)


def list_lines(transaction: Transaction, params: Json, identifier: str) -> Json:
    lines: Json = transaction.get("invoice", identifier)["lines"]
    return lines


def retrieve_payment(transaction: Transaction, params: Json, identifier: str) -> Json:
    return transaction.get("invoice_payment", identifier)


def list_payments(transaction: Transaction, params: Json) -> Json:
    asked = dict(params)
    meant = params.get("payment", {})
    if "payment_intent" in meant:
        asked["payment.payment_intent"] = meant["payment_intent"]
    filters = ("created", "invoice", "status", "payment.payment_intent")
    return listing.of_kind(transaction, asked, "invoice_payment", url="/v1/invoice_payments", filters=filters)


ROUTES = [
    Route(
        "GET",
        "/v1/invoices",
        list_all,
        InvoiceListParams,
        listing.PAGING | {"created", "customer", "status", "subscription"},
    ),
    Route("GET", "/v1/invoices/{id}", retrieve, InvoiceRetrieveParams),
    Route("GET", "/v1/invoices/{id}/lines", list_lines, InvoiceLineItemListParams, {"limit"}),
    Route(
        "GET",
        "/v1/invoice_payments",
        list_payments,
        InvoicePaymentListParams,
        listing.PAGING | {"created", "invoice", "status", "payment.type", "payment.payment_intent"},
    ),
    Route("GET", "/v1/invoice_payments/{id}", retrieve_payment, InvoicePaymentRetrieveParams),
]

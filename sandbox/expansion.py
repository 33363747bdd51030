"""`expand[]`: ids become the objects they name, and lists appear that are left out otherwise."""

from collections.abc import Callable
from typing import Any

from sandbox import balance, invoices, shapes
from sandbox.refusals import Refused
from sandbox.store import Transaction

Json = dict[str, Any]

DEEPEST = 4


def _payments(transaction: Transaction, invoice: Json) -> Json:
    found = invoices.payments_of(transaction, invoice["id"])
    return shapes.list_of(found, f"/v1/invoice_payments?invoice={invoice['id']}")


def _line_items(transaction: Transaction, session: Json) -> Json:
    lines = transaction.hidden(session["id"])["line_items"]
    return shapes.list_of(lines, f"/v1/checkout/sessions/{session['id']}/line_items")


def _refunds(transaction: Transaction, charge: Json) -> Json:
    found = transaction.select("refund", {"charge": charge["id"]})
    return shapes.list_of(found, f"/v1/charges/{charge['id']}/refunds")


def _subscriptions(transaction: Transaction, customer: Json) -> Json:
    found = transaction.select("subscription", {"customer": customer["id"]})
    current = [each for each in found if each["status"] != "canceled"]
    return shapes.list_of(current, f"/v1/customers/{customer['id']}/subscriptions")


# Lists that Stripe includes only when asked.
INCLUDED: dict[tuple[str, str], Callable[[Transaction, Json], Json]] = {
    ("charge", "refunds"): _refunds,
    ("checkout.session", "line_items"): _line_items,
    ("customer", "subscriptions"): _subscriptions,
    ("invoice", "payments"): _payments,
}


def expand(transaction: Transaction, body: Json, paths: list[str]) -> Json:
    """
    :raises Refused: if a path is too deep or names what cannot be expanded
    """
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise Refused(
                f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}", param="expand"
            )
        _follow(transaction, body, steps, path)
    return body


def _follow(transaction: Transaction, holder: Any, steps: list[str], path: str) -> None:
    if isinstance(holder, list):
        for each in holder:
            _follow(transaction, each, steps, path)
    elif steps and isinstance(holder, dict):
        _follow(transaction, _step(transaction, holder, steps, path), steps[1:], path)


def _step(transaction: Transaction, holder: Json, steps: list[str], path: str) -> Any:
    """Expand one field of an object, or of a plain part of one, and return what it holds then."""
    kind, step = holder.get("object", ""), steps[0]
    if (kind, step) in INCLUDED:
        if step not in holder:
            holder[step] = INCLUDED[kind, step](transaction, holder)
    elif step not in holder:
        if kind not in shapes.RESOURCES or not shapes.is_expandable(kind, step):
            raise _cannot(path)
        return None  # left out because it does not apply
    elif isinstance(holder[step], str):
        found = transaction.find(holder[step])
        if found is None or (kind in shapes.RESOURCES and not shapes.is_expandable(kind, step)):
            raise _cannot(path)
        holder[step] = balance.as_of_now(transaction, found) if found["object"] == "balance_transaction" else found
    elif len(steps) == 1 and isinstance(holder[step], bool | int | float):
        raise _cannot(path)
    return holder[step]


def _cannot(path: str) -> Refused:
    return Refused(f"This property cannot be expanded ({path}).", param="expand")

"""The page where a donor pays an open invoice: `/invoice/<id>`, Stripe's `hosted_invoice_url`."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox import amounts, card_form, cards, pages, paying_invoices
from sandbox.card_form import WrongFields
from sandbox.refusals import Refused
from sandbox.store import Store, Transaction

Json = dict[str, Any]


class InvoicePage:
    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        return [
            Route("/invoice/{invoice}", self._page(self._show), methods=["GET"]),
            Route("/invoice/{invoice}", self._page(self._pay), methods=["POST"]),
            Route("/invoice/{invoice}/authenticate", self._page(self._show_bank), methods=["GET"]),
            Route("/invoice/{invoice}/authenticate", self._page(self._authenticate), methods=["POST"]),
        ]

    def _page(self, function: Any) -> Any:
        async def answer(request: Request) -> Response:
            if request.method == "POST" and pages.is_cross_site(request):
                return pages.show("hosted_unknown.html", status=403)
            typed = await card_form.typed_in(request)
            return await run_in_threadpool(within, request.path_params["invoice"], typed)

        def within(identifier: str, typed: dict[str, str]) -> Response:
            with self._store.transaction() as transaction:
                try:
                    invoice = transaction.get("invoice", identifier)
                    answer: Response = function(transaction, invoice, typed)
                except Refused:
                    return pages.show("hosted_unknown.html", status=404)
                except paying_invoices.NotOpen:
                    return _form(transaction, invoice, {}, {})
                return answer

        return answer

    def _show(self, transaction: Transaction, invoice: Json, typed: dict[str, str]) -> Response:
        if invoice["status"] == "draft":
            return pages.show("hosted_unknown.html", status=404)
        return _form(transaction, invoice, {}, {})

    def _pay(self, transaction: Transaction, invoice: Json, typed: dict[str, str]) -> Response:
        try:
            card = card_form.read(typed, transaction.now)
        except WrongFields as wrong:
            return _form(transaction, invoice, typed, wrong.errors, status=422)
        decline = paying_invoices.pay_with_typed_card(transaction, invoice, card)
        if decline:
            return _form(transaction, invoice, typed, {"": decline.message}, status=402)
        if paying_invoices.waits_for_bank(transaction, invoice):
            return RedirectResponse(f"{invoice['hosted_invoice_url']}/authenticate", 303)
        return RedirectResponse(invoice["hosted_invoice_url"], 303)

    def _show_bank(self, transaction: Transaction, invoice: Json, typed: dict[str, str]) -> Response:
        if not paying_invoices.waits_for_bank(transaction, invoice):
            raise paying_invoices.NotOpen
        amount = amounts.written(invoice["amount_due"], invoice["currency"])
        return pages.show("bank.html", action=f"/invoice/{invoice['id']}/authenticate", deed=f"pays {amount}")

    def _authenticate(self, transaction: Transaction, invoice: Json, typed: dict[str, str]) -> Response:
        decline = paying_invoices.authenticate(transaction, invoice, success=typed.get("answer") == "complete")
        if decline:
            return _form(transaction, invoice, {}, {"": decline.message}, status=402)
        return RedirectResponse(invoice["hosted_invoice_url"], 303)


def _form(
    transaction: Transaction, invoice: Json, typed: dict[str, str], errors: dict[str, str], *, status: int = 200
) -> Response:
    """The form, or a word about why there is none any more."""
    if invoice["status"] != "open":
        return pages.show("invoice_closed.html", invoice=invoice)
    return pages.show(
        "invoice.html",
        status=status,
        invoice=invoice,
        waits=paying_invoices.waits_for_bank(transaction, invoice),
        typed=card_form.kept(typed),
        errors=errors,
        cards=list(cards.CARDS.values()),
    )

"""The page where a donor pays from a bank account: `/checkout/pay/<session id>/bank`."""

import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox import bank_debits, card_form, hosted_page, pages, paying
from sandbox.bank_debits import TestAccount
from sandbox.card_form import WrongFields
from sandbox.paying import Payer
from sandbox.refusals import Refused
from sandbox.store import Store, Transaction

Json = dict[str, Any]

UNKNOWN = "That is not one of the sandbox's test accounts. Use one of the numbers listed below; never a real one."
KEPT = ("email", "name", "routing", "account")


def read(typed: dict[str, str]) -> tuple[Payer, TestAccount]:
    """
    :raises WrongFields: with a sentence for each wrong field
    """
    email, errors = hosted_page.read_email(typed)
    name = " ".join(typed.get("name", "").split())
    if not name:
        errors["name"] = "Enter the name on the account."
    if re.sub(r"\s", "", typed.get("routing", "")) != bank_debits.ROUTING_NUMBER:
        errors["routing"] = f"Enter the test bank's routing number, {bank_debits.ROUTING_NUMBER}."
    number = re.sub(r"\s", "", typed.get("account", ""))
    account = bank_debits.ACCOUNTS.get(number)
    if account is None:
        errors["account"] = UNKNOWN if number else "Enter an account number."
    if errors or account is None:
        raise WrongFields(errors)
    return Payer(email, name[:200]), account


class BankPage:
    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        path = "/checkout/pay/{session}/bank"
        return [Route(path, self.show, methods=["GET"]), Route(path, self.pay, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        return await run_in_threadpool(self._answer, request.path_params["session"], None)

    async def pay(self, request: Request) -> Response:
        if pages.is_cross_site(request):
            return pages.show("hosted_unknown.html", status=403)
        typed = await card_form.typed_in(request)
        return await run_in_threadpool(self._answer, request.path_params["session"], typed)

    def _answer(self, identifier: str, typed: dict[str, str] | None) -> Response:
        with self._store.transaction() as transaction:
            try:
                session = transaction.get("checkout.session", identifier)
            except Refused:
                return pages.show("hosted_unknown.html", status=404)
            if bank_debits.KIND not in session["payment_method_types"]:
                return pages.show("hosted_unknown.html", status=404)
            if typed is None or session["status"] != "open":
                return _form(transaction, session, {}, {})
            typed["email"] = hosted_page.fixed_email(session) or typed.get("email", "")
            try:
                payer, account = read(typed)
            except WrongFields as wrong:
                return _form(transaction, session, typed, wrong.errors)
            bank_debits.promise(transaction, session, payer, account)
            return RedirectResponse(paying.success_url(session), 303)


def _form(transaction: Transaction, session: Json, typed: dict[str, str], errors: dict[str, str]) -> Response:
    """The form, or a word about why there is none any more."""
    summary = hosted_page.summary_of(transaction, session)
    if session["status"] != "open":
        return pages.show("hosted_closed.html", session=session, **summary)
    fixed = hosted_page.fixed_email(session)
    return pages.show(
        "hosted_debit.html",
        status=422 if errors else 200,
        session=session,
        typed={name: typed.get(name, "") for name in KEPT} | ({"email": fixed} if fixed else {}),
        email_is_fixed=bool(fixed),
        errors=errors,
        accounts=bank_debits.ACCOUNTS.values(),
        routing_number=bank_debits.ROUTING_NUMBER,
        **summary,
    )

"""The page where a donor pays: `/checkout/pay/<session id>`."""

import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox import card_form, cards, pages, paying
from sandbox.card_form import WrongFields
from sandbox.cards import TestCard
from sandbox.paying import Donor
from sandbox.refusals import Refused
from sandbox.store import Store, Transaction

Json = dict[str, Any]


def read_donor(typed: dict[str, str], now: int) -> Donor:
    """
    :raises WrongFields: with a sentence for each wrong field
    """
    email, errors = read_email(typed)
    read = card_form.read(typed, now, errors)
    return Donor(email=email, name=read.name, card=read.card, expiry=read.expiry)


def read_email(typed: dict[str, str]) -> tuple[str, dict[str, str]]:
    """
    :return: the address, and what is wrong with it
    """
    email = typed.get("email", "").strip()
    if re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        return email[:500], {}
    return "", {"email": "Enter an e-mail address, like name@example.org."}


class HostedPage:
    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        return [
            Route("/checkout/pay/{session}", self.show, methods=["GET"]),
            Route("/checkout/pay/{session}", self.pay, methods=["POST"]),
            Route("/checkout/pay/{session}/authenticate", self.show_bank, methods=["GET"]),
            Route("/checkout/pay/{session}/authenticate", self.authenticate, methods=["POST"]),
        ]

    def _load(self, transaction: Transaction, request: Request) -> Json:
        return transaction.get("checkout.session", request.path_params["session"])

    async def show(self, request: Request) -> Response:
        return await run_in_threadpool(self._show, request)

    def _show(self, request: Request) -> Response:
        with self._store.transaction() as transaction:
            try:
                session = self._load(transaction, request)
            except Refused:
                return pages.show("hosted_unknown.html", status=404)
            return self._form(transaction, session, {}, {})

    async def pay(self, request: Request) -> Response:
        if pages.is_cross_site(request):
            return pages.show("hosted_unknown.html", status=403)
        typed = await card_form.typed_in(request)
        return await run_in_threadpool(self._pay, request, typed)

    def _pay(self, request: Request, typed: dict[str, str]) -> Response:
        with self._store.transaction() as transaction:
            try:
                session = self._load(transaction, request)
            except Refused:
                return pages.show("hosted_unknown.html", status=404)
            fixed = fixed_email(session)
            if fixed:
                typed["email"] = fixed
            try:
                donor = read_donor(typed, transaction.now)
                authenticate_url = f"{session['url']}/authenticate"
                outcome = paying.pay(transaction, session, donor, authenticate_url)
            except WrongFields as wrong:
                return self._form(transaction, session, typed, wrong.errors, status=422)
            except paying.NotOpen:
                return self._form(transaction, session, {}, {})
            if outcome.must_authenticate:
                return RedirectResponse(authenticate_url, 303)
            if outcome.decline:
                return self._form(transaction, session, typed, {"": outcome.decline.message}, status=402)
            return RedirectResponse(paying.success_url(session), 303)

    async def show_bank(self, request: Request) -> Response:
        return await run_in_threadpool(self._show_bank, request)

    def _show_bank(self, request: Request) -> Response:
        with self._store.transaction() as transaction:
            try:
                session = self._load(transaction, request)
            except Refused:
                return pages.show("hosted_unknown.html", status=404)
            if session["status"] != "open":
                return self._form(transaction, session, {}, {})
            return pages.show("hosted_bank.html", session=session, **summary_of(transaction, session))

    async def authenticate(self, request: Request) -> Response:
        if pages.is_cross_site(request):
            return pages.show("hosted_unknown.html", status=403)
        typed = await card_form.typed_in(request)
        return await run_in_threadpool(self._authenticate, request, typed)

    def _authenticate(self, request: Request, typed: dict[str, str]) -> Response:
        with self._store.transaction() as transaction:
            try:
                session = self._load(transaction, request)
            except Refused:
                return pages.show("hosted_unknown.html", status=404)
            try:
                outcome = paying.authenticate(transaction, session, success=typed.get("answer") == "complete")
            except paying.NotOpen:
                return self._form(transaction, session, {}, {})
            if outcome.decline:
                return self._form(transaction, session, {}, {"": outcome.decline.message}, status=402)
            return RedirectResponse(paying.success_url(session), 303)

    def _form(
        self,
        transaction: Transaction,
        session: Json,
        typed: dict[str, str],
        errors: dict[str, str],
        *,
        status: int = 200,
    ) -> Response:
        """The form, or a word about why there is none any more."""
        summary = summary_of(transaction, session)
        if session["status"] != "open":
            return pages.show("hosted_closed.html", session=session, **summary)
        fixed = fixed_email(session)
        return pages.show(
            "hosted_pay.html",
            status=status,
            session=session,
            typed={"email": fixed or typed.get("email", "")} | card_form.kept(typed),
            email_is_fixed=bool(fixed),
            errors=errors,
            cards=_cards(),
            **summary,
        )


def fixed_email(session: Json) -> str | None:
    """The e-mail address that the organisation gave: it cannot be changed here."""
    details = session["customer_details"]
    email: str | None = details["email"] if details else None
    return email


def summary_of(transaction: Transaction, session: Json) -> Json:
    lines = transaction.hidden(session["id"])["line_items"]
    recurring = lines[0]["price"]["recurring"]
    return {
        "lines": lines,
        "button": _button(session, recurring),
        "every": _every(recurring),
        "success_url": paying.success_url(session),
    }


def _every(recurring: Json | None) -> str:
    if recurring is None:
        return ""
    count = recurring["interval_count"]
    return f"every {recurring['interval']}" if count == 1 else f"every {count} {recurring['interval']}s"


def _button(session: Json, recurring: Json | None) -> str:
    words = {"book": "Book", "donate": "Donate", "pay": "Pay", "subscribe": "Subscribe"}
    return words.get(session["submit_type"] or "", "Subscribe" if recurring else "Pay")


def _cards() -> list[TestCard]:
    return list(cards.CARDS.values())

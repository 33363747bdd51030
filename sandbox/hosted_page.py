"""The page where a donor pays: `/checkout/pay/<session id>`."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox import cards, pages, paying
from sandbox.cards import TestCard
from sandbox.paying import Donor
from sandbox.refusals import Refused
from sandbox.store import Store, Transaction

Json = dict[str, Any]

UNKNOWN_CARD = "That is not one of the sandbox's test cards. Use one of the numbers listed below; never a real card."


class WrongFields(Exception):
    """What was typed cannot be charged.

    :param errors: a sentence for each field's name
    """

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def _digits(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


def read_donor(typed: dict[str, str], now: int) -> Donor:
    """
    :raises WrongFields: with a sentence for each wrong field
    """
    errors: dict[str, str] = {}
    email = typed.get("email", "").strip()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        errors["email"] = "Enter an e-mail address, like name@example.org."
    card = cards.CARDS.get(_digits(typed.get("card", "")))
    if card is None:
        errors["card"] = UNKNOWN_CARD if _digits(typed.get("card", "")) else "Enter a card number."
    expiry = _read_expiry(typed.get("expiry", ""))
    if expiry is None:
        errors["expiry"] = "Enter month and year, like 12 / 34."
    elif (expiry[1], expiry[0]) < _year_and_month(now):
        errors["expiry"] = "That date has passed."
    if not re.fullmatch(r"[0-9]{3,4}", typed.get("cvc", "").strip(), re.ASCII):
        errors["cvc"] = "Enter the three or four digits."
    name = " ".join(typed.get("name", "").split())
    if not name:
        errors["name"] = "Enter the name on the card."
    if errors or card is None or expiry is None:
        raise WrongFields(errors)
    return Donor(email=email[:500], name=name[:200], card=card, expiry=expiry)


def _read_expiry(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\s*([0-9]{1,2})\s*/?\s*((?:20)?[0-9]{2})\s*", text)
    if found is None or not 1 <= int(found[1]) <= 12:
        return None
    return int(found[1]), 2000 + int(found[2]) % 100


def _year_and_month(now: int) -> tuple[int, int]:
    today = datetime.fromtimestamp(now, UTC)
    return today.year, today.month


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
        typed = await _typed(request)
        return await run_in_threadpool(self._pay, request, typed)

    def _pay(self, request: Request, typed: dict[str, str]) -> Response:
        with self._store.transaction() as transaction:
            try:
                session = self._load(transaction, request)
            except Refused:
                return pages.show("hosted_unknown.html", status=404)
            fixed = _fixed_email(session)
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
            return pages.show("hosted_bank.html", session=session, **_summary(transaction, session))

    async def authenticate(self, request: Request) -> Response:
        if pages.is_cross_site(request):
            return pages.show("hosted_unknown.html", status=403)
        typed = await _typed(request)
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
        summary = _summary(transaction, session)
        if session["status"] != "open":
            return pages.show("hosted_closed.html", session=session, **summary)
        fixed = _fixed_email(session)
        return pages.show(
            "hosted_pay.html",
            status=status,
            session=session,
            typed={"email": fixed or "", "card": "", "expiry": "", "name": ""} | _kept(typed),
            email_is_fixed=bool(fixed),
            errors=errors,
            cards=_cards(),
            **summary,
        )


def _kept(typed: dict[str, str]) -> dict[str, str]:
    """What is shown again after an error; a security code is typed anew."""
    return {name: value for name, value in typed.items() if name in ("email", "card", "expiry", "name")}


def _fixed_email(session: Json) -> str | None:
    """The e-mail address that the organisation gave: it cannot be changed here."""
    details = session["customer_details"]
    email: str | None = details["email"] if details else None
    return email


def _summary(transaction: Transaction, session: Json) -> Json:
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


async def _typed(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True))

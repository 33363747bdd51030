"""The page where a donor leaves a new card: `/portal/<session id>`."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox import card_form, cards, pages, portal
from sandbox.card_form import WrongFields
from sandbox.refusals import Refused
from sandbox.store import Store, Transaction

Json = dict[str, Any]


class PortalPage:
    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        return [
            Route("/portal/{session}", self._page(self._show), methods=["GET"]),
            Route("/portal/{session}", self._page(self._save), methods=["POST"]),
            Route("/portal/{session}/authenticate", self._page(self._show_bank), methods=["GET"]),
            Route("/portal/{session}/authenticate", self._page(self._authenticate), methods=["POST"]),
        ]

    def _page(self, function: Any) -> Any:
        """A page of a session that is still open."""

        async def answer(request: Request) -> Response:
            if request.method == "POST" and pages.is_cross_site(request):
                return pages.show("portal_closed.html", status=403, return_url=None)
            typed = await card_form.typed_in(request)
            return await run_in_threadpool(within, request.path_params["session"], typed)

        def within(identifier: str, typed: dict[str, str]) -> Response:
            with self._store.transaction() as transaction:
                try:
                    session = transaction.get("billing_portal.session", identifier)
                except Refused:
                    return pages.show("portal_closed.html", status=404, return_url=None)
                try:
                    portal.open_session(transaction, session)
                    answer: Response = function(transaction, session, typed)
                except portal.NotOpen:
                    return pages.show("portal_closed.html", status=410, return_url=session["return_url"])
                return answer

        return answer

    def _show(self, transaction: Transaction, session: Json, typed: dict[str, str]) -> Response:
        return _form(transaction, session, {}, {})

    def _save(self, transaction: Transaction, session: Json, typed: dict[str, str]) -> Response:
        try:
            card = card_form.read(typed, transaction.now)
        except WrongFields as wrong:
            return _form(transaction, session, typed, wrong.errors, status=422)
        decline = portal.give_card(transaction, session, card)
        if decline:
            return _form(transaction, session, typed, {"": decline.message}, status=402)
        if portal.is_waiting_for_bank(transaction, session):
            return RedirectResponse(f"{session['url']}/authenticate", 303)
        return _done(session)

    def _show_bank(self, transaction: Transaction, session: Json, typed: dict[str, str]) -> Response:
        if not portal.is_waiting_for_bank(transaction, session):
            return RedirectResponse(session["url"], 303)
        return pages.show("bank.html", action=f"/portal/{session['id']}/authenticate", deed="keeps your new card")

    def _authenticate(self, transaction: Transaction, session: Json, typed: dict[str, str]) -> Response:
        decline = portal.authenticate(transaction, session, success=typed.get("answer") == "complete")
        if decline:
            return _form(transaction, session, {}, {"": decline.message}, status=402)
        return _done(session)


def _form(
    transaction: Transaction, session: Json, typed: dict[str, str], errors: dict[str, str], *, status: int = 200
) -> Response:
    customer = transaction.get("customer", session["customer"])
    return pages.show(
        "portal.html",
        status=status,
        session=session,
        email=customer["email"],
        typed=card_form.kept(typed),
        errors=errors,
        cards=list(cards.CARDS.values()),
    )


def _done(session: Json) -> Response:
    completion = session["flow"]["after_completion"]
    if completion["type"] == "redirect":
        return RedirectResponse(completion["redirect"]["return_url"], 303)
    message = (completion["hosted_confirmation"] or {}).get("custom_message")
    return pages.show("portal_done.html", message=message, return_url=session["return_url"])

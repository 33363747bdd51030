"""The mailbox for people (`/mailbox/`) and for tests (`/_/mailbox`)."""

from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox import pages
from sandbox.mail_service import STORIES, MailService
from sandbox.mailbox import Mailbox

Json = dict[str, Any]

LATEST = 200
# A letter's own HTML runs nothing, loads nothing from elsewhere, and cannot touch the page around it.
LETTER_HEADERS = {
    "Content-Security-Policy": "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';"
    " style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class MailboxPages:
    def __init__(self, mailbox: Mailbox, service: MailService) -> None:
        self._mailbox = mailbox
        self._service = service

    def routes(self) -> list[Route]:
        return [
            Route("/mailbox/", self.list_page, methods=["GET"]),
            Route("/mailbox/empty", self.empty_from_page, methods=["POST"]),
            Route("/mailbox/{letter:int}/", self.letter_page, methods=["GET"]),
            Route("/mailbox/{letter:int}/html", self.letter_html, methods=["GET"]),
            Route("/mailbox/{letter:int}/raw", self.letter_raw, methods=["GET"]),
            Route("/mailbox/{letter:int}/later", self.later, methods=["POST"]),
            Route("/_/mailbox", self.list_json, methods=["GET"]),
            Route("/_/mailbox", self.empty, methods=["DELETE"]),
            Route("/_/mailbox/{letter:int}/{number:int}", self.attachment, methods=["GET"]),
        ]

    async def list_page(self, request: Request) -> Response:
        to = request.query_params.get("to", "")
        letters = await run_in_threadpool(self._mailbox.letters, limit=LATEST, to=to)
        return pages.show("mailbox.html", letters=letters, to=to)

    async def letter_page(self, request: Request) -> Response:
        letter = await self._find(request)
        if letter is None:
            return pages.show("mailbox_unknown.html", status=404)
        stories = [(story, words) for story, (words, _event) in STORIES.items()]
        return pages.show("letter.html", letter=letter, stories=stories, told=request.query_params.get("told", ""))

    async def letter_html(self, request: Request) -> Response:
        letter = await self._find(request)
        if letter is None:
            return pages.show("mailbox_unknown.html", status=404)
        # Links leave the frame, or they would open inside it.
        return HTMLResponse('<base target="_blank">' + letter["html"], headers=LETTER_HEADERS)

    async def letter_raw(self, request: Request) -> Response:
        raw = await run_in_threadpool(self._mailbox.raw, request.path_params["letter"])
        if raw is None:
            return pages.show("mailbox_unknown.html", status=404)
        return Response(raw, media_type="text/plain; charset=utf-8", headers=LETTER_HEADERS)

    async def list_json(self, request: Request) -> Response:
        to = request.query_params.get("to", "")
        return JSONResponse(await run_in_threadpool(self._mailbox.letters, to=to))

    async def attachment(self, request: Request) -> Response:
        found = await run_in_threadpool(
            self._mailbox.attachment, request.path_params["letter"], request.path_params["number"]
        )
        if found is None:
            return JSONResponse({"error": {"message": "No such attachment."}}, 404)
        name, type_, content = found
        headers = LETTER_HEADERS | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return Response(content, media_type=type_, headers=headers)

    async def empty(self, request: Request) -> Response:
        return JSONResponse({"deleted": await run_in_threadpool(self._mailbox.empty)})

    async def empty_from_page(self, request: Request) -> Response:
        if pages.is_cross_site(request):
            return pages.show("mailbox_unknown.html", status=403)
        await run_in_threadpool(self._mailbox.empty)
        return RedirectResponse("/mailbox/", 303)

    async def later(self, request: Request) -> Response:
        """Let something happen to a letter that was accepted, and tell Liferaft of it."""
        letter = await self._find(request)
        story = dict(parse_qsl((await request.body()).decode("utf-8", "replace"))).get("story", "")
        if letter is None or story not in STORIES or pages.is_cross_site(request):
            return pages.show("mailbox_unknown.html", status=404)
        status = await run_in_threadpool(self._service.tell, letter, story)
        return RedirectResponse(f"/mailbox/{letter['id']}/?told={status or 'nobody'}", 303)

    async def _find(self, request: Request) -> Json | None:
        return await run_in_threadpool(self._mailbox.letter, request.path_params["letter"])

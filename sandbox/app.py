"""Puts the sandbox together: store, clock, API, pages, postman and mailbox."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox import clock, mailbox, pages, time_machine
from sandbox.api import Api
from sandbox.bank_page import BankPage
from sandbox.control import Control
from sandbox.deliveries import Endpoint, Postman
from sandbox.hosted_page import HostedPage
from sandbox.invoice_page import InvoicePage
from sandbox.mail_service import MailService
from sandbox.mailbox import Mailbox
from sandbox.mailbox_pages import MailboxPages
from sandbox.portal_page import PortalPage
from sandbox.settings import Settings
from sandbox.store import Store, Transaction

CATCH_UP_SECONDS = 5

logger = logging.getLogger("sandbox")


def build(settings: Settings) -> Starlette:
    store = Store(settings.var / "sandbox.sqlite3")
    letters = Mailbox(settings.var / "mailbox.sqlite3")
    postman = Postman(store, Endpoint(settings.webhook_url, settings.webhook_secret, settings.retry_seconds))

    def prepare(transaction: Transaction) -> None:
        transaction.now = clock.now(transaction)
        transaction.public_url = settings.public_url

    store.prepare = prepare
    store.events_were_recorded = postman.wake
    with store.transaction() as transaction:
        # A crash may have come between writing the file and the end of the transaction.
        clock.write_file(settings.clock_file, clock.offset(transaction))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        smtp = await loop.create_server(lambda: mailbox.smtp_server(letters), "127.0.0.1", settings.smtp_port)
        ticking = asyncio.create_task(_tick(store))
        postman.start()
        yield
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
        smtp.close()
        postman.stop()
        store.close()
        letters.close()

    return Starlette(
        routes=[
            Route("/v1/{path:path}", Api(store, settings.stripe_key).answer, methods=["GET", "POST", "DELETE"]),
            *HostedPage(store).routes(),
            *BankPage(store).routes(),
            *PortalPage(store).routes(),
            *InvoicePage(store).routes(),
            *Control(store, postman, settings).routes(),
            *MailboxPages(letters, MailService(settings.webhook_url, settings.webhook_secret)).routes(),
            Mount("/static", StaticFiles(directory=pages.HERE / "static")),
        ],
        # A page of another site must not reach us under a name of its own (DNS rebinding).
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1"])],
        lifespan=lifespan,
    )


async def _tick(store: Store) -> None:
    """Time also passes by itself."""
    while True:
        await asyncio.sleep(CATCH_UP_SECONDS)
        try:
            await run_in_threadpool(time_machine.catch_up, store)
        except Exception:
            logger.exception("Something that fell due could not be done; it will be tried again.")

"""`python -m sandbox`"""

import asyncio
import logging
import signal
import sys
from contextlib import suppress

import uvicorn

from sandbox import app, settings


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd notes every word of every conversation
    try:
        given = settings.read()
    except settings.WrongEnvironment as problem:
        sys.stderr.write(f"sandbox: {problem}\n")
        return 2
    # uvicorn stops on the first SIGTERM and then raises it again; being asked to stop is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    config = uvicorn.Config(
        app.build(given),
        host="127.0.0.1",
        port=given.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        asyncio.run(server.serve())
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())

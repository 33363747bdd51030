"""A fast SMTP server in a process of its own, which writes down every letter that it accepts before it says so.

``python -m tests.smtp_sink --record FILE`` prints its port and serves until it is killed. A line of the record is
``<Message-ID> <recipient>``. It offers what real servers offer, PIPELINING and 8BITMIME, unless told not to, and answers
with delays, refusals and lost connections as it is told: by the recipient's local part (``busy``, ``full``, ``unknown``,
``lost``, ``cut``) and by its arguments.
"""

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_END = b"\r\n.\r\n"
# What is said to a recipient, by the beginning of the address; and what to the letter as a whole.
_AT_RCPT = {b"busy": b"451 4.7.1 Come back later\r\n", b"unknown": b"550 5.1.1 No such user here\r\n"}
_AT_END = {b"full": b"452 4.2.2 Mailbox full\r\n", b"spam": b"554 5.7.1 Not like this\r\n"}


class Conversation(asyncio.Protocol):
    """One client. Everything that has come is answered in one write."""

    def __init__(self, options: argparse.Namespace, record: int) -> None:
        self.options, self.record = options, record
        self.offers = [name.encode() for name in str(options.offers).split(",") if name]
        self.waiting = bytearray()
        self.in_data = False
        self.recipient = b""
        self.random = random.Random(options.seed)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        # The end of a letter may come in two pieces.
        start = max(0, len(self.waiting) - len(_END))
        self.waiting += data
        answers = []
        while True:
            if self.in_data:
                if self.waiting.startswith(b".\r\n"):
                    content, rest = b"", 3
                else:
                    end = self.waiting.find(_END, start)
                    if end < 0:
                        break
                    content, rest = bytes(self.waiting[: end + 2]), end + len(_END)
                del self.waiting[:rest]
                start, self.in_data = 0, False
                answers.append(self.finish(content))
            else:
                end = self.waiting.find(b"\r\n")
                if end < 0:
                    break
                line = bytes(self.waiting[:end])
                del self.waiting[: end + 2]
                start = 0
                answers.append(self.answer(line))
        if None in answers:
            self.transport.abort()
        elif answers:
            self.say(b"".join(answer for answer in answers if answer))

    def say(self, answer: bytes) -> None:
        if self.options.delay:
            wait = self.random.uniform(0, 2 * self.options.delay / 1000)
            asyncio.get_running_loop().call_later(wait, self.write, answer)
        else:
            self.transport.write(answer)

    def write(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)

    def answer(self, line: bytes) -> bytes | None:
        verb = line[:4].upper()
        if verb == b"EHLO":
            offered = [b"sink", *self.offers, b"SIZE 50000000"]
            return b"".join(b"250-" + name + b"\r\n" for name in offered[:-1]) + b"250 " + offered[-1] + b"\r\n"
        if verb == b"RCPT":
            address = line.partition(b"<")[2].partition(b">")[0]
            self.recipient = b""
            for start, refusal in _AT_RCPT.items():
                if address.startswith(start):
                    return refusal
            self.recipient = address
        elif verb == b"DATA":
            self.in_data = bool(self.recipient)
            return b"354 Go ahead\r\n" if self.in_data else b"554 5.5.1 No valid recipients\r\n"
        elif verb == b"QUIT":
            return b"221 Bye\r\n"
        return b"250 OK\r\n"

    def finish(self, content: bytes) -> bytes | None:
        recipient, self.recipient = self.recipient, b""
        if recipient.startswith(b"cut"):
            return None
        for start, refusal in _AT_END.items():
            if recipient.startswith(start):
                return refusal
        if self.record >= 0:
            found = _MESSAGE_ID.search(content)
            os.write(self.record, b"%s %s\n" % (found[1] if found else b"-", recipient))
            if self.options.keep:
                name = f"{time.time_ns()}.eml"
                Path(self.options.keep, name).write_bytes(content.replace(b"\r\n..", b"\r\n."))
        # Accepted, and the answer is lost.
        return None if recipient.startswith(b"lost") else b"250 2.0.0 Accepted\r\n"


async def serve(options: argparse.Namespace) -> None:
    record = os.open(options.record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if options.record else -1
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(options, record), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@dataclass(frozen=True)
class Sink:
    """A running sink. ``record`` is its file, ``kept`` the folder of whole letters."""

    port: int
    record: Path
    kept: Path

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def accepted(self) -> list[tuple[str, str]]:
        """Return Message-ID and recipient of each letter, in the order in which they were accepted."""
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        return [(name, recipient) for name, _, recipient in (line.partition(" ") for line in lines)]

    def letters(self) -> list[bytes]:
        return [file.read_bytes() for file in sorted(self.kept.glob("*.eml"))]


@contextmanager
def running_sink(folder: Path, *arguments: str) -> Iterator[Sink]:
    """Run a sink for as long as the block lasts; its record and letters lie in ``folder``."""
    record, kept = folder / "accepted.txt", folder / "letters"
    kept.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.smtp_sink", "--record", str(record), "--keep", str(kept), *arguments]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            assert process.stdout is not None
            yield Sink(int(process.stdout.readline()), record, kept)
        finally:
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", default="")
    parser.add_argument("--keep", default="", help="folder for whole letters")
    parser.add_argument("--offers", default="PIPELINING,8BITMIME")
    parser.add_argument("--delay", type=float, default=0, help="milliseconds before each answer, on average")
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()

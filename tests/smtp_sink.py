"""A fast SMTP server in a process of its own, which writes down every letter that it accepts before it says so.

``python -m tests.smtp_sink --record FILE`` prints its port and serves until it is killed. A line of the record is
``<Message-ID> <recipient>``. It offers what real servers offer, PIPELINING, 8BITMIME and CHUNKING, unless told not to, and answers
with delays, refusals and lost connections as it is told: by the recipient's local part (``busy``, ``full``, ``unknown``, ``relay``,
``spam``, ``odd``, ``half``, ``lost``, ``cut``) and by its arguments.
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
# What is said to a recipient, by the beginning of the address; and what to the letter as a whole.
_AT_RCPT = {
    b"busy": b"451 4.7.1 Come back later",
    b"unknown": b"550 5.1.1 No such user here",
    b"relay": b"554 5.7.1 Relay access denied",
}
_AT_END = {
    b"full": b"452 4.2.2 Mailbox full",
    b"spam": b"554 5.7.1 Not like this",
    b"odd": b"354 Go ahead",
    b"half": b"250-This goes on\r\n2",
}


class Gone(Exception):
    """The client has left, or is left."""


class Conversation:
    """One client. Lines are read one by one, as most servers read them."""

    def __init__(self, options: argparse.Namespace, record: int) -> None:
        self.options, self.record = options, record
        self.offers = [name.encode() for name in str(options.offers).split(",") if name]
        self.recipient = b""
        self.random = random.Random(options.seed)

    async def hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        await self.say(b"220 sink ESMTP")
        try:
            while True:
                await self.answer(await self.line())
        except (Gone, ConnectionError):
            writer.transport.abort()

    async def line(self) -> bytes:
        line = await self.reader.readline()
        if not line.endswith(b"\n"):
            raise Gone
        return line

    async def say(self, answer: bytes) -> None:
        if self.options.delay:
            await asyncio.sleep(self.random.uniform(0, 2 * self.options.delay / 1000))
        self.writer.write(answer + b"\r\n")

    async def answer(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"EHLO":
            await self.say(b"\r\n".join([b"250-sink", *(b"250-" + name for name in self.offers), b"250 SIZE 50000000"]))
        elif verb == b"RCPT":
            address = line.partition(b"<")[2].partition(b">")[0]
            refusal = next((said for start, said in _AT_RCPT.items() if address.startswith(start)), b"")
            self.recipient = b"" if refusal else address
            await self.say(refusal or b"250 OK")
        elif verb == b"DATA" and self.recipient:
            await self.say(b"354 Go ahead")
            lines = []
            while (content := await self.line()) != b".\r\n":
                lines.append(content[1:] if content.startswith(b".") else content)
            await self.finish(b"".join(lines))
        elif verb == b"BDAT":
            await self.finish(await self.reader.readexactly(int(line.split()[1])))
        elif verb == b"QUIT":
            await self.say(b"221 Bye")
            raise Gone
        else:
            await self.say(b"554 5.5.1 No valid recipients" if verb == b"DATA" else b"250 OK")

    async def finish(self, content: bytes) -> None:
        recipient, self.recipient = self.recipient, b""
        if recipient.startswith(b"cut"):
            raise Gone
        for start, refusal in _AT_END.items():
            if recipient.startswith(start):
                await self.say(refusal)
                if recipient.startswith(b"half"):
                    raise Gone
                return
        if self.record >= 0:
            found = _MESSAGE_ID.search(content)
            os.write(self.record, b"%s %s\n" % (found[1] if found else b"-", recipient))
        if self.options.keep:
            Path(self.options.keep, f"{time.time_ns()}.eml").write_bytes(content)
        if recipient.startswith(b"lost"):  # accepted, and the answer is lost
            raise Gone
        await self.say(b"250 2.0.0 Accepted")


async def serve(options: argparse.Namespace) -> None:
    record = os.open(options.record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if options.record else -1

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Conversation(options, record).hold(reader, writer)

    server = await asyncio.start_server(meet, "127.0.0.1", 0, limit=1 << 20)
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
    parser.add_argument("--offers", default="PIPELINING,8BITMIME,CHUNKING")
    parser.add_argument("--delay", type=float, default=0, help="milliseconds before each answer, on average")
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()

"""The door to a virus scanner, where one is set up: clamd, asked over its socket by INSTREAM (clamd(8), "COMMANDS").

There are packages for it; they carry more than this one question, and what workers sent passes through here in clear.
"""

import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings

_SECONDS = 30
_PIECE = 64 * 1024
_LONGEST_ANSWER = 4096


class ScannerDown(Exception):
    """The scanner cannot be reached, or breaks off."""


class Undecided(Exception):
    """The scanner does not say whether this file is clean: it is too large for it, for example."""


def is_set_up() -> bool:
    return bool(settings.CLAMD_URL)


def is_clean(content: bytes) -> bool:
    """Ask the scanner about a file.

    :raises ScannerDown, Undecided: if it does not say
    """
    try:
        with _connected() as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _PIECE):
                piece = content[start : start + _PIECE]
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
            answer = _answer(line)
    except OSError as error:
        raise ScannerDown(type(error).__name__) from error
    if not answer:
        raise ScannerDown("no answer")
    # "stream: OK", "stream: Eicar-Signature FOUND", "INSTREAM size limit exceeded. ERROR"
    if answer.endswith(b" FOUND"):
        return False
    if answer.endswith(b": OK"):
        return True
    raise Undecided(answer.decode("ascii", "replace")[:100])


def _connected() -> socket.socket:
    address = urlsplit(settings.CLAMD_URL)
    if address.scheme == "tcp":
        return socket.create_connection((address.hostname or "", address.port or 3310), timeout=_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(_SECONDS)
    try:
        line.connect(address.path)
    except OSError:
        line.close()
        raise
    return line


def _answer(line: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        piece = line.recv(1024)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n")

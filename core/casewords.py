"""Seven words by which a worker comes back to a case: no account, no mail address needed.

Seven of 7,776 words are 90 bits, so a keyed hash finds the case and no slow hash is needed (below 64 bits it would be).
The words are the EFF's long list (Electronic Frontier Foundation, CC BY 3.0 US), see core/words/README.md.
"""

import secrets
from functools import cache
from pathlib import Path

from core import sealing

COUNT = 7


@cache
def words() -> tuple[str, ...]:
    return tuple((Path(__file__).parent / "words" / "en.txt").read_text(encoding="ascii").split())


def generate() -> str:
    """Return seven random words with a space between."""
    return " ".join(secrets.choice(words()) for _ in range(COUNT))


def normalise(typed: str) -> str:
    """Return what was typed in the form in which words are compared: lower case, single spaces, no punctuation.

    The list's few words with a hyphen are kept apart from a person's habit to write commas or line numbers.
    """
    letters = "".join(c if c.isalpha() or c == "-" else " " for c in typed.casefold())
    return " ".join(part.strip("-") for part in letters.split() if part.strip("-"))


def fingerprint(typed: str) -> bytes:
    """Return the keyed hash under which a case is found. The words themselves are never stored."""
    return sealing.blind_index(normalise(typed), purpose="aid.case-words")

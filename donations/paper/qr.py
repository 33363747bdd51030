"""The code on paper that a telephone reads, drawn as plain lines, so that it stays sharp on every printer."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import segno

# White modules around it: ISO/IEC 18004 asks for four.
QUIET = 4
# All eight masks can be read; to try each for the most even pattern takes five times as long as the code itself.
_MASK = 2


@dataclass(frozen=True)
class Code:
    """A code to be drawn: ``size`` modules wide and high with its margin, ``path`` is SVG, to be stroked one wide."""

    size: int
    path: str


def draw(text: str) -> Code:
    """Return the QR code of a text. A sixth of it may be dirty or torn (level M)."""
    rows = segno.make_qr(text, error="m", mask=_MASK, boost_error=False).matrix
    lines = "".join(_lines(row, QUIET + place) for place, row in enumerate(rows))
    return Code(size=len(rows) + 2 * QUIET, path=lines)


def _lines(row: Iterable[int], y: int) -> str:
    found, x = [], QUIET
    for is_dark, modules in groupby(row):
        width = len(list(modules))
        if is_dark:
            found.append(f"M{x} {y}.5h{width}")
        x += width
    return "".join(found)

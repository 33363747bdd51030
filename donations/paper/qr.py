"""The code on paper that a telephone reads, drawn as plain shapes, so that it stays sharp on every printer."""

from collections.abc import Iterator
from itertools import groupby

import segno

from donations.paper import engine

# White modules around it: ISO/IEC 18004 asks for four.
QUIET = 4
# All eight masks can be read; to try each for the most even pattern takes five times as long as the code itself.
_MASK = 2


def draw(text: str) -> engine.Picture:
    """Return the QR code of a text as a picture. A sixth of it may be dirty or torn (level M)."""
    rows = segno.make_qr(text, error="m", mask=_MASK, boost_error=False).matrix
    return engine.Picture(size=len(rows) + 2 * QUIET, bars=list(_bars(rows)))


def _bars(rows: tuple[bytearray, ...]) -> Iterator[tuple[int, int, int]]:
    """Give the dark modules as bars: from left, from top, and how wide."""
    for y, row in enumerate(rows, start=QUIET):
        x = QUIET
        for is_dark, modules in groupby(row):
            width = len(list(modules))
            if is_dark:
                yield x, y, width
            x += width

"""What people type as a name or a message is read by others, in letters too: no web address gets in with it."""

import re

_ADDRESS = re.compile(r"://|www\.|\w\.[^\W\d_]{2,}[/?#:]\S", re.IGNORECASE)
# Mail programs make links of these. Some employers are called so.
_BARE = re.compile(r"\w\.(?:com|net|org|info|biz|io|ru|cn|xyz|top)\b", re.IGNORECASE)


def has_web_address(words: str, *, may_be_called_so: bool = False) -> bool:
    """
    :param may_be_called_so: allow a bare one, as Booking.com is
    """
    return bool(_ADDRESS.search(words) or (not may_be_called_so and _BARE.search(words)))

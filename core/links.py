"""Signed values for links in letters: nobody can make one, each is good for one purpose only."""

from datetime import timedelta

from django.core import signing


class LinkRefused(Exception):
    """The token was not made by us, was made for another purpose, or is too old."""


def sign(purpose: str, value: str) -> str:
    """Return a token for an address. The value can be read by whoever has the link, but not changed."""
    return signing.TimestampSigner(salt=f"liferaft.links.{purpose}").sign_object(value)


def read(purpose: str, token: str, *, max_age: timedelta | None = None) -> str:
    """Return the value of a token made by ``sign`` for the same purpose.

    :param max_age: by the wall clock; none means for ever
    :raises LinkRefused: if it is forged, of another purpose, or older than ``max_age``
    """
    try:
        value = signing.TimestampSigner(salt=f"liferaft.links.{purpose}").unsign_object(token, max_age=max_age)
    except (signing.BadSignature, ValueError) as error:
        raise LinkRefused from error
    return str(value)

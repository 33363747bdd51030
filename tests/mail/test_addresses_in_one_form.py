"""However a mailbox is written, it is one reader; two mailboxes are never one."""

import pytest

from mail import addressing
from mail.addresses import index_of


@pytest.mark.parametrize(
    "written",
    [
        "Ann@Example.org",
        " Ann@example.ORG ",
        "Ann@ex\u00adample.org",
        "Ann@example\u3002org",
        "Ann@\uff45xample.org",
    ],
)
def test_ways_to_write_a_domain_are_one(written: str) -> None:
    assert addressing.one_form(written) == "Ann@example.org"
    assert index_of(written) == index_of("ann@example.org")


def test_a_domain_beyond_ascii_is_kept_as_it_is_sent() -> None:
    assert addressing.one_form("ann@exämple.com") == addressing.one_form("ann@xn--exmple-cua.com")


@pytest.mark.parametrize(
    "written",
    [
        "ann\u017f@example.org",  # a long s, which Python makes an s
        "ann\u00ad@example.org",
        "\u212aann@example.org",  # the sign for kelvin, which Python makes a k
        "ann@localhost",
        "ann@[127.0.0.1]",
        "ann@example.org\r\nBcc: all@example.org",
        "Ann <ann@example.org>",
        "ann@example..org",
        "ann@" + "a" * 250 + ".org",
    ],
)
def test_what_could_be_two_mailboxes_is_refused(written: str) -> None:
    with pytest.raises(addressing.AddressRefused):
        addressing.one_form(written)


def test_a_capital_with_a_dot_takes_nobodys_place() -> None:
    assert index_of("v@\u0130.com") != index_of("v@i.com")

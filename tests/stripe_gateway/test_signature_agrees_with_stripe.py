"""What we verify by hand gets the same verdict as from Stripe's own library."""

import time
from collections.abc import Callable

import pytest
import stripe
from hypothesis import example, given
from hypothesis import strategies as st

from stripe_gateway import signature

BODY = '{"id": "evt_1", "object": "event"}'
SECRETS = ["whsec_new", "whsec_old", "whsec_of_somebody_else", " ", "whsec_ñ"]
# Far from 300 s, so that a slow moment between the two verdicts changes neither.
AGES = [0, 1, 200, 290, 320, 3600, -30, -100_000]

Header = list[tuple[str, str]]


def theirs(body: str, header: str, secrets: list[str]) -> bool:
    """Whether Stripe's library takes one of the secrets."""
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(body.encode(), header, secret, signature.TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, TypeError):
            continue
        return True
    return False


def ours(body: str, header: str, secrets: list[str]) -> bool:
    try:
        signature.verify(body.encode(), header, secrets=secrets)
    except signature.NotFromStripe:
        return False
    return True


def signed(body: str, *secrets: str, age: int = 0) -> Header:
    """Return the parts of a header as Stripe makes it while secrets change."""
    timestamp = int(time.time()) - age
    headers = [stripe.WebhookSignature.generate_signature_header(body, secret, timestamp) for secret in secrets]
    return [("t", str(timestamp)), *[("v1", header.partition("v1=")[2]) for header in headers]]


def joined(parts: Header) -> str:
    return ",".join(f"{name}={value}" for name, value in parts)


def not_even_ascii(parts: Header) -> Header:
    return [*parts, ("v1", "ñ")]


MANGLES: list[Callable[[Header], Header]] = [
    lambda parts: parts,
    lambda parts: parts[::-1],
    lambda parts: parts[1:],
    lambda parts: parts[:1],
    lambda parts: [*parts, *parts],
    lambda parts: [*parts, ("v0", "6" * 64)],
    lambda parts: [("v1", "0" * 64), *parts],
    lambda parts: [("v1", "ñ"), *parts],
    not_even_ascii,
    lambda parts: [("t", "1"), *parts],
    lambda parts: [*parts, ("t", "x")],
    lambda parts: [*parts, ("", "")],
    lambda parts: [*parts, ("a=b=c", "d")],
    lambda parts: [(name.upper(), value) for name, value in parts],
    lambda parts: [(name, value.upper()) for name, value in parts],
    lambda parts: [(f" {name}", value) for name, value in parts],
    lambda parts: [(name, f" {value}") for name, value in parts],
    lambda parts: [(name, f"{value}=") for name, value in parts],
    lambda parts: [(name, value[:-1]) for name, value in parts],
    lambda parts: [(name, f"+{value}" if name == "t" else value) for name, value in parts],
    lambda parts: [(name, f"{value}.0" if name == "t" else value) for name, value in parts],
    lambda parts: [(name, f"{value[0]}_{value[1:]}" if name == "t" else value) for name, value in parts],
    lambda parts: [(name, str(int(value) + 1) if name == "t" else value) for name, value in parts],
    lambda parts: [(name, f"-{value}" if name == "t" else value) for name, value in parts],
    lambda parts: [(name, "9" * 5000 if name == "t" else value) for name, value in parts],
    lambda parts: [("v2" if name == "v1" else name, value) for name, value in parts],
]


@given(
    body=st.one_of(st.just(BODY), st.text()),
    signers=st.lists(st.sampled_from(["whsec_new", "whsec_old", "whsec_ñ", "whsec_forger"]), max_size=3),
    secrets=st.lists(st.sampled_from(SECRETS), min_size=1, max_size=3),
    age=st.sampled_from(AGES),
    mangles=st.lists(st.sampled_from(MANGLES), max_size=2),
)
@example(body=BODY, signers=["whsec_old"], secrets=["whsec_new", "whsec_old"], age=0, mangles=[])
@example(body=BODY, signers=["whsec_old"], secrets=["whsec_old"], age=320, mangles=[])
@example(body=BODY, signers=["whsec_new"], secrets=["whsec_old", "whsec_new"], age=0, mangles=[not_even_ascii])
def test_mangled_header_gets_stripes_verdict(
    body: str, signers: list[str], secrets: list[str], age: int, mangles: list[Callable[[Header], Header]]
) -> None:
    parts = signed(body, *signers, age=age)
    for mangle in mangles:
        parts = mangle(parts)
    header = joined(parts)

    assert ours(body, header, secrets) == theirs(body, header, secrets)


@given(header=st.one_of(st.text(alphabet="tv1=,. 09af", max_size=40), st.text(max_size=20)))
def test_nonsense_gets_stripes_verdict(header: str) -> None:
    assert ours(BODY, header, SECRETS) == theirs(BODY, header, SECRETS)


@given(place=st.integers(0, len(BODY) - 1), letter=st.characters(codec="ascii"))
def test_one_changed_letter_gets_stripes_verdict(place: int, letter: str) -> None:
    header = joined(signed(BODY, "whsec_new"))
    changed = BODY[:place] + letter + BODY[place + 1 :]

    assert ours(changed, header, ["whsec_new"]) == theirs(changed, header, ["whsec_new"]) == (changed == BODY)


def test_what_stripe_signs_is_taken() -> None:
    assert ours(BODY, joined(signed(BODY, "whsec_new", "whsec_old")), ["whsec_old"])


def test_empty_secret_opens_nothing() -> None:
    with pytest.raises(signature.NotFromStripe):
        signature.verify(BODY.encode(), joined(signed(BODY, "")), secrets=[""])

"""Where DKIM_KEY_FILE is set, each letter carries a signature that holds, over both List-Unsubscribe headers."""

import base64
from collections.abc import Callable
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_django import Settings

from mail import dkim_signing, outbox, tasks
from tests.mail.test_frozen import AT, letter
from tests.smtp_sink import running_sink

Resolver = Callable[..., bytes | None]


@pytest.fixture
def dns(tmp_path: Path, settings: Settings) -> Resolver:
    """Make a key, set it, and answer for the DNS."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "dkim.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    settings.DKIM_KEY_FILE, settings.DKIM_SELECTOR, settings.DKIM_DOMAIN = str(file), "raft", "example.org"
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    return lambda name, timeout=5: record if name == b"raft._domainkey.example.org." else None


def test_letter_to_many_is_signed_with_its_way_to_leave(dns: Resolver) -> None:
    message, _read = letter(is_8bit=False)

    signed = dkim_signing.signed(message)

    assert signed.endswith(message)
    assert dkim.verify(signed, dnsfunc=dns)
    assert not dkim.verify(signed.replace(b"One-Click", b"Two-Click"), dnsfunc=dns)
    assert not dkim.verify(signed.replace(b"unsubscribe/abc", b"unsubscribe/abd"), dnsfunc=dns)


def test_single_letter_is_signed_as_it_arrives(db: None, dns: Resolver, tmp_path: Path, settings: Settings) -> None:
    with running_sink(tmp_path) as sink:
        settings.EMAIL_URL = sink.url
        outbox.queue_ready(key="t:1", to="ann@example.org", subject="Gracias", text="Ñandú\n", at=AT)

        tasks.deliver_due()

        (raw,) = sink.letters()
    assert dkim.verify(raw, dnsfunc=dns)
    assert raw.isascii()

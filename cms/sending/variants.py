"""The letter as it leaves, once for each language: frozen when the second person agrees, and never changed."""

import hashlib
from email.headerregistry import Address
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from cms.letter import rendering
from cms.letter.rendering import Letter
from cms.models import NewsletterIssuePage, Sending, SendingVariant
from cms.readers import leave_links
from mail import frozen
from organisation.models import Organisation


@transaction.atomic
def freeze(*, sending: Sending, issue: NewsletterIssuePage) -> list[SendingVariant]:
    """Freeze the letter in each language, in the transaction that agrees to it: nothing that is saved later is in it.

    :param issue: as the revision has it that was asked for
    :raises frozen.PlaceInWords: if its words hold what stands for a reader's own
    """
    return [_freeze(sending, issue, language) for language in _languages(sending.language)]


def drop(*, sending: Sending) -> None:
    """Forget the letter that was agreed to: it was called back."""
    sending.variants.all().delete()


def digest(issue: NewsletterIssuePage, *, language: str) -> bytes:
    """Return the SHA-256 over the letter with all that it takes from elsewhere, but for sums, which change by themselves.

    :param language: of the readers; empty: every language
    :raises frozen.PlaceInWords: if its words hold what stands for a reader's own
    """
    hashed = hashlib.sha256()
    for each in _languages(language):
        hashed.update(hashlib.sha256(mime(letter(issue, language=each, has_sums=False), language=each)).digest())
    return hashed.digest()


def letter(
    issue: NewsletterIssuePage, *, language: str, token: str = frozen.LEAVE_PLACE, has_sums: bool = True
) -> Letter:
    """Return the letter of an issue, for the token of one reader or with the place for it."""
    return rendering.render(
        issue,
        language=language,
        leave_url=leave_links.address(token, language=language),
        preferences_url=_preferences_url(language),
        has_sums=has_sums,
    )


def head(subject: str, *, language: str) -> frozen.Head:
    """Return what the head of every reader's letter says."""
    domain = parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2].encode("idna").decode("ascii")
    name = str(Address(display_name=f"{Organisation.current().name}")).removesuffix(" <>")
    return frozen.Head(
        subject=" ".join(subject.split())[:200],
        sender=settings.MAIL_FROM,
        list_id=f"{name} <newsletter.{domain}>",
        leave_url=leave_links.address(frozen.LEAVE_PLACE, language=language),
        language=language,
    )


def mime(made: Letter, *, language: str) -> bytes:
    """Return the whole frozen message of a letter that was made with the place for the token."""
    return frozen.freeze(head(made.subject, language=language), html=made.html, text=made.text)


def _freeze(sending: Sending, issue: NewsletterIssuePage, language: str) -> SendingVariant:
    made = letter(issue, language=language)
    message = mime(made, language=language)
    return SendingVariant.objects.create(
        sending=sending,
        language=language,
        subject=made.subject[:200],
        html=made.html,
        text=made.text,
        mime=message,
        sha256=hashlib.sha256(message).digest(),
    )


def _languages(language: str) -> list[str]:
    return [language] if language else [code for code, _name in settings.LANGUAGES]


def _preferences_url(language: str) -> str:
    with translation.override(language):
        return f"{settings.SITE_URL}{reverse('cms_preferences')}"

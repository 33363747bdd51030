"""The letter as it leaves, once for each language: made from what two people agreed to, frozen, and never changed."""

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
def freeze(*, sending: Sending) -> list[SendingVariant]:
    """Freeze the letter in each language. In the transaction that starts the sending, or what was agreed to may change."""
    issue = _agreed(sending)
    return [_freeze(sending, issue, language) for language in _languages(sending)]


def letter(issue: NewsletterIssuePage, *, language: str, token: str = frozen.LEAVE_PLACE) -> Letter:
    """Return the letter of an issue, for the token of one reader or with the place for it."""
    return rendering.render(
        issue,
        language=language,
        leave_url=leave_links.address(token, language=language),
        preferences_url=_preferences_url(language),
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


def _agreed(sending: Sending) -> NewsletterIssuePage:
    """Return the issue as it was agreed to; the page itself, if Wagtail keeps that revision no more."""
    page: NewsletterIssuePage = sending.revision.as_object() if sending.revision else sending.issue
    return page


def _languages(sending: Sending) -> list[str]:
    return [sending.language] if sending.language else [code for code, _name in settings.LANGUAGES]


def _preferences_url(language: str) -> str:
    with translation.override(language):
        return f"{settings.SITE_URL}{reverse('cms_preferences')}"

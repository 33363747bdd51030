"""An issue as a letter: once as HTML, once as text, both made from the same blocks."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import strip_tags
from wagtail.models import Page

from organisation.models import LegalEntity, Organisation


@dataclass(frozen=True)
class Letter:
    """What leaves, in one language. Addresses that are personal stand in it as they were given."""

    subject: str
    preheader: str
    html: str
    text: str


def render(issue: Page, *, language: str, leave_url: str, preferences_url: str) -> Letter:
    """Make the letter of an issue; the page may be a draft that was never saved.

    :param leave_url: where a reader leaves, put in as it is
    :param preferences_url: where a reader chooses, put in as it is
    """
    with translation.override(language):
        context = {
            "page": issue,
            "language": language,
            "organisation": Organisation.current(),
            "legal_entity": LegalEntity.issuing(),
            "site_url": settings.SITE_URL,
            "leave_url": leave_url,
            "preferences_url": preferences_url,
            "subject": issue.subject or issue.title,
            "preheader": issue.preheader or " ".join(strip_tags(issue.intro).split())[:150],
        }
        return Letter(
            subject=context["subject"],
            preheader=context["preheader"],
            html=render_to_string("cms/letter/letter.html", context),
            text=render_to_string("cms/letter/letter.txt", context).strip() + "\n",
        )

"""The letter in the editor's preview: as an e-mail by day and by night, and as plain text."""

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from cms.letter import rendering

LIGHT, DARK, TEXT = "email-light", "email-dark", "text"
MODES = [
    (LIGHT, _("As a letter, light")),
    (DARK, _("As a letter, dark")),
    (TEXT, _("As a letter, plain text")),
]
# A letter's styles stand on its elements, because mail programs know no other way; our pages allow none. So the answer
# with the preview in it, and no other, allows styles. Nothing else: no script, nothing from another host.
_STYLES = {"style-src": ["'self'", "'unsafe-inline'"]}
_FOR_THE_DARK = "@media (prefers-color-scheme: dark)"
_SCHEMES = 'content="light dark"'


def response(issue: Page, mode: str) -> HttpResponse:
    """Answer with the letter as it would leave now. Its personal links lead nowhere."""
    letter = rendering.render(
        issue,
        language=get_language() or settings.LANGUAGE_CODE,
        leave_url=f"{settings.SITE_URL}/unsubscribe/preview/",
        preferences_url=f"{settings.SITE_URL}/subscribe/",
    )
    if mode == TEXT:
        words = {"letter": letter, "language": get_language()}
        answer = HttpResponse(render_to_string("cms/letter/text_preview.html", words))
    else:
        answer = HttpResponse(seen_in(letter.html, is_dark=mode == DARK))
    answer._csp_replace = _STYLES  # type: ignore[attr-defined]  # django-csp's hook for one response
    return answer


def seen_in(html: str, *, is_dark: bool) -> str:
    """Return the letter as a mail program in that look shows it, whatever the look of the editor's own screen."""
    for_the_dark = "@media all" if is_dark else "@media not all"
    return html.replace(_FOR_THE_DARK, for_the_dark).replace(
        _SCHEMES, 'content="dark"' if is_dark else 'content="light"'
    )

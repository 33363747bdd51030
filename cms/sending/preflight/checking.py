"""The whole list: what can be seen at once, and what takes others to answer, kept until the issue is changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import caches
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Revision

from cms.models import NewsletterIssuePage
from cms.readers import leave_links
from cms.sending import variants
from cms.sending.preflight import filled, findings, letter, links, sender
from cms.sending.preflight.findings import Finding, Level
from cms.sending.preflight.letter import Written
from mail.frozen import LEAVE_PLACE

_KEPT = 2 * 24 * 60 * 60


@dataclass(frozen=True)
class Checked:
    """What was found, and when. ``is_whole``: links and sender were looked at, too."""

    at: datetime
    is_whole: bool
    found: list[Finding]

    def of(self, level: Level) -> list[Finding]:
        return [finding for finding in self.found if finding.level == level]

    @property
    def stops(self) -> list[Finding]:
        return self.of(Level.STOPS)

    @property
    def to_look_at(self) -> list[Finding]:
        return self.of(Level.LOOK)


def check(issue: NewsletterIssuePage, revision: Revision | None, *, whole: bool, at: datetime) -> Checked:
    """Look at the letter as this revision has it, and keep what was found.

    :param revision: what ``issue`` was made of; none for a page that was never edited here
    :param whole: ask for the pages behind its links and for the sender's domain, too; this may take some seconds
    """
    written = letters(issue)
    found = [filled.look(issue), *letter.look(written), *_page(issue, revision, at=at)]
    if whole:
        found += [*links.look(written[0].letter.html, issue, besides=_personal(written)), *sender.look()]
    checked = Checked(at, whole, found)
    if revision is not None:
        kept = {"at": at, "is_whole": whole, "found": [finding.kept() for finding in found]}
        caches["shared"].set(_key(revision), kept, timeout=_KEPT)
    return checked


def last(revision: Revision) -> Checked | None:
    """Return what was found the last time that just this was looked at; none if nobody has."""
    kept = caches["shared"].get(_key(revision))
    if kept is None:
        return None
    return Checked(kept["at"], kept["is_whole"], [findings.read(each) for each in kept["found"]])


def letters(issue: NewsletterIssuePage) -> list[Written]:
    """Make the letter in each language, with the places for what is personal."""
    return [_letter(issue, language) for language, _name in settings.LANGUAGES]


def _letter(issue: NewsletterIssuePage, language: str) -> Written:
    leave_url = leave_links.address(LEAVE_PLACE, language=language)
    return Written(language, variants.letter(issue, language=language), leave_url)


def _personal(written: list[Written]) -> set[str]:
    return {each.leave_url for each in written}


def _page(issue: NewsletterIssuePage, revision: Revision | None, *, at: datetime) -> Iterator[Finding]:
    """Say whether the letter and the page on the web are the same."""
    what = _("Page on the web")
    if not issue.articles:
        yield Finding(_("Articles"), Level.STOPS, _("There are none."))
    if issue.go_live_at and issue.go_live_at > at:
        words = _(
            "It has a day of its own on which it is published. If that is after the letter, its links lead nowhere."
        )
        yield Finding(what, Level.LOOK, words)
        return
    live = NewsletterIssuePage.objects.filter(pk=issue.pk).values("live", "live_revision_id").first()
    if live is None or not live["live"]:
        yield Finding(what, Level.FINE, _("It is published when the letter leaves."))
    elif revision is not None and live["live_revision_id"] not in {None, revision.pk}:
        words = _("It shows an older version than the letter would: publish the page as well.")
        yield Finding(what, Level.LOOK, words)
    else:
        yield Finding(what, Level.FINE, _("It is published and says the same."))


def _key(revision: Revision) -> str:
    # Autosave writes over a revision; it then is of another time, and was not looked at.
    saved = revision.created_at.timestamp()
    return f"cms.preflight:{revision.pk}:{saved}:{translation.get_language()}"

"""An issue's letter: whole addresses, nothing from elsewhere, words for pictures, a text that is a text."""

import gc
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client

from cms.blocks import plain
from cms.letter import rendering
from cms.models import CampaignPage, NewsletterIssuePage, Sending
from cms.sending import asking
from core import clock
from organisation.models import LegalEntity, Organisation, User
from tests.cms.conftest import article
from tests.cms.letter_stage import LEAVE, PREFERENCES, block, full_issue

pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)  # Wagtail 7.4 leaves the temporary files of its renditions open.


def make(issue: NewsletterIssuePage, language: str = "en") -> rendering.Letter:
    return rendering.render(issue, language=language, leave_url=LEAVE, preferences_url=PREFERENCES)


@pytest.fixture
def letter(campaign: CampaignPage, legal_entity: LegalEntity) -> rendering.Letter:
    made = make(full_issue(campaign=campaign))
    gc.collect()  # Here, where the open files are expected.
    return made


def test_letter_loads_nothing_but_our_pictures_and_follows_nobody(letter: rendering.Letter) -> None:
    soup = BeautifulSoup(letter.html, "html.parser")

    loaded = [str(tag[name]) for name in ("src", "srcset", "background", "poster") for tag in soup.select(f"[{name}]")]

    assert soup.find_all(["script", "link", "iframe", "object", "form", "video"]) == []
    assert re.findall(r"url\(|@import|@font-face", letter.html) == []
    assert loaded != []
    assert {address.rsplit(".", 1)[1] for address in loaded} == {"png", "jpg"}
    assert all(
        address.startswith((f"{settings.SITE_URL}/static/", f"{settings.SITE_URL}/media/")) for address in loaded
    )
    # No pixel: every picture is there to be seen, with its width, and its address is the same for everybody.
    assert all(int(str(image["width"])) >= 28 for image in soup.find_all("img"))
    assert all(not urlsplit(address).query for address in loaded)


def test_letter_has_whole_addresses_as_the_editor_wrote_them(letter: rendering.Letter) -> None:
    links = [str(link["href"]) for link in BeautifulSoup(letter.html, "html.parser").find_all("a")]

    assert all(link.startswith(("https://", "http://", "mailto:")) for link in links)
    assert "https://other.example/report?a=1&b=2" in links
    assert f"{settings.SITE_URL}/newsletter/newsletter-27/#what-helps" in links
    assert links.count(f"{settings.SITE_URL}/newsletter/newsletter-27/forty-days/") >= 2


def test_letter_is_personal_in_two_addresses_only(letter: rendering.Letter) -> None:
    soup = BeautifulSoup(letter.html, "html.parser")

    assert [str(a["href"]) for a in soup.find_all("a") if "PLACE" in str(a["href"])] == [LEAVE, PREFERENCES]
    assert letter.html.count("PLACE") == letter.text.count("PLACE") == 2


def test_text_has_every_address_of_the_letter_and_lines_that_fit(letter: rendering.Letter) -> None:
    links = {str(link["href"]) for link in BeautifulSoup(letter.html, "html.parser").find_all("a")}

    missing = [link for link in links if link.removeprefix("mailto:") not in letter.text]
    long = [line for line in letter.text.splitlines() if len(line) > plain.WIDTH and " " in line.strip()]

    assert missing == []
    assert long == []
    assert "&amp;" not in letter.text
    assert not re.search(r"</?\w+[^>]*>", letter.text)
    assert "in our books [2] and in the report [3]." in letter.text
    assert "[3] https://other.example/report?a=1&b=2\n" in letter.text


def test_letter_says_who_sends_it_why_and_how_to_leave(letter: rendering.Letter) -> None:
    words = " ".join(BeautifulSoup(letter.html, "html.parser").get_text(" ").split())

    for form in (words, " ".join(letter.text.split())):
        assert "You get this letter because this address subscribed to the newsletter of Raft Workers." in form
        assert "Raft Workers Inc." in form
        assert "Portland, OR 97201" in form
        assert "post@raft.example" in form
        assert "No. 27 · Feb. 3, 2026" in form
        assert "Ana Ruiz and Ben Cole" in form
        assert form.index("Leave: no more letters") > form.index("Answer this letter: we read every one.")


def test_letter_is_small_and_every_picture_has_its_words(letter: rendering.Letter) -> None:
    images = BeautifulSoup(letter.html, "html.parser").find_all("img")

    assert len(letter.html.encode()) < 20_000
    assert [image.get("alt") for image in images] == ["", 'Rejections a day: from 200 to "70,000"', ""]


def test_a_long_issue_stays_below_what_mail_programs_cut(issue: NewsletterIssuePage) -> None:
    """Eight articles of 700 words each: longer than any issue so far. Gmail cuts at 102 kB."""
    words = "".join(f"<p>{'Ninety of us wrote the same letter. ' * 20}</p>" for _ in range(5))
    asks = {"audience": "allies", "text": "Sign it.", "label": "Sign", "page": None, "address": "/aid/"}
    parts = (("heading", {"text": "Then", "level": "section"}), ("text", words), ("call_to_action", asks))
    long = [block("article", article(f"Story {i}", *parts, slug=f"s{i}")[1]) for i in range(8)]
    issue.articles = issue.articles.stream_block.to_python(long)

    size = len(make(issue).html.encode())

    assert 40_000 < size < 100_000


def test_frame_speaks_the_readers_language_and_leads_to_its_pages(issue: NewsletterIssuePage) -> None:
    letter = make(issue, "es")

    assert '<html lang="es">' in letter.html
    assert "3 de febrero de 2026" in letter.text
    assert f"{settings.SITE_URL}/es/newsletter/newsletter-7/forty-days/" in letter.text
    # The editors' own words are as they were written.
    assert "It took forty days." in letter.text


def test_subject_and_preheader_are_the_editors_or_come_from_the_issue(issue: NewsletterIssuePage) -> None:
    plain_one = make(issue)
    issue.subject, issue.preheader = "What the night cost", "Three members tell"
    own = make(issue)

    assert (plain_one.subject, plain_one.preheader) == ("Newsletter 7: the long week", "Welcome, all of you.")
    assert (own.subject, own.preheader) == ("What the night cost", "Three members tell")
    assert "Three members tell" in own.html


def test_a_draft_that_was_never_saved_has_a_letter(liferaft: Organisation) -> None:
    """What somebody sees who begins a page."""
    letter = make(NewsletterIssuePage(title="", number=None, date=None))

    assert LEAVE in letter.html
    assert LEAVE in letter.text


@pytest.mark.parametrize(("mode", "shown"), [("email-light", "@media not all"), ("email-dark", "@media all")])
def test_preview_of_the_letter_shows_the_look_it_names(
    as_editor: Client, issue: NewsletterIssuePage, mode: str, shown: str
) -> None:
    issue.save_revision()

    response = as_editor.get(f"/staff/pages/{issue.pk}/view_draft/?mode={mode}")

    page = response.content.decode()
    assert shown in page
    assert "prefers-color-scheme" not in page
    assert f'<meta name="color-scheme" content="{mode.removeprefix("email-")}">' in page
    policy = response["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self'" in [each.strip() for each in policy.split(";")]
    assert "frame-ancestors 'self'" in policy


def test_preview_as_text_and_as_page(as_editor: Client, issue: NewsletterIssuePage) -> None:
    issue.save_revision()

    text = as_editor.get(f"/staff/pages/{issue.pk}/view_draft/?mode=text").content.decode()
    page = as_editor.get(f"/staff/pages/{issue.pk}/view_draft/")

    assert "Forty days\n==========" in text
    assert "masthead-issue" in page.content.decode()
    # Styles on elements are for the letter's preview alone.
    assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_page_tells_of_corrections_and_of_changes_after_the_letter(
    client: Client,
    issue: NewsletterIssuePage,
    edith: User,
    adam: User,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    fix = [block("correction", {"date": "2026-02-09", "text": "It took <38> days, not 40."})]
    untouched = client.get(issue.url).content.decode()
    send(issue, by=edith, agreed_by=adam)

    issue.corrections = issue.corrections.stream_block.to_python(fix)
    with django_capture_on_commit_callbacks(execute=True):
        issue.save_revision().publish()
    corrected = client.get(issue.url).content.decode()
    alone = client.get(f"{issue.url}forty-days/").content.decode()

    assert "Correction" not in untouched
    assert "after the letter left" not in untouched
    assert "This page was changed after the letter left on" in corrected
    assert '<a href="#corrections">What was corrected</a>' in corrected
    assert "Feb. 9, 2026" in corrected
    assert "It took &lt;38&gt; days, not 40." in corrected
    assert f'<a href="{issue.url}#corrections">There are corrections to this issue</a>' in alone
    # The letter is not what is corrected.
    assert "38" not in make(issue).html + make(issue).text


def test_page_is_not_changed_by_being_published_as_agreed(
    client: Client, issue: NewsletterIssuePage, edith: User, adam: User
) -> None:
    send(issue, by=edith, agreed_by=adam)

    issue.get_latest_revision().publish()

    assert "after the letter left" not in client.get(issue.url).content.decode()


def send(issue: NewsletterIssuePage, *, by: User, agreed_by: User) -> None:
    """Let the issue leave, to nobody."""
    issue.save_revision()
    at = clock.now() - timedelta(hours=1)
    sending = asking.ask(issue=issue, by=by, to=Sending.To.EVERYONE, at=at)
    asking.agree(sending=sending, by=agreed_by, seen=asking.asked_for(sending), at=at)
    asking.start(sending=sending, at=at + asking.GRACE)

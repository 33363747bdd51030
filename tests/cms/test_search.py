"""Readers find what is published: articles at their own address, best first, marked, in their language."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction

from cms import indexing, searching
from cms.models import HomePage, NewsletterIndexPage, NewsletterIssuePage, SearchText, StandardPage
from tests.cms.conftest import article

_CALL = {"audience": "allies", "text": "Write to your senator", "label": "How to", "page": None, "address": "/aid/"}


def _issue(number: int, title: str, *articles: tuple[str, object], intro: str = "") -> NewsletterIssuePage:
    page = NewsletterIssuePage(
        title=title,
        slug=f"newsletter-{number}",
        number=number,
        date=date(2025, number, 1),
        intro=intro,
        articles=[{"type": kind, "value": value} for kind, value in articles],
    )
    NewsletterIndexPage.objects.get().add_child(instance=page)
    page.save_revision().publish()
    return page


@pytest.fixture
def issues(home: HomePage) -> list[NewsletterIssuePage]:
    """Three issues, in which a word stands in a text, in an article's headline, in a title."""
    return [
        _issue(
            1,
            "Newsletter 1: hello",
            article(
                "How we began",
                ("text", "<p>Rejections, rejections and <b>rejections</b> &lt;script&gt;alert(1)&lt;/script&gt;</p>"),
                ("quote", {"text": "Somos más de cien trabajadores", "who": "Wanda"}),
                ("facts", {"facts": [{"number": "41,200", "what": "tasks in one night"}], "source": "Our count"}),
                ("call_to_action", _CALL),
                ("only", {"where": "letter", "body": [{"type": "text", "value": "<p>Overheard</p>"}]}),
                ("only", {"where": "web", "body": [{"type": "text", "value": "<p>Underwater</p>"}]}),
                byline="Zoë Ibáñez",
                slug="how-we-began",
            ),
        ),
        _issue(
            2,
            "Newsletter 2: counting",
            article(
                "A rejection explained",
                ("text", f"<p>Short words. {'Mass rejections! ' * 60}</p>"),
                slug="a-rejection-explained",
            ),
        ),
        _issue(3, "Newsletter 3: mass rejections", intro="<p>Long words.</p>"),
    ]


def _found(client: Client, question: str, address: str = "/search/") -> list[str]:
    """The addresses of what is found, in order."""
    results = client.get(address, {"q": question}).context["results"]
    return [result.address.removeprefix("/es").removeprefix("/newsletter") for result in results]


def test_title_comes_before_headline_before_text(client: Client, issues: object) -> None:
    assert _found(client, "rejections") == [
        "/newsletter-3/",
        "/newsletter-2/a-rejection-explained/",
        "/newsletter-1/how-we-began/",
    ]
    assert _found(client, "mass rejections") == ["/newsletter-3/", "/newsletter-2/a-rejection-explained/"]


@pytest.mark.parametrize(
    "question",
    [
        "zoe ibanez",  # a byline, without its accents
        "ZOË",
        "cien trabajadores",  # a quote
        '"tasks in one night"',
        "41,200",
        "write to your senator",
        "writing senators",
        "rejections alert",  # text that looks like markup is text
        "underwater",
        "began -explained",
        "began OR nothing-like-that",
    ],
)
def test_each_kind_of_words_is_found_at_the_articles_address(client: Client, issues: object, question: str) -> None:
    assert _found(client, question) == ["/newsletter-1/how-we-began/"]


@pytest.mark.parametrize(
    "question", ['"one tasks in"', "rejections -rejections", "everyone", "section", "aid", "overheard"]
)
def test_phrases_and_minus_are_kept_to_and_no_one_reads_choices(client: Client, issues: object, question: str) -> None:
    assert _found(client, question) == []


def test_each_language_has_its_own_word_stems(client: Client, issues: object) -> None:
    assert _found(client, "un trabajador", "/es/search/") == ["/newsletter-1/how-we-began/"]
    assert _found(client, "mas", "/es/search/") == _found(client, "más", "/es/search/")


def test_what_was_found_is_marked_and_nothing_else_is_markup(client: Client, issues: object) -> None:
    text = client.get("/search/", {"q": 'alert <"> rejections'}).content.decode()

    assert "<mark>rejections</mark> &lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt;" in text
    assert "By Zoë Ibáñez" in text
    assert "Article · Newsletter 1: hello · <time" in text
    assert 'value="alert &lt;&quot;&gt; rejections"' in text
    assert "<script>alert" not in text


def test_accents_are_shown_where_they_were_not_asked_for(client: Client, issues: object) -> None:
    text = client.get("/search/", {"q": "mas trabajadores"}).content.decode()

    assert "<mark>más</mark>" in text


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("", "Words in quotes"),
        ("   ", "Words in quotes"),
        ("\0\0", "Words in quotes"),
        ("rejections\0", "3 results"),
        ("the of and", "on nearly every page"),
        ("-rejections", "on nearly every page"),
        ('"', "on nearly every page"),
        ("& | ! ( ) <-> :* \\ '", "on nearly every page"),
        ("\N{PILE OF POO}\u202e\ufeff\udc80", "on nearly every page"),
        ("no such thing anywhere", "Nothing was found"),
        ("x" * 10_000, "Nothing was found"),
        ("rejections " * 1_000, "3 results"),
        ('"rejections', "3 results"),
    ],
)
def test_any_question_gets_a_kind_answer(client: Client, issues: object, question: str, says: str) -> None:
    response = client.get("/search/", {"q": question.encode("utf-8", "surrogatepass")})

    assert response.status_code == 200
    assert says in response.content.decode()
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert not response.cookies


def test_only_what_everybody_may_read_is_found(client: Client, issues: list[NewsletterIssuePage]) -> None:
    issues[2].unpublish()
    PageViewRestriction.objects.create(page=issues[1], restriction_type=PageViewRestriction.PASSWORD, password="x")
    draft = issues[0]
    draft.title = "Unpublished rejections"
    draft.save_revision()

    assert _found(client, "rejections") == ["/newsletter-1/how-we-began/"]
    assert _found(client, "unpublished") == []


def test_publishing_anew_forgets_the_old_words(client: Client, issues: list[NewsletterIssuePage]) -> None:
    issues[0].articles = []
    issues[0].title = "Newsletter 1: greetings"
    issues[0].save_revision().publish()

    assert _found(client, "hello") == []
    assert _found(client, "greetings") == ["/newsletter-1/"]
    assert _found(client, "rejections") == ["/newsletter-3/", "/newsletter-2/a-rejection-explained/"]


def test_sweep_takes_in_what_came_another_way(client: Client, issues: object) -> None:
    SearchText.objects.all().delete()

    assert indexing.catch_up() >= 3
    assert indexing.catch_up() == 0
    assert len(_found(client, "rejections")) == 3
    assert _found(client, "level AA") == ["/accessibility/"]


def test_search_of_the_newsletter_leaves_other_pages_out(client: Client, issues: object) -> None:
    page = StandardPage.objects.get(slug="terms")
    page.lead = "About rejections"
    page.save_revision().publish()

    everywhere = client.get("/search/", {"q": "rejections"}).context["count"]
    newsletter = client.get("/search/", {"q": "rejections", "in": "newsletter"}).context["count"]

    assert (everywhere, newsletter) == (4, 3)


def test_pages_of_results_keep_the_question_and_cost_the_same(
    client: Client, home: HomePage, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    words = [article(f"Piece {n}", ("text", "<p>Same word.</p>"), slug=f"piece-{n}") for n in range(23)]
    _issue(5, "Newsletter 5", *words)

    first = client.get("/search/", {"q": '"same word"', "in": "newsletter"})
    with django_assert_max_num_queries(12):
        last = client.get("/search/?q=%22same+word%22&in=newsletter&page=3")

    assert "?q=%22same+word%22&amp;in=newsletter&amp;page=2" in first.content.decode()
    assert [len(first.context["results"]), len(last.context["results"])] == [10, 3]
    assert client.get("/search/?q=same&page=nonsense").status_code == 200


def test_strangers_questions_fill_no_cache_and_come_to_an_end(client: Client, issues: object) -> None:
    answers = [client.get("/search/", {"q": f"rejections {n}"}).status_code for n in range(61)]

    assert answers == [200] * 60 + [429]
    assert "private" in client.get("/search/", {"q": "rejections"}).headers["Cache-Control"]


@pytest.mark.parametrize(
    "text",
    [
        "Ⅷ ﬁne ǅ İstanbul ß straße ½",
        "a<b>c</b> &amp; &#60; x&y",
        "हिन्दी शब्द",
        "re\u2011jec\u00adtion 漢字 🙂 rejection",
    ],
)
def test_marks_stand_where_the_words_stand_in_any_script(db: None, text: str) -> None:
    text = indexing.plain(text)

    (pieces,) = searching.marked([text], text.split()[-1], language="en")

    assert len(indexing.folded(text)) == len(text)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.is_found]

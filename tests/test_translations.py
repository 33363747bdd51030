"""Spanish is whole: every source string has its words, the compiled file says the same, and /es/ stays in Spanish."""

import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages import extract, pofile
from babel.messages.catalog import Catalog, Message
from bs4 import BeautifulSoup
from django.test import Client
from django.utils.translation.template import templatize
from pypdf import PdfReader
from wagtail.models import Page

from cms.models import HomePage
from donations.models import Receipt, ReceiptDocument, Subscription
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import LegalEntity, Organisation
from tests.donations.giving_stage import Stripe, stripe_stage
from tests.donations.own_page_stage import address_in, post
from tests.sandbox_process import GOOD_CARD

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale" / "es" / "LC_MESSAGES"
PACKAGES = ["core", "organisation", "mail", "ledger", "stripe_gateway", "donations", "aid", "cms", "config"]
# What marks a source string, and which of its arguments are words; "c" is the context.
MARKS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HOLES = re.compile(r"%\(\w+\)[a-z]|{\w*}|</?\w+[^>]*>")
ADDRESSES = {
    "/": "Pedir ayuda",
    "/newsletter/": "Aún no se ha publicado ningún número.",
    "/donate/": "¿Con qué frecuencia?",
    "/donate/?amount=25&interval=month&fund=general": "Cobramos $25 hoy y de nuevo el mismo día de cada mes",
    "/donate/?amount=25&interval=quarter&fund=general": "Donar $25 cada tres meses",
    "/giving/": "Enviarme el enlace",
    "/aid/": "No necesitas una cuenta",
    "/aid/apply/": "Pregunta 1 de 10",
    "/aid/case/": "Tus siete palabras",
    "/books/": "Nuestras cuentas",
    "/books/heads/": "Las cuentas selladas",
    "/receipts/verify/": "Cada recibo y cada constancia anual que emitimos lleva un código",
}
# What a supporter sees once their page is open; {gift} is a gift that comes every month, {receipt} its receipt.
OWN_PAGES = {
    "/giving/": "$25 cada mes",
    "/giving/gifts/{gift}/change/": "Cambiar tu donativo",
    "/giving/gifts/{gift}/pause/": "Pausar tu donativo u omitir un pago",
    "/giving/gifts/{gift}/stop/": "Dejar de donar $25 cada mes",
    "/giving/gifts/{gift}/card/": "Una tarjeta nueva para tu donativo",
    "/giving/receipts/{receipt}/matching/": "Carta para tu empleador",
    "/giving/details/": "Tu nombre y tu dirección",
    "/giving/email/": "Correo electrónico nuevo",
    "/giving/erase/": "Borrar mis datos",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (FOLDER / "django.po").open("rb") as file:
        return pofile.read_po(file, abort_invalid=True)


@pytest.fixture
def _open_house(liferaft: Organisation, general_fund: Fund, aid_fund: Fund) -> None:
    """Everything the public pages need to be open."""


@pytest.fixture
def stripe(settings: Any, tmp_path: Path) -> Iterator[Stripe]:
    """A real sandbox."""
    with stripe_stage(settings, tmp_path) as stage:
        yield stage


def entries(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(words: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """Singular and plural, or the one form that there is."""
    return [words or ""] if words is None or isinstance(words, str) else list(words)


def source_strings() -> Iterator[tuple[str | None, str, Path]]:
    """Yield context, words (the singular) and file of everything that is marked for translation."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield from _marked(path.read_text(), path)
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            # Django writes a template as calls of gettext; indents would be none in Python.
            calls = templatize(path.read_text())
            yield from _marked("\n".join(line.strip() for line in calls.splitlines()), path)


def _marked(code: str, path: Path) -> Iterator[tuple[str | None, str, Path]]:
    for _line, words, _comments, context in extract.extract("python", io.BytesIO(code.encode()), MARKS):
        yield context, forms(words)[0], path


def speaks_spanish_alone(page: BeautifulSoup, catalogue: Catalog) -> None:
    """No word of ours stays English, and no link or form leads to an English page; funds and pages have their names."""
    assert page.html is not None
    assert page.html["lang"] == "es"
    english = {words for message in entries(catalogue) for words in set(forms(message.id)) - set(forms(message.string))}
    names = {*Fund.objects.values_list("name", flat=True), *Page.objects.values_list("title", flat=True)}
    links = [str(tag["href"]) for tag in page.select("a[href]:not([hreflang=en])")]
    links += [str(tag["action"]) for tag in page.select("form[action]")]
    assert [link for link in links if link.startswith("/") and not link.startswith("/es/")] == []
    for tag in page.select("[lang=en], [hreflang=en]"):
        tag.decompose()
    assert [words for words in page.stripped_strings if words in english - names] == []


def test_every_source_string_is_in_the_catalogue(catalogue: Catalog) -> None:
    known = {(message.context, forms(message.id)[0]) for message in entries(catalogue)}

    missing = {
        f"{path.relative_to(ROOT)}: {words}"
        for context, words, path in source_strings()
        if (context, words) not in known
    }

    assert missing == set()


def test_the_catalogue_holds_nothing_that_no_source_says(catalogue: Catalog) -> None:
    said = {(context, words) for context, words, _path in source_strings()}

    left_over = [message.id for message in entries(catalogue) if (message.context, forms(message.id)[0]) not in said]

    assert left_over == []
    assert not catalogue.obsolete


def test_every_entry_has_its_words_and_none_is_a_guess(catalogue: Catalog) -> None:
    unfinished = [message.id for message in entries(catalogue) if message.fuzzy or not all(forms(message.string))]

    assert unfinished == []
    assert [message.id for message in entries(catalogue) if len(forms(message.string)) != len(forms(message.id))] == []


def test_both_languages_leave_the_same_holes(catalogue: Catalog) -> None:
    different = [
        words
        for message in entries(catalogue)
        for source, words in zip(forms(message.id), forms(message.string), strict=True)
        if sorted(HOLES.findall(source)) != sorted(HOLES.findall(words))
    ]

    assert different == []


def test_the_compiled_file_says_what_the_catalogue_says(catalogue: Catalog) -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    expected: dict[str | tuple[str, int], str] = {}
    for message in entries(catalogue):
        key = f"{message.context}\x04{forms(message.id)[0]}" if message.context else forms(message.id)[0]
        if message.pluralizable:
            expected |= {(key, number): words for number, words in enumerate(forms(message.string))}
        else:
            expected[key] = str(message.string)

    said = compiled._catalog  # type: ignore[attr-defined]  # the only way to see all of it
    assert {key: words for key, words in said.items() if key} == expected


@pytest.mark.usefixtures("_open_house")
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_spanish_address_speaks_spanish_and_leads_to_spanish(
    client: Client, catalogue: Catalog, address: str
) -> None:
    page = BeautifulSoup(client.get(f"/es{address}").content, "html.parser")

    assert ADDRESSES[address] in " ".join(page.get_text(" ").split())
    speaks_spanish_alone(page, catalogue)


@pytest.mark.usefixtures("_open_house")
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_other_language_is_the_same_page(client: Client, address: str) -> None:
    for prefix, other in [("", "/es"), ("/es", "")]:
        page = BeautifulSoup(client.get(f"{prefix}{address}").content, "html.parser")

        assert [tag["href"] for tag in page.select(".languages a")] == [f"{other}{address}"]


@pytest.mark.usefixtures("_open_house")
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_address_alone_decides_on_the_language(client: Client, address: str) -> None:
    english = client.get(address, headers={"accept-language": "es"}).content.decode()
    spanish = client.get(f"/es{address}", headers={"accept-language": "en"}).content.decode()

    assert '<html lang="en">' in english
    assert '<html lang="es">' in spanish
    assert ADDRESSES[address] not in english


@pytest.mark.usefixtures("liferaft")
@pytest.mark.parametrize(
    ("written", "leads_to"),
    [
        ("/aid/apply/", "/es/aid/apply/"),
        ("/campaigns/", "/es/campaigns/"),
        ("/es/aid/", "/es/aid/"),
        ("https://union.example/aid/", "https://union.example/aid/"),
    ],
)
def test_a_call_to_action_leads_on_in_the_readers_language(client: Client, written: str, leads_to: str) -> None:
    home = HomePage.objects.get()
    call = {"audience": "workers", "text": "Locked out?", "label": "Tell us", "page": None, "address": written}
    home.body = [("call_to_action", call)]
    home.save()

    page = BeautifulSoup(client.get("/es/").content, "html.parser")

    assert [tag["href"] for tag in page.select(".call a")] == [leads_to]


def give_in_spanish(client: Client, stripe: Stripe, *, interval: str) -> None:
    """Ana gives $25."""
    wish = {"amount": "25", "interval": interval, "fund": "general"}
    page = BeautifulSoup(client.get("/es/donate/", wish).content, "html.parser")
    token = page.select("[name=form_token]")[0]["value"]
    answer = client.post(
        "/es/donate/", wish | {"email": "ana@example.org", "name": "Ana Ruiz", "form_token": str(token)}
    )
    stripe.sandbox.pay(answer["Location"], GOOD_CARD, email="ana@example.org")
    stripe.deliver_new(client)


@pytest.mark.usefixtures("_open_house")
def test_who_gives_in_spanish_is_thanked_in_spanish(client: Client, legal_entity: LegalEntity, stripe: Stripe) -> None:
    give_in_spanish(client, stripe, interval="once")

    letter = OutgoingEmail.objects.get()
    assert letter.subject == "Gracias: tu recibo por $25.00"
    assert "Hola, Ana Ruiz:" in letter.text
    assert re.search(r"Fecha del donativo: \d{1,2} de [a-z]+ de \d{4}\n", letter.text)
    assert "/es/giving/" in letter.text
    assert 'lang="es"' in letter.html
    paper = PdfReader(io.BytesIO(ReceiptDocument.objects.get().content))
    assert str(paper.root_object["/Lang"]) == "es"
    assert "Recibo de tu donativo" in paper.pages[0].extract_text()


@pytest.mark.usefixtures("_open_house")
def test_a_supporters_own_page_speaks_spanish(
    client: Client, catalogue: Catalog, legal_entity: LegalEntity, stripe: Stripe
) -> None:
    give_in_spanish(client, stripe, interval="month")
    post(client, "/es/giving/", email="ana@example.org")
    letter = OutgoingEmail.objects.get(key__startswith="giving-link:")
    opened = post(client, address_in(letter.text))
    names = {"gift": Subscription.objects.get().reference, "receipt": Receipt.objects.get().number}

    assert letter.subject == "El enlace a tus donativos y recibos"
    assert opened["Location"] == "/es/giving/"
    for address, says in OWN_PAGES.items():
        page = BeautifulSoup(client.get("/es" + address.format(**names)).content, "html.parser")
        assert says in " ".join(page.get_text(" ").split())
        speaks_spanish_alone(page, catalogue)

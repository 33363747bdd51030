"""The page: one that a reader, a telephone and a screen reader understand, made without a network."""

import socket
from typing import Any

import pytest
import segno
from pypdf.generic import ContentStream

from donations.paper import engine, qr
from donations.paper import receipt as printed
from ledger.models import Fund
from organisation.models import LegalEntity, User
from tests.donations.paper_stage import SECOND_VERSION, reader, receipt_of, tags, words

pytestmark = pytest.mark.usefixtures("legal_entity")


def test_text_can_be_taken_out(fay: User, aid_fund: Fund) -> None:
    receipt = receipt_of(fay, aid_fund, amount="1250.50")

    text = words(printed.render(receipt.snapshot))

    for said in (receipt.number, "$1,250.50", "USD", "March 9, 2026", "March 10, 2026", "Ann Example", "Mutual aid"):
        assert said in text
    assert receipt.snapshot["check_at"] in text
    assert "EIN 00-0000000" in text


@pytest.mark.parametrize(("size", "points"), [("letter", (612, 792)), ("a4", (595, 841))])
def test_paper_is_what_the_entity_uses(fay: User, aid_fund: Fund, size: str, points: tuple[int, int]) -> None:
    LegalEntity.objects.update(paper_size=size)

    pages = reader(printed.render(receipt_of(fay, aid_fund).snapshot)).pages

    assert len(pages) == 1
    assert (int(pages[0].mediabox.width), int(pages[0].mediabox.height)) == points


def test_screen_reader_finds_heading_amount_table_and_code_in_this_order(fay: User, aid_fund: Fund) -> None:
    receipt = receipt_of(fay, aid_fund)

    pdf = printed.render(receipt.snapshot)

    found = [tag for tag, _ in tags(pdf)]
    order = [found.index(tag) for tag in ("/Document", "/P", "/H1", "/Table", "/TH", "/TD", "/Figure", "/Link")]
    assert order == sorted(order)
    assert found.count("/TH") == found.count("/TD") >= 5
    assert [alt for tag, alt in tags(pdf) if tag == "/Figure"] == ["QR code of this address"]
    root: Any = reader(pdf).trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert receipt.number in str(reader(pdf).metadata.title)  # type: ignore[union-attr]  # it has metadata


def test_code_on_the_page_is_the_address_that_checks_it(fay: User, aid_fund: Fund) -> None:
    address = receipt_of(fay, aid_fund).snapshot["check_at"]
    pdf = reader(printed.render(SECOND_VERSION | {"check_at": address}))

    drawn = ContentStream(pdf.pages[0]["/Contents"], pdf).operations
    bars = [tuple(int(number) for number in numbers) for numbers, operator in drawn if operator == b"re"]
    bars = [bar for bar in bars if bar[3] == 1 and bar[:2] >= (4, 4)]

    dark = {(x + step, y) for x, y, width, _ in bars for step in range(width)}
    codes = [segno.make_qr(address, error="m", mask=mask, boost_error=False).matrix for mask in range(8)]
    modules = [{(x + 4, y + 4) for y, row in enumerate(code) for x, bit in enumerate(row) if bit} for code in codes]
    assert dark in modules


def test_picture_of_the_code_is_the_same_for_every_renderer() -> None:
    code = qr.draw("https://raft.example/receipts/verify/ABCDEFGHJKMN/")

    assert code.src.startswith("data:image/svg+xml,")
    assert code.src.count("h") - code.src.count("http") - code.src.count("path") >= len(code.bars)
    assert all(x >= 4 and x + width <= code.size - 4 for x, _, width in code.bars)


def test_same_snapshot_gives_the_same_bytes() -> None:
    assert printed.render(SECOND_VERSION) == printed.render(SECOND_VERSION)
    assert printed.render(SECOND_VERSION, is_duplicate=True) == printed.render(SECOND_VERSION, is_duplicate=True)


def test_second_print_says_that_it_is_one(fay: User, aid_fund: Fund) -> None:
    snapshot = receipt_of(fay, aid_fund).snapshot

    first, second = printed.render(snapshot), printed.render(snapshot, is_duplicate=True)

    assert "DUPLICATE" not in words(first)
    assert "DUPLICATE" in words(second)
    assert "duplicate" in str(reader(second).metadata.title)  # type: ignore[union-attr]  # it has metadata
    assert snapshot["number"] in words(second)


def test_spanish_donors_get_a_spanish_receipt(fay: User, aid_fund: Fund) -> None:
    pdf = printed.render(receipt_of(fay, aid_fund, language="es").snapshot)

    assert "Recibo de tu donativo" in words(pdf)
    assert "9 de marzo de 2026" in words(pdf)
    root: Any = reader(pdf).trailer["/Root"]
    assert root["/Lang"] == "es"


def test_goods_are_printed_instead_of_an_amount(fay: User, aid_fund: Fund) -> None:
    text = words(printed.render(receipt_of(fay, aid_fund, amount="900", goods="Three laptops").snapshot))

    assert "Three laptops" in text
    assert "900" not in text


def test_canadian_paper_has_what_the_regulation_lists(fay: User, aid_fund: Fund) -> None:
    LegalEntity.objects.update(
        wording="canada", tax_number="81234 5678 RR0001", place="Toronto", signatory="Maya Chen, Treasurer"
    )

    receipt = receipt_of(fay, aid_fund, amount="900", goods="Three laptops", benefit="100")

    text = words(printed.render(receipt.snapshot))
    for said in (
        "Official receipt for income tax purposes",
        receipt.number,
        "Registration number 81234 5678 RR0001",
        "March 10, 2026, Toronto",
        "March 9, 2026",
        "17 Birch Lane",
        "Three laptops",
        "Value of the advantage $100.00",
        "Eligible amount of the gift $800.00",
        "Maya Chen, Treasurer",
        "canada.ca/charities-giving",
    ):
        assert said in text


def test_what_does_not_fit_goes_on_instead_of_getting_lost() -> None:
    long = SECOND_VERSION | {"donor": "Ann " * 30, "address": "\n".join(["A line"] * 40), "honouree": "Zelda " * 40}

    text = words(printed.render(long))

    assert text.count("A line") == 40
    assert long["check_at"] in text


@pytest.mark.parametrize("name", ["\x01\x0b", "<b>&amp;</b> ]]>", "\ufffe"])
def test_letters_that_xml_forbids_spoil_nothing(name: str) -> None:
    assert "RW-2024-000007" in words(printed.render(SECOND_VERSION | {"donor": f"Ann{name}Example"}))


def test_log_does_not_quote_a_name_that_there_is_no_font_for(caplog: pytest.LogCaptureFixture) -> None:
    printed.render(SECOND_VERSION | {"donor": "Ann \U00013000\uabcd"})

    assert caplog.text == ""


def test_nothing_is_asked_of_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    printed.render(SECOND_VERSION | {"check_at": "https://raft.example/?<img src='http://evil.example/x.png'>"})


def test_pictures_of_all_papers_are_kept_and_those_of_one_are_not() -> None:
    printed.render(SECOND_VERSION)
    kept = dict(engine._pictures())

    for number in range(5):
        printed.render(SECOND_VERSION | {"check_at": f"https://raft.example/{number}/"})

    assert [address.rpartition("/")[2] for address in kept] == ["mark.svg"]
    assert engine._pictures() == kept

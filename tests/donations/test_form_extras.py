"""The optional parts of a gift: fee cover, thank-you wall, honour, employer. None is on by itself; none gets lost."""

import re
from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from moneyed import Money

from donations import offers
from donations.models import Checkout, Payment, WallEntry
from ledger.models import Fund
from organisation.models import Organisation, User
from tests.donations.giving_stage import Stripe, work
from tests.sandbox_process import GOOD_CARD

pytestmark = pytest.mark.django_db

CHOICE = {"amount": "25", "interval": "once", "fund": "aid"}
ANN = {"email": "ann@example.org", "name": "Ann Example"}


def press(client: Client, **typed: str) -> Any:
    """Fill in the second screen and press one of its buttons: ``cover="1"`` is the second."""
    screen = client.get("/donate/", CHOICE).content.decode()
    token = re.search(r'name="form_token" value="([^"]+)"', screen)
    assert token, screen
    return client.post("/donate/", CHOICE | ANN | typed | {"form_token": token[1]})


def buttons(words: str) -> list[str]:
    return re.findall(r"<button[^>]*>([^<]+)</button>", words)


def test_fee_cover_is_off_and_both_buttons_name_what_is_charged(visitor: Client) -> None:
    words = visitor.get("/donate/", CHOICE).content.decode()

    assert buttons(words) == ["Give $25 once", "Give $26.06 once, fee included"]
    assert "If you add $1.06, “Mutual aid” gets about $25 after fees" in words


def test_plain_button_charges_the_amount_alone(visitor: Client, stripe: Stripe) -> None:
    press(visitor)

    checkout = Checkout.objects.get()
    assert (checkout.amount_minor, checkout.fee_cover_minor) == (2500, 0)


def test_with_the_fee_covered_the_fund_gets_the_amount(visitor: Client, stripe: Stripe) -> None:
    answer = press(visitor, cover="1")
    stripe.sandbox.pay(answer["Location"], GOOD_CARD, email=ANN["email"])
    stripe.deliver_new(visitor)
    work()

    checkout, payment = Checkout.objects.get(), Payment.objects.get()
    assert (checkout.amount_minor, checkout.fee_cover_minor) == (2606, 106)
    assert payment.given == Money("26.06", "USD")
    assert payment.net == Money(25, "USD")


def test_whole_amount_is_left_of_every_gift_whose_fee_is_covered(liferaft: Organisation, settings: Any) -> None:
    for cents in range(100, 20000, 37):
        amount = Money(Decimal(cents).scaleb(-2), "USD")
        cover = offers.fee_cover(amount)
        assert cover
        total = amount + cover
        fee = (total.amount * Decimal("0.029") + Decimal("0.30")).quantize(Decimal("0.01"))
        assert amount.amount <= total.amount - fee <= amount.amount + Decimal("0.01"), amount


def test_fee_of_a_converted_gift_counts_in_its_own_currency(liferaft: Organisation) -> None:
    yen = offers.fee_cover(Money(1000, "JPY"))

    assert yen == Money(89, "JPY")  # (1000 + 30) / (1 - 5.4 %), whole yen
    assert offers.fee_cover(Money(300, "VES")) is None


def test_rate_is_a_setting(visitor: Client, settings: Any) -> None:
    settings.CARD_FEE_PERCENT, settings.CARD_FEE_FIXED = Decimal("2.2"), Decimal("0.30")

    assert "Give $25.87 once, fee included" in visitor.get("/donate/", CHOICE).content.decode()


def test_who_comes_back_finds_the_amount_without_the_fee(visitor: Client, stripe: Stripe) -> None:
    answer = press(visitor, cover="1")
    session = stripe.api.v1.checkout.sessions.retrieve(answer["Location"].rsplit("/", 1)[1])

    assert "amount=25&" in str(session.cancel_url)


def test_plain_gift_is_anonymous_and_its_form_short(visitor: Client, stripe: Stripe) -> None:
    words = visitor.get("/donate/", CHOICE).content.decode()
    press(visitor)

    assert words.count("<details>") == 3
    assert "<details open" not in words
    assert not WallEntry.objects.exists()


def test_what_is_typed_reaches_the_wish(visitor: Client, stripe: Stripe) -> None:
    answer = press(
        visitor, wall_name="Ann", message="For  all\nof you", honouree="Grandma Jo", employer="Acme Rafts Ltd"
    )

    assert answer.status_code == 303
    checkout = Checkout.objects.get()
    assert (checkout.honouree, checkout.employer) == ("Grandma Jo", "Acme Rafts Ltd")
    entry = WallEntry.objects.get()
    assert (entry.name, entry.message, entry.state) == ("Ann", "For all of you", "waiting")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("wall_name", "win at www.casino.example", "A name has no web address in it"),
        ("wall_name", "A" * 81, "at most 80 characters"),
        ("message", "see https://casino.example", "Leave out web addresses"),
        ("message", "a" * 281, "at most 280 characters"),
        ("honouree", "http://x.example", "A name has no web address in it"),
        ("employer", "www.x.example", "A name has no web address in it"),
        ("employer", "Acme evil.com/login", "A name has no web address in it"),
        ("honouree", "evil.example?login", "A name has no web address in it"),
        ("honouree", "Win at EVIL.com", "A name has no web address in it"),
        ("wall_name", "evil.example:8443", "A name has no web address in it"),
        ("message", "see evil.example/login", "Leave out web addresses"),
    ],
)
def test_odd_extra_is_said_beside_its_open_field_and_everything_stays(
    visitor: Client, field: str, typed: str, sentence: str
) -> None:
    all_typed = {"wall_name": "Ann", "message": "Hold on", "honouree": "Jo", "employer": "Acme"} | {field: typed}

    words = unescape(press(visitor, **all_typed).content.decode())

    assert sentence in words
    assert words.count("<details open>") == 3
    assert all(value in words for value in (*all_typed.values(), *ANN.values()))
    assert not Checkout.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [("name", "Dr.Ann M.Example-St.John"), ("employer", "Booking.com"), ("employer", "Acme Ltd./Acme A/S")],
)
def test_names_with_points_are_names(visitor: Client, stripe: Stripe, field: str, typed: str) -> None:
    assert press(visitor, **{field: typed}).status_code == 303


def test_what_is_typed_survives_a_stripe_that_does_not_answer(visitor: Client, settings: Any) -> None:
    settings.STRIPE_API_URL = "http://127.0.0.1:9"

    answer = press(visitor, message="Hold on", employer="Acme", cover="1")

    assert answer.status_code == 503
    assert "Hold on" in answer.content.decode()
    assert 'value="Acme"' in answer.content.decode()
    assert buttons(answer.content.decode()) == ["Give $25 once", "Give $26.06 once, fee included"]


def wall(campaign: str = "") -> str:
    template = Template("{% load donations %}{% thank_you_wall campaign=campaign %}")
    return unescape(template.render(Context({"campaign": campaign})))


def entry(fund: Fund, at: datetime, *, state: str = "paid", campaign: str = "spring", **said: str) -> WallEntry:
    checkout = Checkout.objects.create(
        state=state, email="a@example.org", amount_minor=1, currency="USD", interval="once", fund=fund,
        campaign=campaign, started_at=at,
    )  # fmt: skip
    return WallEntry.objects.create(checkout=checkout, **said)


def let_through(entry: WallEntry, by: User, at: datetime) -> None:
    entry.state, entry.decided_by, entry.decided_at = WallEntry.State.SHOWN, by, at
    entry.save()


def test_wall_shows_what_was_let_through_of_paid_gifts_newest_first(aid_fund: Fund, fay: User, now: datetime) -> None:
    waiting = entry(aid_fund, now, name="Wanda", message="not read yet")
    shown = [
        entry(aid_fund, now, message="the older <b>one</b>"),
        entry(aid_fund, now, name="Ann", message="the newer one"),
        entry(aid_fund, now, name="Zoe"),
        entry(aid_fund, now, name="Olga", campaign="autumn"),
        entry(aid_fund, now, name="Otto", message="never paid", state="open"),
    ]
    assert wall("spring").strip() == ""
    for one in shown:
        let_through(one, fay, now)

    words = wall("spring")

    assert words.index("the newer one") < words.index("the older <b>one</b>") < words.index("Zoe")
    assert "Somebody who gave" in words
    assert not any(word in words for word in ("not read yet", "never paid", "Olga"))
    assert "Olga" in wall()
    assert waiting.state == "waiting"


def test_wall_never_grows_beyond_thirty(aid_fund: Fund, fay: User, now: datetime) -> None:
    for number in range(35):
        let_through(entry(aid_fund, now, name=f"name{number:02}"), fay, now)

    assert wall().count("name") == 30
    assert "name34" in wall()
    assert "name04" not in wall()


def test_message_of_a_gift_without_a_campaign_is_seen_after_the_next_gift(
    visitor: Client, aid_fund: Fund, fay: User, now: datetime
) -> None:
    let_through(entry(aid_fund, now, campaign="", name="Ann", message="hold on"), fay, now)

    assert "hold on" in visitor.get("/donate/thanks/").content.decode()

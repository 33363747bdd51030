"""Money goes to the bank, and comes back if the bank does not want it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import stripe

from tests.sandbox.conftest import checkout_params, client_for
from tests.sandbox.sdk_shapes import problems
from tests.sandbox.test_shapes import raw
from tests.sandbox_process import Sandbox, running_sandbox

NOWHERE = "http://127.0.0.1:9/"
DAY = 86400


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of its own: what is available must be this test's alone."""
    with running_sandbox(NOWHERE, tmp_path_factory.mktemp("payouts")) as sandbox:
        yield sandbox


def pay(sandbox: Sandbox, amount: int, currency: str = "usd") -> stripe.Charge:
    client = client_for(sandbox)
    params = checkout_params("ann@example.org", amount=amount)
    params["line_items"][0]["price_data"]["currency"] = currency
    session = client.v1.checkout.sessions.create(params)
    sandbox.pay(str(session.url))
    return client.v1.charges.list({"limit": 1}).data[0]


def types(sandbox: Sandbox, prefix: str) -> list[str]:
    return [event["type"] for event in reversed(sandbox.events(f"{prefix}*"))]


def lines_of(sandbox: Sandbox, payout: str) -> list[tuple[str, int]]:
    listed = client_for(sandbox).v1.balance_transactions.list({"payout": payout, "limit": 100})
    return sorted((line.type, line.net) for line in listed.data)


def test_a_payout_takes_all_that_is_available_and_lists_it(own: Sandbox) -> None:
    client = client_for(own)
    pay(own, 2500)
    assert own.call("POST", "/_/payouts") == {"payouts": []}
    own.clock(seconds=2 * DAY)
    refunded = pay(own, 1000)
    client.v1.refunds.create({"charge": refunded.id})

    made = own.call("POST", "/_/payouts")["payouts"][0]

    assert (made["amount"], made["currency"], made["status"]) == (2397, "usd", "pending")
    assert (made["automatic"], made["reconciliation_status"]) == (True, "in_progress")
    assert lines_of(own, made["id"]) == [("charge", 2397), ("payout", -2397)]
    own.clock(seconds=2 * DAY)
    payout = client.v1.payouts.retrieve(made["id"], {"expand": ["balance_transaction"]})
    assert (payout.status, payout.reconciliation_status) == ("paid", "completed")
    assert isinstance(payout.balance_transaction, stripe.BalanceTransaction)
    assert payout.balance_transaction.net == -2397
    assert payout.arrival_date == made["created"] + 2 * DAY
    assert types(own, "payout") == [
        "payout.created",
        "payout.updated",
        "payout.reconciliation_completed",
        "payout.paid",
    ]
    assert [each.id for each in client.v1.payouts.list({"status": "paid"}).data] == [payout.id]
    assert client.v1.payouts.list({"arrival_date": {"gt": payout.arrival_date}}).data == []


def test_what_is_there_and_on_its_way_is_told(own: Sandbox) -> None:
    client = client_for(own)
    pay(own, 2500)
    own.clock(seconds=2 * DAY)
    pay(own, 1000)

    before = client.v1.balance.retrieve()
    own.call("POST", "/_/payouts")
    after = client.v1.balance.retrieve()

    assert [(each.amount, each.currency) for each in before.available] == [(2397, "usd")]
    assert [each.amount for each in before.pending] == [941]
    assert [each.amount for each in after.available] == [0]


def test_a_failed_payout_comes_back_and_goes_with_the_next(own: Sandbox) -> None:
    client = client_for(own)
    pay(own, 2500)
    own.clock(seconds=2 * DAY)
    made = own.call("POST", "/_/payouts")["payouts"][0]
    own.clock(seconds=3 * DAY)

    failed = own.call("POST", f"/_/payouts/{made['id']}/fail", {"code": "account_closed"})

    assert (failed["status"], failed["failure_code"]) == ("failed", "account_closed")
    back = client.v1.balance_transactions.retrieve(failed["failure_balance_transaction"])
    assert (back.type, back.net, back.source) == ("payout_failure", 2397, made["id"])
    following = own.call("POST", "/_/payouts")["payouts"][0]
    assert lines_of(own, following["id"]) == [("payout", -2397), ("payout_failure", 2397)]
    assert types(own, "payout.failed") == ["payout.failed"]
    assert own.request("POST", f"/_/payouts/{made['id']}/fail").status == 400


@pytest.mark.parametrize(("interval", "day_of"), [("weekly", "weekday"), ("monthly", "day")])
def test_payouts_come_by_the_clock(own: Sandbox, interval: str, day_of: str) -> None:
    set_to = own.call("POST", "/_/payouts/schedule", {"interval": interval})
    for _ in range(3):
        pay(own, 2500)
        own.clock(months=1)

    payouts = client_for(own).v1.payouts.list({"limit": 100}).data
    moments = [datetime.fromtimestamp(payout.created, UTC) for payout in payouts]
    days = {moment.weekday() if day_of == "weekday" else moment.day for moment in moments}
    assert set_to["interval"] == own.call("GET", "/_/payouts/schedule")["interval"] == interval
    assert days == ({0} if day_of == "weekday" else {1})
    assert {(moment.hour, moment.minute) for moment in moments} == {(0, 0)}
    assert sum(payout.amount for payout in payouts) >= 2 * 2397


def test_less_than_nothing_is_not_paid_out(own: Sandbox) -> None:
    charge = pay(own, 2500)
    own.call("POST", f"/_/charges/{charge.id}/dispute")
    own.clock(seconds=2 * DAY)

    assert own.call("POST", "/_/payouts") == {"payouts": []}
    assert client_for(own).v1.balance.retrieve().available[0].amount == 2397 - 4000


def test_payouts_and_balance_have_the_sdks_shape(own: Sandbox) -> None:
    pay(own, 2500)
    own.clock(seconds=2 * DAY)
    made = own.call("POST", "/_/payouts")["payouts"][0]
    own.call("POST", f"/_/payouts/{made['id']}/fail")

    payout = raw(own, f"payouts/{made['id']}", **{"expand[]": "failure_balance_transaction"})
    assert problems(payout) == []
    assert problems(raw(own, "balance")) == []


def test_other_currencies_settle_in_dollars(own: Sandbox) -> None:
    client = client_for(own)
    found = {}
    for currency, amount in (("eur", 1000), ("jpy", 1000), ("isk", 100000), ("kwd", 1000), ("ugx", 5000000)):
        charge = pay(own, amount, currency)
        money = client.v1.balance_transactions.retrieve(str(charge.balance_transaction))
        assert (charge.currency, charge.amount, money.currency) == (currency, amount, "usd")
        assert money.exchange_rate
        assert abs(amount * money.exchange_rate - money.amount) <= 0.5
        found[currency] = money.amount

    assert found == {"eur": 1200, "jpy": 650, "isk": 800, "kwd": 325, "ugx": 1400}
    own.clock(seconds=2 * DAY)
    assert len(own.call("POST", "/_/payouts")["payouts"]) == 1


def test_refunds_and_disputes_are_converted_at_the_rate_of_their_day(own: Sandbox) -> None:
    client = client_for(own)
    refunded, disputed = pay(own, 1000, "eur"), pay(own, 1000, "eur")
    own.call("POST", "/_/settlement", {"rates": {"eur": "1.10"}})

    refund = client.v1.refunds.create({"charge": refunded.id, "amount": 500, "expand": ["balance_transaction"]})
    dispute = own.call("POST", f"/_/charges/{disputed.id}/dispute")
    won = own.call("POST", f"/_/disputes/{dispute['id']}/win", {"return_fee": True})

    assert isinstance(refund.balance_transaction, stripe.BalanceTransaction)
    line = refund.balance_transaction
    assert (refund.amount, refund.currency, line.amount, line.currency) == (500, "eur", -550, "usd")
    assert [(each["amount"], each["fee"]) for each in won["balance_transactions"]] == [(-1100, 1500), (1100, -1500)]


def test_a_currency_of_the_account_is_kept(own: Sandbox) -> None:
    own.call("POST", "/_/settlement", {"currencies": ["usd", "eur"]})
    client = client_for(own)
    kept, converted = pay(own, 1000, "eur"), pay(own, 1000, "gbp")

    lines = [client.v1.balance_transactions.retrieve(str(each.balance_transaction)) for each in (kept, converted)]
    assert [(line.amount, line.currency) for line in lines] == [(1000, "eur"), (1300, "usd")]
    assert lines[0].exchange_rate is None
    own.clock(seconds=2 * DAY)
    assert {each["currency"] for each in own.call("POST", "/_/payouts")["payouts"]} == {"eur", "usd"}
    for wish in ({"currencies": ["xyz"]}, {"rates": {"eur": 0}}, {"rates": {"eur": "much"}}):
        assert own.request("POST", "/_/settlement", str(wish).replace("'", '"')).status == 400

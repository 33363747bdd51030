"""One walk in a real browser from a gift to a grant: import, give, renew, apply, decide by two, pay, confirm, look at the books."""

import io
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from tests import looking
from tests.chromium import running_chromium
from tests.way.running import Liferaft, liferaft, until

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
# The sandbox takes 2.9 % and 30 cents, as Stripe does in the United States.
MONTHLY, MONTHLY_FEE = Decimal("25.00"), Decimal("1.03")
ONCE, ONCE_FEE = Decimal("60.00"), Decimal("2.04")
ASKED = "30"
# Places in a row of the treasurer's funds.
IN, OUT, AVAILABLE = 1, 2, 4


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Liferaft]:
    with liferaft(tmp_path_factory.mktemp("liferaft")) as copy:
        yield copy


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as chromium:
        yield chromium


def test_from_a_gift_to_a_grant(running: Liferaft, browser: Browser, tmp_path: Path) -> None:
    import_the_old_page(running)
    supporter = a_visitor(browser)
    give_every_month(running, supporter)
    first = receipt_of(running, number=1)
    running.ask_sandbox("/_/clock", {"advance_months": 1})
    second = receipt_of(running, number=2)
    assert int(second[-6:]) == int(first[-6:]) + 1
    give_once(running, supporter, amount="60", fund="aid")
    receipt_of(running, number=3, amount="$60.00")

    worker = a_visitor(browser, viewport=PHONE)
    words = apply_for_help(running, worker)
    at_the_desk(running, browser, "carl", recommend)
    at_the_desk(running, browser, "ada", approve)
    at_the_desk(running, browser, "tess", pay)
    confirm(running, worker, words)

    look_at_the_books(running, supporter)
    treasurer = signed_in(running, browser, "tess")
    look_at_the_funds(running, treasurer)
    report = json.loads(running.manage("audit_books", "--json"))
    assert report["sound"] is True, report
    assert report["parts"]["gifts and receipts"]["checked"]["receipts"] == 3
    running.manage("sync_stripe", "--check")


def import_the_old_page(running: Liferaft) -> None:
    source = str(Path(__file__).parent / "donate_page.json")
    running.manage("import_wordpress", source, "--dry-run")
    told = running.manage("import_wordpress", source)
    assert "Keep the lamp lit" in told
    assert "page_id=43" in told


def give_every_month(running: Liferaft, page: Page) -> None:
    page.goto(f"{running.site}/?fbclid=x&page_id=41")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Keep the lamp lit")
    assert page.url.startswith(f"{running.site}/campaigns/")
    check(page)
    page.get_by_label("Another amount").first.fill("25")
    page.get_by_label("Every month, until you stop").first.check()
    page.get_by_role("button", name="Go on").first.click()

    button = page.get_by_role("button", name="Give $25 every month")
    expect(button).to_be_visible()
    page.get_by_label("E-mail").fill("ann@example.org")
    page.get_by_label("Name", exact=True).fill("Ann Example")
    check(page)
    button.click()

    pay_by_card(running, page)


def give_once(running: Liferaft, page: Page, *, amount: str, fund: str) -> None:
    page.goto(f"{running.site}/donate/?amount={amount}&interval=once&fund={fund}")
    page.get_by_label("E-mail").fill("ann@example.org")
    page.get_by_label("Name", exact=True).fill("Ann Example")
    page.get_by_role("button", name=f"Give ${amount} once").click()
    pay_by_card(running, page)


def pay_by_card(running: Liferaft, page: Page) -> None:
    page.wait_for_url(f"{running.sandbox}/checkout/pay/*")
    check(page)
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_label(re.compile("^Expiry")).fill("12/44")
    page.get_by_label(re.compile("^(CVC|Security)")).fill("123")
    page.get_by_label(re.compile("^Name")).fill("Ann Example")
    page.get_by_role("button", name=re.compile("^(Pay|Give|Subscribe|Donate)")).click()

    page.wait_for_url(f"{running.site}/donate/thanks/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    check(page)
    assert page.context.cookies(running.site) == []


def receipt_of(running: Liferaft, *, number: int, amount: str = "$25.00") -> str:
    """Wait for Ann's letter, read the PDF, and return the receipt's number."""
    letters = until(
        lambda: found if len(found := running.letters(to="ann@example.org", subject="[Rr]eceipt")) >= number else None,
        what=f"letter {number} with a receipt",
    )
    pdf = PdfReader(io.BytesIO(running.attachment(letters[number - 1])))
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert amount in text
    assert "Ann Example" in text
    assert "No goods or services" in text
    found = re.search(r"TEST-LD-\d{4}-0*(\d+)", text)
    assert found, text
    assert int(found[1]) == number
    return found[0]


def apply_for_help(running: Liferaft, page: Page) -> str:
    page.goto(f"{running.site}/aid/")
    check(page)
    page.get_by_role("link", name="Tell us and ask for help").click()
    page.get_by_label("My account was suspended").check()
    check(page)
    go_on(page)
    words = page.locator(".case-words").inner_text().strip()
    assert len(words.split()) == 7
    check(page)
    page.get_by_label("I wrote them down").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Yes, and I have no answer yet").check()
    check(page)
    go_on(page)
    page.get_by_label("What it said").fill("Your account is closed. This is made up.")
    check(page)
    go_on(page)
    page.get_by_label("United States").check()
    page.get_by_label("3 to 10 years").check()
    check(page)
    go_on(page)
    page.get_by_label("Worker ID").fill("A1MADEUPWORKER")
    check(page)
    go_on(page)
    page.get_by_label("Yes, money would help").check()
    check(page)
    go_on(page)
    page.get_by_label("Food").check()
    page.get_by_label(re.compile("^How much would help")).fill(ASKED)
    check(page)
    go_on(page)
    page.get_by_label("What should we know?").fill("Locked out since Monday. This is made up.")
    check(page)
    go_on(page)
    page.get_by_label("PayPal").check()
    page.get_by_label("Where should the money go?").fill("wanda@payments.example")
    check(page)
    go_on(page)
    page.get_by_label("E-mail address").fill("wanda@example.org")
    check(page)
    go_on(page)
    check(page)
    page.get_by_role("button", name="Send my request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Received")
    check(page)
    page.get_by_role("button", name="Close my page on this device").click()
    return words


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Save and go on").click()


def signed_in(running: Liferaft, browser: Browser, who: str) -> Page:
    page = a_visitor(browser)
    page.goto(f"{running.site}/staff/")
    check(page)
    page.get_by_label(re.compile("^(User|Username|Login|E-mail)", re.IGNORECASE)).fill(who)
    page.get_by_label(re.compile("^Password")).fill("liferaft-demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state("load")
    return page


def at_the_desk(running: Liferaft, browser: Browser, who: str, deed: Callable[[Page], None]) -> None:
    """Sign in, open the case that waits, do the deed, sign out."""
    page = signed_in(running, browser, who)
    page.get_by_role("link", name="Everything that waits").click()
    page.wait_for_url("**/staff/aid/cases/")
    check(page)
    page.get_by_role("link", name=re.compile("^[0-9a-f]{8}$")).first.click()
    page.wait_for_url("**/staff/aid/cases/*/")
    check(page)
    assert "A1MADEUPWORKER" not in page.content()
    assert "wanda@" not in page.content()
    deed(page)
    check(page)
    page.context.close()


def recommend(page: Page) -> None:
    page.get_by_role("button", name="Take into review").click()
    page.get_by_label("Amount to grant").fill(ASKED)
    for box in page.locator("input[name=checked]").all():
        box.check()
    page.get_by_role("button", name="Recommend to grant").click()


def approve(page: Page) -> None:
    page.get_by_role("button", name=f"Approve ${ASKED}.00").click()


def pay(page: Page) -> None:
    page.get_by_label("Sent by").select_option(label="PayPal")
    page.get_by_label("Reference").fill("PP-1")
    page.get_by_role("button", name="Record the payment").click()


def confirm(running: Liferaft, page: Page, words: str) -> None:
    notices = until(
        lambda: running.letters(to="wanda@example.org", subject="") or None, what="a neutral letter to the worker"
    )
    assert all("aid" not in letter["subject"].lower() for letter in notices)
    page.goto(f"{running.site}/aid/case/")
    page.get_by_label("Your seven words").fill(words.upper())
    check(page)
    page.get_by_role("button", name="Open my page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Payment sent")
    check(page)
    page.get_by_role("button", name="Yes, it arrived").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    check(page)


def look_at_the_books(running: Liferaft, page: Page) -> None:
    """Everybody may look, and sees no sum that three gifts and one grant would be told by."""
    page.goto(f"{running.site}/books/")
    check(page)
    expect(page.get_by_role("row", name=re.compile("Mutual aid")).first).to_contain_text("fewer than 10")
    text = page.get_by_role("main").inner_text()
    assert not [amount for amount in (MONTHLY, 2 * MONTHLY, ONCE, Decimal(ASKED)) if f"${amount:.2f}" in text]


def look_at_the_funds(running: Liferaft, page: Page) -> None:
    """The treasurer sees the exact sums."""
    page.goto(f"{running.site}/staff/funds/")
    check(page)
    row = page.get_by_role("row", name=re.compile("Mutual aid|General fund"))
    cells = [r.get_by_role("cell").all_inner_texts() for r in row.all()]
    total_in, total_out, available = (sum(money(each[place]) for each in cells) for place in (IN, OUT, AVAILABLE))
    assert total_in == 2 * MONTHLY + ONCE
    assert total_out == 2 * MONTHLY_FEE + ONCE_FEE + Decimal(ASKED)
    assert available == total_in - total_out


def money(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.-]", "", text))


def a_visitor(browser: Browser, viewport: dict[str, int] = DESK) -> Page:
    context: BrowserContext = browser.new_context(viewport=viewport, java_script_enabled=True)  # type: ignore[arg-type]  # a size
    context.set_default_timeout(15_000)
    return context.new_page()


def check(page: Page) -> None:
    """Let axe look at the page as it stands."""
    assert looking.report(page) == ""

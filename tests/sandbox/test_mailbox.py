"""The mailbox takes letters by real SMTP and shows them without doing what they say."""

import smtplib
from email.message import EmailMessage

from tests.sandbox_process import Sandbox, words

PDF = b"%PDF-1.7 not really"


def letter(
    to: str, *, subject: str = "Your receipt № 2026-0001", html: str = "<p>Danke, <b>Ann</b></p>"
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Demo <post@example.org>"
    message["To"] = to
    message["Subject"] = subject
    message["List-Unsubscribe"] = "<https://example.org/unsubscribe/x/>"
    message.set_content("Thank you, Ann.\nñ")
    message.add_alternative(html, subtype="html")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="receipt ñ.pdf")
    return message


def send(sandbox: Sandbox, message: EmailMessage, to: list[str] | None = None) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as smtp:
        smtp.send_message(message, to_addrs=to)


def test_a_letter_is_kept_with_what_is_attached(sandbox: Sandbox, email: str) -> None:
    send(sandbox, letter(email))

    [kept] = sandbox.mailbox(email)

    assert (kept["to"], kept["subject"]) == ([email], "Your receipt № 2026-0001")
    assert kept["text"] == "Thank you, Ann.\nñ\n"
    assert "<b>Ann</b>" in kept["html"]
    assert ["List-Unsubscribe", "<https://example.org/unsubscribe/x/>"] in kept["headers"]
    [attached] = kept["attachments"]
    assert (attached["name"], attached["type"], attached["size"]) == ("receipt ñ.pdf", "application/pdf", len(PDF))
    assert sandbox.attachment(attached["url"]) == PDF


def test_everyone_in_the_envelope_gets_it(sandbox: Sandbox, email: str) -> None:
    send(sandbox, letter("list@example.org"), [email, f"b{email}"])

    assert [each["to"] for each in sandbox.mailbox(f"b{email}")] == [[email, f"b{email}"]]


def test_the_page_lists_and_shows_letters(sandbox: Sandbox, email: str) -> None:
    send(sandbox, letter(email, subject="<script>alert(1)</script>"))
    identifier = sandbox.mailbox(email)[0]["id"]

    listed = sandbox.request("GET", f"/mailbox/?to={email}")
    shown = sandbox.request("GET", f"/mailbox/{identifier}/")

    assert "<script>" not in listed.text + shown.text
    assert "Thank you, Ann." in words(shown)
    assert "No real money moves" in words(listed)
    assert 'sandbox="' in shown.text


def test_a_letters_html_cannot_run_or_load_anything(sandbox: Sandbox, email: str) -> None:
    send(sandbox, letter(email, html="<script>alert(1)</script><img src='https://tracker.example/x.gif'>"))
    identifier = sandbox.mailbox(email)[0]["id"]

    headers = sandbox.request("GET", f"/mailbox/{identifier}/html").headers

    policy = headers["content-security-policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert "img-src data:" in policy


def test_odd_letters_do_not_break_it(sandbox: Sandbox, email: str) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as smtp:
        smtp.sendmail("post@example.org", [email], b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe")
        smtp.sendmail("post@example.org", [email], b"")

    kept = sandbox.mailbox(email)

    assert len(kept) == 2
    for each in kept:
        assert sandbox.request("GET", f"/mailbox/{each['id']}/").status == 200


def test_unknown_letters_are_not_found(sandbox: Sandbox) -> None:
    assert sandbox.request("GET", "/mailbox/999999/").status == 404
    assert sandbox.request("GET", "/_/mailbox/999999/0").status == 404


def test_a_letter_may_come_back_later(sandbox: Sandbox, email: str) -> None:
    send(sandbox, letter(email))
    address = f"/mailbox/{sandbox.mailbox(email)[0]['id']}/"

    shown = sandbox.request("GET", address)
    told = sandbox.post_form(f"{address}later", story="gone")
    unknown = sandbox.post_form(f"{address}later", story="eaten by the dog")

    assert "It comes back: no such address" in words(shown)
    assert told.location.startswith(f"{address}?told=")
    assert unknown.status == 404

"""At the desk, what is said: to the worker, among colleagues, and never one for the other."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils.formats import date_format

from aid import asking, talking
from aid.models import AidRequest, AnswerTemplate, Message, Note
from aid.statuses import Status
from organisation.models import User
from tests.aid.desk_stage import case_page, press, words

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]
WICKED = "<script>alert(1)</script> =cmd()"


def test_note_is_for_colleagues_and_message_for_the_worker(reach: Reach, carl: User, ada: User) -> None:
    request = reach(Status.RECOMMENDED_GRANT)

    assert press(carl, request, "note", note="The landlord called.").status_code == 302
    assert press(carl, request, "message", body="We are reading it.").status_code == 302

    assert (Note.objects.count(), Message.objects.count()) == (1, 1)
    body = case_page(ada, request)
    assert (
        body.index("The landlord called.") < body.index("Messages with the worker") < body.index("We are reading it.")
    )
    assert "Only colleagues read this." in body


def test_who_only_pays_reads_no_note_and_no_message(reach: Reach, carl: User, tess: User) -> None:
    request = reach(Status.APPROVED)
    press(carl, request, "note", note="The landlord called.")
    press(carl, request, "message", body="We are reading it.")

    body = case_page(tess, request)

    assert "The landlord called." not in body
    assert "We are reading it." not in body
    assert press(tess, request, "note", note="x").status_code == 403
    assert press(tess, request, "message", body="x").status_code == 403


def test_approver_notes_and_does_not_write_to_the_worker(reach: Reach, ada: User) -> None:
    request = reach(Status.RECOMMENDED_GRANT)

    assert press(ada, request, "note", note="Why so much?").status_code == 302
    assert press(ada, request, "message", body="x").status_code == 403


def test_template_in_the_language_of_the_worker_fills_the_boxes(reach: Reach, carl: User) -> None:
    request = reach(Status.IN_REVIEW)
    ours = AnswerTemplate.objects.create(title="Hello", language="en", body="We have your report <b>here</b>.")
    AnswerTemplate.objects.create(title="Hola", language="es", body="Tenemos su informe.")
    hidden = AnswerTemplate.objects.create(title="Old", language="en", body="Long ago.", is_shown=False)

    body = case_page(carl, request, template=ours.pk)

    assert body.count("We have your report <b>here</b>.") == 2, "as a message, or as a question"
    assert "Hola" not in body
    assert "Long ago." not in case_page(carl, request, template=hidden.pk)
    assert "Long ago." not in case_page(carl, request, template="' OR 1=1")


def test_question_has_a_clock_and_can_be_taken_back(reach: Reach, carl: User) -> None:
    request = reach(Status.IN_REVIEW)

    assert press(carl, request, "ask", body="Which day was it?").status_code == 302

    body = case_page(carl, request)
    request.refresh_from_db()
    assert request.status == Status.NEEDS_INFO
    assert request.answer_by
    assert f"the worker answers by {date_format(request.answer_by)}" in body
    assert press(carl, request, "go-on").status_code == 302
    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW


def test_question_that_was_not_answered_is_still_open_to_review(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.NEEDS_INFO)
    asking.lay_aside_unanswered(at=now + timedelta(days=90))

    assert "Go on without the answer" in case_page(carl, request)


def test_report_without_money_is_answered(reach: Reach, carl: User) -> None:
    request = reach(Status.IN_REVIEW)
    AidRequest.objects.filter(pk=request.pk).update(wants_money=False)
    body = case_page(carl, request)
    assert "Recommend to" not in body
    assert "no money: to be heard and answered" in body

    assert press(carl, request, "answer", body="We wrote to them.").status_code == 302

    request.refresh_from_db()
    assert request.status == Status.ANSWERED


def test_money_is_not_answered_away(reach: Reach, carl: User) -> None:
    request = reach(Status.IN_REVIEW)

    response = press(carl, request, "answer", body="typed with care")

    assert response.status_code == 409
    assert "not possible in the status" in words(response)
    assert "typed with care" in words(response)


@pytest.mark.parametrize("button", ["ask", "message", "note"])
def test_empty_text_is_asked_for_again(button: str, reach: Reach, carl: User) -> None:
    request = reach(Status.IN_REVIEW)

    response = press(carl, request, button, body="  ", note="")

    assert response.status_code == 422
    assert "This field is required." in words(response)
    assert not Message.objects.exists()


def test_html_in_every_text_stays_text(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    press(carl, request, "note", note=WICKED)
    press(carl, request, "message", body=WICKED)
    press(carl, request, "hold", reason="question", days="1", note=WICKED)
    talking.write_to_us(request_id=request.pk, body=WICKED, at=now)
    AnswerTemplate.objects.create(title=WICKED, language="en", body=WICKED)
    press(carl, request, "recommend-decline", reason="outside", note=WICKED)

    raw = press(carl, request, "hold", reason="question", days="99", note=WICKED).content.decode()

    assert raw.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 7
    assert "<script>alert(1)" not in raw
    assert "At most a week." in raw


def test_request_goes_to_a_colleague_or_back_to_all(
    reach: Reach, carl: User, cora: User, ada: User, stella: User
) -> None:
    request = reach(Status.IN_REVIEW)
    body = case_page(carl, request)
    assert f'<option value="{cora.pk}">' in body
    assert f'<option value="{ada.pk}">' not in body
    assert f'<option value="{carl.pk}">' not in body

    assert press(carl, request, "hand-over", to=cora.pk).status_code == 302
    request.refresh_from_db()
    assert request.taken_by == cora
    assert press(carl, request, "hand-over", to="").status_code == 403, "it is in another's hands now"
    assert press(stella, request, "hand-over", to="").status_code == 302
    assert "nobody has it" in case_page(cora, request)


def test_why_a_colleague_cannot_have_it_is_not_said(reach: Reach, carl: User, cora: User) -> None:
    request = reach(Status.IN_REVIEW)
    press(cora, request, "conflict")

    response = press(carl, request, "hand-over", to=cora.pk)

    assert response.status_code == 409
    assert "This request cannot go to that colleague." in words(response)
    assert "know" not in words(response).split('role="alert"')[1].split("</div>")[0]

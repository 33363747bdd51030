"""The short way in which the form's pages read a draft gives what the ORM gives."""

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aid import access
from aid.models import AidRequest
from ledger.models import Fund
from organisation.models import Organisation
from tests.aid.test_worker_applies import ANSWERS, begin, post

REJECTION = {
    "what": {"kind": "rejection"},
    "work": {"requester": "Scroogle", "hits_rejected": "1,200", "lost": "48.20"},
    "rating": {"before": "99.1", "after": "92.4"},
}


def test_every_answer_is_read_as_it_was_saved(client: Client, liferaft: Organisation, full_fund: Fund) -> None:
    begin(client)
    post(client, "/aid/apply/", REJECTION["what"])
    for page, answers in (REJECTION | ANSWERS).items():
        post(client, f"/aid/apply/{page}/", answers)
    saved = AidRequest.objects.select_related("case").get()
    draft = access.draft_of_visit(saved.pk)
    assert draft == saved
    assert draft.case == saved.case
    for read, whole in ((draft, saved), (draft.case, saved.case)):
        names = {field.attname for field in whole._meta.concrete_fields} - read.get_deferred_fields()
        assert {name: getattr(read, name) for name in names} == {name: getattr(whole, name) for name in names}
    assert (draft.case.hits_rejected, draft.case.requester_sealed is not None) == (1200, True)


def test_page_of_the_form_asks_for_the_visit_and_the_draft(
    client: Client, liferaft: Organisation, full_fund: Fund, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    begin(client)
    client.get("/aid/apply/story/")
    with django_assert_num_queries(2):  # whether the visit was left, in the shared cache; and the draft, whole
        assert client.get("/aid/apply/story/").status_code == 200

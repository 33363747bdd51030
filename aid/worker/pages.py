"""The pages of an application: what each asks, why, who sees the answer, and where the answer is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aid import applying, holding, policy
from aid.models import AidRequest
from aid.worker.forms import AccountForm, ContactForm, KindForm, NeedsForm, PaymentForm, StoryForm, WhenForm

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """One question. ``held`` gives the answers that we have, ``keep`` saves what the form took."""

    slug: str
    question: str | Promise
    why: str | Promise
    who: str | Promise
    form: type[forms.Form]
    held: Callable[[AidRequest], Answers]
    keep: Callable[[AidRequest, Answers], None]

    def make_form(self, request: AidRequest, data: Answers | None = None) -> forms.Form:
        held = dict(self.held(request))
        if self.form is NeedsForm:
            rules = policy.in_force(request.fund)
            return NeedsForm(data, initial=held, most=rules.money(rules.max_per_request_minor))
        return self.form(data, initial=held)


_THOSE_WHO_DECIDE = _("The caseworker who reads your request, and those who decide on it.")

PAGES: list[Page] = [
    Page(
        slug="what",
        question=_("What happened?"),
        why=_("So that the right person reads it first."),
        who=_THOSE_WHO_DECIDE,
        form=KindForm,
        held=lambda r: {"kind": r.case.kind},
        keep=lambda r, a: applying.answer_kind(request_id=r.pk, kind=a["kind"]),
    ),
    Page(
        slug="when",
        question=_("When was it?"),
        why=_("When many accounts are closed on the same days, we can show that it was not your doing."),
        who=_THOSE_WHO_DECIDE,
        form=WhenForm,
        held=lambda r: {"happened_on": r.case.happened_on, "written": r.case.written},
        keep=lambda r, a: applying.answer_when(request_id=r.pk, happened_on=a["happened_on"], written=a["written"]),
    ),
    Page(
        slug="account",
        question=_("A little about you"),
        why=_("Only roughly: it shows us who is hit, and which ways of paying work where you live."),
        who=_(
            "The rough answers: those who decide. The Worker ID: nobody, until somebody gives a reason that you can read."
        ),
        form=AccountForm,
        held=lambda r: {
            "country": r.case.country,
            "tenure": r.case.tenure,
            "worker_id": holding.get(r.case, "worker_id"),
        },
        keep=lambda r, a: applying.answer_account(
            request_id=r.pk, country=a["country"], tenure=a["tenure"], worker_id=a["worker_id"]
        ),
    ),
    Page(
        slug="needs",
        question=_("What would help most?"),
        why=_("Small grants reach more people. If we cannot pay all of it, we may pay a part."),
        who=_THOSE_WHO_DECIDE,
        form=NeedsForm,
        held=lambda r: {"needs": r.needs, "amount": r.amount.amount if r.amount else ""},
        keep=lambda r, a: applying.answer_needs(request_id=r.pk, needs=a["needs"], amount=a["amount"]),
    ),
    Page(
        slug="story",
        question=_("In your own words"),
        why=_("Two people will decide, and this is what they hear from you. There is no right way to write it."),
        who=_THOSE_WHO_DECIDE,
        form=StoryForm,
        held=lambda r: {"story": holding.get(r, "story")},
        keep=lambda r, a: applying.answer_story(request_id=r.pk, story=a["story"]),
    ),
    Page(
        slug="payment",
        question=_("How can we pay you?"),
        why=_("If the answer is yes, the money should not wait. We never pay through the platform or its owner."),
        who=_("Only the treasurer, and only when there is something to pay. You see each time it is opened."),
        form=PaymentForm,
        held=lambda r: {"method": r.pay_method, "pay_to": holding.get(r, "pay_to")},
        keep=lambda r, a: applying.answer_payment(request_id=r.pk, method=a["method"], pay_to=a["pay_to"]),
    ),
    Page(
        slug="contact",
        question=_("May we tell you when there is news?"),
        why=_("The letter only says that there is news. It does not say what it is about."),
        who=_("Nobody, until somebody gives a reason that you can read. Our mail server sends the letter."),
        form=ContactForm,
        held=lambda r: {"email": holding.get(r.case, "email")},
        keep=lambda r, a: applying.answer_contact(request_id=r.pk, email=a["email"]),
    ),
]
BY_SLUG = {page.slug: page for page in PAGES}


def after(page: Page) -> Page | None:
    """Return the next page; none after the last question."""
    place = PAGES.index(page) + 1
    return PAGES[place] if place < len(PAGES) else None


def before(page: Page) -> Page | None:
    place = PAGES.index(page) - 1
    return PAGES[place] if place >= 0 else None

"""The pages of an application: what each asks, why, who sees the answer, and where the answer is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aid import applying, holding, policy
from aid.models import AidRequest
from aid.worker.forms import (
    AccountForm,
    ContactForm,
    KindForm,
    MoneyForm,
    NeedsForm,
    NoticeForm,
    PaymentForm,
    RatingForm,
    RejectionForm,
    StoryForm,
    WhenForm,
    WorkerIdForm,
)
from core.money import from_minor

Answers = Mapping[str, Any]


def _always(_request: AidRequest) -> bool:
    return True


def _wants_money(request: AidRequest) -> bool:
    return request.wants_money


@dataclass(frozen=True)
class Page:
    """One question. ``held`` gives the answers that we have, ``keep`` saves what the form took.

    ``asked`` tells whether a worker who answered so far like this is asked it; ``below`` names a template that stands
    below the form and shows more that can be done here. Answering it changes the request at hand, too.
    """

    slug: str
    question: str | Promise
    why: str | Promise
    who: str | Promise
    form: type[forms.Form]
    held: Callable[[AidRequest], Answers]
    keep: Callable[[AidRequest, Answers], None]
    asked: Callable[[AidRequest], bool] = _always
    below: str = ""

    def make_form(self, request: AidRequest, data: Answers | None = None) -> forms.Form:
        held = dict(self.held(request))
        if self.form is NeedsForm:
            rules = policy.in_force(request.fund)
            return NeedsForm(data, initial=held, most=rules.money(rules.max_per_request_minor))
        return self.form(data, initial=held)

    def is_answered(self, request: AidRequest) -> bool:
        return any(answer not in (None, "", []) for answer in self.held(request).values())


_THOSE_WHO_READ = _("Those of us who read reports and decide on them.")
_SEALED = _("Nobody, until somebody gives a reason that you can read.")

FIRST = Page(
    slug="what",
    question=_("What happened?"),
    why=_("So that the right person reads it first."),
    who=_THOSE_WHO_READ,
    form=KindForm,
    held=lambda r: {"kind": r.case.kind},
    keep=lambda r, a: applying.answer_kind(request=r, kind=a["kind"]),
)
REJECTION = [
    Page(
        slug="work",
        question=_("Which work was rejected?"),
        why=_("When one requester rejects the work of many, we can show it."),
        who=_THOSE_WHO_READ,
        form=RejectionForm,
        held=lambda r: {
            "requester": holding.get(r.case, "requester"),
            "hits_rejected": r.case.hits_rejected,
            "lost": "" if r.case.lost_minor is None else from_minor(r.case.lost_minor, "USD").amount,
        },
        keep=lambda r, a: applying.answer_rejection(
            request=r, requester=a["requester"], hits_rejected=a["hits_rejected"], lost=a["lost"]
        ),
        asked=applying.asks_about_rejection,
    ),
    Page(
        slug="rating",
        question=_("What became of your approval rate?"),
        why=_("A lower rate costs you work to come. We count that too."),
        who=_THOSE_WHO_READ,
        form=RatingForm,
        held=lambda r: {"before": r.case.rating_before, "after": r.case.rating_after},
        keep=lambda r, a: applying.answer_rating(request=r, before=a["before"], after=a["after"]),
        asked=applying.asks_about_rejection,
    ),
]
REPORT = [
    Page(
        slug="when",
        question=_("When was it?"),
        why=_("When many accounts are closed on the same days, we can show that it was not your doing."),
        who=_THOSE_WHO_READ,
        form=WhenForm,
        held=lambda r: {"happened_on": r.case.happened_on, "written": r.case.written},
        keep=lambda r, a: applying.answer_when(request=r, happened_on=a["happened_on"], written=a["written"]),
    ),
    Page(
        slug="notice",
        question=_("What did their notice say?"),
        why=_("Its words show which rule they used, and whether others got the same."),
        who=_THOSE_WHO_READ,
        form=NoticeForm,
        held=lambda r: {"notice": holding.get(r.case, "notice")},
        keep=lambda r, a: applying.answer_notice(request=r, notice=a["notice"]),
        below="aid/files_below.html",
    ),
    Page(
        slug="account",
        question=_("A little about you"),
        why=_("Only roughly: it shows us who is hit, and which ways of paying work where you live."),
        who=_THOSE_WHO_READ,
        form=AccountForm,
        held=lambda r: {"country": r.case.country, "tenure": r.case.tenure},
        keep=lambda r, a: applying.answer_account(request=r, country=a["country"], tenure=a["tenure"]),
    ),
    Page(
        slug="id",
        question=_("Your Worker ID, if you like"),
        why=_("It helps if we write to the platform for you, or if you write to us twice. We help without it too."),
        who=_SEALED,
        form=WorkerIdForm,
        held=lambda r: {"worker_id": holding.get(r.case, "worker_id")},
        keep=lambda r, a: applying.answer_worker_id(request=r, worker_id=a["worker_id"]),
    ),
]
MONEY = [
    Page(
        slug="needs",
        question=_("What would help most?"),
        why=_("Small grants reach more people. If we cannot pay all of it, we may pay a part."),
        who=_THOSE_WHO_READ,
        form=NeedsForm,
        held=lambda r: {"needs": r.needs, "amount": r.amount.amount if r.amount else ""},
        keep=lambda r, a: applying.answer_needs(request=r, needs=a["needs"], amount=a["amount"]),
        asked=_wants_money,
    ),
    Page(
        slug="story",
        question=_("In your own words"),
        why=_("This is what we hear from you. There is no right way to write it."),
        who=_THOSE_WHO_READ,
        form=StoryForm,
        held=lambda r: {"story": holding.get(r, "story")},
        keep=lambda r, a: applying.answer_story(request=r, story=a["story"]),
        asked=applying.asks_for_story,
    ),
    Page(
        slug="payment",
        question=_("How can we pay you?"),
        why=_("If the answer is yes, the money should not wait. We never pay through the platform or its owner."),
        who=_("Only the treasurer, and only when there is something to pay. You see each time it is opened."),
        form=PaymentForm,
        held=lambda r: {"method": r.pay_method, "pay_to": holding.get(r, "pay_to")},
        keep=lambda r, a: applying.answer_payment(request=r, method=a["method"], pay_to=a["pay_to"]),
        asked=_wants_money,
    ),
]
ABOUT_MONEY = Page(
    slug="money",
    question=_("Do you also want to ask for money?"),
    why=_("If not, you are done in a minute. If so, three more questions follow."),
    who=_THOSE_WHO_READ,
    form=MoneyForm,
    held=lambda r: {"wants_money": ("yes" if r.wants_money else "no") if applying.said_money(r) else ""},
    keep=lambda r, a: applying.answer_money(request=r, wants_money=a["wants_money"]),
)
CONTACT = Page(
    slug="contact",
    question=_("May we tell you when there is news?"),
    why=_("The letter only says that there is news. It does not say what it is about."),
    who=_("Nobody, until somebody gives a reason that you can read. Our mail server sends the letter."),
    form=ContactForm,
    held=lambda r: {"email": holding.get(r.case, "email")},
    keep=lambda r, a: applying.answer_contact(request=r, email=a["email"]),
)
PAGES: list[Page] = [FIRST, *REJECTION, *REPORT, ABOUT_MONEY, *MONEY, CONTACT]
BY_SLUG = {page.slug: page for page in PAGES}


def path(request: AidRequest) -> list[Page]:
    """Return the pages that this worker is asked, by the answers so far."""
    return [page for page in PAGES if page.asked(request)]


def after(page: Page, request: AidRequest) -> Page | None:
    """Return the next page for this worker; none after the last question."""
    return next((later for later in PAGES[PAGES.index(page) + 1 :] if later.asked(request)), None)


def before(page: Page, request: AidRequest) -> Page | None:
    return next((earlier for earlier in PAGES[: PAGES.index(page)][::-1] if earlier.asked(request)), None)


def resume(request: AidRequest) -> Page | None:
    """Return where a worker goes on who comes back: after the last page with an answer; none if that is the last page."""
    answered = [page for page in path(request) if page.is_answered(request)]
    return after(answered[-1] if answered else FIRST, request)

"""Erases a donor: what says who they were goes, what the books and the law need stays, and nobody is charged any more.

The books keep numbers, amounts and dates; receipts keep their numbers, for the tax office's sake, and lose their names.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from donations import changing, families, letters_to, visits
from donations.models import (
    Checkout,
    Donor,
    Duplicate,
    OfflineGift,
    Receipt,
    ReceiptDetails,
    ReceiptDocument,
    Statement,
    StatementDocument,
    Subscription,
    SubscriptionChange,
    WallEntry,
)
from mail.models import OutgoingEmail
from organisation import audit
from organisation.models import User
from stripe_gateway import door

# What a receipt's snapshot says of its donor; the database lets nothing else be taken out of it.
_OF_THE_DONOR = ("donor", "address", "honouree", "benefit_text", "goods")


class StillRunning(Exception):
    """Stripe could not be told yet. What runs is stopped as soon as it can; to erase may be tried again."""


def erase(*, donor: Donor, at: datetime, by: User | None = None) -> None:
    """Stop the donor's running gifts, have Stripe forget them, then erase who they were.

    To ask twice changes nothing, unless a paper is left that names them: then it is emptied too.

    :raises StillRunning: if Stripe does not answer; the gifts are stopped as soon as it does
    """
    person = donor.person
    if not person.erased_at:
        _stop_all(person, at=at, by=by)
        _forget_at_stripe(person, at=at)
    with transaction.atomic():
        rows = families.locked(person.pk)
        is_erased = all(row.erased_at for row in rows)
        if is_erased and not _papers_name(rows):
            return  # It is what was asked for.
        # Just now another donor became one with this one, or a gift began.
        if not is_erased and _is_charged(rows):
            raise StillRunning
        _empty_checkouts(rows)
        _empty_receipts(rows, at=at)
        _empty_statements(rows, at=at)
        OfflineGift.objects.filter(payment__donor__in=rows).update(bank_reference="", goods="")
        for row in rows:
            visits.end_all(row)
        # Last, when no receipt of theirs can be written any more: a letter may have come just now.
        OutgoingEmail.objects.filter(pk__in=[letter.pk for letter in letters_to.find(person)]).delete()
        Donor.objects.filter(pk__in=[row.pk for row in rows], erased_at=None).update(
            email="", name="", address="", details_at=None, erased_at=at
        )
        audit.record(actor=by, action="donations.donor_erased", subject=person, at=at)


def naming_receipts() -> QuerySet[Receipt]:
    """Return the receipts of erased donors that say who they were. There are none, unless something went wrong."""
    names = Q()
    for key in _OF_THE_DONOR:
        names |= Q(**{f"snapshot__{key}__gt": ""})
    return Receipt.objects.filter(names, payment__donor__erased_at__isnull=False)


def naming_statements() -> QuerySet[Statement]:
    """Return the statements of erased donors that say who they were."""
    return Statement.objects.filter(donor__erased_at__isnull=False, snapshot__has_any_keys=["donor", "address"])


def _papers_name(rows: list[Donor]) -> bool:
    receipts = naming_receipts().filter(payment__donor__in=rows)
    return receipts.exists() or naming_statements().filter(donor__in=rows).exists()


def _stop_all(person: Donor, *, at: datetime, by: User | None) -> None:
    running = Subscription.objects.of(person).running()
    for subscription in running:
        changing.ask_to_stop(subscription=subscription, at=at, by=by)
    stops = SubscriptionChange.objects.filter(subscription__in=running, kind=SubscriptionChange.Kind.STOP)
    for stop in stops.unheard().select_related("subscription"):
        changing.tell_stripe(stop, at=at)
    if _is_charged(families.of(person)):
        raise StillRunning


def _is_charged(rows: list[Donor]) -> bool:
    """Return whether Stripe has not heard yet that a gift is to stop."""
    running = Subscription.objects.running().filter(donor__in=rows)
    stops = SubscriptionChange.objects.filter(subscription__in=running, kind=SubscriptionChange.Kind.STOP)
    return running.exclude(pk__in=stops.filter(heard_at__isnull=False).values("subscription")).exists()


def _forget_at_stripe(person: Donor, *, at: datetime) -> None:
    """Have Stripe delete its customers: their names, mail addresses and cards."""
    customers = Subscription.objects.of(person).exclude(stripe_customer_id="").order_by("stripe_customer_id")
    for customer_id in customers.values_list("stripe_customer_id", flat=True).distinct():
        try:
            changing.forget_customer(customer_id, at=at)
        except door.StripeUnavailable as error:
            raise StillRunning from error


def _empty_checkouts(rows: list[Donor]) -> None:
    """Take names and addresses out of every wish to give, also of those that were never paid."""
    theirs = Q(payments__donor__in=rows) | Q(subscription__donor__in=rows)
    for row in rows:
        if row.email:
            theirs |= Q(email__iexact=row.email)
    checkouts = Checkout.objects.filter(pk__in=Checkout.objects.filter(theirs).values("pk"))
    WallEntry.objects.filter(checkout__in=checkouts).delete()
    checkouts.update(email="", name="", honouree="", employer="")


def _empty_receipts(rows: list[Donor], *, at: datetime) -> None:
    for receipt in Receipt.objects.filter(payment__donor__in=rows, erased_at=None).select_for_update():
        receipt.snapshot = {key: value for key, value in receipt.snapshot.items() if key not in _OF_THE_DONOR}
        receipt.erased_at = at
        receipt.save(update_fields=["snapshot", "erased_at"])
    for prints in (ReceiptDocument, Duplicate):
        prints._default_manager.filter(receipt__payment__donor__in=rows).update(pdf=None)
    ReceiptDetails.objects.filter(payment__donor__in=rows).update(name="", address="", reason="")
    audit.forget_notes(Receipt.objects.filter(payment__donor__in=rows))


def _empty_statements(rows: list[Donor], *, at: datetime) -> None:
    """Take out whom the statements name, what was given or received in words, and the papers; numbers and sums stay."""
    for statement in Statement.objects.filter(donor__in=rows, erased_at=None).select_for_update():
        statement.snapshot = {key: said for key, said in statement.snapshot.items() if key not in _OF_THE_DONOR}
        statement.erased_at = at
        statement.save(update_fields=["snapshot", "erased_at"])
    StatementDocument.objects.filter(statement__donor__in=rows).update(pdf=None)

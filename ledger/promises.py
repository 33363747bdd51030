"""Money that is promised to somebody is kept aside until it is paid or released."""

from datetime import datetime

from django.db import IntegrityError, transaction
from moneyed import Money

from core.money import to_minor
from ledger.balances import FundTooLow, overdraws
from ledger.models import Fund, Promise, Transaction


class PromiseEnded(Exception):
    """The promise is settled or released already."""


def promise(*, fund: Fund, amount: Money, reference: str, at: datetime) -> Promise:
    """Keep ``amount`` of the fund aside. Two promises at the same moment wait for each other on the fund's row.

    :param reference: what is promised, once, for example ``aid-request:7``
    :raises FundTooLow: if less than that is available
    """
    with transaction.atomic():
        Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
        try:
            with transaction.atomic():
                return Promise.objects.create(
                    fund=fund,
                    reference=reference,
                    amount_minor=to_minor(amount),
                    currency=amount.currency.code,
                    made_at=at,
                )
        except IntegrityError as error:
            if overdraws(error):
                raise FundTooLow from error
            raise


def settle(*, promise: Promise, by: Transaction, at: datetime) -> None:
    """End a promise because it was paid by this transaction, which is posted in the same database transaction.

    :raises PromiseEnded: if it had ended already
    """
    _end(promise, state=Promise.State.SETTLED, settled_by=by, at=at)


def release(*, promise: Promise, at: datetime) -> None:
    """End a promise without payment: its amount is available again.

    :raises PromiseEnded: if it had ended already
    """
    _end(promise, state=Promise.State.RELEASED, settled_by=None, at=at)


def _end(promise: Promise, *, state: Promise.State, settled_by: Transaction | None, at: datetime) -> None:
    changed = Promise.objects.filter(pk=promise.pk, state=Promise.State.OPEN).update(
        state=state, settled_by=settled_by, ended_at=at
    )
    if not changed:
        raise PromiseEnded(promise.reference)
    promise.refresh_from_db()

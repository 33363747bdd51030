"""Forgets who began to give and did not pay: nothing came of it, so nothing asks for their names."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from donations.models import Checkout, HeldPayment, Payment, Subscription, WallEntry

KEPT = timedelta(days=90)
AT_ONCE = 500
_State = Checkout.State
_UNPAID = [_State.STARTED, _State.EXPIRED, _State.FAILED]


def forget_unpaid(*, at: datetime, after: int) -> int:
    """Empty the unpaid wishes of more than ``KEPT`` ago among the next few, in the order in which they were written.

    Each call looks at ``AT_ONCE`` of them by their primary key and no more, however many there are.

    :param after: the last that was looked at; 0: begin with the first
    :returns: the last that was looked at, for the next call; 0 if all were
    """
    wishes = Checkout.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "started_at")[:AT_ONCE]
    old = [pk for pk, started_at in wishes if started_at < at - KEPT]
    with transaction.atomic():
        unpaid = list(
            Checkout.objects.select_for_update()
            .filter(
                *(
                    ~Exists(rows.objects.filter(checkout=OuterRef("pk")))
                    for rows in (Payment, Subscription, HeldPayment)
                ),
                pk__in=old,
                state__in=_UNPAID,
            )
            .exclude(email="")
            .values_list("pk", flat=True)
        )
        WallEntry.objects.filter(checkout__in=unpaid).delete()
        Checkout.objects.filter(pk__in=unpaid).update(email="", name="", honouree="", employer="")
    return old[-1] if len(old) == AT_ONCE else 0

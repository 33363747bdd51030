"""What an error says of a row stays out of the log."""

import logging

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from cms.models import Subscriber
from config.logs import LOGGING, WithoutRows


@pytest.mark.django_db
def test_a_traceback_does_not_quote_the_row() -> None:
    address = "ann@example.org"
    row = {"state": "pending", "created_at": now()}
    Subscriber.objects.create(email=address, address_index=b"1", **row)
    line = WithoutRows("{message}", style="{")
    assert LOGGING["formatters"]["line"]["()"] == "config.logs.WithoutRows"

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Subscriber.objects.create(email=address.title(), address_index=b"2", **row)
    error = caught.value
    told = line.format(
        logging.LogRecord("x", logging.ERROR, "", 0, "500", None, (type(error), error, error.__traceback__))
    )

    assert address in str(error)
    assert "cms_subscriber_address_is_there_once" in told
    assert address not in told.lower()

"""The door itself: how Stripe is reached, in which version, and what its refusals mean. Only this package imports ``stripe``."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import stripe
from django.conf import settings
from stripe import StripeClient

log = logging.getLogger(__name__)

# Pinned: shapes change with it, so it changes by a reviewed commit together with the SDK and the webhook endpoint.
API_VERSION = "2026-10-28.endive"
_CONNECT_SECONDS, _READ_SECONDS = 3, 10
_NETWORK_RETRIES = 2

# The SDK reports each request to Stripe's statistics and writes errors, which may quote what was typed, into the log.
stripe.enable_telemetry = False
logging.getLogger("stripe").setLevel(logging.CRITICAL)


class StripeUnavailable(Exception):
    """Stripe did not answer, or could not for the moment, or does not know our key.

    The same call may be made again, under the same idempotency key.
    """


class StripeRefused(Exception):
    """Stripe refuses the request for good. ``code``: Stripe's word for why, for example ``resource_missing``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn the SDK's errors into ours. Their texts may quote what somebody typed and stay behind."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise StripeUnavailable(type(error).__name__) from None
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        # The operator's to mend, not the donor's: what was asked for waits until the key is right.
        log.error("Stripe does not accept STRIPE_SECRET_KEY: %s", type(error).__name__)  # noqa: TRY400 - as above
        raise StripeUnavailable(type(error).__name__) from None
    except stripe.StripeError as error:
        if error.http_status is None or error.http_status >= 500 or error.http_status == 409:
            raise StripeUnavailable(f"{type(error).__name__} {error.http_status}") from None
        raise StripeRefused(str(error.code or type(error).__name__)) from None


def client() -> StripeClient:
    return _make(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL)


@cache
def _make(secret_key: str, api_url: str) -> StripeClient:
    return StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_url} if api_url else {},
        max_network_retries=_NETWORK_RETRIES,
        http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, _READ_SECONDS)),
    )

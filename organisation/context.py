"""What every page's template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from organisation.models import Organisation


def site(request: HttpRequest) -> dict[str, Any]:
    """The organisation (fetched only if a template asks) and, in the demo, where the sandbox is."""
    return {
        "organisation": SimpleLazyObject(Organisation.current),
        "is_demo": settings.IS_DEMO,
        "site_url": settings.SITE_URL,
        "sandbox_url": settings.SANDBOX_URL,
    }

"""What machines read: robots.txt, security.txt."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core import clock
from organisation.models import Organisation


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Let everybody read the pages, and nobody index what is personal."""
    closed = ["/staff/", "/giving/", "/aid/case/", "/aid/apply/", "/donate/", "/receipts/verify/"]
    lines = ["User-agent: *", *[f"Disallow: {path}" for path in closed], f"Sitemap: {settings.SITE_URL}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Say where to report a weakness (RFC 9116)."""
    expires = (clock.now() + timedelta(days=180)).replace(microsecond=0)
    lines = [
        f"Contact: mailto:{Organisation.current().email}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en, es",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

"""The mail services that may tell us of bounces and complaints, and what each needs to prove that it is the one.

The words are django-anymail's (https://anymail.dev). Amazon's service is left out: see ``docs/settings.md``.
SendGrid's is left out because anymail no longer stands for it (its issue 432).
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# Under SITE_URL; as config/urls.py has it.
_PLACE = "/webhooks/mail/"


@dataclass(frozen=True)
class _Service:
    """A view of anymail's that reads what the service posts, and the name of the service's signing key there, if it signs."""

    view: str
    key: str = ""
    # A service that signs may be left to basic authentication; these insist on their key.
    insists: bool = False


_SERVICES = {
    "brevo": _Service("anymail.webhooks.brevo.BrevoTrackingWebhookView"),
    "mailersend": _Service("anymail.webhooks.mailersend.MailerSendTrackingWebhookView", "signing_secret", insists=True),
    "mailgun": _Service("anymail.webhooks.mailgun.MailgunTrackingWebhookView", "webhook_signing_key", insists=True),
    "mailjet": _Service("anymail.webhooks.mailjet.MailjetTrackingWebhookView"),
    "mailtrap": _Service("anymail.webhooks.mailtrap.MailtrapTrackingWebhookView", "tracking_secret"),
    "mandrill": _Service("anymail.webhooks.mandrill.MandrillCombinedWebhookView", "webhook_key", insists=True),
    "postal": _Service("anymail.webhooks.postal.PostalTrackingWebhookView", "webhook_key", insists=True),
    "postmark": _Service("anymail.webhooks.postmark.PostmarkTrackingWebhookView"),
    # Its signatures need a package of their own (svix); the secret in the address does without.
    "resend": _Service("anymail.webhooks.resend.ResendTrackingWebhookView"),
    "sparkpost": _Service("anymail.webhooks.sparkpost.SparkPostTrackingWebhookView"),
    "unisender_go": _Service("anymail.webhooks.unisender_go.UnisenderGoTrackingWebhookView", "api_key", insists=True),
}


# What MAIL_WEBHOOK_SERVICE may be; nothing means that none may post.
NAMES = {*_SERVICES, ""}


def webhook(name: str, *, secrets: list[str], key: str, site_url: str) -> dict[str, Any] | None:
    """Return which service may post, the view that reads it, and with what it proves itself; none if none may.

    :raises ImproperlyConfigured: if the service could not prove itself, so that anybody might post
    """
    if not name:
        if secrets or key:
            raise ImproperlyConfigured("MAIL_WEBHOOK_SERVICE is not set, but a secret or key of it is.")
        return None
    service = _SERVICES[name]
    if any(len(secret) < 20 or ":" not in secret for secret in secrets):
        raise ImproperlyConfigured("MAIL_WEBHOOK_SECRET must be user:password, 20 characters or more, with commas.")
    if key and not service.key:
        raise ImproperlyConfigured(f"MAIL_WEBHOOK_KEY is set, but {name} signs with none: set MAIL_WEBHOOK_SECRET.")
    if not (key or (secrets and not service.insists)):
        missing = "MAIL_WEBHOOK_KEY" if service.insists else "MAIL_WEBHOOK_SECRET"
        raise ImproperlyConfigured(f"{missing} is not set: without it anybody could post as {name}.")
    options: dict[str, Any] = {service.key: key} if key else {}
    if name == "mandrill":
        # It signs the whole address that it posts to, so a secret in there would have to be known as well.
        options["webhook_url"] = f"{site_url}{_PLACE}"
        secrets = []
    return {"name": name, "view": service.view, "options": options | {"webhook_secret": secrets}}

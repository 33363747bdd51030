"""Does the sender's domain vouch for our letters? SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489)."""

from collections.abc import Iterator
from email.utils import parseaddr

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from cms.sending.preflight.findings import Finding, Level
from cms.sending.preflight.resolving import Resolver, Unreachable

_PARTS_OF_A_SUBDOMAIN = 2


def look() -> Iterator[Finding]:
    """Look up what the domain of MAIL_FROM says about who may send for it."""
    domain = parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2].lower()
    resolve: Resolver = import_string(settings.DNS_RESOLVER)
    try:
        yield _spf(resolve, domain)
        yield _dkim(resolve, domain)
        yield _dmarc(resolve, domain)
    except Unreachable:
        words = _("The domain name system cannot be reached from here: nothing is known about %(domain)s.")
        yield Finding(_("Domain of the sender"), Level.UNKNOWN, words % {"domain": domain})


def _spf(resolve: Resolver, domain: str) -> Finding:
    records = _starting(resolve(domain), "v=spf1")
    what = _("SPF of %(domain)s") % {"domain": domain}
    if not records:
        words = _("There is none: mail services do not know which servers may send for this domain.")
        return Finding(what, Level.LOOK, words)
    if len(records) > 1:
        return Finding(what, Level.LOOK, _("There are several; then none counts."), tuple(records))
    if "+all" in records[0].split() or "all" in records[0].split():
        return Finding(what, Level.LOOK, _("It lets every server of the world send for you."), tuple(records))
    return Finding(what, Level.FINE, records[0])


def _dkim(resolve: Resolver, domain: str) -> Finding:
    domain, selector = settings.DKIM_DOMAIN or domain, settings.DKIM_SELECTOR
    what = _("DKIM of %(domain)s") % {"domain": domain}
    if not settings.DKIM_KEY_FILE:
        words = _("The mail server signs, or nobody does: the headers of a test letter say which (DKIM-Signature).")
        return Finding(what, Level.UNKNOWN, words)
    name = f"{selector}._domainkey.{domain}"
    records = [record for record in resolve(name) if "p=" in record]
    if not records or records[0].replace(" ", "").endswith("p="):
        words = _("There is no key at %(name)s: the signature cannot be checked.") % {"name": name}
        return Finding(what, Level.LOOK, words)
    return Finding(what, Level.FINE, _("There is a key at %(name)s.") % {"name": name})


def _dmarc(resolve: Resolver, domain: str) -> Finding:
    what = _("DMARC of %(domain)s") % {"domain": domain}
    records: list[str] = []
    parts = domain.split(".")
    # The organisation's domain speaks for those below it. Which one that is, the last two parts tell mostly.
    for name in dict.fromkeys([domain, ".".join(parts[-_PARTS_OF_A_SUBDOMAIN:])]):
        records = records or _starting(resolve(f"_dmarc.{name}"), "v=dmarc1")
    if not records:
        return Finding(what, Level.LOOK, _("There is none: the large mail services ask it of those who write to many."))
    return Finding(what, Level.FINE, records[0])


def _starting(records: list[str], start: str) -> list[str]:
    return [record for record in records if record.lower().startswith(start)]

"""Where the links of an imported page lead from now on."""

from dataclasses import dataclass, field
from html import escape
from urllib.parse import parse_qs, urljoin, urlsplit

from cms.models import LegacyLink
from cms.wordpress.pieces import Gap
from cms.wordpress.reading import Record, host_of

_PLAIN = ("mailto:", "tel:")


@dataclass
class Links:
    """Answers where a link of ``record`` leads.

    A link to an old page that is here becomes a link to that page. One that did not come along keeps its number
    (``/?page_id=883``): the address is answered with "not found" now, and with the page as soon as that page is imported.
    """

    record: Record
    hosts: frozenset[str]
    coming: frozenset[int] = frozenset()
    gaps: list[Gap] = field(default_factory=list)

    def attributes(self, href: str, words: str) -> str:
        """Return the attributes of the ``a`` tag, or "" if the link leads nowhere and only its words stay."""
        href = href.strip()
        if not href or href.startswith("#"):
            return ""
        if href.lower().startswith(_PLAIN):
            return f'href="{escape(href)}"'
        try:
            address = urljoin(self.record.link or "/", href)
            is_old = host_of(address) in self.hosts
        except ValueError:
            self.gaps.append(Gap("link", href[:200], "the address cannot be read"))
            return ""
        if not is_old:
            return f'href="{escape(address)}"'
        return self._old(address, words)

    def _old(self, address: str, words: str) -> str:
        parts = urlsplit(address)
        query = parse_qs(parts.query)
        kind: LegacyLink.Kind
        for kind in (LegacyLink.Kind.PAGE_ID, LegacyLink.Kind.P):
            if kind in query and parts.path in {"", "/", "/index.php"}:
                number = query[kind][0].strip()
                return self._found(kind, number, f"/?{kind}={number}", words)
        path = parts.path or "/"
        if path in {"/", "/index.php"} and not parts.query:
            return 'href="/"'
        if path.startswith("/wp-content/"):
            self.gaps.append(Gap("file", path, f"“{words[:80]}” links to a file of the old site"))
            return f'href="{escape(path)}"'
        return self._found(LegacyLink.Kind.PATH, path, path, words)

    def _found(self, kind: LegacyLink.Kind, value: str, address: str, words: str) -> str:
        link = LegacyLink.objects.filter(kind=kind, value=value[:500], page__isnull=False).first()
        if link is not None:
            return f'linktype="page" id="{link.page_id}"'
        is_coming = value.isdecimal() and int(value) in self.coming
        if not is_coming:
            self.gaps.append(Gap("link", address, f"“{words[:80]}” leads to a page that did not come along"))
        return f'href="{escape(address)}"'

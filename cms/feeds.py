"""The newsletter as an Atom feed."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from wagtail.rich_text import get_text_for_indexing

from cms.models import NewsletterIssuePage
from organisation.models import Organisation


class NewsletterFeed(Feed[NewsletterIssuePage, Any]):
    """The twenty newest issues, each with its welcome and its contents."""

    feed_type = Atom1Feed
    link = "/newsletter/"

    def title(self) -> str:
        return _("%(name)s: newsletter") % {"name": Organisation.current().name}

    def items(self) -> QuerySet[NewsletterIssuePage]:
        issues: QuerySet[NewsletterIssuePage] = NewsletterIssuePage.objects.live().public().order_by("-date", "-number")
        return issues[:20]

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        contents = [child.value["headline"] for child in item.articles]
        return "\n".join(filter(None, [get_text_for_indexing(item.intro), " · ".join(contents)]))

    def item_link(self, item: Any) -> str:
        return settings.SITE_URL + str(item.url)

    def item_pubdate(self, item: Any) -> datetime:
        return datetime.combine(item.date, time(), ZoneInfo(Organisation.current().time_zone))

    def item_updateddate(self, item: Any) -> datetime | None:
        return item.last_published_at if isinstance(item.last_published_at, datetime) else None

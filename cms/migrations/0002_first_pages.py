"""Replace Wagtail's welcome page by a home page with its archive, its campaigns and the pages that forms link to."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

PRIVACY = [
    "<p>These are starting words. Whoever runs this site should read them, change what is not true here, and say so.</p>",
    "<p>Public pages set no cookie, load nothing from other sites and count nobody.</p>",
    "<p>When you give, we keep your name, your address for letters, the amount and the receipt, because the law and our"
    " books ask for it. Card numbers go to the payment provider and never to us.</p>",
    "<p>When you ask for help, what you tell us in confidence is kept sealed. Only the people who look after your case"
    " may open it, each time with a reason that you can see. What you began and did not send is erased by itself.</p>",
    "<p>Write to us if you want to know what we hold about you, or want it corrected or erased.</p>",
]
TERMS = [
    "<p>These are starting words. Whoever runs this site should read them, change what is not true here, and say so.</p>",
    "<p>Gifts go to the fund that you chose. A monthly gift goes on until you stop it; you can stop it yourself at any"
    " time, by the link in every receipt.</p>",
    "<p>Help is given as far as the fund reaches. Nobody decides alone, and you can ask again at any time.</p>",
    "<p>What is signed on these pages is its author's; ask before you print it elsewhere.</p>",
]
ACCESSIBILITY = [
    "<p>We want everybody to be able to read these pages, give and ask for help: with a keyboard, with a screen reader,"
    " on a small or old phone, without scripts and without cookies.</p>",
    "<p>We aim for the Web Content Accessibility Guidelines 2.2, level AA. We test with automatic checks, which do not"
    " find everything; nobody from outside has examined the site yet.</p>",
    "<p>Is something in your way? Write to us, say which page and what happened. That is a fault of ours, and we mend it.</p>",
]


def build(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Page.objects.filter(depth=2, path="00010001", slug="home").delete()
    root = Page.objects.get(depth=1)
    home = _place(apps, "HomePage", root, 1, title="Home", slug="home")
    _place(apps, "NewsletterIndexPage", home, 1, title="Newsletter", slug="newsletter")
    _place(apps, "CampaignIndexPage", home, 2, title="Campaigns", slug="campaigns")
    for place, title, paragraphs in [(3, "Privacy", PRIVACY), (4, "Terms", TERMS), (5, "Accessibility", ACCESSIBILITY)]:
        body = json.dumps([{"type": "text", "value": "".join(paragraphs)}])
        _place(apps, "StandardPage", home, place, title=title, slug=title.lower(), body=body)
    root.numchild = 1
    root.save(update_fields=["numchild"])
    home.numchild = 5
    home.save(update_fields=["numchild"])
    address = urlsplit(settings.SITE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={"hostname": address.hostname, "port": port, "root_page_id": home.pk, "site_name": ""},
    )


def _place(apps: Apps, model: str, parent: Any, place: int, **fields: Any) -> Any:
    ContentType = apps.get_model("contenttypes", "ContentType")
    Locale = apps.get_model("wagtailcore", "Locale")
    content_type, _is_new = ContentType.objects.get_or_create(app_label="cms", model=model.lower())
    locale, _is_new = Locale.objects.get_or_create(language_code="en")
    now = timezone.now()
    return apps.get_model("cms", model).objects.create(
        path=f"{parent.path}{place:04d}",
        depth=parent.depth + 1,
        numchild=0,
        url_path=f"{parent.url_path}{fields['slug']}/",
        draft_title=fields["title"],
        content_type=content_type,
        locale=locale,
        live=True,
        first_published_at=now,
        last_published_at=now,
        **fields,
    )


def take_down(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    ContentType = apps.get_model("contenttypes", "ContentType")
    Page.objects.filter(path__startswith="00010001").delete()
    welcome = Page.objects.create(
        title="Welcome to your new Wagtail site!",
        draft_title="Welcome to your new Wagtail site!",
        slug="home",
        path="00010001",
        depth=2,
        numchild=0,
        url_path="/home/",
        content_type=ContentType.objects.get_or_create(app_label="wagtailcore", model="page")[0],
        locale=apps.get_model("wagtailcore", "Locale").objects.first(),
    )
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "port": 80, "root_page_id": welcome.pk}
    )


class Migration(migrations.Migration):
    dependencies = [("cms", "0001_pages_campaigns_and_old_addresses"), ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes")]
    operations = [migrations.RunPython(build, take_down)]

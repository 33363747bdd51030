"""An editor makes and publishes pages by the desk's own forms, and sees each block before she takes it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.blocks import Block
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from cms.blocks import ArticlesBlock, BodyBlock
from cms.models import (
    CampaignIndexPage,
    CampaignPage,
    HomePage,
    NewsletterIndexPage,
    NewsletterIssuePage,
    StandardPage,
    StandingText,
)
from ledger.models import Fund
from organisation.models import User

_PREVIEWED = [*BodyBlock().child_blocks.values(), *ArticlesBlock().child_blocks.values()]


def _issue_form(**more: Any) -> dict[str, Any]:
    article = {
        "headline": "Forty days",
        "byline": "Ana Ruiz",
        "slug": "",
        "body": streamfield([("text", rich_text("<p>It took <b>forty</b> days.</p>"))]),
    }
    form = {
        "title": "Newsletter 8",
        "slug": "newsletter-8",
        "number": "8",
        "date": "2026-03-01",
        "intro": rich_text("<p>Welcome.</p>"),
        "articles": streamfield([("article", article), ("article", article)]),
        "closing": "",
        "subject": "",
        "preheader": "",
        "corrections": streamfield([]),
        "seo_title": "",
        "search_description": "",
        "share_image": "",
        "go_live_at": "",
        "expire_at": "",
        "comments": inline_formset([]),
    }
    return dict(nested_form_data(form | more))


def _add_view(model: str, parent: Any) -> str:
    return reverse("wagtailadmin_pages:add", args=["cms", model, parent.pk])


def test_editor_writes_and_publishes_an_issue(as_editor: Client, client: Client, home: HomePage) -> None:
    archive = NewsletterIndexPage.objects.get()

    response = as_editor.post(
        _add_view("newsletterissuepage", archive), _issue_form(**{"action-publish": "action-publish"})
    )

    assert response.status_code == 302, response.context["form"].errors
    page = Client().get("/newsletter/newsletter-8/").content.decode()
    assert "It took <b>forty</b> days." in page
    assert Client().get("/newsletter/newsletter-8/forty-days/").status_code == 200
    assert Client().get("/newsletter/newsletter-8/forty-days-2/").status_code == 200


def test_draft_without_a_headline_can_be_saved(as_editor: Client, home: HomePage) -> None:
    empty = {"headline": "", "byline": "", "slug": "", "body": streamfield([])}

    response = as_editor.post(
        _add_view("newsletterissuepage", NewsletterIndexPage.objects.get()),
        _issue_form(articles=streamfield([("article", empty)])),
    )

    assert response.status_code == 302
    assert not NewsletterIssuePage.objects.get().live


def test_number_of_an_issue_is_used_once(as_editor: Client, home: HomePage, issue: NewsletterIssuePage) -> None:
    response = as_editor.post(
        _add_view("newsletterissuepage", NewsletterIndexPage.objects.get()), _issue_form(number="7")
    )

    assert response.status_code == 200
    assert "number" in response.context["form"].errors


def test_editor_publishes_a_campaign(as_editor: Client, home: HomePage, general_fund: Fund) -> None:
    level = {"amount": "25", "what": "pays for one appeal"}
    form = {
        "title": "Keep us afloat",
        "slug": "keep-us-afloat",
        "lead": "Give.",
        "body": streamfield([("text", rich_text("<p>Why.</p>"))]),
        "fund": str(general_fund.pk),
        "goal_kind": "monthly",
        "goal_amount": "500",
        "starts_on": "",
        "levels": streamfield([("level", level)]),
        "questions": streamfield([]),
        "seo_title": "",
        "search_description": "",
        "share_image": "",
        "go_live_at": "",
        "expire_at": "",
        "comments": inline_formset([]),
        "action-publish": "action-publish",
    }

    response = as_editor.post(_add_view("campaignpage", CampaignIndexPage.objects.get()), dict(nested_form_data(form)))

    assert response.status_code == 302, response.context["form"].errors
    assert CampaignPage.objects.get().live
    assert "$0 of $500 this month" in Client().get("/campaigns/keep-us-afloat/").content.decode()


@pytest.mark.parametrize(("kind", "amount", "field"), [("monthly", "", "goal_amount"), ("total", "0", "goal_amount")])
def test_goal_without_an_amount_is_refused_beside_the_field(
    as_editor: Client, campaign: CampaignPage, kind: str, amount: str, field: str
) -> None:
    campaign.goal_kind = kind
    campaign.goal_amount = amount or None
    form = {
        "title": campaign.title,
        "slug": campaign.slug,
        "lead": "",
        "body": streamfield([]),
        "fund": str(campaign.fund_id),
        "goal_kind": kind,
        "goal_amount": amount,
        "starts_on": "",
        "levels": streamfield([]),
        "questions": streamfield([]),
        "seo_title": "",
        "search_description": "",
        "share_image": "",
        "go_live_at": "",
        "expire_at": "",
        "comments": inline_formset([]),
        "action-publish": "action-publish",
    }

    response = as_editor.post(reverse("wagtailadmin_pages:edit", args=[campaign.pk]), dict(nested_form_data(form)))

    assert field in response.context["form"].errors


def test_page_cannot_take_an_address_of_another_part(as_editor: Client, home: HomePage) -> None:
    form = {
        "title": "Books",
        "slug": "books",
        "lead": "",
        "body": streamfield([]),
        "seo_title": "",
        "search_description": "",
        "go_live_at": "",
        "expire_at": "",
        "comments": inline_formset([]),
        "action-publish": "action-publish",
    }

    response = as_editor.post(_add_view("standardpage", home), dict(nested_form_data(form)))

    assert "slug" in response.context["form"].errors
    assert not StandardPage.objects.filter(slug="books").exists()


@pytest.mark.parametrize("block", _PREVIEWED, ids=lambda block: block.name)
def test_every_block_has_an_icon_a_description_and_a_preview(as_editor: Client, home: HomePage, block: Block) -> None:
    response = as_editor.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})

    text = response.content.decode()
    assert block.meta.icon != "placeholder"
    assert block.get_description()
    assert block.is_previewable
    assert response.status_code == 200
    assert "liferaft.css" in text
    assert "style=" not in text
    assert "<script" not in text


def test_editor_writes_the_closing_words_once_for_all_issues(
    as_editor: Client, home: HomePage, issue: NewsletterIssuePage
) -> None:
    form = {"name": "Closing words", "body": rich_text("<p>Write to us soon.</p>")}

    response = as_editor.post(reverse("wagtailsnippets_cms_standingtext:add"), dict(nested_form_data(form)))
    issue.closing = StandingText.objects.get()
    issue.save()

    assert response.status_code == 302
    assert "Write to us soon." in Client().get("/newsletter/newsletter-7/").content.decode()


def test_editor_sees_a_draft_as_it_will_be(as_editor: Client, issue: NewsletterIssuePage) -> None:
    issue.articles[0].value["headline"] = "Forty-one days"
    issue.save_revision()

    response = as_editor.get(reverse("wagtailadmin_pages:view_draft", args=[issue.pk]))

    assert response.status_code == 200
    assert "Forty-one days" in response.content.decode()
    assert "Forty-one days" not in Client().get("/newsletter/newsletter-7/").content.decode()


def test_otto_without_a_role_makes_no_page(client: Client, home: HomePage, otto: User) -> None:
    client.force_login(otto)

    response = client.post(_add_view("standardpage", home), {})

    assert response.status_code in {302, 403}
    assert StandardPage.objects.count() == 3

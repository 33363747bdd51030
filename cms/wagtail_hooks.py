"""The newsletter at the staff desk: menu, addresses, first page, and what Wagtail's own screens say about issues."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.home import UserObjectsInWorkflowModerationPanel, WorkflowObjectsToModeratePanel
from wagtail.models import Page

from cms.desk import readers_hooks, sending, sending_deeds, sending_looking, sending_panel, sending_rows
from cms.models import NewsletterIndexPage, NewsletterIssuePage, Sending, Topic
from organisation.models import User
from organisation.permissions import Permission

_address = lazy(reverse, str)
# The button under an issue that saves it and leads to its sending.
_TO_SENDING = "action-letter"
_ABOUT_WORKFLOWS = (UserObjectsInWorkflowModerationPanel, WorkflowObjectsToModeratePanel)
# Wagtail's buttons that would ask without saying for whom, or forget that somebody was asked.
_NOT_FOR_ISSUES = {"action-submit", "action-cancel-workflow", "action-restart-workflow"}


class _SendersItem(MenuItem):
    """For those who may send letters."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.SEND_LETTERS)


def addresses() -> list[URLPattern]:
    one = "newsletter/<int:pk>/"
    return [
        path("newsletter/", sending.sendings, name="cms_sendings"),
        path(one, sending.sending, name="cms_sending"),
        path(f"{one}ask/", sending.ask, name="cms_sending_ask"),
        path(f"{one}ask/again/", sending_deeds.ask_again, name="cms_sending_again"),
        path(f"{one}agree/", sending_deeds.agree, name="cms_sending_agree"),
        path(f"{one}back/", sending_deeds.send_back, name="cms_sending_back"),
        path(f"{one}call-back/", sending_deeds.call_back, name="cms_sending_call_back"),
        path(f"{one}release/", sending_deeds.release, name="cms_sending_release"),
        path(f"{one}pause/", sending_deeds.pause, name="cms_sending_pause"),
        path(f"{one}resume/", sending_deeds.resume, name="cms_sending_resume"),
        path(f"{one}stop/", sending_deeds.stop, name="cms_sending_stop"),
        path(f"{one}check/", sending_looking.check, name="cms_sending_check"),
        path(f"{one}look/<slug:mode>/", sending_looking.look, name="cms_sending_look"),
        path(f"{one}as-reader/", sending_looking.as_reader, name="cms_sending_as_reader"),
        path(f"{one}test/", sending_looking.trial, name="cms_sending_trial"),
        path(f"{one}letters/", sending_rows.rows, name="cms_sending_rows"),
        path(f"{one}letters/<int:delivery>/", sending_rows.settle, name="cms_sending_settle"),
        *readers_hooks.readers_addresses(),
    ]


def newsletter_menu() -> MenuItem:
    items = [_SendersItem(gettext_lazy("Issues and sending"), _address("cms_sendings"), name="sendings", order=10)]
    items.append(readers_hooks.readers_item())
    return SubmenuMenuItem(
        gettext_lazy("Newsletter"), Menu(items=items), name="newsletter", icon_name="mail", order=130
    )


def newsletter_panel(request: HttpRequest, on_page: list[Component]) -> None:
    if not request.user.has_perm(Permission.EDIT_PAGES):
        # Wagtail's own tell of pages in a workflow, by four queries, also to who cannot edit any.
        on_page[:] = [panel for panel in on_page if not isinstance(panel, _ABOUT_WORKFLOWS)]
    if isinstance(request.user, User) and request.user.has_perm(Permission.SEND_LETTERS):
        on_page.append(sending_panel.SendingPanel(request.user))


class _ToSending(ActionMenuItem):
    """Saves the issue and leads to where it is sent."""

    name = _TO_SENDING
    label = gettext_lazy("Save and send as a letter")
    icon_name = "mail"
    order = 60


def issue_buttons(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Under an issue, ask on the desk's page, which says for whom. Elsewhere nothing changes."""
    page = context.get("page")
    is_new = page is None and isinstance(context.get("parent_page"), NewsletterIndexPage)
    if not is_new and not isinstance(page, NewsletterIssuePage):
        return
    items[:] = [item for item in items if item.name not in _NOT_FOR_ISSUES]
    may = request.user.has_perm(Permission.SEND_LETTERS)
    if may and not context.get("locked_for_user") and context.get("view") in {"create", "edit"}:
        items.append(_ToSending())


def after_saving(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Lead on to the sending, from our button as well as from Wagtail's."""
    if isinstance(page, NewsletterIssuePage) and {_TO_SENDING, "action-workflow-action"} & set(request.POST):
        return redirect("cms_sending", pk=page.pk)
    return None


def before_deleting(request: HttpRequest, page: Page) -> HttpResponse | None:
    """An issue that was asked for stays: its letters are counted, and their readers may follow its links."""
    kept = Sending.objects.filter(issue__path__startswith=page.path).select_related("issue").first()
    if kept is None:
        return None
    messages.error(request, _kept(kept))
    return redirect("wagtailadmin_explore", page.get_parent().pk)


def before_deleting_many(request: HttpRequest, action: str, objects: list[Any], _view: Any) -> HttpResponse | None:
    """The same where several pages are deleted at once; for unpublishing, what their readers lose."""
    if not objects or not isinstance(objects[0], Page):
        return None
    if action == "unpublish" and Sending.objects.filter(issue__in=objects, started_at__isnull=False).exists():
        messages.warning(request, _("Letters that were sent lead to these pages. Those links lead nowhere now."))
    if action != "delete":
        return None
    return next(filter(None, (before_deleting(request, page) for page in objects)), None)


def before_deleting_topics(request: HttpRequest, topics: list[Any]) -> HttpResponse | None:
    """A topic that somebody has stays: a reader without topics gets everything, and would not have asked for that."""
    chosen = [topic.pk for topic in topics if isinstance(topic, Topic)]
    kept = Topic.objects.filter(pk__in=chosen).in_use().order_by("name").first()
    if kept is None:
        return None
    words = _("“%(topic)s” stays: readers chose it, or an issue went to those who did. You can take “offered” away.")
    messages.error(request, words % {"topic": kept})
    return redirect(Topic.snippet_viewset.get_url_name("list"))  # type: ignore[attr-defined]  # set by Wagtail


def _kept(kept: Sending) -> str:
    if kept.started_at:
        words = _("“%(issue)s” was sent as a letter. It cannot be deleted: what was sent stays accounted for.")
    else:
        words = _("Somebody asked to send “%(issue)s” as a letter. It cannot be deleted; you can unpublish it.")
    return words % {"issue": kept.issue.draft_title}


hooks.register("register_admin_urls", addresses)
hooks.register("register_admin_menu_item", newsletter_menu)
hooks.register("construct_homepage_panels", newsletter_panel)
hooks.register("construct_page_action_menu", issue_buttons)
hooks.register("after_edit_page", after_saving)
hooks.register("after_create_page", after_saving)
hooks.register("before_delete_page", before_deleting)
hooks.register("before_bulk_action", before_deleting_many)
hooks.register("before_delete_snippet", before_deleting_topics)

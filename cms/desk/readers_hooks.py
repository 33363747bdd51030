"""The desk's menu items and addresses for readers; ``cms.wagtail_hooks`` puts them into the menu."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem

from cms.desk import readers, readers_deeds, readers_files
from organisation.permissions import Permission

_address = lazy(reverse, str)


class _ReadersItem(MenuItem):
    """For those who look after readers."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.MANAGE_SUBSCRIBERS)


def readers_item() -> MenuItem:
    return _ReadersItem(_("Readers"), _address("cms_readers"), name="readers", icon_name="group", order=20)


def readers_addresses() -> list[URLPattern]:
    one = "readers/<int:pk>/"
    return [
        path("readers/", readers.readers, name="cms_readers"),
        path("readers/growth/", readers.grown, name="cms_readers_growth"),
        path("readers/add/", readers_deeds.add, name="cms_readers_add"),
        path("readers/lift/", readers_deeds.lift, name="cms_readers_lift"),
        path("readers/file/", readers_files.file, name="cms_readers_file"),
        path("readers/file/<uuid:reference>/", readers_files.take, name="cms_readers_file_take"),
        path(one, readers.reader, name="cms_reader"),
        path(f"{one}leave/", readers_deeds.leave, name="cms_reader_leave"),
        path(f"{one}pause/", readers_deeds.pause, name="cms_reader_pause"),
        path(f"{one}resume/", readers_deeds.go_on, name="cms_reader_resume"),
        path(f"{one}choose/", readers_deeds.choose, name="cms_reader_choose"),
        path(f"{one}erase/", readers_deeds.erase, name="cms_reader_erase"),
    ]

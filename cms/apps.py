from django.apps import AppConfig
from django.utils.module_loading import import_string
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from cms import page_cache


class CmsConfig(AppConfig):
    name = "cms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Wagtail's own signals: pages are also published by its scheduler, which no hook of the desk sees.
        for change in (page_published, page_unpublished, page_slug_changed, post_page_move):
            change.connect(page_cache.forget, dispatch_uid="cms.page_cache.forget")
        # By its name: models are not there yet when this file is read.
        page_published.connect(import_string("cms.indexing.take_in"), dispatch_uid="cms.indexing.take_in")

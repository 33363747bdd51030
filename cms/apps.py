from django.apps import AppConfig
from django.utils.module_loading import import_string
from wagtail.signals import page_published


class CmsConfig(AppConfig):
    name = "cms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # By their names: models are not there yet when this file is read.
        import_string("cms.page_changes.listen")()
        page_published.connect(import_string("cms.indexing.take_in"), dispatch_uid="cms.indexing.take_in")

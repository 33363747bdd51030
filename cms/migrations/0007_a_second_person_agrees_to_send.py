"""Put the workflow with the second person on the newsletter's archive; everywhere else whoever may edit may publish."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAME = "Sending as a letter"
TASK = "Second person"


def put_up(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    of_page = apps.get_model("wagtailcore", "WorkflowPage")
    # Wagtail brings one for the whole site. It was switched off until now.
    of_page.objects.filter(page__depth=1).delete()
    content_type, _is_new = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="cms", model="secondperson"
    )
    task = apps.get_model("cms", "SecondPerson").objects.create(name=TASK, content_type=content_type)
    workflow = apps.get_model("wagtailcore", "Workflow").objects.create(name=NAME)
    apps.get_model("wagtailcore", "WorkflowTask").objects.create(workflow=workflow, task_id=task.pk, sort_order=0)
    archive = apps.get_model("cms", "NewsletterIndexPage").objects.order_by("pk").first()
    if archive:
        of_page.objects.update_or_create(page_id=archive.pk, defaults={"workflow": workflow})


def take_down(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Workflow = apps.get_model("wagtailcore", "Workflow")
    Workflow.objects.filter(workflow_tasks__task__in=_tasks(apps)).delete()
    _tasks(apps).delete()
    sites: Any = Workflow.objects.order_by("pk").first()
    root = apps.get_model("wagtailcore", "Page").objects.filter(depth=1).first()
    if sites and root:
        apps.get_model("wagtailcore", "WorkflowPage").objects.get_or_create(page=root, defaults={"workflow": sites})


def _tasks(apps: Apps) -> Any:
    return apps.get_model("wagtailcore", "Task").objects.filter(
        content_type__app_label="cms", content_type__model="secondperson"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0006_editors_keep_topics"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]
    operations = [migrations.RunPython(put_up, take_down)]

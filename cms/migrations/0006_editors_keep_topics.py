"""Editors may keep the topics; membership in their group follows the role (organisation/migrations/0003)."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

DEEDS = ["add", "change", "delete", "view"]


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name="editor")
    # On an empty database Django makes permissions only after the last migration.
    content_type, _is_new = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="cms", model="topic"
    )
    for deed in DEEDS:
        permission, _is_new = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type, codename=f"{deed}_topic", defaults={"name": f"Can {deed} topic"}
        )
        group.permissions.add(permission)


def forbid(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name="editor"):
        group.permissions.remove(*group.permissions.filter(content_type__app_label="cms", content_type__model="topic"))


class Migration(migrations.Migration):
    dependencies = [("cms", "0005_subscribers_and_sending")]
    operations = [migrations.RunPython(allow, forbid)]

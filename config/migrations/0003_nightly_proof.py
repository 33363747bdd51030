"""The proof of the books, every night: ``config.nightly`` is asked each hour whether it is time."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Large books take minutes, longer than a task has as a rule.
    apps.get_model("django_q", "Schedule").objects.create(
        name="nightly proof",
        func="config.nightly.look",
        kwargs="{'q_options': {'timeout': 7200}}",
        schedule_type="H",
        repeats=-1,
    )


def remove(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("django_q", "Schedule").objects.filter(name="nightly proof").delete()


class Migration(migrations.Migration):
    dependencies = [("config", "0002_minutely_sweep")]
    operations = [migrations.RunPython(add, remove)]

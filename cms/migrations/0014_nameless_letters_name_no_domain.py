from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def blank(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the domain and the server's answer out of letters whose reader was erased before."""
    apps.get_model("cms", "Delivery").objects.filter(subscriber=None).update(domain="", answer="")


class Migration(migrations.Migration):
    dependencies = [("cms", "0013_a_domain_goes_with_its_reader")]

    operations = [migrations.RunPython(blank, migrations.RunPython.noop)]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("organisation", "0004_gift_currencies"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["object_type", "object_id"], name="audit_event_by_object"),
        ),
    ]

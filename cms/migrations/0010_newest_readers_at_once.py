from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cms", "0009_blocks_read_in_three_ways")]

    operations = [
        migrations.AddIndex(
            model_name="subscriber",
            index=models.Index(fields=["-created_at", "-id"], name="cms_subscribers_recent"),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cms", "0010_newest_readers_at_once")]

    operations = [
        migrations.AddConstraint(
            model_name="subscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(("email__regex", "^[!-~]+$")), name="cms_subscriber_address_is_ascii"
            ),
        ),
    ]

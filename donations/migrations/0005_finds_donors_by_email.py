from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):

    dependencies = [
        ("donations", "0004_every_gift_says_what_was_given"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(Upper("email"), name="donations_donor_by_email"),
        ),
    ]

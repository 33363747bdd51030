from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("mail", "0001_outbox"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outgoingemail",
            name="state",
            field=models.CharField(
                choices=[
                    ("owed", "being written"),
                    ("queued", "waiting"),
                    ("sending", "being sent"),
                    ("sent", "accepted by the mail server"),
                    ("uncertain", "uncertain: the sender was stopped in mid-letter"),
                    ("failed", "refused"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
    ]

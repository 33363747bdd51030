from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0001_outbox"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="outgoingemail", name="mail_letter_has_a_recipient"),
        migrations.AddField("outgoingemail", "recipient_sealed", models.BinaryField(null=True)),
        migrations.AddField("outgoingemail", "text_sealed", models.BinaryField(null=True)),
        migrations.AddField("outgoingemail", "html_sealed", models.BinaryField(null=True)),
    ]

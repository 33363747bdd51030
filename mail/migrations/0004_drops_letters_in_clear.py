from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0003_seals_letters"),
    ]

    operations = [
        migrations.AlterField("outgoingemail", "recipient_sealed", models.BinaryField()),
        migrations.AlterField("outgoingemail", "text_sealed", models.BinaryField()),
        # A default, so that the way back can make the columns anew.
        migrations.AlterField("outgoingemail", "recipient", models.EmailField(max_length=254, default="")),
        migrations.AlterField("outgoingemail", "text", models.TextField(default="")),
        migrations.RemoveField("outgoingemail", "recipient"),
        migrations.RemoveField("outgoingemail", "text"),
        migrations.RemoveField("outgoingemail", "html"),
    ]

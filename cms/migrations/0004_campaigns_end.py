from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cms", "0003_editors_keep_standing_texts")]

    operations = [
        migrations.AddField(
            model_name="campaignpage",
            name="ends_on",
            field=models.DateField(
                blank=True,
                help_text="The day after, the page says that it is over, and those who give regularly for it get a letter.",
                null=True,
                verbose_name="last day",
            ),
        ),
        migrations.AddField(
            model_name="campaignpage",
            name="outcome",
            field=models.TextField(
                blank=True,
                help_text="A few sentences, on the page and in that letter. Write them before the last day is over.",
                max_length=600,
                verbose_name="how it ended",
            ),
        ),
    ]

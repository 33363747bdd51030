from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("ledger", "0004_every_transaction_counts_for_a_day"),
    ]

    operations = [
        migrations.AlterField(
            model_name="transaction",
            name="booked_on",
            field=models.DateField(
                help_text="the day it counts for, in the organisation's time zone: when it occurred, or the first open day after"
            ),
        ),
    ]

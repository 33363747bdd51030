from django.db import migrations

# Until now only money that went back, or came back from there, ended a receipt.
_TELL = "UPDATE donations_receipt SET ended_because = 'money_back' WHERE state <> 'issued'"
_FORGET = "UPDATE donations_receipt SET ended_because = ''"


class Migration(migrations.Migration):

    dependencies = [
        ("donations", "0007_statements_details_and_duplicates"),
    ]

    operations = [migrations.RunSQL(_TELL, _FORGET)]

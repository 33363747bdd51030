from django.db import migrations

# The books are never rewritten; this fills a column that is new, from what they say already.
_FILL = """
    ALTER TABLE ledger_transaction DISABLE TRIGGER USER;
    UPDATE ledger_transaction SET booked_on = (occurred_at AT TIME ZONE coalesce(
        (SELECT time_zone FROM organisation_organisation WHERE id = 1), 'America/New_York'))::date;
    ALTER TABLE ledger_transaction ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("ledger", "0003_closings_proposals_seals_and_bank"),
        ("organisation", "0006_paper_place_and_signatory"),
    ]

    operations = [migrations.RunSQL(_FILL, migrations.RunSQL.noop)]

"""Until now every gift was given in its fund's currency, and stopping was the only wish of a donor."""

from django.db import migrations

# The rows are append-only: what they already say is written once more, under the new names.
_GIVEN = """
    ALTER TABLE donations_payment DISABLE TRIGGER USER;
    UPDATE donations_payment SET given_minor = gross_minor, given_currency = currency;
    ALTER TABLE donations_payment ENABLE TRIGGER USER;
"""
_STOPS = """
    INSERT INTO donations_subscriptionchange
        (subscription_id, kind, interval, payment_method_id, asked_at, heard_at, refusal)
    SELECT id, 'stop', '', '', stop_asked_at, ended_at, '' FROM donations_subscription WHERE stop_asked_at IS NOT NULL
"""
_STOPS_BACK = """
    UPDATE donations_subscription s SET stop_asked_at = c.asked_at
    FROM donations_subscriptionchange c WHERE c.subscription_id = s.id AND c.kind = 'stop'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0002_gifts_of_many_kinds"),
    ]

    operations = [
        migrations.RunSQL(_GIVEN, migrations.RunSQL.noop),
        migrations.RunSQL(_STOPS, _STOPS_BACK),
    ]

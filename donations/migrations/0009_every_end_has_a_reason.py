from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("donations", "0008_why_receipts_ended"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_because', ''), ('state', 'issued')), models.Q(models.Q(('state', 'issued'), _negated=True), ('ended_at__isnull', False), models.Q(('ended_because', ''), _negated=True)), _connector='OR'), name='donations_receipt_that_ended_has_a_reason'),
        ),
    ]

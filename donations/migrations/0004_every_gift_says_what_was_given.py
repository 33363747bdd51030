from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("donations", "0003_what_was_given_and_who_stopped"),
    ]

    operations = [
        migrations.RemoveField(
            model_name='subscription',
            name='stop_asked_at',
        ),
        migrations.AlterField(
            model_name='payment',
            name='given_currency',
            field=models.CharField(max_length=3),
        ),
        migrations.AlterField(
            model_name='payment',
            name='given_minor',
            field=models.BigIntegerField(),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('given_minor__gt', 0)), name='donations_payment_given_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('currency', models.F('given_currency')), ('gross_minor', models.F('given_minor'))), models.Q(('currency', models.F('given_currency')), _negated=True), _connector='OR'), name='donations_payment_is_converted_only_between_currencies'),
        ),
    ]

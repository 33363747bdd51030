import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('donations', '0009_every_end_has_a_reason'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='receiptdetails',
            name='receipt_details_are_not_rewritten',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptdetails',
            trigger=pgtrigger.compiler.Trigger(name='receipt_details_are_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.payment_id, OLD.benefit_minor, OLD.benefit, OLD.written_by_id, OLD.written_at) IS DISTINCT FROM ROW(NEW.payment_id, NEW.benefit_minor, NEW.benefit, NEW.written_by_id, NEW.written_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_details_are_not_rewritten';\n            END IF;\n            RETURN NEW;\n        ", hash='438e5435d186f11c7959096cfa1b19338dea0c17', operation='UPDATE', pgid='pgtrigger_receipt_details_are_not_rewritten_0a8a5', table='donations_receiptdetails', when='BEFORE')),
        ),
    ]

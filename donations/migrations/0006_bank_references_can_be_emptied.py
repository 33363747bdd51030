import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('donations', '0005_finds_donors_by_email'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='offlinegift',
            name='offline_gift_is_kept',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offlinegift',
            trigger=pgtrigger.compiler.Trigger(name='offline_gift_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='f60ab34b2dc844c6e5a0445373f5873718b6f225', operation='DELETE', pgid='pgtrigger_offline_gift_is_kept_7ecf1', table='donations_offlinegift', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offlinegift',
            trigger=pgtrigger.compiler.Trigger(name='offline_gift_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.payment_id, OLD.received_on, OLD.batch_id, OLD.batch_row, OLD.entered_by_id) IS DISTINCT FROM ROW(NEW.payment_id, NEW.received_on, NEW.batch_id, NEW.batch_row, NEW.entered_by_id)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'offline_gift_is_not_rewritten';\n            END IF;\n            RETURN NEW;\n        ", hash='a00cb1fbfa4d3510b5c9cd45dc39338434a2816d', operation='UPDATE', pgid='pgtrigger_offline_gift_is_not_rewritten_29b41', table='donations_offlinegift', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offlinegift',
            trigger=pgtrigger.compiler.Trigger(name='offline_gift_loses_only_the_banks_words', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.bank_reference IS DISTINCT FROM NEW.bank_reference AND NOT (NEW.bank_reference = '')\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'offline_gift_loses_only_the_banks_words';\n            END IF;\n            RETURN NEW;\n        ", hash='11721485d7ae000071f5793f57eb3e1af872055e', operation='UPDATE', pgid='pgtrigger_offline_gift_loses_only_the_banks_words_1b8e6', table='donations_offlinegift', when='BEFORE')),
        ),
    ]

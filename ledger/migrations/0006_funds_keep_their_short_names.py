import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0005_every_transaction_has_a_day'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='fund',
            trigger=pgtrigger.compiler.Trigger(name='fund_keeps_its_short_name', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.slug, OLD.currency) IS DISTINCT FROM ROW(NEW.slug, NEW.currency)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_keeps_its_short_name';\n            END IF;\n            RETURN NEW;\n        ", hash='db6090db7aba77d0566f815fcc996f6e5abb82c3', operation='UPDATE', pgid='pgtrigger_fund_keeps_its_short_name_b8de3', table='ledger_fund', when='BEFORE')),
        ),
    ]

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('donations', '0010_what_was_received_stays'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='receipt',
            trigger=pgtrigger.compiler.Trigger(name='receipt_ends_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.ended_at IS NOT NULL AND OLD.ended_at IS DISTINCT FROM NEW.ended_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_ends_once';\n            END IF;\n            RETURN NEW;\n        ", hash='f3e905bd936cb5fc4c092159e82fa5fa01e2d7cf', operation='UPDATE', pgid='pgtrigger_receipt_ends_once_7b44b', table='donations_receipt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receipt',
            trigger=pgtrigger.compiler.Trigger(name='receipt_ends_for_one_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.ended_because IS DISTINCT FROM NEW.ended_because AND NOT (OLD.ended_because = '')\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_ends_for_one_reason';\n            END IF;\n            RETURN NEW;\n        ", hash='214d0752b567e42ae17ac38ef4243180d73799b9', operation='UPDATE', pgid='pgtrigger_receipt_ends_for_one_reason_29db0', table='donations_receipt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementtask',
            trigger=pgtrigger.compiler.Trigger(name='statement_task_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='1c3c9b9a9d8e98a0ff55ffc04c004dbc63a4d391', operation='DELETE', pgid='pgtrigger_statement_task_is_kept_dc0a4', table='donations_statementtask', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementtask',
            trigger=pgtrigger.compiler.Trigger(name='statement_tasks_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='d8fa153a071f5c469850292d43d5d031837cd067', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_statement_tasks_are_never_emptied_0e18d', table='donations_statementtask', when='BEFORE')),
        ),
    ]

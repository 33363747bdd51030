import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0012_two_people_agree_to_the_letter'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='delivery',
            name='cms_delivery_is_of_one_sending',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='cms_delivery_is_of_one_sending', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.sending_id, OLD.language, OLD.domain) IS DISTINCT FROM ROW(NEW.sending_id, NEW.language, NEW.domain) AND NOT (NEW.subscriber_id IS NULL AND NEW.domain = '' AND ROW(OLD.sending_id, OLD.language) = ROW(NEW.sending_id, NEW.language))\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'cms_delivery_is_of_one_sending';\n            END IF;\n            RETURN NEW;\n        ", hash='31df4637357551e390b6ce69cf2240f6175317f1', operation='UPDATE', pgid='pgtrigger_cms_delivery_is_of_one_sending_081da', table='cms_delivery', when='BEFORE')),
        ),
    ]

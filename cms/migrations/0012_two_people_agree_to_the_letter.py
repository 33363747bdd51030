import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0011_addresses_in_one_form'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='sendingvariant',
            name='cms_variant_is_kept',
        ),
        migrations.AddField(
            model_name='sending',
            name='letter_sha256',
            field=models.BinaryField(help_text='over the letter as it was when it was asked for, without sums', max_length=32, null=True),
        ),
        migrations.AlterField(
            model_name='sending',
            name='topics',
            field=models.ManyToManyField(blank=True, related_name='sendings', to='cms.topic', verbose_name='topics'),
        ),
        migrations.AlterField(
            model_name='subscriber',
            name='topics',
            field=models.ManyToManyField(blank=True, help_text='none: everything', related_name='readers', to='cms.topic'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sendingvariant',
            trigger=pgtrigger.compiler.Trigger(name='cms_variant_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='6e1504bbb095fab3fa355d059413d40692bc8baa', operation='UPDATE', pgid='pgtrigger_cms_variant_is_kept_a2cfa', table='cms_sendingvariant', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sendingvariant',
            trigger=pgtrigger.compiler.Trigger(name='cms_variant_goes_only_before_agreement', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM cms_sending WHERE id = OLD.sending_id AND state NOT IN ('asked', 'returned')\n                    )\n                    THEN RAISE EXCEPTION 'the letter of sending % was agreed to', OLD.sending_id\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'cms_variant_goes_only_before_agreement';\n                    END IF;\n                    RETURN OLD;\n                ", hash='c6b0204ebec0c5b980695c2afe6374f683c884a5', operation='DELETE', pgid='pgtrigger_cms_variant_goes_only_before_agreement_7b317', table='cms_sendingvariant', when='BEFORE')),
        ),
    ]

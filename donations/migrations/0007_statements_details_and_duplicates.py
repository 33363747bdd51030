import django.db.models.deletion
import donations.models.receipts
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('donations', '0006_bank_references_can_be_emptied'),
        ('organisation', '0006_paper_place_and_signatory'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Duplicate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pdf', models.BinaryField(null=True)),
                ('sha256', models.BinaryField(db_index=True, max_length=32)),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ReceiptDetails',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, help_text='empty: as the donor wrote it', max_length=120)),
                ('address', models.TextField(blank=True, help_text='empty: as the donor wrote it')),
                ('benefit_minor', models.BigIntegerField(default=0, help_text="value of what was received, in the gift's currency")),
                ('benefit', models.CharField(blank=True, help_text='what was received', max_length=200)),
                ('written_at', models.DateTimeField()),
                ('reason', models.CharField(help_text='why; goes with its donor', max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField()),
                ('number', models.CharField(max_length=40, unique=True)),
                ('code', models.CharField(default=donations.models.receipts.new_code, help_text='by which anyone may check it', max_length=16, unique=True)),
                ('state', models.CharField(choices=[('issued', 'valid'), ('replaced', 'replaced by another'), ('void', 'void')], default='issued', max_length=10)),
                ('issued_on', models.DateField(help_text="in the legal entity's time zone, fixed at issue")),
                ('issued_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(help_text='when it became void or was replaced', null=True)),
                ('snapshot', models.JSONField(help_text='every field that is printed, as it was at issue')),
                ('snapshot_sha256', models.BinaryField(max_length=32)),
                ('content_sha256', models.BinaryField(help_text='of what would make another one necessary', max_length=32)),
                ('mailed_at', models.DateTimeField(help_text='when its letter was queued', null=True)),
                ('erased_at', models.DateTimeField(help_text='when its donor was erased: number, date and sums stay', null=True)),
            ],
            options={
                'verbose_name': 'annual statement',
                'verbose_name_plural': 'annual statements',
            },
        ),
        migrations.CreateModel(
            name='StatementDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pdf', models.BinaryField(null=True)),
                ('sha256', models.BinaryField(db_index=True, max_length=32)),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='StatementRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('is_test', models.BooleanField()),
                ('state', models.CharField(choices=[('running', 'running'), ('stopped', 'stopped'), ('done', 'done')], default='running', max_length=10)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('mailing_asked_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'run of statements',
                'verbose_name_plural': 'runs of statements',
            },
        ),
        migrations.CreateModel(
            name='StatementTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('due', 'waits'), ('issued', 'issued'), ('replaced', 'issued anew, replaces an earlier one'), ('voided', 'nothing is left: the earlier one is void'), ('unchanged', 'unchanged since the earlier one'), ('nothing', 'no valid receipt in this year'), ('failed', 'failed')], default='due', max_length=10)),
                ('done_at', models.DateTimeField(null=True)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='receipt',
            name='receipt_loses_only_its_donor',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='receiptseries',
            name='receipt_series_is_not_rewritten',
        ),
        migrations.RemoveConstraint(
            model_name='receipt',
            name='donations_receipt_that_ended_has_an_end',
        ),
        migrations.RemoveConstraint(
            model_name='receiptseries',
            name='donations_receipt_series_is_one_of_its_kind',
        ),
        migrations.AddField(
            model_name='offlinegift',
            name='goods',
            field=models.CharField(blank=True, help_text='what was given, if it was not money; goes with its donor', max_length=200),
        ),
        migrations.AddField(
            model_name='receipt',
            name='ended_because',
            field=models.CharField(blank=True, choices=[('money_back', 'money went back to the donor, or came back from there'), ('corrected', 'corrected'), ('mistake', 'issued by mistake'), ('asked', 'the donor asked for it')], max_length=12),
        ),
        migrations.AddField(
            model_name='receiptseries',
            name='paper',
            field=models.CharField(choices=[('receipt', 'receipt'), ('statement', 'annual statement')], default='receipt', max_length=10),
        ),
        migrations.AlterField(
            model_name='payment',
            name='method',
            field=models.CharField(choices=[('stripe', 'online'), ('cheque', 'cheque'), ('cash', 'cash'), ('bank', 'bank transfer'), ('in_kind', 'goods or services')], default='stripe', max_length=10),
        ),
        migrations.AlterField(
            model_name='receiptdocument',
            name='sha256',
            field=models.BinaryField(db_index=True, max_length=32),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offlinegift',
            trigger=pgtrigger.compiler.Trigger(name='offline_gift_loses_only_what_it_was', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.goods IS DISTINCT FROM NEW.goods AND NOT (NEW.goods = '')\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'offline_gift_loses_only_what_it_was';\n            END IF;\n            RETURN NEW;\n        ", hash='37e0a80707004bd48be818dc9f1df6f7ee2db91f', operation='UPDATE', pgid='pgtrigger_offline_gift_loses_only_what_it_was_af312', table='donations_offlinegift', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receipt',
            trigger=pgtrigger.compiler.Trigger(name='receipt_loses_only_its_donor', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.snapshot IS DISTINCT FROM NEW.snapshot AND NOT (\n                    OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL\n                    AND NEW.snapshot = OLD.snapshot - 'donor' - 'address' - 'honouree' - 'benefit_text' - 'goods'\n                )\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_loses_only_its_donor';\n            END IF;\n            RETURN NEW;\n        ", hash='0803eeaa03eed48de5caa9bff74300b314c87665', operation='UPDATE', pgid='pgtrigger_receipt_loses_only_its_donor_dc16c', table='donations_receipt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptseries',
            trigger=pgtrigger.compiler.Trigger(name='receipt_series_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.legal_entity_id, OLD.year, OLD.is_test, OLD.paper, OLD.prefix) IS DISTINCT FROM ROW(NEW.legal_entity_id, NEW.year, NEW.is_test, NEW.paper, NEW.prefix)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_series_is_not_rewritten';\n            END IF;\n            RETURN NEW;\n        ", hash='45c867df802517347242dab98b850881d5c9cb9a', operation='UPDATE', pgid='pgtrigger_receipt_series_is_not_rewritten_1d98e', table='donations_receiptseries', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='receiptseries',
            constraint=models.UniqueConstraint(fields=('legal_entity', 'year', 'is_test', 'paper'), name='donations_receipt_series_is_one_of_its_kind'),
        ),
        migrations.AddField(
            model_name='duplicate',
            name='receipt',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='duplicate', to='donations.receipt'),
        ),
        migrations.AddField(
            model_name='receiptdetails',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipt_details', to='donations.payment'),
        ),
        migrations.AddField(
            model_name='receiptdetails',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='statement',
            name='donor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='donations.donor'),
        ),
        migrations.AddField(
            model_name='statement',
            name='replaces',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='donations.statement'),
        ),
        migrations.AddField(
            model_name='statement',
            name='series',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='donations.receiptseries'),
        ),
        migrations.AddField(
            model_name='statementdocument',
            name='statement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='document', to='donations.statement'),
        ),
        migrations.AddField(
            model_name='statementrun',
            name='legal_entity',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statement_runs', to='organisation.legalentity'),
        ),
        migrations.AddField(
            model_name='statementrun',
            name='mailing_asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='statementrun',
            name='started_by',
            field=models.ForeignKey(help_text='none: a shell', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='statement',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='donations.statementrun'),
        ),
        migrations.AddField(
            model_name='statementtask',
            name='donor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='donations.donor'),
        ),
        migrations.AddField(
            model_name='statementtask',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='donations.statementrun'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='duplicate',
            trigger=pgtrigger.compiler.Trigger(name='duplicate_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='73339b3409e0f04f37702be0dfb442f2af67fbe6', operation='DELETE', pgid='pgtrigger_duplicate_is_kept_88e3a', table='donations_duplicate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='duplicate',
            trigger=pgtrigger.compiler.Trigger(name='duplicate_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.receipt_id, OLD.sha256, OLD.made_at) IS DISTINCT FROM ROW(NEW.receipt_id, NEW.sha256, NEW.made_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'duplicate_is_not_rewritten';\n            END IF;\n            RETURN NEW;\n        ", hash='7100108e7cab0d59d191c392c4666b83e0035d03', operation='UPDATE', pgid='pgtrigger_duplicate_is_not_rewritten_bc61e', table='donations_duplicate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='duplicate',
            trigger=pgtrigger.compiler.Trigger(name='duplicate_is_emptied_with_its_receipt', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.pdf IS DISTINCT FROM NEW.pdf AND NOT (\n                    NEW.pdf IS NULL\n                    AND (SELECT erased_at FROM donations_receipt WHERE id = NEW.receipt_id) IS NOT NULL\n                )\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'duplicate_is_emptied_with_its_receipt';\n            END IF;\n            RETURN NEW;\n        ", hash='e31adf5dc0ffdaede92575e4a58caf46a244ce0f', operation='UPDATE', pgid='pgtrigger_duplicate_is_emptied_with_its_receipt_4fc38', table='donations_duplicate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='duplicate',
            trigger=pgtrigger.compiler.Trigger(name='duplicates_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='d45d65db0c3342479878e653fe413fb291769731', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_duplicates_are_never_emptied_42bfb', table='donations_duplicate', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='receiptdetails',
            index=models.Index(fields=['payment', '-id'], name='donations_details_newest'),
        ),
        migrations.AddConstraint(
            model_name='receiptdetails',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('benefit', ''), ('benefit_minor', 0)), models.Q(('benefit_minor__gt', 0), models.Q(('benefit', ''), _negated=True)), _connector='OR'), name='donations_benefit_is_described'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptdetails',
            trigger=pgtrigger.compiler.Trigger(name='receipt_details_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='83e985df3b4f167db0b889e125d2a248eb60ff0d', operation='DELETE', pgid='pgtrigger_receipt_details_are_kept_e998d', table='donations_receiptdetails', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptdetails',
            trigger=pgtrigger.compiler.Trigger(name='receipt_details_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='3eb2281a1fa95ec45a6c61df64ca2cd4b9967be8', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_receipt_details_are_never_emptied_9d406', table='donations_receiptdetails', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptdetails',
            trigger=pgtrigger.compiler.Trigger(name='receipt_details_are_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.payment_id, OLD.benefit_minor, OLD.written_by_id, OLD.written_at) IS DISTINCT FROM ROW(NEW.payment_id, NEW.benefit_minor, NEW.written_by_id, NEW.written_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_details_are_not_rewritten';\n            END IF;\n            RETURN NEW;\n        ", hash='5f16b14c66f8a0519f678ba474f8bf0a9b93461f', operation='UPDATE', pgid='pgtrigger_receipt_details_are_not_rewritten_0a8a5', table='donations_receiptdetails', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptdetails',
            trigger=pgtrigger.compiler.Trigger(name='receipt_details_lose_only_name', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.name IS DISTINCT FROM NEW.name AND NOT (NEW.name = '')\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_details_lose_only_name';\n            END IF;\n            RETURN NEW;\n        ", hash='118d370ce9e95cd602a18af5ee3cd889499b0e2c', operation='UPDATE', pgid='pgtrigger_receipt_details_lose_only_name_5d101', table='donations_receiptdetails', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptdetails',
            trigger=pgtrigger.compiler.Trigger(name='receipt_details_lose_only_address', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.address IS DISTINCT FROM NEW.address AND NOT (NEW.address = '')\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_details_lose_only_address';\n            END IF;\n            RETURN NEW;\n        ", hash='3adbae9c2064300f9d38178e2635b870f18c3d78', operation='UPDATE', pgid='pgtrigger_receipt_details_lose_only_address_6df28', table='donations_receiptdetails', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receiptdetails',
            trigger=pgtrigger.compiler.Trigger(name='receipt_details_lose_only_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.reason IS DISTINCT FROM NEW.reason AND NOT (NEW.reason = '')\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_details_lose_only_reason';\n            END IF;\n            RETURN NEW;\n        ", hash='01a767092bf90a21376b0f3192f1dc1281462885', operation='UPDATE', pgid='pgtrigger_receipt_details_lose_only_reason_9683d', table='donations_receiptdetails', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementdocument',
            trigger=pgtrigger.compiler.Trigger(name='statement_pdf_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='1b50f1ec9f5f729141618c8d8ab66c67a2465086', operation='DELETE', pgid='pgtrigger_statement_pdf_is_kept_7e10d', table='donations_statementdocument', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementdocument',
            trigger=pgtrigger.compiler.Trigger(name='statement_pdf_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.statement_id, OLD.sha256, OLD.made_at) IS DISTINCT FROM ROW(NEW.statement_id, NEW.sha256, NEW.made_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_pdf_is_not_rewritten';\n            END IF;\n            RETURN NEW;\n        ", hash='8fd360ae4fda184f87740d3073154eee7e44f38d', operation='UPDATE', pgid='pgtrigger_statement_pdf_is_not_rewritten_06dc8', table='donations_statementdocument', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementdocument',
            trigger=pgtrigger.compiler.Trigger(name='statement_pdf_is_emptied_with_its_statement', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.pdf IS DISTINCT FROM NEW.pdf AND NOT (\n                    NEW.pdf IS NULL\n                    AND (SELECT erased_at FROM donations_statement WHERE id = NEW.statement_id) IS NOT NULL\n                )\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_pdf_is_emptied_with_its_statement';\n            END IF;\n            RETURN NEW;\n        ", hash='c15cca2bb50d9facd2132f159374fd48e4c5f2fb', operation='UPDATE', pgid='pgtrigger_statement_pdf_is_emptied_with_its_statement_06a53', table='donations_statementdocument', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementdocument',
            trigger=pgtrigger.compiler.Trigger(name='statement_pdfs_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='035ab16938c9eff030c7f24383408bcb56b9e11f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_statement_pdfs_are_never_emptied_64648', table='donations_statementdocument', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='statementrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'done'), _negated=True), fields=('legal_entity', 'year', 'is_test'), name='donations_one_statement_run_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='statementrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='donations_statement_run_that_is_done_has_an_end'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementrun',
            trigger=pgtrigger.compiler.Trigger(name='statement_run_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8502d190bf495b647793b8e9442c7d0037b5282d', operation='DELETE', pgid='pgtrigger_statement_run_is_kept_5f5c5', table='donations_statementrun', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementrun',
            trigger=pgtrigger.compiler.Trigger(name='statement_run_moves_on', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('running', 'stopped'), ('stopped', 'running'), ('running', 'done'))\n            THEN RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_run_moves_on';\n            END IF;\n            RETURN NEW;\n        ", hash='520e0a70bcf9cefc61a9fb3a7fcaa9fb1687677c', operation='UPDATE', pgid='pgtrigger_statement_run_moves_on_d1f09', table='donations_statementrun', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementrun',
            trigger=pgtrigger.compiler.Trigger(name='statement_run_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.legal_entity_id, OLD.year, OLD.is_test, OLD.started_by_id, OLD.started_at) IS DISTINCT FROM ROW(NEW.legal_entity_id, NEW.year, NEW.is_test, NEW.started_by_id, NEW.started_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_run_is_not_rewritten';\n            END IF;\n            RETURN NEW;\n        ", hash='81ee564694a2df432b8900e2293bbb5c2c2efbab', operation='UPDATE', pgid='pgtrigger_statement_run_is_not_rewritten_6cd9b', table='donations_statementrun', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementrun',
            trigger=pgtrigger.compiler.Trigger(name='statement_run_is_mailed_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.mailing_asked_by_id IS NOT NULL AND OLD.mailing_asked_by_id IS DISTINCT FROM NEW.mailing_asked_by_id) OR (OLD.mailing_asked_at IS NOT NULL AND OLD.mailing_asked_at IS DISTINCT FROM NEW.mailing_asked_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_run_is_mailed_once';\n            END IF;\n            RETURN NEW;\n        ", hash='0673c645733b8f4dbd1c7d0f1d722c50670286b9', operation='UPDATE', pgid='pgtrigger_statement_run_is_mailed_once_06066', table='donations_statementrun', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('series', 'sequence'), name='donations_statement_number_is_used_once'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'issued')), fields=('series', 'donor'), name='donations_donor_has_one_live_statement'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'issued')), models.Q(models.Q(('state', 'issued'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='donations_statement_that_ended_has_an_end'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statement',
            trigger=pgtrigger.compiler.Trigger(name='statement_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ccd9f486a6ce0bf2b67e363f02443264b832b368', operation='DELETE', pgid='pgtrigger_statement_is_kept_a680e', table='donations_statement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statement',
            trigger=pgtrigger.compiler.Trigger(name='statements_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='2d5bf964bdfe66c20239942c8d37067b0dc504b2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_statements_are_never_emptied_f430a', table='donations_statement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statement',
            trigger=pgtrigger.compiler.Trigger(name='statement_moves_on', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('issued', 'replaced'), ('issued', 'void'), ('void', 'replaced'))\n            THEN RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_moves_on';\n            END IF;\n            RETURN NEW;\n        ", hash='41b311a03a5973dc5d7ac3589b8ed77818ea2c0c', operation='UPDATE', pgid='pgtrigger_statement_moves_on_3bccd', table='donations_statement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statement',
            trigger=pgtrigger.compiler.Trigger(name='statement_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.series_id, OLD.sequence, OLD.number, OLD.code, OLD.donor_id, OLD.run_id, OLD.replaces_id, OLD.issued_on, OLD.issued_at, OLD.snapshot_sha256, OLD.content_sha256) IS DISTINCT FROM ROW(NEW.series_id, NEW.sequence, NEW.number, NEW.code, NEW.donor_id, NEW.run_id, NEW.replaces_id, NEW.issued_on, NEW.issued_at, NEW.snapshot_sha256, NEW.content_sha256)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_is_not_rewritten';\n            END IF;\n            RETURN NEW;\n        ", hash='25a2d74232d1584e4629eba29330f7b65d159101', operation='UPDATE', pgid='pgtrigger_statement_is_not_rewritten_cc1b3', table='donations_statement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statement',
            trigger=pgtrigger.compiler.Trigger(name='statement_loses_only_its_donor', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.snapshot IS DISTINCT FROM NEW.snapshot AND NOT (\n                    OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL\n                    AND NEW.snapshot = OLD.snapshot - 'donor' - 'address'\n                )\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_loses_only_its_donor';\n            END IF;\n            RETURN NEW;\n        ", hash='22f95eb0310fb936a2148707e05bbe47a323cd8f', operation='UPDATE', pgid='pgtrigger_statement_loses_only_its_donor_09272', table='donations_statement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statement',
            trigger=pgtrigger.compiler.Trigger(name='statement_is_mailed_and_erased_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.mailed_at IS NOT NULL AND OLD.mailed_at IS DISTINCT FROM NEW.mailed_at) OR (OLD.erased_at IS NOT NULL AND OLD.erased_at IS DISTINCT FROM NEW.erased_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_is_mailed_and_erased_once';\n            END IF;\n            RETURN NEW;\n        ", hash='2282067deac856b177f7c687f6dc3fe3b38b6823', operation='UPDATE', pgid='pgtrigger_statement_is_mailed_and_erased_once_e81e0', table='donations_statement', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='statementtask',
            index=models.Index(condition=models.Q(('state', 'due')), fields=['run'], name='donations_statement_due'),
        ),
        migrations.AddConstraint(
            model_name='statementtask',
            constraint=models.UniqueConstraint(fields=('run', 'donor'), name='donations_donor_has_one_turn'),
        ),
        migrations.AddConstraint(
            model_name='statementtask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('state', 'due')), models.Q(models.Q(('state', 'due'), _negated=True), ('done_at__isnull', False)), _connector='OR'), name='donations_statement_task_that_is_done_has_a_time'),
        ),
    ]

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_kinds_of_disputes_and_payouts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BankLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField()),
                ('on', models.DateField()),
                ('amount_minor', models.BigIntegerField(help_text='negative: it left the account')),
                ('currency', models.CharField(max_length=3)),
                ('words_sealed', models.BinaryField(null=True)),
            ],
            options={
                'verbose_name': 'bank line',
                'verbose_name_plural': 'bank lines',
            },
        ),
        migrations.CreateModel(
            name='BankMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('matched_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='BankStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200)),
                ('sha256', models.BinaryField(max_length=32, unique=True)),
                ('currency', models.CharField(max_length=3)),
                ('entered_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'bank statement',
                'verbose_name_plural': 'bank statements',
            },
        ),
        migrations.CreateModel(
            name='Closing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateField(help_text='the last day of a month', unique=True, verbose_name='closed until')),
                ('closed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'closing',
                'verbose_name_plural': 'closings',
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(help_text="in the organisation's time zone", unique=True)),
                ('size', models.PositiveBigIntegerField(help_text='how many leaves')),
                ('root', models.BinaryField(max_length=32)),
                ('previous', models.BinaryField(help_text='the hash of the head before; zeros for the first', max_length=32)),
                ('hash', models.BinaryField(max_length=32, unique=True)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'head of the books',
                'verbose_name_plural': 'heads of the books',
            },
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveBigIntegerField(help_text='from 0, without gaps', unique=True)),
                ('salt', models.BinaryField(max_length=16)),
                ('hash', models.BinaryField(max_length=32)),
                ('sealed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Node',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('place', models.PositiveBigIntegerField()),
                ('hash', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opening', 'Opening balance'), ('transfer', 'Transfer between funds'), ('spending', 'Money spent'), ('income', 'Other income'), ('reversal', 'Correction: reverse a booking')], max_length=10)),
                ('asset', models.CharField(choices=[('stripe', 'Stripe balance'), ('bank', 'Bank account'), ('opening', 'Opening balances'), ('between_funds', 'Transfers between funds'), ('gifts', 'Gifts'), ('gifts_in_kind', 'Gifts in kind'), ('other_income', 'Other income'), ('aid', 'Mutual aid'), ('work', 'Paid work'), ('outreach', 'Outreach'), ('running', 'Running costs'), ('fees', 'Payment fees'), ('in_kind', 'Gifts in kind, used')], help_text='where the money is: stripe or bank', max_length=20)),
                ('account', models.CharField(blank=True, choices=[('stripe', 'Stripe balance'), ('bank', 'Bank account'), ('opening', 'Opening balances'), ('between_funds', 'Transfers between funds'), ('gifts', 'Gifts'), ('gifts_in_kind', 'Gifts in kind'), ('other_income', 'Other income'), ('aid', 'Mutual aid'), ('work', 'Paid work'), ('outreach', 'Outreach'), ('running', 'Running costs'), ('fees', 'Payment fees'), ('in_kind', 'Gifts in kind, used')], help_text='of spending and income: what for', max_length=20)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('on', models.DateField(help_text='the day it is to count for')),
                ('memo', models.CharField(help_text='no personal data: the books are kept for ever', max_length=200)),
                ('state', models.CharField(choices=[('open', 'waits for a second person'), ('booked', 'booked'), ('declined', 'declined'), ('withdrawn', 'withdrawn')], default='open', max_length=10)),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, help_text='why it was declined', max_length=200)),
            ],
            options={
                'verbose_name': 'proposal',
                'verbose_name_plural': 'proposals',
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='entry',
            name='payment_does_not_overdraw',
        ),
        migrations.RemoveConstraint(
            model_name='entry',
            name='ledger_entry_account_is_known',
        ),
        migrations.AddField(
            model_name='transaction',
            name='booked_on',
            field=models.DateField(help_text="the day it counts for, in the organisation's time zone: when it occurred, or the first open day after", null=True),
        ),
        migrations.AlterField(
            model_name='entry',
            name='account',
            field=models.CharField(choices=[('stripe', 'Stripe balance'), ('bank', 'Bank account'), ('opening', 'Opening balances'), ('between_funds', 'Transfers between funds'), ('gifts', 'Gifts'), ('gifts_in_kind', 'Gifts in kind'), ('other_income', 'Other income'), ('aid', 'Mutual aid'), ('work', 'Paid work'), ('outreach', 'Outreach'), ('running', 'Running costs'), ('fees', 'Payment fees'), ('in_kind', 'Gifts in kind, used')], max_length=20),
        ),
        migrations.AlterField(
            model_name='transaction',
            name='kind',
            field=models.CharField(choices=[('gift', 'Gift'), ('refund', 'Refund'), ('refund_failed', 'Refund that failed'), ('dispute', 'Dispute'), ('dispute_returned', 'Disputed money that came back'), ('payout', 'Payout to the bank'), ('payout_failed', 'Payout that failed'), ('provider_fee', 'Fee of the payment service'), ('disbursement', 'Payment of aid'), ('opening', 'Opening balance'), ('transfer', 'Transfer between funds'), ('spending', 'Money spent'), ('income', 'Other income'), ('reversal', 'Reversal')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='transaction',
            index=models.Index(fields=['booked_on'], name='ledger_transaction_by_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='payment_does_not_overdraw', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF NEW.account NOT IN ('stripe', 'bank') OR NEW.amount_minor > 0 OR NOT EXISTS (\n                        SELECT 1 FROM ledger_transaction t LEFT JOIN ledger_transaction o ON o.id = t.reverses_id\n                        WHERE t.id = NEW.transaction_id\n                        AND (t.kind IN ('disbursement', 'opening', 'transfer', 'spending', 'income') OR o.kind IN ('opening', 'transfer', 'spending', 'income')))\n                    THEN RETURN NULL;\n                    END IF;\n                \n    PERFORM 1 FROM ledger_fund WHERE id = NEW.fund_id FOR UPDATE;\n    IF (SELECT coalesce(sum(amount_minor), 0) FROM ledger_entry\n            WHERE fund_id = NEW.fund_id AND account IN ('stripe', 'bank'))\n     - (SELECT coalesce(sum(amount_minor), 0) FROM ledger_promise\n            WHERE fund_id = NEW.fund_id AND state = 'open') < 0\n    THEN RAISE EXCEPTION 'fund % has less available than that', NEW.fund_id\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_fund_is_not_overdrawn';\n    END IF;\n    RETURN NULL;\n", hash='b1dcebdfa09e800d4a3a1e1316633dc9ab9ff244', operation='INSERT', pgid='pgtrigger_payment_does_not_overdraw_c8a77', table='ledger_entry', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transaction',
            trigger=pgtrigger.compiler.Trigger(name='nothing_is_posted_into_a_closed_month', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE closed date;', func="\n                    PERFORM pg_advisory_xact_lock_shared(1279478863);\n                    SELECT max(until) INTO closed FROM ledger_closing;\n                    IF NEW.booked_on <= closed THEN\n                        IF NEW.kind IN ('opening', 'transfer', 'spending', 'income')\n                        THEN RAISE EXCEPTION 'the books are closed until %', closed\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_closed_month_takes_nothing';\n                        END IF;\n                        NEW.booked_on := closed + 1;\n                    END IF;\n                    RETURN NEW;\n                ", hash='e9d3f692e609e0ac5fbbac58bbb06f427872d6d4', operation='INSERT', pgid='pgtrigger_nothing_is_posted_into_a_closed_month_218ce', table='ledger_transaction', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transaction',
            trigger=pgtrigger.compiler.Trigger(name='booking_by_hand_takes_two_people', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF (NEW.kind IN ('opening', 'transfer', 'spending', 'income') OR EXISTS (\n                            SELECT 1 FROM ledger_transaction WHERE id = NEW.reverses_id AND kind IN ('opening', 'transfer', 'spending', 'income')))\n                       AND NOT EXISTS (\n                            SELECT 1 FROM ledger_proposal WHERE transaction_id = NEW.id AND state = 'booked'\n                            AND decided_by_id <> proposed_by_id)\n                    THEN RAISE EXCEPTION 'nobody else has agreed to transaction %', NEW.id\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_booking_by_hand_takes_two';\n                    END IF;\n                    RETURN NULL;\n                ", hash='1a9d1c3d811edcee0b15bb069f978d9736435b7e', operation='INSERT', pgid='pgtrigger_booking_by_hand_takes_two_people_c6256', table='ledger_transaction', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('account__in', ['stripe', 'bank', 'opening', 'between_funds', 'gifts', 'gifts_in_kind', 'other_income', 'aid', 'work', 'outreach', 'running', 'fees', 'in_kind'])), name='ledger_entry_account_is_known'),
        ),
        migrations.AddField(
            model_name='bankmatch',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='ledger.bankline'),
        ),
        migrations.AddField(
            model_name='bankmatch',
            name='matched_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankmatch',
            name='transaction',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='bank_match', to='ledger.transaction'),
        ),
        migrations.AddField(
            model_name='bankstatement',
            name='entered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankline',
            name='statement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='ledger.bankstatement'),
        ),
        migrations.AddField(
            model_name='closing',
            name='closed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='head',
            trigger=pgtrigger.compiler.Trigger(name='head_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='33b1d654d573e96ea87437c129c0798001b96474', operation='UPDATE OR DELETE', pgid='pgtrigger_head_is_kept_f9dc5', table='ledger_head', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='head',
            trigger=pgtrigger.compiler.Trigger(name='heads_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='880748ce62991be29e3c177609292532e1b3c692', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_heads_are_never_emptied_d2dd0', table='ledger_head', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='leaf',
            name='transaction',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='leaf', to='ledger.transaction'),
        ),
        migrations.AddConstraint(
            model_name='node',
            constraint=models.UniqueConstraint(fields=('level', 'place'), name='ledger_node_is_one'),
        ),
        migrations.AddConstraint(
            model_name='node',
            constraint=models.CheckConstraint(condition=models.Q(('level__gt', 0)), name='ledger_node_is_above_the_leaves'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='node',
            trigger=pgtrigger.compiler.Trigger(name='node_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='39f4d9d5f58671dde34ce1229eafb998a51ceb50', operation='UPDATE OR DELETE', pgid='pgtrigger_node_is_kept_9b7df', table='ledger_node', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='node',
            trigger=pgtrigger.compiler.Trigger(name='nodes_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='d8df535574966a176b5409ed52fc120bb592c110', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_nodes_are_never_emptied_735e2', table='ledger_node', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='proposal',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='proposal',
            name='fund',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='ledger.fund'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='proposal',
            name='reverses',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='to_fund',
            field=models.ForeignKey(help_text='of a transfer', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.fund'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='transaction',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposal', to='ledger.transaction'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bankmatch',
            trigger=pgtrigger.compiler.Trigger(name='bank_matches_add_up', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF EXISTS (\n                        SELECT 1 FROM ledger_bankline l WHERE l.id IN (OLD.line_id, NEW.line_id)\n                        AND EXISTS (SELECT 1 FROM ledger_bankmatch WHERE line_id = l.id)\n                        AND l.amount_minor <> (\n                            SELECT coalesce(sum(e.amount_minor), 0) FROM ledger_bankmatch m\n                            JOIN ledger_entry e ON e.transaction_id = m.transaction_id\n                            WHERE m.line_id = l.id AND e.account = 'bank' AND e.currency = l.currency))\n                    THEN RAISE EXCEPTION 'the bookings do not add up to the line of the bank'\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_bank_matches_add_up';\n                    END IF;\n                    RETURN NULL;\n                ", hash='da56cad5defba49ee202caef06943a8651d6a354', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_bank_matches_add_up_dd1d0', table='ledger_bankmatch', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bankstatement',
            trigger=pgtrigger.compiler.Trigger(name='bank_statement_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d280d079a96f13e9332ea59e21a0590fca14775b', operation='UPDATE OR DELETE', pgid='pgtrigger_bank_statement_is_kept_e8b13', table='ledger_bankstatement', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='bankline',
            index=models.Index(fields=['on'], name='ledger_bank_line_by_day'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.UniqueConstraint(fields=('statement', 'row'), name='ledger_bank_line_is_taken_once'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='ledger_bank_line_moves_something'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bankline',
            trigger=pgtrigger.compiler.Trigger(name='bank_line_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='50cf257446bec2cd4839030b089dd1773a11248f', operation='DELETE', pgid='pgtrigger_bank_line_is_kept_dd399', table='ledger_bankline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bankline',
            trigger=pgtrigger.compiler.Trigger(name='bank_line_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            IF ROW(OLD.statement_id, OLD.row, OLD."on", OLD.amount_minor, OLD.currency) IS DISTINCT FROM ROW(NEW.statement_id, NEW.row, NEW."on", NEW.amount_minor, NEW.currency)\n            THEN RAISE EXCEPTION \'what % % says is not changed\', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = \'check_violation\', CONSTRAINT = \'bank_line_is_not_rewritten\';\n            END IF;\n            RETURN NEW;\n        ', hash='627bb56e4189e66dc4ee00361647bb730cca15fb', operation='UPDATE', pgid='pgtrigger_bank_line_is_not_rewritten_c1086', table='ledger_bankline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closing',
            trigger=pgtrigger.compiler.Trigger(name='closing_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='33317b5e8616410f6bdf266ea70ab0f6c5b8b92e', operation='UPDATE OR DELETE', pgid='pgtrigger_closing_is_kept_d0925', table='ledger_closing', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closing',
            trigger=pgtrigger.compiler.Trigger(name='closings_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='d6d55ecab6ad17d5c36c787d88aa6450821e2759', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_closings_are_never_emptied_6d1ed', table='ledger_closing', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closing',
            trigger=pgtrigger.compiler.Trigger(name='closing_follows_the_one_before', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    PERFORM pg_advisory_xact_lock(1279478863);\n                    IF extract(day FROM NEW.until + 1) <> 1\n                       OR NEW.until <= (SELECT max(until) FROM ledger_closing)\n                    THEN RAISE EXCEPTION 'the books are not closed on %', NEW.until\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_closing_ends_a_later_month';\n                    END IF;\n                    RETURN NEW;\n                ", hash='bc078014ae80ef6acf8d4be01c39dde363551345', operation='INSERT', pgid='pgtrigger_closing_follows_the_one_before_fe766', table='ledger_closing', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leaf',
            trigger=pgtrigger.compiler.Trigger(name='leaf_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4267889e9015c61720a00cf07563663001944342', operation='UPDATE OR DELETE', pgid='pgtrigger_leaf_is_kept_9c5d4', table='ledger_leaf', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leaf',
            trigger=pgtrigger.compiler.Trigger(name='leaves_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='c9221daf816dbb5d2e0cfdd59b75e4957d2ea22f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_leaves_are_never_emptied_2c63f', table='ledger_leaf', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='ledger_proposal_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('memo', ''), _negated=True), name='ledger_proposal_says_why'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('asset__in', ['stripe', 'bank'])), name='ledger_proposal_moves_money'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'transfer'), ('to_fund__isnull', False), models.Q(('fund', models.F('to_fund')), _negated=True)), models.Q(models.Q(('kind', 'transfer'), _negated=True), ('to_fund__isnull', True)), _connector='OR'), name='ledger_proposal_transfers_to_another_fund'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'reversal'), ('reverses__isnull', False)), models.Q(models.Q(('kind', 'reversal'), _negated=True), ('reverses__isnull', True)), _connector='OR'), name='ledger_proposal_of_a_reversal_names_it'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account__in', ['work', 'outreach', 'running', 'fees']), ('kind', 'spending')), models.Q(('account', 'other_income'), ('kind', 'income')), models.Q(models.Q(('kind__in', ['spending', 'income']), _negated=True), ('account', '')), _connector='OR'), name='ledger_proposal_names_its_account'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'open'), ('transaction__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by', models.F('proposed_by')), ('state', 'withdrawn'), ('transaction__isnull', True)), models.Q(('decided_at__isnull', False), ('state', 'declined'), ('transaction__isnull', True), models.Q(('answer', ''), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), models.Q(('decided_at__isnull', False), ('state', 'booked'), ('transaction__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='ledger_proposal_is_decided_by_another'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'withdrawn']), ('decided_by__isnull', False), _connector='OR'), name='ledger_proposal_is_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'booked'])), fields=('reverses',), name='ledger_one_reversal_is_proposed'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='proposal',
            trigger=pgtrigger.compiler.Trigger(name='proposal_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='4fb44dd0508a2f5a35f8086da62abcec7a4cc15f', operation='DELETE', pgid='pgtrigger_proposal_is_kept_59032', table='ledger_proposal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='proposal',
            trigger=pgtrigger.compiler.Trigger(name='proposals_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='7c79fb2d4235c998796efc9ee815089b1d111a07', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_proposals_are_never_emptied_5d594', table='ledger_proposal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='proposal',
            trigger=pgtrigger.compiler.Trigger(name='proposal_moves_on', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('open', 'booked'), ('open', 'declined'), ('open', 'withdrawn'))\n            THEN RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_moves_on';\n            END IF;\n            RETURN NEW;\n        ", hash='f7da75fc733cbf68e3395f204beacd96cacfd42d', operation='UPDATE', pgid='pgtrigger_proposal_moves_on_8e502', table='ledger_proposal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='proposal',
            trigger=pgtrigger.compiler.Trigger(name='proposal_is_not_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            IF ROW(OLD.kind, OLD.fund_id, OLD.to_fund_id, OLD.asset, OLD.account, OLD.amount_minor, OLD.currency, OLD."on", OLD.memo, OLD.reverses_id, OLD.proposed_by_id, OLD.proposed_at) IS DISTINCT FROM ROW(NEW.kind, NEW.fund_id, NEW.to_fund_id, NEW.asset, NEW.account, NEW.amount_minor, NEW.currency, NEW."on", NEW.memo, NEW.reverses_id, NEW.proposed_by_id, NEW.proposed_at)\n            THEN RAISE EXCEPTION \'what % % says is not changed\', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = \'check_violation\', CONSTRAINT = \'proposal_is_not_rewritten\';\n            END IF;\n            RETURN NEW;\n        ', hash='2b21d6eae342613280123e8740fd61b37a3a966b', operation='UPDATE', pgid='pgtrigger_proposal_is_not_rewritten_0d40c', table='ledger_proposal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='proposal',
            trigger=pgtrigger.compiler.Trigger(name='proposal_is_decided_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.decided_by_id IS NOT NULL AND OLD.decided_by_id IS DISTINCT FROM NEW.decided_by_id) OR (OLD.decided_at IS NOT NULL AND OLD.decided_at IS DISTINCT FROM NEW.decided_at) OR (OLD.transaction_id IS NOT NULL AND OLD.transaction_id IS DISTINCT FROM NEW.transaction_id)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_is_decided_once';\n            END IF;\n            RETURN NEW;\n        ", hash='acfa80c579816ddc83d2cf2b724fbf0f21d1e898', operation='UPDATE', pgid='pgtrigger_proposal_is_decided_once_59bf0', table='ledger_proposal', when='BEFORE')),
        ),
    ]

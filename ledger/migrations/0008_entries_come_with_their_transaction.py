import core.append_only
import datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0007_spending_lets_gifts_pass'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='closing',
            name='closing_follows_the_one_before',
        ),
        migrations.AddField(
            model_name='transaction',
            name='written_in',
            field=core.append_only.WrittenIn(db_default=models.Func(function='pg_current_xact_id'), editable=False, help_text='its entries come with it, none later'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bankline',
            trigger=pgtrigger.compiler.Trigger(name='bank_lines_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='7220d544f16fe71e6641f80200f047639396b901', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_bank_lines_are_never_emptied_8dbbc', table='ledger_bankline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bankmatch',
            trigger=pgtrigger.compiler.Trigger(name='bank_matches_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='680f155f2168eb81633583537e9d36d2a378d5b6', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_bank_matches_are_never_emptied_d4aa7', table='ledger_bankmatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bankstatement',
            trigger=pgtrigger.compiler.Trigger(name='bank_statements_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='c02ceff080da4d6188c35bd0cded2ea54a6dd775', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_bank_statements_are_never_emptied_4304e', table='ledger_bankstatement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closing',
            trigger=pgtrigger.compiler.Trigger(name='closing_follows_the_one_before', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    PERFORM pg_advisory_xact_lock(1279478863);\n                    IF extract(day FROM NEW.until + 1) <> 1\n                       OR NEW.until <= (SELECT max(until) FROM ledger_closing)\n                       -- Nowhere is it later than fourteen hours after UTC.\n                       OR NEW.until >= (NEW.closed_at AT TIME ZONE 'UTC' + interval '14 hours')::date\n                    THEN RAISE EXCEPTION 'the books are not closed on %', NEW.until\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_closing_ends_a_later_month';\n                    END IF;\n                    RETURN NEW;\n                ", hash='bfb2b03445e30b05f120e4c5d8665eb13b8eed27', operation='INSERT', pgid='pgtrigger_closing_follows_the_one_before_fe766', table='ledger_closing', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='entry_comes_with_its_transaction', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE of record;', func="\n                    SELECT kind, written_in INTO of FROM ledger_transaction WHERE id = NEW.transaction_id;\n                    IF of.written_in <> pg_current_xact_id()\n                    THEN RAISE EXCEPTION 'transaction % is booked already', NEW.transaction_id\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transaction_is_complete';\n                    END IF;\n                    IF NEW.account IN ('opening', 'between_funds', 'other_income', 'work', 'outreach', 'running') AND of.kind NOT IN ('opening', 'transfer', 'spending', 'income', 'reversal')\n                    THEN RAISE EXCEPTION 'account % is booked by hand', NEW.account\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_is_booked_by_hand';\n                    END IF;\n                    RETURN NEW;\n                ", hash='bf826bd146c7cc202d51cd38ae33431a3e720793', operation='INSERT', pgid='pgtrigger_entry_comes_with_its_transaction_398d8', table='ledger_entry', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='transaction',
            constraint=models.CheckConstraint(condition=models.Q(('booked_on__gte', datetime.date(1970, 1, 1)), ('booked_on__lt', datetime.date(9999, 12, 31))), name='ledger_transaction_counts_for_a_day'),
        ),
    ]

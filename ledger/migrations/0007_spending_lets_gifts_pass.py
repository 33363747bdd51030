import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0006_funds_keep_their_short_names'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='entry',
            name='payment_does_not_overdraw',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='promise',
            name='promise_does_not_overdraw',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='payment_does_not_overdraw', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF NEW.account NOT IN ('stripe', 'bank') OR NEW.amount_minor > 0 OR NOT EXISTS (\n                        SELECT 1 FROM ledger_transaction t LEFT JOIN ledger_transaction o ON o.id = t.reverses_id\n                        WHERE t.id = NEW.transaction_id\n                        AND (t.kind IN ('disbursement', 'opening', 'transfer', 'spending', 'income') OR o.kind IN ('opening', 'transfer', 'spending', 'income')))\n                    THEN RETURN NULL;\n                    END IF;\n                \n    PERFORM 1 FROM ledger_fund WHERE id = NEW.fund_id FOR NO KEY UPDATE;\n    IF (SELECT coalesce(sum(amount_minor), 0) FROM ledger_entry\n            WHERE fund_id = NEW.fund_id AND account IN ('stripe', 'bank'))\n     - (SELECT coalesce(sum(amount_minor), 0) FROM ledger_promise\n            WHERE fund_id = NEW.fund_id AND state = 'open') < 0\n    THEN RAISE EXCEPTION 'fund % has less available than that', NEW.fund_id\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_fund_is_not_overdrawn';\n    END IF;\n    RETURN NULL;\n", hash='a7d3301a02d6e2bf50b28ff6ab5a1e40b4bb2d1a', operation='INSERT', pgid='pgtrigger_payment_does_not_overdraw_c8a77', table='ledger_entry', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='promise',
            trigger=pgtrigger.compiler.Trigger(name='promise_does_not_overdraw', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NEW.currency <> (SELECT currency FROM ledger_fund WHERE id = NEW.fund_id)\n                    THEN RAISE EXCEPTION 'fund % counts in another currency', NEW.fund_id\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_promise_currency_is_the_funds';\n                    END IF;\n                \n    PERFORM 1 FROM ledger_fund WHERE id = NEW.fund_id FOR NO KEY UPDATE;\n    IF (SELECT coalesce(sum(amount_minor), 0) FROM ledger_entry\n            WHERE fund_id = NEW.fund_id AND account IN ('stripe', 'bank'))\n     - (SELECT coalesce(sum(amount_minor), 0) FROM ledger_promise\n            WHERE fund_id = NEW.fund_id AND state = 'open') < 0\n    THEN RAISE EXCEPTION 'fund % has less available than that', NEW.fund_id\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_fund_is_not_overdrawn';\n    END IF;\n    RETURN NULL;\n", hash='da7ff4189f32522280936f2caa4d9ad065c09f0a', operation='INSERT', pgid='pgtrigger_promise_does_not_overdraw_11c5b', table='ledger_promise', when='AFTER')),
        ),
    ]

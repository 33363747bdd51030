
import datetime
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('aid', '0001_cases_requests_and_who_decides'),
        ('ledger', '0008_entries_come_with_their_transaction'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], default='en', max_length=10, verbose_name='language')),
                ('body', models.TextField(max_length=4000, verbose_name='text')),
                ('is_shown', models.BooleanField(default=True, verbose_name='offered')),
            ],
            options={
                'verbose_name': 'answer template',
                'verbose_name_plural': 'answer templates',
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='appeal', serialize=False, to='aid.aidrequest')),
                ('ground_sealed', models.BinaryField(null=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('image/jpeg', 'photo'), ('image/png', 'picture'), ('application/pdf', 'PDF')], help_text='by its content, not by its name', max_length=40)),
                ('size', models.PositiveIntegerField(help_text='bytes, as we keep it')),
                ('name_sealed', models.BinaryField(help_text="what the worker's device called it", null=True)),
                ('digest', models.BinaryField(help_text='keyed hash of the content', max_length=32)),
                ('state', models.CharField(choices=[('waiting', 'being checked'), ('clean', 'checked'), ('refused', 'refused')], default='waiting', max_length=10)),
                ('at', models.DateTimeField()),
                ('gone_at', models.DateTimeField(help_text='when the bytes were erased', null=True)),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
            },
        ),
        migrations.CreateModel(
            name='CaseLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CaseStatistic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='the first of the month in which it was sent in')),
                ('kind', models.CharField(choices=[('suspension', 'My account was suspended'), ('rejection', 'Much of my work was rejected'), ('other', 'Something else')], max_length=20)),
                ('country', models.CharField(blank=True, choices=[('us', 'United States'), ('india', 'India'), ('canada', 'Canada'), ('latin_america', 'Latin America'), ('europe', 'Europe'), ('elsewhere', 'Somewhere else'), ('unsaid', 'I would rather not say')], max_length=20)),
                ('tenure', models.CharField(blank=True, choices=[('under_1', 'Less than a year'), ('1_to_3', '1 to 3 years'), ('3_to_10', '3 to 10 years'), ('over_10', 'More than 10 years'), ('unsaid', 'I would rather not say')], max_length=20)),
                ('wanted_money', models.BooleanField()),
                ('outcome', models.CharField(choices=[('draft', 'being written'), ('received', 'received'), ('in_review', 'in review'), ('needs_info', 'question to the worker'), ('expired', 'question not answered'), ('answered', 'answered, no money asked for'), ('recommended_grant', 'recommended: grant'), ('recommended_decline', 'recommended: decline'), ('partly_approved', 'approved by one, another is needed'), ('approved', 'approved'), ('declined', 'declined'), ('appealed', 'appealed'), ('declined_finally', 'declined after an appeal'), ('paid', 'paid'), ('confirmed', 'confirmed'), ('withdrawn', 'withdrawn'), ('joined', 'joined to another case')], max_length=20)),
                ('days_to_decision', models.PositiveIntegerField(null=True)),
                ('was_appealed', models.BooleanField()),
                ('was_reinstated', models.BooleanField(help_text='none: not said', null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('about', models.CharField(choices=[('conduct', 'how somebody spoke to me or treated me'), ('privacy', 'who learned what about me'), ('money', 'money that did not arrive, or was asked back'), ('delay', 'that it took so long'), ('other', 'something else')], max_length=20)),
                ('body_sealed', models.BinaryField(null=True)),
                ('at', models.DateTimeField()),
                ('answer_sealed', models.BinaryField(help_text='what the steward answered; the worker reads it', null=True)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'complaint',
                'verbose_name_plural': 'complaints',
            },
        ),
        migrations.CreateModel(
            name='Conflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('worker_id_index', models.BinaryField(db_index=True, max_length=32, null=True)),
                ('at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'conflict of interest',
                'verbose_name_plural': 'conflicts of interest',
            },
        ),
        migrations.CreateModel(
            name='DeclineBatch',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('fund_low', 'The fund cannot carry this at the moment.'), ('outside', 'This fund is not allowed to pay for what you need.'), ('unclear', 'We could not understand enough to decide. You are welcome to apply again and tell us more.'), ('helped', 'We have helped you with this already, and others are still waiting.')], max_length=20)),
                ('digest', models.BinaryField(help_text='over the list as it was made: see aid.batches', max_length=32)),
                ('state', models.CharField(choices=[('open', 'to decide'), ('agreed', 'agreed'), ('sent_back', 'sent back')], default='open', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'batch of declines',
                'verbose_name_plural': 'batches of declines',
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('payment_changed', 'the payment details were changed after the approval'), ('likeness', 'two cases look alike and nobody could say yet'), ('question', 'a question about the case must be answered first'), ('fund', 'the fund waits for money that is on its way')], max_length=20)),
                ('note_sealed', models.BinaryField(null=True)),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('looked_at', models.DateTimeField(help_text='when a steward had looked at a hold that ran out', null=True)),
            ],
            options={
                'verbose_name': 'hold',
                'verbose_name_plural': 'holds',
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason_sealed', models.BinaryField(null=True)),
                ('at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'legal hold',
                'verbose_name_plural': 'legal holds',
            },
        ),
        migrations.CreateModel(
            name='Match',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_same', models.BooleanField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sender', models.CharField(choices=[('worker', 'you'), ('staff', 'us'), ('system', 'automatic')], max_length=10)),
                ('is_question', models.BooleanField(default=False, help_text='the request waits for an answer to it')),
                ('body_sealed', models.BinaryField(null=True)),
                ('at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(help_text='when the other side first opened the page that shows it', null=True)),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('body_sealed', models.BinaryField(null=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('max_per_request_minor', models.BigIntegerField()),
                ('cap_minor', models.BigIntegerField(help_text='the most for one person within the period')),
                ('cap_days', models.PositiveIntegerField(help_text='how long the period is')),
                ('fast_lane_minor', models.BigIntegerField(help_text='up to this, a first grant within the period needs one approval; zero: never')),
                ('separation', models.CharField(choices=[('request', 'Reviewer, approvers and payer of a request are different people.'), ('person', 'As above, and nobody approves twice for the same worker within the period.')], default='request', max_length=20)),
                ('answer_days', models.PositiveSmallIntegerField(help_text='days within which a worker is promised an answer')),
                ('info_days', models.PositiveSmallIntegerField(help_text='days that a worker has to answer a question of ours')),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'aid policy',
                'verbose_name_plural': 'aid policies',
            },
        ),
        migrations.CreateModel(
            name='PolicyBand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('up_to_minor', models.BigIntegerField(help_text='none: any amount', null=True)),
                ('approvals', models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Reinstatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('reinstated', 'I have my account back'), ('partly', 'I have it back, but pay or ratings are still missing'), ('refused', 'They refused for good')], max_length=20)),
                ('on', models.DateField(blank=True, null=True, verbose_name='since when')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('data_class', models.CharField(choices=[('draft', 'applications that were begun and never sent, from their beginning'), ('attachment', 'attachments, from the end of the case'), ('identity', 'Worker ID, e-mail address and payment details, from the end of the case'), ('story', 'story, notice, messages, notes, appeal and complaints, from the end of the case'), ('tax', 'to whom a grant was paid, from the payment: what the law asks a payer to keep'), ('access', 'who opened what, from the opening')], max_length=20, primary_key=True, serialize=False)),
                ('days', models.PositiveIntegerField(verbose_name='days')),
            ],
            options={
                'verbose_name': 'time of keeping',
                'verbose_name_plural': 'times of keeping',
            },
        ),
        migrations.CreateModel(
            name='Surge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='TaxRecord',
            fields=[
                ('attempt', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='tax_record', serialize=False, to='aid.disbursementattempt')),
                ('payee_sealed', models.BinaryField(help_text='how and to whom it was paid; emptied when its time is over', null=True)),
                ('purpose', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('rent', 'Rent or a mortgage'), ('food', 'Food'), ('bills', 'Power, water, internet or phone'), ('health', 'Doctor or medicine'), ('family', 'Children or family'), ('debt', 'A debt that is due'), ('other', 'Something else')], max_length=20), blank=True, default=list, size=None)),
            ],
        ),
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wish', models.CharField(choices=[('worker', 'the worker asked for it'), ('rule', 'its time was over')], max_length=10)),
                ('erased', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('draft', 'applications that were begun and never sent, from their beginning'), ('attachment', 'attachments, from the end of the case'), ('identity', 'Worker ID, e-mail address and payment details, from the end of the case'), ('story', 'story, notice, messages, notes, appeal and complaints, from the end of the case'), ('tax', 'to whom a grant was paid, from the payment: what the law asks a payer to keep'), ('access', 'who opened what, from the opening')], max_length=20), help_text='the classes of data', size=None)),
                ('at', models.DateTimeField()),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='aidrequest',
            name='request_starts_as_a_draft',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='aidrequest',
            name='request_steps_as_allowed',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='decision',
            name='decider_has_no_other_part',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='decision',
            name='decision_is_kept',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='disbursement',
            name='disbursement_is_kept',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='disbursementattempt',
            name='payer_has_no_other_part',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='disbursementattempt',
            name='attempt_is_kept',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='review',
            name='reviewer_has_no_other_part',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='review',
            name='review_grants_at_most_what_was_asked',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='review',
            name='review_is_kept',
        ),
        migrations.RemoveConstraint(
            model_name='aidrequest',
            name='aid_sent_request_is_complete',
        ),
        migrations.AddField(
            model_name='aidrequest',
            name='answer_by',
            field=models.DateField(null=True, verbose_name='worker answers by'),
        ),
        migrations.AddField(
            model_name='aidrequest',
            name='pay_to_index',
            field=models.BinaryField(db_index=True, max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='aidrequest',
            name='revision',
            field=models.PositiveIntegerField(default=0, help_text='counted up by the database when what is asked changes: approvals are for one revision'),
        ),
        migrations.AddField(
            model_name='aidrequest',
            name='round',
            field=models.PositiveSmallIntegerField(default=1, help_text='2: after an appeal, decided by others'),
        ),
        migrations.AddField(
            model_name='aidrequest',
            name='story_index',
            field=models.BinaryField(db_index=True, max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='aidrequest',
            name='wants_money',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='case',
            name='acknowledged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='came_in_surge',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='case',
            name='erased_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='hits_rejected',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='pieces of work rejected'),
        ),
        migrations.AddField(
            model_name='case',
            name='lost_minor',
            field=models.BigIntegerField(help_text='in US cents: the platform pays in them', null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='pay lost'),
        ),
        migrations.AddField(
            model_name='case',
            name='notice_sealed',
            field=models.BinaryField(help_text="what the platform's notice said", null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='rating_after',
            field=models.DecimalField(decimal_places=1, max_digits=4, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='approval rate after, in percent'),
        ),
        migrations.AddField(
            model_name='case',
            name='rating_before',
            field=models.DecimalField(decimal_places=1, max_digits=4, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='approval rate before, in percent'),
        ),
        migrations.AddField(
            model_name='case',
            name='requester_index',
            field=models.BinaryField(db_index=True, max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='requester_sealed',
            field=models.BinaryField(help_text='who rejected the work', null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='revision',
            field=models.PositiveIntegerField(default=0, help_text="the request's: after a change it counts no more"),
        ),
        migrations.AddField(
            model_name='disbursement',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='disbursementattempt',
            name='fail_reason',
            field=models.CharField(blank=True, choices=[('returned', 'the bank or provider sent it back'), ('refused', 'the bank or provider refused it'), ('wrong_details', 'the payment details were wrong, and it came back')], max_length=20),
        ),
        migrations.AddField(
            model_name='disbursementattempt',
            name='failed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='disbursementattempt',
            name='failed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='approvals_needed',
            field=models.PositiveSmallIntegerField(default=1, help_text='beside the reviewer, by the policy as it was frozen: see aid.policy'),
        ),
        migrations.AddField(
            model_name='review',
            name='checked',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('story', 'The story and the answers are read.'), ('likeness', 'Cases that look alike are answered.'), ('amount', 'The amount fits what it is for.'), ('way', 'The way to pay can reach this worker.'), ('conflict', 'I do not know this worker, and gain nothing by it.')], max_length=20), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='review',
            name='round',
            field=models.PositiveSmallIntegerField(default=1, help_text="the request's: 2 is after an appeal"),
        ),
        migrations.AlterField(
            model_name='aidrequest',
            name='case',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='request', to='aid.case'),
        ),
        migrations.AlterField(
            model_name='aidrequest',
            name='status',
            field=models.CharField(choices=[('draft', 'being written'), ('received', 'received'), ('in_review', 'in review'), ('needs_info', 'question to the worker'), ('expired', 'question not answered'), ('answered', 'answered, no money asked for'), ('recommended_grant', 'recommended: grant'), ('recommended_decline', 'recommended: decline'), ('partly_approved', 'approved by one, another is needed'), ('approved', 'approved'), ('declined', 'declined'), ('appealed', 'appealed'), ('declined_finally', 'declined after an appeal'), ('paid', 'paid'), ('confirmed', 'confirmed'), ('withdrawn', 'withdrawn'), ('joined', 'joined to another case')], default='draft', max_length=20),
        ),
        migrations.AlterField(
            model_name='case',
            name='words_fingerprint',
            field=models.BinaryField(max_length=32, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='from_status',
            field=models.CharField(choices=[('draft', 'being written'), ('received', 'received'), ('in_review', 'in review'), ('needs_info', 'question to the worker'), ('expired', 'question not answered'), ('answered', 'answered, no money asked for'), ('recommended_grant', 'recommended: grant'), ('recommended_decline', 'recommended: decline'), ('partly_approved', 'approved by one, another is needed'), ('approved', 'approved'), ('declined', 'declined'), ('appealed', 'appealed'), ('declined_finally', 'declined after an appeal'), ('paid', 'paid'), ('confirmed', 'confirmed'), ('withdrawn', 'withdrawn'), ('joined', 'joined to another case')], max_length=20),
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='to_status',
            field=models.CharField(choices=[('draft', 'being written'), ('received', 'received'), ('in_review', 'in review'), ('needs_info', 'question to the worker'), ('expired', 'question not answered'), ('answered', 'answered, no money asked for'), ('recommended_grant', 'recommended: grant'), ('recommended_decline', 'recommended: decline'), ('partly_approved', 'approved by one, another is needed'), ('approved', 'approved'), ('declined', 'declined'), ('appealed', 'appealed'), ('declined_finally', 'declined after an appeal'), ('paid', 'paid'), ('confirmed', 'confirmed'), ('withdrawn', 'withdrawn'), ('joined', 'joined to another case')], max_length=20),
        ),
        migrations.AlterField(
            model_name='decision',
            name='review',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='aid.review'),
        ),
        migrations.AlterField(
            model_name='disbursement',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disbursements', to='aid.aidrequest'),
        ),
        migrations.AlterField(
            model_name='disbursementattempt',
            name='number',
            field=models.PositiveSmallIntegerField(help_text='counts the tries of one request'),
        ),
        migrations.AlterField(
            model_name='reveal',
            name='detail',
            field=models.CharField(choices=[('worker_id', 'Worker ID'), ('email', 'e-mail address'), ('pay_to', 'payment details'), ('attachment', 'an attachment')], max_length=20),
        ),
        migrations.AlterField(
            model_name='reveal',
            name='reason',
            field=models.CharField(choices=[('contact', 'to reach you about your request'), ('identity', 'to check with you which account is meant'), ('to_pay', 'to pay you'), ('payment_problem', 'to look into a payment that did not arrive'), ('complaint', 'to look into a complaint'), ('to_decide', 'to decide on your request')], max_length=20),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='aidrequest',
            trigger=pgtrigger.compiler.Trigger(name='request_starts_as_a_draft', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.status <> 'draft' OR NEW.version <> 0 OR NEW.round <> 1 THEN\n                RAISE EXCEPTION 'a request starts as a draft' USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_request_starts_as_a_draft';\n            END IF;\n            RETURN NEW;\n        ", hash='698a1e085c321e091989ee8cdd7a70ec52dfe150', operation='INSERT', pgid='pgtrigger_request_starts_as_a_draft_85a9c', table='aid_aidrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='aidrequest',
            trigger=pgtrigger.compiler.Trigger(name='request_counts_its_revisions', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            NEW.revision := OLD.revision;\n            IF OLD.status <> 'draft'\n               AND (OLD.wants_money, OLD.needs, OLD.amount_minor, OLD.pay_method, OLD.pay_to_index, OLD.story_index)\n                   IS DISTINCT FROM\n                   (NEW.wants_money, NEW.needs, NEW.amount_minor, NEW.pay_method, NEW.pay_to_index, NEW.story_index)\n            THEN\n                NEW.revision := OLD.revision + 1;\n            END IF;\n            RETURN NEW;\n        ", hash='d591203eb85692bd705ac8bd7948b5f22fd1bab1', operation='UPDATE', pgid='pgtrigger_request_counts_its_revisions_a64be', table='aid_aidrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='aidrequest',
            trigger=pgtrigger.compiler.Trigger(name='request_steps_as_allowed', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE latest aid_review%ROWTYPE;', func="\n            IF (OLD.case_id, OLD.fund_id) IS DISTINCT FROM (NEW.case_id, NEW.fund_id)\n               OR (OLD.policy_id IS NOT NULL AND OLD.policy_id IS DISTINCT FROM NEW.policy_id) THEN\n                RAISE EXCEPTION 'request % keeps its case, fund and policy', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_request_keeps_its_place';\n            END IF;\n            IF OLD.round <> NEW.round AND (OLD.round, NEW.round, NEW.status) <> (1, 2, 'appealed') THEN\n                RAISE EXCEPTION 'request % has no such round', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_round_begins_with_an_appeal';\n            END IF;\n            IF OLD.status = NEW.status AND OLD.version = NEW.version THEN\n                RETURN NEW;\n            END IF;\n            IF (OLD.status, NEW.status) NOT IN (('answered', 'in_review'), ('appealed', 'in_review'), ('appealed', 'withdrawn'), ('approved', 'paid'), ('approved', 'recommended_grant'), ('approved', 'withdrawn'), ('declined', 'appealed'), ('draft', 'received'), ('expired', 'in_review'), ('expired', 'withdrawn'), ('in_review', 'answered'), ('in_review', 'joined'), ('in_review', 'needs_info'), ('in_review', 'recommended_decline'), ('in_review', 'recommended_grant'), ('in_review', 'withdrawn'), ('needs_info', 'expired'), ('needs_info', 'in_review'), ('needs_info', 'joined'), ('needs_info', 'withdrawn'), ('paid', 'approved'), ('paid', 'confirmed'), ('partly_approved', 'approved'), ('partly_approved', 'in_review'), ('partly_approved', 'partly_approved'), ('partly_approved', 'recommended_grant'), ('partly_approved', 'withdrawn'), ('received', 'in_review'), ('received', 'joined'), ('received', 'withdrawn'), ('recommended_decline', 'declined'), ('recommended_decline', 'declined_finally'), ('recommended_decline', 'in_review'), ('recommended_decline', 'withdrawn'), ('recommended_grant', 'approved'), ('recommended_grant', 'in_review'), ('recommended_grant', 'partly_approved'), ('recommended_grant', 'withdrawn')) OR NEW.version <> OLD.version + 1 THEN\n                RAISE EXCEPTION 'a request does not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_status_pair_is_allowed';\n            END IF;\n            IF NOT EXISTS (\n                SELECT 1 FROM aid_caseevent e WHERE e.request_id = NEW.id AND e.version = NEW.version\n                AND e.from_status = OLD.status AND e.to_status = NEW.status) THEN\n                RAISE EXCEPTION 'step % of request % is not written down', NEW.version, OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_step_is_written_down';\n            END IF;\n            SELECT r.* INTO latest FROM aid_review r WHERE r.request_id = NEW.id ORDER BY r.version DESC LIMIT 1;\n            IF (\n    CASE NEW.status\n    WHEN 'received' THEN (SELECT c.person_id IS NOT NULL FROM aid_case c WHERE c.id = NEW.case_id)\n    WHEN 'in_review' THEN CASE\n        WHEN OLD.status IN ('received', 'appealed')\n        THEN NEW.taken_by_id IS NOT NULL AND (NEW.policy_id IS NOT NULL OR NOT NEW.wants_money)\n        WHEN OLD.status IN ('recommended_grant', 'partly_approved', 'recommended_decline')\n        THEN EXISTS (SELECT 1 FROM aid_decision d WHERE d.review_id = latest.id AND d.outcome = 'sent_back')\n        ELSE true END\n    WHEN 'needs_info' THEN NEW.answer_by IS NOT NULL AND EXISTS (\n        SELECT 1 FROM aid_message m WHERE m.case_id = NEW.case_id AND m.is_question)\n    WHEN 'expired' THEN NEW.answer_by IS NOT NULL\n    WHEN 'answered' THEN NOT NEW.wants_money AND EXISTS (\n        SELECT 1 FROM aid_message m WHERE m.case_id = NEW.case_id AND m.sender = 'staff')\n    WHEN 'recommended_grant' THEN CASE\n        WHEN OLD.status = 'in_review'\n        THEN NEW.wants_money AND latest.version = NEW.version AND latest.recommendation = 'grant'\n        ELSE (\n    SELECT count(*) FROM aid_decision d\n    WHERE d.review_id = latest.id AND d.outcome = 'approved'\n      AND d.revision = NEW.revision AND d.amount_minor = latest.amount_minor) = 0 AND NOT EXISTS (SELECT 1 FROM aid_disbursement b WHERE b.request_id = NEW.id AND b.ended_at IS NULL) END\n    WHEN 'recommended_decline' THEN latest.version = NEW.version AND latest.recommendation = 'decline'\n    WHEN 'partly_approved' THEN latest.recommendation = 'grant' AND (\n    SELECT count(*) FROM aid_decision d\n    WHERE d.review_id = latest.id AND d.outcome = 'approved'\n      AND d.revision = NEW.revision AND d.amount_minor = latest.amount_minor) >= 1\n    WHEN 'approved' THEN latest.recommendation = 'grant'\n        AND (\n    SELECT count(*) FROM aid_decision d\n    WHERE d.review_id = latest.id AND d.outcome = 'approved'\n      AND d.revision = NEW.revision AND d.amount_minor = latest.amount_minor) >= \n    GREATEST(latest.approvals_needed, (\n        SELECT CASE\n            WHEN p.id IS NULL THEN 2\n            WHEN latest.amount_minor <= p.fast_lane_minor AND NOT EXISTS (\n                SELECT 1 FROM aid_disbursement b\n                JOIN aid_aidrequest q ON q.id = b.request_id\n                JOIN aid_case c ON c.id = q.case_id\n                WHERE c.person_id = own.person_id AND q.id <> NEW.id AND b.ended_at IS NULL\n                  AND b.made_at > latest.at - make_interval(days => p.cap_days))\n            THEN 1\n            ELSE COALESCE((\n                SELECT n.approvals FROM aid_policyband n\n                WHERE n.policy_id = p.id AND (n.up_to_minor IS NULL OR n.up_to_minor >= latest.amount_minor)\n                ORDER BY n.up_to_minor NULLS LAST LIMIT 1), 2)\n            END\n        FROM aid_case own LEFT JOIN aid_policy p ON p.id = NEW.policy_id WHERE own.id = NEW.case_id))\n    \n        AND EXISTS (\n    SELECT 1 FROM aid_disbursement b JOIN ledger_promise p ON p.id = b.promise_id\n    WHERE b.request_id = NEW.id AND b.ended_at IS NULL AND b.amount_minor = latest.amount_minor\n      AND b.amount_minor = p.amount_minor AND p.fund_id = NEW.fund_id AND p.state = 'open')\n        AND (OLD.status <> 'paid' OR EXISTS (\n            SELECT 1 FROM aid_disbursementattempt a JOIN aid_disbursement b ON b.id = a.disbursement_id\n            WHERE b.request_id = NEW.id AND a.state = 'failed' AND b.ended_at IS NOT NULL))\n    WHEN 'declined' THEN NEW.round = 1 AND \n    latest.version = OLD.version AND latest.recommendation = 'decline' AND EXISTS (\n        SELECT 1 FROM aid_decision d WHERE d.review_id = latest.id AND d.outcome = 'declined')\n    WHEN 'declined_finally' THEN NEW.round = 2 AND \n    latest.version = OLD.version AND latest.recommendation = 'decline' AND EXISTS (\n        SELECT 1 FROM aid_decision d WHERE d.review_id = latest.id AND d.outcome = 'declined')\n    WHEN 'appealed' THEN NEW.round = 2 AND EXISTS (SELECT 1 FROM aid_appeal a WHERE a.request_id = NEW.id)\n    WHEN 'paid' THEN EXISTS (\n        SELECT 1 FROM aid_disbursementattempt a\n        JOIN aid_disbursement b ON b.id = a.disbursement_id\n        JOIN ledger_promise p ON p.id = b.promise_id\n        WHERE b.request_id = NEW.id AND b.ended_at IS NULL AND a.state = 'sent'\n          AND a.amount_minor = b.amount_minor AND p.settled_by_id = a.transaction_id)\n    WHEN 'confirmed' THEN EXISTS (\n        SELECT 1 FROM aid_confirmation c\n        JOIN aid_disbursementattempt a ON a.id = c.attempt_id\n        JOIN aid_disbursement b ON b.id = a.disbursement_id\n        WHERE b.request_id = NEW.id AND b.ended_at IS NULL AND a.state = 'sent' AND c.answer = 'arrived')\n    WHEN 'withdrawn' THEN NOT EXISTS (SELECT 1 FROM aid_disbursement b WHERE b.request_id = NEW.id AND b.ended_at IS NULL)\n    WHEN 'joined' THEN EXISTS (\n        SELECT 1 FROM aid_match m WHERE m.is_same AND NEW.case_id IN (m.first_id, m.second_id))\n    ELSE false\n    END\n) IS NOT TRUE THEN\n                RAISE EXCEPTION 'request % cannot be % yet', OLD.id, NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_status_has_its_evidence';\n            END IF;\n            RETURN NEW;\n        ", hash='2dba5a880238263c11ab1fa6b2c885d8bddc2945', operation='UPDATE', pgid='pgtrigger_request_steps_as_allowed_28c72', table='aid_aidrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decision',
            trigger=pgtrigger.compiler.Trigger(name='decider_has_no_other_part', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE of_request uuid; this_round integer;', func="\n            of_request := (SELECT r.request_id FROM aid_review r WHERE r.id = NEW.review_id);\n            SELECT q.round INTO this_round FROM aid_aidrequest q WHERE q.id = of_request FOR UPDATE;\n            IF EXISTS (\n                SELECT 1 FROM (\n    SELECT r.reviewer_id AS person, 'reviewer' AS part, r.round AS round FROM aid_review r\n    WHERE r.request_id = of_request\n    UNION SELECT d.decider_id, 'decider', r.round FROM aid_decision d JOIN aid_review r ON r.id = d.review_id\n    WHERE r.request_id = of_request\n    UNION SELECT a.recorded_by_id, 'payer', 2 FROM aid_disbursementattempt a\n    JOIN aid_disbursement b ON b.id = a.disbursement_id WHERE b.request_id = of_request\n) taken\n                WHERE taken.person = NEW.decider_id AND (taken.part <> 'decider' OR taken.round < this_round)) THEN\n                RAISE EXCEPTION 'one person has one part in request %', of_request USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_three_different_people';\n            END IF;\n            IF EXISTS (\n                SELECT 1 FROM aid_aidrequest q JOIN aid_case own ON own.id = q.case_id, aid_conflict k\n                LEFT JOIN aid_case known ON known.id = k.case_id\n                WHERE q.id = of_request AND k.person_id = NEW.decider_id AND k.lifted_at IS NULL\n                  AND (known.id = own.id OR known.person_id = own.person_id\n                       OR k.worker_id_index = own.worker_id_index)) THEN\n                RAISE EXCEPTION 'a person with a conflict has no part in request %', of_request USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_no_part_in_conflict';\n            END IF;\n            RETURN NEW;\n        ", hash='03c2bd6e9eb199caaa0ec15ed91ed8cebe9ecb29', operation='INSERT', pgid='pgtrigger_decider_has_no_other_part_25f5a', table='aid_decision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decision',
            trigger=pgtrigger.compiler.Trigger(name='approval_is_free_to_go', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE asked aid_aidrequest%ROWTYPE; own aid_case%ROWTYPE; rules aid_policy%ROWTYPE;', func="\n            IF NEW.outcome <> 'approved' THEN\n                RETURN NEW;\n            END IF;\n            SELECT q.* INTO asked FROM aid_aidrequest q\n            JOIN aid_review r ON r.request_id = q.id WHERE r.id = NEW.review_id;\n            SELECT c.* INTO own FROM aid_case c WHERE c.id = asked.case_id;\n            SELECT p.* INTO rules FROM aid_policy p WHERE p.id = asked.policy_id;\n            IF NEW.revision <> asked.revision THEN\n                RAISE EXCEPTION 'request % was changed', asked.id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_approval_is_of_the_revision';\n            END IF;\n            IF EXISTS (\n    SELECT 1 FROM aid_hold h WHERE h.request_id = asked.id AND h.lifted_at IS NULL AND h.until > NEW.at) THEN\n                RAISE EXCEPTION 'request % is on hold', asked.id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_request_is_on_hold';\n            END IF;\n            IF EXISTS (\n    SELECT 1 FROM aid_case other\n    WHERE other.id IN (\n        SELECT c.id FROM aid_case c WHERE c.worker_id_index = own.worker_id_index\n        UNION SELECT c.id FROM aid_case c WHERE c.email_index = own.email_index\n        UNION SELECT q.case_id FROM aid_aidrequest q WHERE q.pay_to_index = asked.pay_to_index)\n      AND other.person_id IS NOT NULL AND other.person_id <> own.person_id\n      AND NOT EXISTS (\n        SELECT 1 FROM aid_match m\n        WHERE m.first_id = LEAST(other.id, own.id) AND m.second_id = GREATEST(other.id, own.id))\n) THEN\n                RAISE EXCEPTION 'request % looks like another', asked.id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_likeness_is_open';\n            END IF;\n            IF rules.separation = 'person' AND EXISTS (\n                SELECT 1 FROM aid_decision d JOIN aid_review r ON r.id = d.review_id\n                JOIN aid_aidrequest q ON q.id = r.request_id JOIN aid_case c ON c.id = q.case_id\n                WHERE d.decider_id = NEW.decider_id AND d.outcome = 'approved' AND q.id <> asked.id\n                  AND c.person_id = own.person_id AND d.at > NEW.at - make_interval(days => rules.cap_days)) THEN\n                RAISE EXCEPTION 'approver of request % approved for this worker before', asked.id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_other_people_each_time';\n            END IF;\n            RETURN NEW;\n        ", hash='4014a6346044e22fb6e05b74b9f50e553ff9b78d', operation='INSERT', pgid='pgtrigger_approval_is_free_to_go_ec983', table='aid_decision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decision',
            trigger=pgtrigger.compiler.Trigger(name='decision_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.note_sealed IS NOT NULL AND OLD.note_sealed IS DISTINCT FROM NEW.note_sealed AND (OLD.note_sealed IS NULL OR get_byte(NEW.note_sealed, 0) NOT BETWEEN get_byte(OLD.note_sealed, 0) AND 9 OR substr(OLD.note_sealed, 1, 2 + get_byte(OLD.note_sealed, 1)) = substr(NEW.note_sealed, 1, 2 + get_byte(NEW.note_sealed, 1))))) OR to_jsonb(OLD) - 'note_sealed' <> to_jsonb(NEW) - 'note_sealed'\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_is_kept';\n            END IF;\n            RETURN NEW;\n        ", hash='378fb36b63cd675ffac88510d5f29d4397394b11', operation='UPDATE', pgid='pgtrigger_decision_is_kept_36615', table='aid_decision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursement',
            trigger=pgtrigger.compiler.Trigger(name='disbursement_stays_within_the_cap', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE asked aid_aidrequest%ROWTYPE; rules aid_policy%ROWTYPE; of_person uuid; had bigint;', func="\n            SELECT q.* INTO asked FROM aid_aidrequest q WHERE q.id = NEW.request_id;\n            SELECT p.* INTO rules FROM aid_policy p WHERE p.id = asked.policy_id;\n            SELECT c.person_id INTO of_person FROM aid_case c WHERE c.id = asked.case_id FOR SHARE;\n            PERFORM 1 FROM aid_person WHERE id = of_person FOR UPDATE;\n            SELECT COALESCE(sum(b.amount_minor), 0) INTO had FROM aid_disbursement b\n            JOIN aid_aidrequest q ON q.id = b.request_id JOIN aid_case c ON c.id = q.case_id\n            WHERE c.person_id = of_person AND b.ended_at IS NULL AND b.currency = NEW.currency\n              AND b.made_at > NEW.made_at - make_interval(days => rules.cap_days);\n            IF (had + NEW.amount_minor <= rules.cap_minor) IS NOT TRUE THEN\n                RAISE EXCEPTION 'request % is above the cap', NEW.request_id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_cap_of_a_person';\n            END IF;\n            RETURN NEW;\n        ", hash='d6304a6b38fed4781961fdfe50403d0d8b6a9ea2', operation='INSERT', pgid='pgtrigger_disbursement_stays_within_the_cap_06a44', table='aid_disbursement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursement',
            trigger=pgtrigger.compiler.Trigger(name='disbursement_is_not_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.id, OLD.request_id, OLD.promise_id, OLD.amount_minor, OLD.currency, OLD.made_at) IS DISTINCT FROM ROW(NEW.id, NEW.request_id, NEW.promise_id, NEW.amount_minor, NEW.currency, NEW.made_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_is_not_changed';\n            END IF;\n            RETURN NEW;\n        ", hash='262a32f31f8adaedbddad2ff73adc01f60b67642', operation='UPDATE', pgid='pgtrigger_disbursement_is_not_changed_8aa34', table='aid_disbursement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursement',
            trigger=pgtrigger.compiler.Trigger(name='disbursement_ends_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.ended_at IS NOT NULL AND OLD.ended_at IS DISTINCT FROM NEW.ended_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_ends_once';\n            END IF;\n            RETURN NEW;\n        ", hash='d82c1812506e6c114a15fbfac7f509df58777bd8', operation='UPDATE', pgid='pgtrigger_disbursement_ends_once_51f1f', table='aid_disbursement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursement',
            trigger=pgtrigger.compiler.Trigger(name='disbursement_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8f590cc7fd5fb1c3377ac8ccc4e0efc2fedecdfa', operation='DELETE', pgid='pgtrigger_disbursement_is_kept_4f12b', table='aid_disbursement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursementattempt',
            trigger=pgtrigger.compiler.Trigger(name='payer_has_no_other_part', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE of_request uuid; this_round integer;', func="\n            of_request := (SELECT b.request_id FROM aid_disbursement b WHERE b.id = NEW.disbursement_id);\n            SELECT q.round INTO this_round FROM aid_aidrequest q WHERE q.id = of_request FOR UPDATE;\n            IF EXISTS (\n                SELECT 1 FROM (\n    SELECT r.reviewer_id AS person, 'reviewer' AS part, r.round AS round FROM aid_review r\n    WHERE r.request_id = of_request\n    UNION SELECT d.decider_id, 'decider', r.round FROM aid_decision d JOIN aid_review r ON r.id = d.review_id\n    WHERE r.request_id = of_request\n    UNION SELECT a.recorded_by_id, 'payer', 2 FROM aid_disbursementattempt a\n    JOIN aid_disbursement b ON b.id = a.disbursement_id WHERE b.request_id = of_request\n) taken\n                WHERE taken.person = NEW.recorded_by_id AND (taken.part <> 'payer' OR taken.round < this_round)) THEN\n                RAISE EXCEPTION 'one person has one part in request %', of_request USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_three_different_people';\n            END IF;\n            IF EXISTS (\n                SELECT 1 FROM aid_aidrequest q JOIN aid_case own ON own.id = q.case_id, aid_conflict k\n                LEFT JOIN aid_case known ON known.id = k.case_id\n                WHERE q.id = of_request AND k.person_id = NEW.recorded_by_id AND k.lifted_at IS NULL\n                  AND (known.id = own.id OR known.person_id = own.person_id\n                       OR k.worker_id_index = own.worker_id_index)) THEN\n                RAISE EXCEPTION 'a person with a conflict has no part in request %', of_request USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_no_part_in_conflict';\n            END IF;\n            RETURN NEW;\n        ", hash='78dbfd4fd2fde632e3aa15bc419ad87097e284d7', operation='INSERT', pgid='pgtrigger_payer_has_no_other_part_9ccca', table='aid_disbursementattempt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursementattempt',
            trigger=pgtrigger.compiler.Trigger(name='payment_is_free_to_go', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE due aid_disbursement%ROWTYPE;', func="\n            SELECT b.* INTO due FROM aid_disbursement b WHERE b.id = NEW.disbursement_id;\n            IF due.ended_at IS NOT NULL THEN\n                RAISE EXCEPTION 'disbursement % has ended', due.id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_disbursement_has_ended';\n            END IF;\n            IF EXISTS (\n    SELECT 1 FROM aid_hold h WHERE h.request_id = due.request_id AND h.lifted_at IS NULL AND h.until > NEW.recorded_at) THEN\n                RAISE EXCEPTION 'request % is on hold', due.request_id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_request_is_on_hold';\n            END IF;\n            RETURN NEW;\n        ", hash='ff215c1b32530c9e61b677789830ef9c9ec15f39', operation='INSERT', pgid='pgtrigger_payment_is_free_to_go_37ede', table='aid_disbursementattempt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursementattempt',
            trigger=pgtrigger.compiler.Trigger(name='failed_payment_is_reversed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.state <> 'failed' AND NEW.state = 'failed' AND NOT EXISTS (\n                SELECT 1 FROM ledger_transaction t WHERE t.reverses_id = OLD.transaction_id) THEN\n                RAISE EXCEPTION 'attempt % is still in the books', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_failed_payment_is_reversed';\n            END IF;\n            RETURN NEW;\n        ", hash='dd24d9bd3c62f56df63cde658e372188da0737e5', operation='UPDATE', pgid='pgtrigger_failed_payment_is_reversed_985ba', table='aid_disbursementattempt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursementattempt',
            trigger=pgtrigger.compiler.Trigger(name='attempt_moves_on', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('sent', 'failed'))\n            THEN RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_moves_on';\n            END IF;\n            RETURN NEW;\n        ", hash='64d781fc869602b3236b106b81f849801226378a', operation='UPDATE', pgid='pgtrigger_attempt_moves_on_f4b38', table='aid_disbursementattempt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursementattempt',
            trigger=pgtrigger.compiler.Trigger(name='attempt_is_not_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.id, OLD.disbursement_id, OLD.number, OLD.method, OLD.amount_minor, OLD.transaction_id, OLD.sent_on, OLD.recorded_by_id, OLD.recorded_at) IS DISTINCT FROM ROW(NEW.id, NEW.disbursement_id, NEW.number, NEW.method, NEW.amount_minor, NEW.transaction_id, NEW.sent_on, NEW.recorded_by_id, NEW.recorded_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_is_not_changed';\n            END IF;\n            RETURN NEW;\n        ", hash='efe1ffa4363056f03b38f1c17680d6a3a9ca5952', operation='UPDATE', pgid='pgtrigger_attempt_is_not_changed_c029f', table='aid_disbursementattempt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursementattempt',
            trigger=pgtrigger.compiler.Trigger(name='attempt_fails_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.failed_at IS NOT NULL AND OLD.failed_at IS DISTINCT FROM NEW.failed_at) OR (OLD.failed_by_id IS NOT NULL AND OLD.failed_by_id IS DISTINCT FROM NEW.failed_by_id)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_fails_once';\n            END IF;\n            RETURN NEW;\n        ", hash='0d1fd2eb594706759b3ebefb22e9ace158c105b7', operation='UPDATE', pgid='pgtrigger_attempt_fails_once_46dd7', table='aid_disbursementattempt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursementattempt',
            trigger=pgtrigger.compiler.Trigger(name='attempt_reference_only_goes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.provider_reference_sealed IS NOT NULL AND OLD.provider_reference_sealed IS DISTINCT FROM NEW.provider_reference_sealed AND (OLD.provider_reference_sealed IS NULL OR get_byte(NEW.provider_reference_sealed, 0) NOT BETWEEN get_byte(OLD.provider_reference_sealed, 0) AND 9 OR substr(OLD.provider_reference_sealed, 1, 2 + get_byte(OLD.provider_reference_sealed, 1)) = substr(NEW.provider_reference_sealed, 1, 2 + get_byte(NEW.provider_reference_sealed, 1)))))\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_reference_only_goes';\n            END IF;\n            RETURN NEW;\n        ", hash='5ebcf978153b83861a81d3b8d9606db292b4a336', operation='UPDATE', pgid='pgtrigger_attempt_reference_only_goes_c4c7a', table='aid_disbursementattempt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disbursementattempt',
            trigger=pgtrigger.compiler.Trigger(name='attempt_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='2f2da97d733c0f4cfd0fd0cd16128d381b8d2697', operation='DELETE', pgid='pgtrigger_attempt_is_kept_e21ef', table='aid_disbursementattempt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='review',
            trigger=pgtrigger.compiler.Trigger(name='reviewer_has_no_other_part', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE of_request uuid; this_round integer;', func="\n            of_request := (NEW.request_id);\n            SELECT q.round INTO this_round FROM aid_aidrequest q WHERE q.id = of_request FOR UPDATE;\n            IF EXISTS (\n                SELECT 1 FROM (\n    SELECT r.reviewer_id AS person, 'reviewer' AS part, r.round AS round FROM aid_review r\n    WHERE r.request_id = of_request\n    UNION SELECT d.decider_id, 'decider', r.round FROM aid_decision d JOIN aid_review r ON r.id = d.review_id\n    WHERE r.request_id = of_request\n    UNION SELECT a.recorded_by_id, 'payer', 2 FROM aid_disbursementattempt a\n    JOIN aid_disbursement b ON b.id = a.disbursement_id WHERE b.request_id = of_request\n) taken\n                WHERE taken.person = NEW.reviewer_id AND (taken.part <> 'reviewer' OR taken.round < this_round)) THEN\n                RAISE EXCEPTION 'one person has one part in request %', of_request USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_three_different_people';\n            END IF;\n            IF EXISTS (\n                SELECT 1 FROM aid_aidrequest q JOIN aid_case own ON own.id = q.case_id, aid_conflict k\n                LEFT JOIN aid_case known ON known.id = k.case_id\n                WHERE q.id = of_request AND k.person_id = NEW.reviewer_id AND k.lifted_at IS NULL\n                  AND (known.id = own.id OR known.person_id = own.person_id\n                       OR k.worker_id_index = own.worker_id_index)) THEN\n                RAISE EXCEPTION 'a person with a conflict has no part in request %', of_request USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_no_part_in_conflict';\n            END IF;\n            RETURN NEW;\n        ", hash='aef1091086a58c6798c4adf903d6e0d52b0e4c4c', operation='INSERT', pgid='pgtrigger_reviewer_has_no_other_part_d30e3', table='aid_review', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='review',
            trigger=pgtrigger.compiler.Trigger(name='review_grants_at_most_what_was_asked', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE asked aid_aidrequest%ROWTYPE;', func="\n            SELECT q.* INTO asked FROM aid_aidrequest q WHERE q.id = NEW.request_id;\n            IF NEW.round <> asked.round THEN\n                RAISE EXCEPTION 'request % is in another round', NEW.request_id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_review_is_of_the_round';\n            END IF;\n            IF NEW.amount_minor > asked.amount_minor\n               OR NEW.amount_minor > (SELECT p.max_per_request_minor FROM aid_policy p WHERE p.id = asked.policy_id) THEN\n                RAISE EXCEPTION 'request % asked for less', NEW.request_id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_grant_is_at_most_what_was_asked';\n            END IF;\n            RETURN NEW;\n        ", hash='e8bf2c4d243eefb6f95b63f9f8498cefc51c2051', operation='INSERT', pgid='pgtrigger_review_grants_at_most_what_was_asked_294f6', table='aid_review', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='review',
            trigger=pgtrigger.compiler.Trigger(name='review_needs_enough_approvals', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE asked aid_aidrequest%ROWTYPE;', func="\n            SELECT q.* INTO asked FROM aid_aidrequest q WHERE q.id = NEW.request_id;\n            IF NEW.recommendation = 'grant' AND NEW.approvals_needed < \n    GREATEST(NEW.approvals_needed, (\n        SELECT CASE\n            WHEN p.id IS NULL THEN 2\n            WHEN NEW.amount_minor <= p.fast_lane_minor AND NOT EXISTS (\n                SELECT 1 FROM aid_disbursement b\n                JOIN aid_aidrequest q ON q.id = b.request_id\n                JOIN aid_case c ON c.id = q.case_id\n                WHERE c.person_id = own.person_id AND q.id <> asked.id AND b.ended_at IS NULL\n                  AND b.made_at > NEW.at - make_interval(days => p.cap_days))\n            THEN 1\n            ELSE COALESCE((\n                SELECT n.approvals FROM aid_policyband n\n                WHERE n.policy_id = p.id AND (n.up_to_minor IS NULL OR n.up_to_minor >= NEW.amount_minor)\n                ORDER BY n.up_to_minor NULLS LAST LIMIT 1), 2)\n            END\n        FROM aid_case own LEFT JOIN aid_policy p ON p.id = asked.policy_id WHERE own.id = asked.case_id))\n     THEN\n                RAISE EXCEPTION 'request % needs more approvals', NEW.request_id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_review_needs_enough_approvals';\n            END IF;\n            RETURN NEW;\n        ", hash='2f08e579e5c1f6d127aba61a74bb69173aba8043', operation='INSERT', pgid='pgtrigger_review_needs_enough_approvals_1988f', table='aid_review', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='review',
            trigger=pgtrigger.compiler.Trigger(name='review_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.note_sealed IS NOT NULL AND OLD.note_sealed IS DISTINCT FROM NEW.note_sealed AND (OLD.note_sealed IS NULL OR get_byte(NEW.note_sealed, 0) NOT BETWEEN get_byte(OLD.note_sealed, 0) AND 9 OR substr(OLD.note_sealed, 1, 2 + get_byte(OLD.note_sealed, 1)) = substr(NEW.note_sealed, 1, 2 + get_byte(NEW.note_sealed, 1))))) OR to_jsonb(OLD) - 'note_sealed' <> to_jsonb(NEW) - 'note_sealed'\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'review_is_kept';\n            END IF;\n            RETURN NEW;\n        ", hash='da629d88ec8debd89db43b9c1d1537829ec7ddd0', operation='UPDATE', pgid='pgtrigger_review_is_kept_14e56', table='aid_review', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('review', 'decider', 'revision'), name='aid_one_decision_of_a_person_on_a_review'),
        ),
        migrations.AddConstraint(
            model_name='disbursement',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('request',), name='aid_one_live_disbursement'),
        ),
        migrations.AddConstraint(
            model_name='disbursementattempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fail_reason', ''), ('failed_at__isnull', True), ('failed_by__isnull', True), ('state', 'sent')), models.Q(('failed_at__isnull', False), ('failed_by__isnull', False), ('state', 'failed'), models.Q(('fail_reason', ''), _negated=True)), _connector='OR'), name='aid_failure_is_said_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='answertemplate',
            constraint=models.UniqueConstraint(fields=('language', 'title'), name='aid_one_template_of_a_title'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appeal',
            trigger=pgtrigger.compiler.Trigger(name='appeal_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.ground_sealed IS NOT NULL AND OLD.ground_sealed IS DISTINCT FROM NEW.ground_sealed AND (OLD.ground_sealed IS NULL OR get_byte(NEW.ground_sealed, 0) NOT BETWEEN get_byte(OLD.ground_sealed, 0) AND 9 OR substr(OLD.ground_sealed, 1, 2 + get_byte(OLD.ground_sealed, 1)) = substr(NEW.ground_sealed, 1, 2 + get_byte(NEW.ground_sealed, 1))))) OR to_jsonb(OLD) - 'ground_sealed' <> to_jsonb(NEW) - 'ground_sealed'\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_is_kept';\n            END IF;\n            RETURN NEW;\n        ", hash='eed805cc05d409c4bd2aadc6d02c778bf70bf379', operation='UPDATE', pgid='pgtrigger_appeal_is_kept_ac2be', table='aid_appeal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appeal',
            trigger=pgtrigger.compiler.Trigger(name='appeal_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='46e7982cd2be5c4bae53634946458f45453823c9', operation='DELETE', pgid='pgtrigger_appeal_is_not_deleted_caec7', table='aid_appeal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appeal',
            trigger=pgtrigger.compiler.Trigger(name='appeals_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='347bcea565094a8665426c33b2c21f9e2b46cd3a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_appeals_are_never_emptied_0d2d4', table='aid_appeal', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='attachment',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='aid.case'),
        ),
        migrations.AddField(
            model_name='caselink',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='aid.case'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='casestatistic',
            trigger=pgtrigger.compiler.Trigger(name='statistic_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='15394fe61baba2d65ee19defbb8403307545b18f', operation='UPDATE OR DELETE', pgid='pgtrigger_statistic_is_kept_2c140', table='aid_casestatistic', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='casestatistic',
            trigger=pgtrigger.compiler.Trigger(name='statistics_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='86a457159ac2e55c2b84387ef72e300833d56f0f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_statistics_are_never_emptied_bd01d', table='aid_casestatistic', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='complaint',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='aid.case'),
        ),
        migrations.AddField(
            model_name='complaint',
            name='closed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='conflict',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='aid.case'),
        ),
        migrations.AddField(
            model_name='conflict',
            name='lifted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='conflict',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='declinebatch',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='declinebatch',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='batch',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='aid.declinebatch'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('approvals_needed__gte', 1)), name='aid_somebody_approves'),
        ),
        migrations.AddField(
            model_name='hold',
            name='by',
            field=models.ForeignKey(help_text='none: a rule', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='lifted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='looked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='aid.aidrequest'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to='aid.case'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='lifted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='match',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='match',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='aid.case'),
        ),
        migrations.AddField(
            model_name='match',
            name='second',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='aid.case'),
        ),
        migrations.AddField(
            model_name='message',
            name='author',
            field=models.ForeignKey(help_text='staff alone', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='aid.case'),
        ),
        migrations.AddField(
            model_name='note',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='note',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='aid.case'),
        ),
        migrations.AddField(
            model_name='case',
            name='person',
            field=models.ForeignKey(help_text='given when the case is sent in', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='aid.person'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('requester_index__isnull', True), ('requester_sealed__isnull', True)), models.Q(('requester_index__isnull', False), ('requester_sealed__isnull', False)), _connector='OR'), name='aid_requester_has_its_index'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('erased_at__isnull', False), ('words_fingerprint__isnull', True)), models.Q(('erased_at__isnull', True), ('words_fingerprint__isnull', False)), _connector='OR'), name='aid_words_open_what_is_not_erased'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), models.Q(('email_sealed__isnull', True), ('notice_sealed__isnull', True), ('requester_sealed__isnull', True), ('worker_id_sealed__isnull', True)), _connector='OR'), name='aid_erased_case_is_empty'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('rating_before__range', (0, 100)), ('rating_after__range', (0, 100))), name='aid_rating_is_a_percentage'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('lost_minor__gte', 0)), name='aid_pay_lost_is_not_negative'),
        ),
        migrations.AddField(
            model_name='policy',
            name='fund',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='aid_policies', to='ledger.fund'),
        ),
        migrations.AddField(
            model_name='policy',
            name='made_by',
            field=models.ForeignKey(help_text='none: the default', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='aidrequest',
            name='policy',
            field=models.ForeignKey(help_text='frozen when the review starts', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='aid.policy'),
        ),
        migrations.AddConstraint(
            model_name='aidrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'draft'), ('submitted_at__isnull', True)), models.Q(models.Q(('status', 'draft'), _negated=True), ('due_on__isnull', False), ('submitted_at__isnull', False), models.Q(('wants_money', False), models.Q(('amount_minor__isnull', False), models.Q(('pay_method', ''), _negated=True)), _connector='OR')), _connector='OR'), name='aid_sent_request_is_complete'),
        ),
        migrations.AddConstraint(
            model_name='aidrequest',
            constraint=models.CheckConstraint(condition=models.Q(('round__in', [1, 2])), name='aid_one_appeal_and_no_more'),
        ),
        migrations.AddField(
            model_name='policyband',
            name='policy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bands', to='aid.policy'),
        ),
        migrations.AddField(
            model_name='reinstatement',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reinstatements', to='aid.case'),
        ),
        migrations.AddConstraint(
            model_name='retentionrule',
            constraint=models.CheckConstraint(condition=models.Q(('days__gte', 1)), name='aid_something_is_kept_a_day'),
        ),
        migrations.AddField(
            model_name='surge',
            name='began_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='surge',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='taxrecord',
            trigger=pgtrigger.compiler.Trigger(name='tax_record_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.payee_sealed IS NOT NULL AND OLD.payee_sealed IS DISTINCT FROM NEW.payee_sealed AND (OLD.payee_sealed IS NULL OR get_byte(NEW.payee_sealed, 0) NOT BETWEEN get_byte(OLD.payee_sealed, 0) AND 9 OR substr(OLD.payee_sealed, 1, 2 + get_byte(OLD.payee_sealed, 1)) = substr(NEW.payee_sealed, 1, 2 + get_byte(NEW.payee_sealed, 1))))) OR to_jsonb(OLD) - 'payee_sealed' <> to_jsonb(NEW) - 'payee_sealed'\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'tax_record_is_kept';\n            END IF;\n            RETURN NEW;\n        ", hash='7d345480bd63e85d1f691bd0b9b613e124506a49', operation='UPDATE', pgid='pgtrigger_tax_record_is_kept_7de03', table='aid_taxrecord', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='taxrecord',
            trigger=pgtrigger.compiler.Trigger(name='tax_record_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='612cb30f833791034ef936955debb3f52c28b971', operation='DELETE', pgid='pgtrigger_tax_record_is_not_deleted_a9a51', table='aid_taxrecord', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='taxrecord',
            trigger=pgtrigger.compiler.Trigger(name='tax_records_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='50ac431aee0790eeecb620aa4d9de9da0baab660', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_tax_records_are_never_emptied_99e83', table='aid_taxrecord', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='tombstone',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tombstones', to='aid.case'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['case', 'at'], name='aid_attachments_of_a_case'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='attachment_moves_on', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('waiting', 'clean'), ('waiting', 'refused'), ('clean', 'refused'))\n            THEN RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_moves_on';\n            END IF;\n            RETURN NEW;\n        ", hash='7abdb03d0fdd2d81a360af7d57435f7b506e8ae4', operation='UPDATE', pgid='pgtrigger_attachment_moves_on_3f642', table='aid_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='attachment_is_not_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.id, OLD.case_id, OLD.kind, OLD.size, OLD.digest, OLD.at) IS DISTINCT FROM ROW(NEW.id, NEW.case_id, NEW.kind, NEW.size, NEW.digest, NEW.at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_is_not_changed';\n            END IF;\n            RETURN NEW;\n        ", hash='af30726586425487f5d72c19c8232e7e856fd218', operation='UPDATE', pgid='pgtrigger_attachment_is_not_changed_37d3b', table='aid_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='attachment_goes_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.gone_at IS NOT NULL AND OLD.gone_at IS DISTINCT FROM NEW.gone_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_goes_once';\n            END IF;\n            RETURN NEW;\n        ", hash='f675b3075380a7549d51dbcf72e905377490819c', operation='UPDATE', pgid='pgtrigger_attachment_goes_once_7298b', table='aid_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='attachment_name_only_goes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.name_sealed IS NOT NULL AND OLD.name_sealed IS DISTINCT FROM NEW.name_sealed AND (OLD.name_sealed IS NULL OR get_byte(NEW.name_sealed, 0) NOT BETWEEN get_byte(OLD.name_sealed, 0) AND 9 OR substr(OLD.name_sealed, 1, 2 + get_byte(OLD.name_sealed, 1)) = substr(NEW.name_sealed, 1, 2 + get_byte(NEW.name_sealed, 1)))))\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_name_only_goes';\n            END IF;\n            RETURN NEW;\n        ", hash='62eb9e80759b6a2088eab9d27f434bfc06553638', operation='UPDATE', pgid='pgtrigger_attachment_name_only_goes_854db', table='aid_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='attachment_of_sent_case_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (SELECT 1 FROM aid_aidrequest q WHERE q.case_id = OLD.case_id AND q.status <> 'draft') THEN\n                RAISE EXCEPTION 'row % of % is kept', OLD.id, TG_TABLE_NAME USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_row_is_kept';\n            END IF;\n            RETURN OLD;\n        ", hash='58e96af20e32733102e85ebf48685df09d539f6f', operation='DELETE', pgid='pgtrigger_attachment_of_sent_case_is_kept_09529', table='aid_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='attachments_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='5bbcca3e669a99529f64d1cc8bdf0d38995f87d9', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_attachments_are_never_emptied_40c7a', table='aid_attachment', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='aid_complaint_is_closed_by_somebody'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='complaint_is_closed_by_another', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE of_request uuid;', func="\n            SELECT q.id INTO of_request FROM aid_aidrequest q WHERE q.case_id = NEW.case_id;\n            IF NEW.closed_by_id IS NOT NULL AND EXISTS (\n                SELECT 1 FROM (\n    SELECT r.reviewer_id AS person, 'reviewer' AS part, r.round AS round FROM aid_review r\n    WHERE r.request_id = of_request\n    UNION SELECT d.decider_id, 'decider', r.round FROM aid_decision d JOIN aid_review r ON r.id = d.review_id\n    WHERE r.request_id = of_request\n    UNION SELECT a.recorded_by_id, 'payer', 2 FROM aid_disbursementattempt a\n    JOIN aid_disbursement b ON b.id = a.disbursement_id WHERE b.request_id = of_request\n) taken WHERE taken.person = NEW.closed_by_id) THEN\n                RAISE EXCEPTION 'complaint % is not theirs to close', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'aid_complaint_is_closed_by_another';\n            END IF;\n            RETURN NEW;\n        ", hash='c56675d61321674f749b3f85ba2622ff8371b6c9', operation='UPDATE', pgid='pgtrigger_complaint_is_closed_by_another_b69df', table='aid_complaint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='complaint_is_not_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.id, OLD.case_id, OLD.about, OLD.at) IS DISTINCT FROM ROW(NEW.id, NEW.case_id, NEW.about, NEW.at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_is_not_changed';\n            END IF;\n            RETURN NEW;\n        ", hash='3795fb3c87dabe3094dc8470bfe1679fa3f50a89', operation='UPDATE', pgid='pgtrigger_complaint_is_not_changed_d5266', table='aid_complaint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='complaint_is_closed_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.closed_at IS NOT NULL AND OLD.closed_at IS DISTINCT FROM NEW.closed_at) OR (OLD.closed_by_id IS NOT NULL AND OLD.closed_by_id IS DISTINCT FROM NEW.closed_by_id)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_is_closed_once';\n            END IF;\n            RETURN NEW;\n        ", hash='cc3f4b35d65b8a27a1c3fd25c63baa078d2b742a', operation='UPDATE', pgid='pgtrigger_complaint_is_closed_once_f6a1e', table='aid_complaint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='complaint_only_goes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.body_sealed IS NOT NULL AND OLD.body_sealed IS DISTINCT FROM NEW.body_sealed AND (OLD.body_sealed IS NULL OR get_byte(NEW.body_sealed, 0) NOT BETWEEN get_byte(OLD.body_sealed, 0) AND 9 OR substr(OLD.body_sealed, 1, 2 + get_byte(OLD.body_sealed, 1)) = substr(NEW.body_sealed, 1, 2 + get_byte(NEW.body_sealed, 1)))))\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_only_goes';\n            END IF;\n            RETURN NEW;\n        ", hash='27024b62bb898b83e8ab086710975dbff1804413', operation='UPDATE', pgid='pgtrigger_complaint_only_goes_4bbb6', table='aid_complaint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='complaint_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5f13f59e9d0fb755453cbf3291a6cdf67fe0d60f', operation='DELETE', pgid='pgtrigger_complaint_is_not_deleted_a1d9b', table='aid_complaint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='complaints_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='61f78a3a2e99c4c908e903780bc0442dd419eaa4', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_complaints_are_never_emptied_6a27c', table='aid_complaint', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='conflict',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', True), ('worker_id_index__isnull', False)), models.Q(('case__isnull', False), ('worker_id_index__isnull', True)), _connector='OR'), name='aid_conflict_is_about_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='conflict',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', True), ('lifted_by__isnull', True)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('person', models.F('lifted_by')), _negated=True)), _connector='OR'), name='aid_conflict_is_lifted_by_another'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conflict',
            trigger=pgtrigger.compiler.Trigger(name='conflict_is_not_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.id, OLD.person_id, OLD.case_id, OLD.worker_id_index, OLD.at) IS DISTINCT FROM ROW(NEW.id, NEW.person_id, NEW.case_id, NEW.worker_id_index, NEW.at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'conflict_is_not_changed';\n            END IF;\n            RETURN NEW;\n        ", hash='1b6283a315de6c35beb10ff0ea81136fd943cd08', operation='UPDATE', pgid='pgtrigger_conflict_is_not_changed_63177', table='aid_conflict', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conflict',
            trigger=pgtrigger.compiler.Trigger(name='conflict_is_lifted_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.lifted_at IS NOT NULL AND OLD.lifted_at IS DISTINCT FROM NEW.lifted_at) OR (OLD.lifted_by_id IS NOT NULL AND OLD.lifted_by_id IS DISTINCT FROM NEW.lifted_by_id)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'conflict_is_lifted_once';\n            END IF;\n            RETURN NEW;\n        ", hash='25b15c6beaad44783f8bb0db249821c15eb95576', operation='UPDATE', pgid='pgtrigger_conflict_is_lifted_once_faeeb', table='aid_conflict', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conflict',
            trigger=pgtrigger.compiler.Trigger(name='conflict_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e8b81b35c3b4a2c856c1a71abd76d5633380d4da', operation='DELETE', pgid='pgtrigger_conflict_is_kept_d4f90', table='aid_conflict', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conflict',
            trigger=pgtrigger.compiler.Trigger(name='conflicts_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='e754b0eea83cfd28d17f3ed36492fe2e58216955', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_conflicts_are_never_emptied_65f2b', table='aid_conflict', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='declinebatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='aid_batch_is_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='declinebatch',
            constraint=models.CheckConstraint(condition=models.Q(('made_by', models.F('decided_by')), _negated=True), name='aid_batch_is_decided_by_another'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='declinebatch',
            trigger=pgtrigger.compiler.Trigger(name='batch_moves_on', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('open', 'agreed'), ('open', 'sent_back'))\n            THEN RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_moves_on';\n            END IF;\n            RETURN NEW;\n        ", hash='4a9c16e87bc1c0ea7f87e993a0c1501d0b6dd8d9', operation='UPDATE', pgid='pgtrigger_batch_moves_on_3e477', table='aid_declinebatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='declinebatch',
            trigger=pgtrigger.compiler.Trigger(name='batch_keeps_its_list', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.reason, OLD.digest, OLD.made_by_id, OLD.made_at) IS DISTINCT FROM ROW(NEW.reason, NEW.digest, NEW.made_by_id, NEW.made_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_keeps_its_list';\n            END IF;\n            RETURN NEW;\n        ", hash='c47d0033a010296c882aff5c73f2ab8b75abc3fc', operation='UPDATE', pgid='pgtrigger_batch_keeps_its_list_0f180', table='aid_declinebatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='declinebatch',
            trigger=pgtrigger.compiler.Trigger(name='batch_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='26acdf742ab69e26005071b55b63195ae0bdea53', operation='DELETE', pgid='pgtrigger_batch_is_not_deleted_60281', table='aid_declinebatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='declinebatch',
            trigger=pgtrigger.compiler.Trigger(name='batches_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='5bae035a6b3ef40902e55fff9ed2ce8ffe65efd6', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_batches_are_never_emptied_84ed7', table='aid_declinebatch', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('at')), ('until__lte', models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(models.F('at'), '+', models.Value(datetime.timedelta(days=7))), models.DateTimeField()))), name='aid_hold_runs_out'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hold',
            trigger=pgtrigger.compiler.Trigger(name='hold_is_not_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.id, OLD.request_id, OLD.reason, OLD.by_id, OLD.at, OLD.until) IS DISTINCT FROM ROW(NEW.id, NEW.request_id, NEW.reason, NEW.by_id, NEW.at, NEW.until)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_is_not_changed';\n            END IF;\n            RETURN NEW;\n        ", hash='3b7acc31d4aabaa99b2390d0756b118390439ac8', operation='UPDATE', pgid='pgtrigger_hold_is_not_changed_3b688', table='aid_hold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hold',
            trigger=pgtrigger.compiler.Trigger(name='hold_is_ended_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.lifted_at IS NOT NULL AND OLD.lifted_at IS DISTINCT FROM NEW.lifted_at) OR (OLD.lifted_by_id IS NOT NULL AND OLD.lifted_by_id IS DISTINCT FROM NEW.lifted_by_id) OR (OLD.looked_at IS NOT NULL AND OLD.looked_at IS DISTINCT FROM NEW.looked_at) OR (OLD.looked_by_id IS NOT NULL AND OLD.looked_by_id IS DISTINCT FROM NEW.looked_by_id)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_is_ended_once';\n            END IF;\n            RETURN NEW;\n        ", hash='df1935e6602a69aac4bfcd5548db18c5d6eebde3', operation='UPDATE', pgid='pgtrigger_hold_is_ended_once_e55e1', table='aid_hold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hold',
            trigger=pgtrigger.compiler.Trigger(name='hold_note_only_goes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.note_sealed IS NOT NULL AND OLD.note_sealed IS DISTINCT FROM NEW.note_sealed AND (OLD.note_sealed IS NULL OR get_byte(NEW.note_sealed, 0) NOT BETWEEN get_byte(OLD.note_sealed, 0) AND 9 OR substr(OLD.note_sealed, 1, 2 + get_byte(OLD.note_sealed, 1)) = substr(NEW.note_sealed, 1, 2 + get_byte(NEW.note_sealed, 1)))))\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_note_only_goes';\n            END IF;\n            RETURN NEW;\n        ", hash='dcb04fc9257764ef9315155dbaf9ed46fa7e89f8', operation='UPDATE', pgid='pgtrigger_hold_note_only_goes_d69e5', table='aid_hold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hold',
            trigger=pgtrigger.compiler.Trigger(name='hold_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='dd8dc94e6a1020ee41a2e29e0c5859787c6b59d5', operation='DELETE', pgid='pgtrigger_hold_is_kept_48c6d', table='aid_hold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hold',
            trigger=pgtrigger.compiler.Trigger(name='holds_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='9e464453591ea09dbb26940c4c0f7c7acd678a64', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_holds_are_never_emptied_361fb', table='aid_hold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='legal_hold_is_not_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.id, OLD.case_id, OLD.by_id, OLD.at) IS DISTINCT FROM ROW(NEW.id, NEW.case_id, NEW.by_id, NEW.at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'legal_hold_is_not_changed';\n            END IF;\n            RETURN NEW;\n        ", hash='09e16a8df33665b3e74afc16967bac19c56bb296', operation='UPDATE', pgid='pgtrigger_legal_hold_is_not_changed_c3e1c', table='aid_legalhold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='legal_hold_is_lifted_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.lifted_at IS NOT NULL AND OLD.lifted_at IS DISTINCT FROM NEW.lifted_at) OR (OLD.lifted_by_id IS NOT NULL AND OLD.lifted_by_id IS DISTINCT FROM NEW.lifted_by_id)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'legal_hold_is_lifted_once';\n            END IF;\n            RETURN NEW;\n        ", hash='9dc84b9c76d8b095b794d3dd4f777454dedb47b9', operation='UPDATE', pgid='pgtrigger_legal_hold_is_lifted_once_57d21', table='aid_legalhold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='legal_hold_reason_only_goes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.reason_sealed IS NOT NULL AND OLD.reason_sealed IS DISTINCT FROM NEW.reason_sealed AND (OLD.reason_sealed IS NULL OR get_byte(NEW.reason_sealed, 0) NOT BETWEEN get_byte(OLD.reason_sealed, 0) AND 9 OR substr(OLD.reason_sealed, 1, 2 + get_byte(OLD.reason_sealed, 1)) = substr(NEW.reason_sealed, 1, 2 + get_byte(NEW.reason_sealed, 1)))))\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'legal_hold_reason_only_goes';\n            END IF;\n            RETURN NEW;\n        ", hash='7c014cb30b061ccb570dc35432b81514ffaee1b5', operation='UPDATE', pgid='pgtrigger_legal_hold_reason_only_goes_d2c99', table='aid_legalhold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='legal_hold_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='07be3a00d836f16a7e7dc520b022370ca94e81a7', operation='DELETE', pgid='pgtrigger_legal_hold_is_kept_a5be8', table='aid_legalhold', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='legal_holds_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='be36ca1889b59c826bd61aa1ed0689e2f343507b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_legal_holds_are_never_emptied_930c7', table='aid_legalhold', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='aid_match_names_the_lower_id_first'),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='aid_likeness_is_answered_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='match',
            trigger=pgtrigger.compiler.Trigger(name='match_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='08aa541fb6f1fce71a67aa4fb23701c981cab422', operation='UPDATE OR DELETE', pgid='pgtrigger_match_is_kept_489c0', table='aid_match', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='match',
            trigger=pgtrigger.compiler.Trigger(name='matches_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='4c2fca1db3d39ee960ca56ff50fd8873ad8639c2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_matches_are_never_emptied_77969', table='aid_match', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['case', 'at'], name='aid_messages_of_a_case'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('author__isnull', False), ('sender', 'staff')), models.Q(models.Q(('sender', 'staff'), _negated=True), ('author__isnull', True), ('is_question', False)), _connector='OR'), name='aid_message_of_staff_has_its_author'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='message_is_not_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.id, OLD.case_id, OLD.sender, OLD.author_id, OLD.is_question, OLD.at) IS DISTINCT FROM ROW(NEW.id, NEW.case_id, NEW.sender, NEW.author_id, NEW.is_question, NEW.at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'message_is_not_changed';\n            END IF;\n            RETURN NEW;\n        ", hash='ab34956dc0bd4a9bbc8d7560e5326f281b8509cc', operation='UPDATE', pgid='pgtrigger_message_is_not_changed_2ed0f', table='aid_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='message_is_seen_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.seen_at IS NOT NULL AND OLD.seen_at IS DISTINCT FROM NEW.seen_at)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'message_is_seen_once';\n            END IF;\n            RETURN NEW;\n        ", hash='c3f0bcc602543c388bd68be68cb1db8ce2004a32', operation='UPDATE', pgid='pgtrigger_message_is_seen_once_27adb', table='aid_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='message_body_only_goes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.body_sealed IS NOT NULL AND OLD.body_sealed IS DISTINCT FROM NEW.body_sealed AND (OLD.body_sealed IS NULL OR get_byte(NEW.body_sealed, 0) NOT BETWEEN get_byte(OLD.body_sealed, 0) AND 9 OR substr(OLD.body_sealed, 1, 2 + get_byte(OLD.body_sealed, 1)) = substr(NEW.body_sealed, 1, 2 + get_byte(NEW.body_sealed, 1)))))\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'message_body_only_goes';\n            END IF;\n            RETURN NEW;\n        ", hash='50cec822f27c761e69e59e70bb9b219cc55d6752', operation='UPDATE', pgid='pgtrigger_message_body_only_goes_fb485', table='aid_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='message_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a129adbcd4ec6b1f5c236eadf4dd93b40c233d40', operation='DELETE', pgid='pgtrigger_message_is_not_deleted_6e7f0', table='aid_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='messages_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='1cb1d5661b5b8c95b9b5f0cec3b34fbbb23920be', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_messages_are_never_emptied_2f8f4', table='aid_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='note_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ((NEW.body_sealed IS NOT NULL AND OLD.body_sealed IS DISTINCT FROM NEW.body_sealed AND (OLD.body_sealed IS NULL OR get_byte(NEW.body_sealed, 0) NOT BETWEEN get_byte(OLD.body_sealed, 0) AND 9 OR substr(OLD.body_sealed, 1, 2 + get_byte(OLD.body_sealed, 1)) = substr(NEW.body_sealed, 1, 2 + get_byte(NEW.body_sealed, 1))))) OR to_jsonb(OLD) - 'body_sealed' <> to_jsonb(NEW) - 'body_sealed'\n            THEN RAISE EXCEPTION 'what a row of % says is kept', TG_TABLE_NAME\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'note_is_kept';\n            END IF;\n            RETURN NEW;\n        ", hash='c1dbc0ae80232631d97ad17e9e0fe91f8fea0696', operation='UPDATE', pgid='pgtrigger_note_is_kept_b5610', table='aid_note', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='note_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='d60e4dbb972f4067a4135b4b0be96b4c4b59723a', operation='DELETE', pgid='pgtrigger_note_is_not_deleted_b205b', table='aid_note', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='notes_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='3232cccfcc13620b8db5914d5d99c5a2d5f67941', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_notes_are_never_emptied_ca054', table='aid_note', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.UniqueConstraint(fields=('fund', 'version'), name='aid_policy_version_is_used_once'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('max_per_request_minor__gt', 0), ('cap_minor__gte', models.F('max_per_request_minor')), ('fast_lane_minor__gte', 0), ('fast_lane_minor__lte', models.F('max_per_request_minor'))), name='aid_policy_amounts_fit_each_other'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('answer_days__gte', 1), ('cap_days__gte', 1), ('info_days__gte', 1)), name='aid_policy_gives_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policy',
            trigger=pgtrigger.compiler.Trigger(name='policy_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='94548e989633b14d410ad5e0776d08c44a449fac', operation='UPDATE OR DELETE', pgid='pgtrigger_policy_is_kept_b9f00', table='aid_policy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policy',
            trigger=pgtrigger.compiler.Trigger(name='policies_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='9ab0d4ef98a86947f99161754f19dfa4925f3b88', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_policies_are_never_emptied_fb2ad', table='aid_policy', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='policyband',
            constraint=models.UniqueConstraint(fields=('policy', 'up_to_minor'), name='aid_one_band_for_an_amount', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='policyband',
            constraint=models.CheckConstraint(condition=models.Q(('approvals__gte', 2)), name='aid_band_needs_two_approvals'),
        ),
        migrations.AddConstraint(
            model_name='policyband',
            constraint=models.CheckConstraint(condition=models.Q(('up_to_minor__gt', 0)), name='aid_band_amount_is_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyband',
            trigger=pgtrigger.compiler.Trigger(name='policy_band_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='81ff7454d44648c2adfdf212be4ee7838f8a891e', operation='UPDATE OR DELETE', pgid='pgtrigger_policy_band_is_kept_c677b', table='aid_policyband', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyband',
            trigger=pgtrigger.compiler.Trigger(name='policy_bands_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='c9463f769762fae349e52ea2330138c799155979', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_policy_bands_are_never_emptied_0fdba', table='aid_policyband', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reinstatement',
            trigger=pgtrigger.compiler.Trigger(name='reinstatement_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='886f3883892497e2ea7857328bdff5b1187ef02c', operation='UPDATE OR DELETE', pgid='pgtrigger_reinstatement_is_kept_de2fd', table='aid_reinstatement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reinstatement',
            trigger=pgtrigger.compiler.Trigger(name='reinstatements_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='b3ba4382101768c27da4f0057d32dfa88e14d138', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_reinstatements_are_never_emptied_80f00', table='aid_reinstatement', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='surge',
            constraint=models.UniqueConstraint(fields=('ended_at',), name='aid_one_surge_at_a_time', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='surge',
            trigger=pgtrigger.compiler.Trigger(name='surge_is_not_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.id, OLD.began_at, OLD.began_by_id) IS DISTINCT FROM ROW(NEW.id, NEW.began_at, NEW.began_by_id)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'surge_is_not_changed';\n            END IF;\n            RETURN NEW;\n        ", hash='cf3c5dad0015d9a665330b875dbae71a80c874f2', operation='UPDATE', pgid='pgtrigger_surge_is_not_changed_0796a', table='aid_surge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='surge',
            trigger=pgtrigger.compiler.Trigger(name='surge_ends_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.ended_at IS NOT NULL AND OLD.ended_at IS DISTINCT FROM NEW.ended_at) OR (OLD.ended_by_id IS NOT NULL AND OLD.ended_by_id IS DISTINCT FROM NEW.ended_by_id)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'surge_ends_once';\n            END IF;\n            RETURN NEW;\n        ", hash='cc49513312971c4b82d39018ec7aa910e683a2b7', operation='UPDATE', pgid='pgtrigger_surge_ends_once_2de73', table='aid_surge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='surge',
            trigger=pgtrigger.compiler.Trigger(name='surge_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8e88cac717dbcf940d9e486077c29a3e5ab89d49', operation='DELETE', pgid='pgtrigger_surge_is_kept_2aa56', table='aid_surge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='surge',
            trigger=pgtrigger.compiler.Trigger(name='surges_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='fc0afaac485c9bf2f81ae9c42170b72314025df2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_surges_are_never_emptied_829fe', table='aid_surge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tombstone',
            trigger=pgtrigger.compiler.Trigger(name='tombstone_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='08236445b32864f7a703a4099751b8f31be8be9c', operation='UPDATE OR DELETE', pgid='pgtrigger_tombstone_is_kept_b3159', table='aid_tombstone', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tombstone',
            trigger=pgtrigger.compiler.Trigger(name='tombstones_are_never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the rows of % are kept', TG_TABLE_NAME;", hash='3cbebead4ddea88c4ac9e802c795c280eca8f236', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_tombstones_are_never_emptied_d32f4', table='aid_tombstone', when='BEFORE')),
        ),
    ]

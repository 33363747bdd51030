import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import modelcluster.fields
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
import wagtail.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0004_campaigns_end'),
        ('wagtailcore', '0097_baselogentry_uuid_action_timestamp_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SecondPerson',
            fields=[
                ('task_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.task')),
            ],
            bases=('wagtailcore.task',),
        ),
        migrations.CreateModel(
            name='Subscriber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, help_text='names the reader in links', unique=True)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('address_index', models.BinaryField(help_text='what a suppression is found by', max_length=32, unique=True)),
                ('state', models.CharField(choices=[('pending', 'not confirmed yet'), ('active', 'subscribed'), ('left', 'left')], default='pending', max_length=10)),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], default='en', max_length=10, verbose_name='language')),
                ('paused_until', models.DateField(help_text='no letters before this day', null=True)),
                ('source', models.CharField(choices=[('form', 'signed up on the site'), ('import', 'imported'), ('event', 'agreed at an event'), ('petition', 'agreed at a petition')], default='form', max_length=10)),
                ('source_detail', models.CharField(blank=True, help_text='which form, which file and row', max_length=200)),
                ('created_at', models.DateTimeField()),
                ('consented_at', models.DateTimeField(help_text='when they said yes, here or where they come from', null=True)),
                ('asked_at', models.DateTimeField(help_text='when the last letter asked them to confirm', null=True)),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('left_at', models.DateTimeField(null=True)),
                ('left_by', models.CharField(blank=True, choices=[('one_click', 'by the button of the mail program'), ('page', 'on the page of the link in a letter'), ('bounced', 'letters came back'), ('complained', 'reported as unwanted'), ('desk', 'by staff, on request')], max_length=12)),
            ],
            options={
                'verbose_name': 'subscriber',
                'verbose_name_plural': 'subscribers',
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='As readers see it: “Mass rejections”', max_length=80, unique=True, verbose_name='name')),
                ('name_es', models.CharField(blank=True, max_length=80, verbose_name='name in Spanish')),
                ('is_offered', models.BooleanField(default=True, help_text='Readers may choose it. Issues and readers that have it keep it.', verbose_name='offered')),
            ],
            options={
                'verbose_name': 'topic',
                'verbose_name_plural': 'topics',
            },
        ),
        migrations.AddField(
            model_name='newsletterissuepage',
            name='corrections',
            field=wagtail.fields.StreamField([('correction', 2)], blank=True, block_lookup={0: ('wagtail.blocks.DateBlock', (), {'label': 'Day'}), 1: ('wagtail.blocks.TextBlock', (), {'label': 'What was wrong, and what is right', 'rows': 3}), 2: ('wagtail.blocks.StructBlock', [[('date', 0), ('text', 1)]], {})}, help_text='What was wrong and is right now. They stand on the page; letters that left stay as they are.', verbose_name='corrections'),
        ),
        migrations.AddField(
            model_name='newsletterissuepage',
            name='preheader',
            field=models.CharField(blank=True, help_text='Mail programs show it before the letter is opened. Empty: the beginning of the welcome', max_length=150, verbose_name='line beside the subject'),
        ),
        migrations.AddField(
            model_name='newsletterissuepage',
            name='subject',
            field=models.CharField(blank=True, help_text='Empty: the title of the issue', max_length=150, verbose_name='subject of the letter'),
        ),
        migrations.CreateModel(
            name='Sending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision_at', models.DateTimeField(help_text='when what was agreed to was saved')),
                ('state', models.CharField(choices=[('asked', 'waits for a second person'), ('returned', 'sent back'), ('waiting', 'agreed, waits for its time'), ('held', 'held: its time has passed'), ('sending', 'being sent'), ('paused', 'paused'), ('done', 'sent'), ('stopped', 'stopped for good')], default='asked', max_length=10)),
                ('to', models.CharField(choices=[('everyone', 'Everyone'), ('topics', 'Who wants one of these topics'), ('supporters', 'Supporters')], default='everyone', max_length=12, verbose_name='to')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('es', 'Spanish')], max_length=10, verbose_name='language')),
                ('not_before', models.DateTimeField(blank=True, null=True, verbose_name='not before')),
                ('asked_at', models.DateTimeField()),
                ('agreed_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(help_text='the first letter leaves; until then it can be called back', null=True)),
                ('note', models.TextField(blank=True, help_text='why it was sent back, held, paused or stopped', max_length=1000)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('selected', models.PositiveIntegerField(null=True)),
                ('chosen', models.PositiveIntegerField(null=True)),
                ('left_out', models.PositiveIntegerField(null=True)),
                ('left_out_for', models.JSONField(help_text='how many for which reason', null=True)),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issue', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sending', to='cms.newsletterissuepage')),
                ('revision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision')),
                ('topics', models.ManyToManyField(blank=True, related_name='+', to='cms.topic', verbose_name='topics')),
            ],
            options={
                'verbose_name': 'sending',
                'verbose_name_plural': 'sendings',
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10)),
                ('domain', models.CharField(help_text="of the address, small letters: its server's pace", max_length=255)),
                ('state', models.CharField(choices=[('queued', 'waiting'), ('sending', 'being sent'), ('accepted', 'accepted by the mail server'), ('refused', 'refused'), ('uncertain', 'uncertain: the sender was stopped in mid-letter'), ('bounced', 'came back'), ('complained', 'reported as unwanted'), ('left_out', 'left out')], default='queued', max_length=10)),
                ('reason', models.CharField(blank=True, choices=[('paused', 'has paused'), ('suppressed', 'letters came back, or were unwanted'), ('left', 'left before the letter did'), ('stopped', 'the sending was stopped')], help_text='why left out', max_length=10)),
                ('due_at', models.DateTimeField(help_text='not before; moved on after a temporary failure')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('claimed_at', models.DateTimeField(help_text='by the wall clock', null=True)),
                ('claimed_by', models.CharField(blank=True, help_text='machine and process', max_length=80)),
                ('settled_at', models.DateTimeField(help_text='when it was accepted, refused or left out', null=True)),
                ('answer', models.CharField(blank=True, help_text='what the mail server said, without addresses', max_length=200)),
                ('unsubscribed_at', models.DateTimeField(help_text='left by the link of this letter', null=True)),
                ('sending', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='cms.sending')),
                ('subscriber', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deliveries', to='cms.subscriber')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.CreateModel(
            name='ConsentRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('asked', 'asked for letters'), ('confirmed', 'confirmed the address'), ('imported', 'taken over from another list'), ('chose', 'chose topics or language'), ('paused', 'paused'), ('resumed', 'goes on'), ('left', 'left'), ('came_back', 'took leaving back')], max_length=10)),
                ('how', models.CharField(blank=True, help_text='a code or the source: one_click, Mailchimp export', max_length=200)),
                ('at', models.DateTimeField()),
                ('subscriber', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='records', to='cms.subscriber')),
            ],
        ),
        migrations.AddField(
            model_name='subscriber',
            name='topics',
            field=models.ManyToManyField(blank=True, help_text='none: everything', related_name='+', to='cms.topic'),
        ),
        migrations.AddField(
            model_name='newsletterissuepage',
            name='topics',
            field=modelcluster.fields.ParentalManyToManyField(blank=True, related_name='issues', to='cms.topic', verbose_name='topics'),
        ),
        migrations.CreateModel(
            name='SendingVariant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], max_length=10)),
                ('subject', models.CharField(max_length=200)),
                ('html', models.TextField()),
                ('text', models.TextField()),
                ('mime', models.BinaryField(help_text='the whole message: see mail.frozen')),
                ('sha256', models.BinaryField(help_text='over the message', max_length=32)),
                ('sending', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='variants', to='cms.sending')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('sending', 'language'), name='cms_variant_is_frozen_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sendingvariant',
            trigger=pgtrigger.compiler.Trigger(name='cms_variant_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1484f0f8a21256a79633ffdb4b5c1b751b8d4a73', operation='UPDATE OR DELETE', pgid='pgtrigger_cms_variant_is_kept_a2cfa', table='cms_sendingvariant', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['sending', 'due_at', 'id'], name='cms_deliveries_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['claimed_at'], name='cms_deliveries_in_flight'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['sending', 'state'], name='cms_deliveries_by_state'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('sending', 'subscriber'), name='cms_delivery_reaches_a_reader_once'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'left_out'), ('reason', ''), _connector='XOR'), name='cms_delivery_left_out_for_a_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='cms_delivery_moves', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('queued', 'sending'), ('queued', 'left_out'), ('sending', 'queued'), ('sending', 'accepted'), ('sending', 'refused'), ('sending', 'uncertain'), ('uncertain', 'accepted'), ('uncertain', 'queued'), ('uncertain', 'left_out'), ('uncertain', 'bounced'), ('uncertain', 'complained'), ('accepted', 'bounced'), ('accepted', 'complained'), ('bounced', 'complained'))\n            THEN RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'cms_delivery_moves';\n            END IF;\n            RETURN NEW;\n        ", hash='606cb2b0c6b98ffd256a347e7dbcfab7d78b8315', operation='UPDATE', pgid='pgtrigger_cms_delivery_moves_6680c', table='cms_delivery', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='cms_delivery_is_of_one_sending', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF ROW(OLD.sending_id, OLD.language, OLD.domain) IS DISTINCT FROM ROW(NEW.sending_id, NEW.language, NEW.domain)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'cms_delivery_is_of_one_sending';\n            END IF;\n            RETURN NEW;\n        ", hash='5169f299560d7c89f3e8e86243bb7b12c348464f', operation='UPDATE', pgid='pgtrigger_cms_delivery_is_of_one_sending_081da', table='cms_delivery', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='cms_delivery_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='eb148b6e0aecbd07735f6b44be59dcdbe2b138f8', operation='DELETE', pgid='pgtrigger_cms_delivery_is_kept_65f59', table='cms_delivery', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consentrecord',
            trigger=pgtrigger.compiler.Trigger(name='consent_record_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='de83974a441de97887166eb8d3a4686d379aa06c', operation='UPDATE', pgid='pgtrigger_consent_record_is_kept_413a2', table='cms_consentrecord', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='subscriber',
            index=models.Index(fields=['state', '-created_at'], name='cms_subscribers_newest'),
        ),
        migrations.AddIndex(
            model_name='subscriber',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['asked_at'], name='cms_subscribers_to_remind'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='cms_subscriber_address_is_there_once'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'active'), _negated=True), ('consented_at__isnull', False), _connector='OR'), name='cms_subscriber_gets_letters_only_with_consent'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('left_at__isnull', False), ('state', 'left')), models.Q(models.Q(('state', 'left'), _negated=True), ('left_at__isnull', True), ('left_by', '')), _connector='OR'), name='cms_subscriber_who_left_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.CheckConstraint(condition=models.Q(('reminders__lte', 2)), name='cms_subscriber_is_reminded_at_most_twice'),
        ),
        migrations.AddConstraint(
            model_name='sending',
            constraint=models.CheckConstraint(condition=models.Q(('agreed_by__isnull', True), models.Q(('agreed_by', models.F('asked_by')), _negated=True), _connector='OR'), name='cms_sending_takes_two'),
        ),
        migrations.AddConstraint(
            model_name='sending',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed_by__isnull', True), ('due_at__isnull', True), ('state__in', ['asked', 'returned'])), models.Q(models.Q(('state__in', ['asked', 'returned']), _negated=True), ('agreed_at__isnull', False), ('agreed_by__isnull', False), ('due_at__isnull', False)), _connector='OR'), name='cms_sending_waits_for_agreement'),
        ),
        migrations.AddConstraint(
            model_name='sending',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('selected__isnull', True), ('started_at__isnull', True), ('state__in', ['asked', 'returned', 'waiting', 'held'])), models.Q(models.Q(('state__in', ['asked', 'returned', 'waiting', 'held']), _negated=True), ('selected__isnull', False), ('started_at__isnull', False)), _connector='OR'), name='cms_sending_freezes_its_readers_first'),
        ),
        migrations.AddConstraint(
            model_name='sending',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('chosen__isnull', True), ('left_out__isnull', True), ('selected__isnull', True)), ('selected', django.db.models.expressions.CombinedExpression(models.F('chosen'), '+', models.F('left_out'))), _connector='OR'), name='cms_sending_leaves_nobody_uncounted'),
        ),
        migrations.AddConstraint(
            model_name='sending',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['done', 'stopped'])), models.Q(models.Q(('state__in', ['done', 'stopped']), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='cms_sending_that_ended_has_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sending',
            trigger=pgtrigger.compiler.Trigger(name='cms_sending_moves', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('asked', 'returned'), ('asked', 'waiting'), ('returned', 'asked'), ('waiting', 'returned'), ('waiting', 'held'), ('waiting', 'sending'), ('held', 'waiting'), ('held', 'returned'), ('sending', 'paused'), ('sending', 'done'), ('sending', 'stopped'), ('paused', 'sending'), ('paused', 'stopped'), ('done', 'sending'))\n            THEN RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'cms_sending_moves';\n            END IF;\n            RETURN NEW;\n        ", hash='67766ce3b2d692a049b824a7fdc92728ba720b75', operation='UPDATE', pgid='pgtrigger_cms_sending_moves_dcf94', table='cms_sending', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sending',
            trigger=pgtrigger.compiler.Trigger(name='cms_sending_counts_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.started_at IS NOT NULL AND OLD.started_at IS DISTINCT FROM NEW.started_at) OR (OLD.selected IS NOT NULL AND OLD.selected IS DISTINCT FROM NEW.selected) OR (OLD.chosen IS NOT NULL AND OLD.chosen IS DISTINCT FROM NEW.chosen) OR (OLD.left_out IS NOT NULL AND OLD.left_out IS DISTINCT FROM NEW.left_out) OR (OLD.left_out_for IS NOT NULL AND OLD.left_out_for IS DISTINCT FROM NEW.left_out_for)\n            THEN RAISE EXCEPTION 'what % % says is not changed', TG_TABLE_NAME, OLD.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'cms_sending_counts_once';\n            END IF;\n            RETURN NEW;\n        ", hash='b04a20bd83c0afdbef060e1ecfd836cc07fefb2f', operation='UPDATE', pgid='pgtrigger_cms_sending_counts_once_4f924', table='cms_sending', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sending',
            trigger=pgtrigger.compiler.Trigger(name='cms_sending_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='1d95a49d725f8f8d8ac748214a302dcda0946933', operation='DELETE', pgid='pgtrigger_cms_sending_is_kept_41216', table='cms_sending', when='BEFORE')),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0002_letters_that_are_owed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(help_text='empty: all domains together', max_length=255, unique=True)),
                ('minute', models.DateTimeField(help_text='the minute that is counted in, by the wall clock', null=True)),
                ('count', models.PositiveIntegerField(default=0)),
                ('rests_until', models.DateTimeField(help_text='after answers 4xx, by the wall clock', null=True)),
                ('refusals', models.PositiveSmallIntegerField(default=0, help_text='temporary ones in a row')),
                ('answer', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': 'pace',
                'verbose_name_plural': 'paces',
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_index', models.BinaryField(max_length=32, unique=True)),
                ('reason', models.CharField(choices=[('bounced', 'letters came back'), ('complained', 'reported as unwanted'), ('left', 'wanted no more letters, and was erased')], max_length=10)),
                ('source', models.CharField(help_text='webhook, mailbox, erased, import: who said so', max_length=40)),
                ('since', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'suppressed address',
                'verbose_name_plural': 'suppressed addresses',
            },
        ),
        migrations.CreateModel(
            name='MailReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(help_text="the service's id of the event, or a digest of the report", max_length=160, unique=True)),
                ('kind', models.CharField(choices=[('bounced', 'came back for good'), ('delayed', 'did not arrive for now'), ('complained', 'reported as unwanted')], max_length=10)),
                ('address_index', models.BinaryField(max_length=32, null=True)),
                ('message_id', models.CharField(blank=True, help_text='of the letter it is about', max_length=250)),
                ('status', models.CharField(blank=True, help_text='RFC 3463: 5.1.1', max_length=20)),
                ('source', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(help_text='when what sent the letter has drawn its conclusions', null=True)),
            ],
            options={
                'verbose_name': 'report on a letter',
                'verbose_name_plural': 'reports on letters',
                'indexes': [models.Index(condition=models.Q(('taken_at__isnull', True)), fields=['at'], name='mail_reports_to_take')],
            },
        ),
    ]

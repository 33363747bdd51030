from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0014_nameless_letters_name_no_domain'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='reason',
            field=models.CharField(blank=True, choices=[('paused', 'has paused'), ('suppressed', 'letters came back, or were unwanted'), ('left', 'left before the letter did'), ('stopped', 'the sending was stopped'), ('dropped', 'uncertain, and not sent again')], help_text='why left out', max_length=10),
        ),
        migrations.AlterField(
            model_name='sending',
            name='state',
            field=models.CharField(choices=[('asked', 'waits for a second person'), ('returned', 'sent back'), ('waiting', 'agreed, waits for its time'), ('held', 'held: somebody must decide'), ('sending', 'being sent'), ('paused', 'paused'), ('done', 'sent'), ('stopped', 'stopped for good')], default='asked', max_length=10),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisation', '0005_finds_what_was_done_to_a_thing'),
    ]

    operations = [
        migrations.AddField(
            model_name='legalentity',
            name='paper_size',
            field=models.CharField(choices=[('letter', 'Letter (8.5 by 11 in)'), ('a4', 'A4 (210 by 297 mm)')], default='letter', max_length=10, verbose_name='paper'),
        ),
        migrations.AddField(
            model_name='legalentity',
            name='place',
            field=models.CharField(blank=True, help_text='Printed on receipts where the law asks for it (Canada)', max_length=80, verbose_name='place of issue'),
        ),
        migrations.AddField(
            model_name='legalentity',
            name='says_amount_in_words',
            field=models.BooleanField(default=False, verbose_name='receipts say the amount in words, too'),
        ),
        migrations.AddField(
            model_name='legalentity',
            name='signatory',
            field=models.CharField(blank=True, help_text='Name and office, printed under the receipt (Canada)', max_length=120, verbose_name='who signs'),
        ),
        migrations.AlterField(
            model_name='legalentity',
            name='wording',
            field=models.CharField(choices=[('us_501c3', 'United States, 501(c)(3)'), ('canada', 'Canada, registered charity'), ('plain', 'Plain acknowledgement, no tax wording')], default='plain', max_length=20, verbose_name='wording of receipts'),
        ),
    ]

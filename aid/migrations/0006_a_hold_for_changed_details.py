
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('aid', '0005_marks_and_joins_taken_back'),
    ]

    operations = [
        migrations.AlterField(
            model_name='hold',
            name='reason',
            field=models.CharField(choices=[('payment_changed', 'the worker changed the payment details not long ago'), ('likeness', 'two cases look alike and nobody could say yet'), ('question', 'a question about the case must be answered first'), ('fund', 'the fund waits for money that is on its way')], max_length=20),
        ),
    ]

from django.db import migrations

from core import sealing

FIELDS = ("recipient", "text", "html")


def seal(apps, schema_editor):
    for letter in apps.get_model("mail", "OutgoingEmail").objects.iterator():
        for field in FIELDS:
            text = getattr(letter, field)
            sealed = sealing.seal(text, context=f"mail_outgoingemail.{field}:{letter.key}") if text else None
            setattr(letter, f"{field}_sealed", sealed)
        letter.save()


def unseal(apps, schema_editor):
    for letter in apps.get_model("mail", "OutgoingEmail").objects.iterator():
        for field in FIELDS:
            blob = getattr(letter, f"{field}_sealed")
            text = sealing.unseal(blob, context=f"mail_outgoingemail.{field}:{letter.key}") if blob else ""
            setattr(letter, field, text)
        letter.save()


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0002_makes_room_for_sealed_letters"),
    ]

    operations = [
        migrations.RunPython(seal, unseal),
    ]

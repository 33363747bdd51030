"""Gives each case that was sent in its person, and each request past its start the first version of its fund's policy."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from moneyed import Money

from core.money import to_minor

_TEMPLATES = [
    (
        "en",
        "We have it",
        "Thank you for telling us. We have your report and are reading it. You can write to us here at any time; we"
        " write back here.",
    ),
    (
        "en",
        "Many are hit at once",
        "Many accounts were closed in the same days. You are not alone, and it does not look like your doing. We read"
        " every report, and we tell you here what we find out together.",
    ),
    (
        "en",
        "What did the notice say",
        "Could you copy here what the notice said, word for word? Leave out your name and numbers.",
    ),
    (
        "es",
        "Lo tenemos",
        "Gracias por contárnoslo. Tenemos tu informe y lo estamos leyendo. Puedes escribirnos aquí cuando quieras; te"
        " respondemos aquí.",
    ),
    (
        "es",
        "Son muchas las cuentas afectadas",
        "Se cerraron muchas cuentas en los mismos días. No eres la única persona, y no parece que sea por algo que"
        " hayas hecho. Leemos cada informe y te contamos aquí lo que averigüemos.",
    ),
    (
        "es",
        "Qué decía el aviso",
        "¿Puedes copiar aquí lo que decía el aviso, palabra por palabra? Deja fuera tu nombre y tus números.",
    ),
]


def forwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    case, person, request = (apps.get_model("aid", name) for name in ("Case", "Person", "AidRequest"))
    for one in case.objects.exclude(request__status="draft").filter(request__isnull=False, person__isnull=True):
        one.person = person.objects.create()
        one.save(update_fields=["person"])
    for one in request.objects.exclude(status__in=["draft", "received"]).filter(policy__isnull=True):
        one.policy = _first_policy(apps, one)
        one.save(update_fields=["policy"])
    template = apps.get_model("aid", "AnswerTemplate")
    for language, title, body in _TEMPLATES:
        template.objects.get_or_create(language=language, title=title, defaults={"body": body})


def _first_policy(apps: Apps, request):  # type: ignore[no-untyped-def]  # models of this moment have no types
    fund = request.fund
    most, cap, fast_lane = (to_minor(Money(units, fund.currency)) for units in (1000, 1500, 200))
    policy, _is_new = apps.get_model("aid", "Policy").objects.get_or_create(
        fund=fund,
        version=1,
        defaults={
            "max_per_request_minor": most,
            "cap_minor": cap,
            "fast_lane_minor": fast_lane,
            "cap_days": 180,
            "answer_days": 7,
            "info_days": 30,
            "made_at": request.submitted_at,
        },
    )
    return policy


class Migration(migrations.Migration):
    dependencies = [("aid", "0002_persons_policies_talk_and_keeping")]

    # Backwards nothing is to be done: the columns and tables go with 0002.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]

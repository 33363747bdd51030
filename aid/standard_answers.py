"""Messages that are written often, kept to start from: added, changed, and no longer offered."""

from datetime import datetime

from django.db import IntegrityError, transaction

from aid import transitions
from aid.models import AnswerTemplate
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

WHO = (Permission.REVIEW_CASES, Permission.MANAGE_AID_RULES)
_ONE_TITLE = "aid_one_template_of_a_title"


class TitleTaken(Exception):
    """There is a template with this title in this language already."""


@transaction.atomic
def keep(*, template: AnswerTemplate, by: User, at: datetime) -> AnswerTemplate:
    """Keep a new template, or what was changed of one.

    :raises TitleTaken: see there
    :raises transitions.NotAllowed: see there
    """
    transitions.require(by, *WHO)
    is_new = template._state.adding
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        if transitions.refused_by(error) != _ONE_TITLE:
            raise
        raise TitleTaken from error
    audit.record(actor=by, action="aid.template_added" if is_new else "aid.template_changed", subject=template, at=at)
    return template


@transaction.atomic
def offer(*, template_id: int, is_shown: bool, by: User, at: datetime) -> AnswerTemplate:
    """Offer a template to those who write, or do not.

    :raises transitions.NotAllowed: see there
    """
    transitions.require(by, *WHO)
    template = AnswerTemplate.objects.select_for_update().get(pk=template_id)
    if template.is_shown != is_shown:
        template.is_shown = is_shown
        template.save(update_fields=["is_shown"])
        action = "aid.template_offered" if is_shown else "aid.template_hidden"
        audit.record(actor=by, action=action, subject=template, at=at)
    return template

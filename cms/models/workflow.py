"""The step of Wagtail's workflow at which a second person agrees to send an issue."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import Task, TaskState

from organisation.models import User
from organisation.permissions import Permission


class SecondPerson(Task):
    """Whoever may send letters and did not ask for it.

    Wagtail's buttons and the desk's do the same: both end in the module that ``settings.SECOND_PERSON`` names.
    """

    @classmethod
    def get_verbose_name(cls) -> str:
        return str(_("Second person for sending"))

    @classmethod
    def get_description(cls) -> str:
        return str(_("Somebody who may send letters, and who did not ask for it, agrees"))

    def start(self, workflow_state: Any, user: User) -> Any:
        """Wait for the second person; what was not asked at the desk is asked by this."""
        import_module(settings.SECOND_PERSON).begun(workflow_state, user)
        return super().start(workflow_state, user=user)

    def on_action(self, task_state: Any, user: User, action_name: str, **given: Any) -> str:
        """Agree or send back, and lead to the page of the sending, which says what became of it."""
        deeds = import_module(settings.SECOND_PERSON)
        return str(deeds.acted(task_state, user, action_name, note=given.get("comment", "")))

    def get_actions(self, obj: Any, user: User) -> list[tuple[str, Any, bool]]:
        """Offer Wagtail's buttons to those who may agree."""
        if not _may_agree(user) or not self._waiting(user).filter(workflow_state__object_id=str(obj.pk)).exists():
            return []
        return [("approve", _("Agree to send"), False), ("reject", _("Send back"), True)]

    def get_task_states_user_can_moderate(self, user: User, **kwargs: Any) -> QuerySet[Any]:
        """What waits for this person on Wagtail's part of the first page, whose buttons are for editors."""
        if not _may_agree(user) or not user.has_perm(Permission.EDIT_PAGES):
            return TaskState.objects.none()  # type: ignore[no-any-return]  # Wagtail has no types
        return self._waiting(user)

    def _waiting(self, user: User) -> QuerySet[Any]:
        states: QuerySet[Any] = TaskState.objects.filter(task=self, status=TaskState.STATUS_IN_PROGRESS)
        return states.exclude(workflow_state__requested_by=user)


def _may_agree(user: User) -> bool:
    return user.is_active and user.has_perm(Permission.SEND_LETTERS)

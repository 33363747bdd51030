"""Classes of data by how long they are kept. What a class holds is told here; for how many days, by a row that operators change."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DataClass(TextChoices):
    """Each with the event from which its days are counted."""

    DRAFT = "draft", _("applications that were begun and never sent, from their beginning")
    ATTACHMENT = "attachment", _("attachments, from the end of the case")
    IDENTITY = "identity", _("Worker ID, e-mail address and payment details, from the end of the case")
    STORY = "story", _("story, notice, messages, notes, appeal and complaints, from the end of the case")
    TAX = "tax", _("to whom a grant was paid, from the payment: what the law asks a payer to keep")
    ACCESS = "access", _("who opened what, from the opening")


# What a group starts with. A treasurer or lawyer should confirm TAX for their country.
DEFAULT_DAYS = {
    DataClass.DRAFT: 14,
    DataClass.ATTACHMENT: 90,
    DataClass.IDENTITY: 90,
    DataClass.STORY: 365,
    DataClass.TAX: 7 * 365,
    DataClass.ACCESS: 2 * 365,
}
# So long after a decline, at least, the worker can still come back to it and appeal.
APPEAL_DAYS = 30
# What no group goes below. Who was paid and who looked is not to be forgotten early by whom it is about.
FLOOR_DAYS = {
    DataClass.DRAFT: 1,
    DataClass.ATTACHMENT: 7,
    DataClass.IDENTITY: APPEAL_DAYS,
    DataClass.STORY: APPEAL_DAYS,
    DataClass.TAX: DEFAULT_DAYS[DataClass.TAX],
    DataClass.ACCESS: DEFAULT_DAYS[DataClass.ACCESS],
}

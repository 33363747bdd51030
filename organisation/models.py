"""Who we are and who did what: the organisation, its legal entities, its people, their roles, and the audit chain."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.cache import caches
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core import append_only
from core.prepared import Prepared


def kept_for_a_second(name: str, find: Callable[[], Any]) -> Any:
    """Return a row that every page and every booking needs, from this process's memory if it was read just now.

    A change reaches the other processes within the second.
    """
    row = caches["default"].get(name)
    if row is None:
        row = find()
        if row is not None:
            caches["default"].set(name, row, timeout=1)
    return row


class Organisation(models.Model):
    """The group that runs this Liferaft. There is exactly one."""

    name = models.CharField(_("name"), max_length=120)
    tagline = models.CharField(_("tagline"), max_length=200, blank=True)
    email = models.EmailField(_("address for questions"))
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", help_text=_("IANA name"))
    currency = models.CharField(_("currency"), max_length=3, default="USD", help_text=_("ISO 4217"))
    gift_currencies = models.CharField(
        _("other currencies for gifts"),
        max_length=120,
        blank=True,
        help_text=_("ISO 4217, separated by spaces: EUR CAD. Stripe converts them into the funds' currency."),
    )
    is_demo = models.BooleanField(_("is a demonstration"), default=False, editable=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisation")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="organisation_is_one"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        caches["default"].delete("organisation.current")

    @classmethod
    def current(cls) -> "Organisation":
        """Return the organisation; before anybody has set it up, an unsaved one with a plain name."""
        kept: Organisation | None = kept_for_a_second("organisation.current", _the_one)
        return kept or cls(pk=1, name="Liferaft", email="post@example.org")


def _the_one() -> Organisation | None:
    if "one" not in _prepared:
        _prepared["one"] = Prepared(Organisation.objects.filter(pk=0))
    found: list[Organisation] = _prepared["one"].get([1])
    return found[0] if found else None


# Every page asks for it.
_prepared: dict[str, Prepared] = {}


class LegalEntity(models.Model):
    """A body that may issue receipts: its name, address, number and wording are copied onto each of them."""

    class Profile(models.TextChoices):
        US_501C3 = "us_501c3", _("United States, 501(c)(3)")
        CANADA = "canada", _("Canada, registered charity")
        PLAIN = "plain", _("Plain acknowledgement, no tax wording")

    class PaperSize(models.TextChoices):
        LETTER = "letter", _("Letter (8.5 by 11 in)")
        A4 = "a4", _("A4 (210 by 297 mm)")

    name = models.CharField(_("legal name"), max_length=200)
    address = models.TextField(_("address"), help_text=_("As it is printed, several lines"))
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True, help_text=_("EIN or registration number"))
    wording = models.CharField(_("wording of receipts"), max_length=20, choices=Profile, default=Profile.PLAIN)
    receipt_prefix = models.CharField(_("prefix of receipt numbers"), max_length=8, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", help_text=_("IANA name"))
    paper_size = models.CharField(_("paper"), max_length=10, choices=PaperSize, default=PaperSize.LETTER)
    says_amount_in_words = models.BooleanField(_("receipts say the amount in words, too"), default=False)
    place = models.CharField(
        _("place of issue"),
        max_length=80,
        blank=True,
        help_text=_("Printed on receipts where the law asks for it (Canada)"),
    )
    signatory = models.CharField(
        _("who signs"), max_length=120, blank=True, help_text=_("Name and office, printed under the receipt (Canada)")
    )

    class Meta:
        verbose_name = _("legal entity")
        verbose_name_plural = _("legal entities")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        caches["default"].delete("organisation.issuing")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        caches["default"].delete("organisation.issuing")
        return super().delete(*args, **kwargs)

    @classmethod
    def issuing(cls) -> "LegalEntity | None":
        """Return the entity that takes gifts and issues receipts; none before one is set up."""
        kept: LegalEntity | None = kept_for_a_second("organisation.issuing", lambda: cls.objects.order_by("pk").first())
        return kept


class User(AbstractUser):
    """A member of staff. Supporters and workers have no accounts."""

    first_name = None  # type: ignore[assignment]  # one field for the whole name: not everybody has two
    last_name = None  # type: ignore[assignment]  # see above
    name = models.CharField(_("name"), max_length=120, blank=True)

    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints = [
            # A superuser passes every check of Django's, also those that guard cases.
            models.CheckConstraint(condition=models.Q(is_superuser=False), name="organisation_nobody_is_superuser"),
            models.UniqueConstraint(Lower("username"), name="organisation_username_is_unique_in_any_case"),
            models.UniqueConstraint(
                Lower("email"), condition=~models.Q(email=""), name="organisation_user_email_is_unique_in_any_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class RoleAssignment(models.Model):
    """A person holds a role. What a role may do is data in ``organisation.roles``."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(_("role"), max_length=20)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="organisation_role_is_held_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class AuditEvent(models.Model):
    """One deed, in a hash chain: each event's hash covers its content and the hash before it.

    Holds no personal data and no foreign keys, so that it outlives what it describes. Free text is kept sealed in
    ``AuditNote``, which can be erased; the chain holds only its salted digest.
    """

    position = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True, help_text="User.id; none for the system itself or a visitor")
    action = models.CharField(max_length=60, help_text="for example aid.approved")
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    reason = models.CharField(max_length=60, blank=True, help_text="a code, never free text")
    note_digest = models.BinaryField(max_length=32, null=True)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32, unique=True)

    class Meta:
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_event_by_object")]
        triggers = [
            append_only.kept("audit_event_is_kept"),
            append_only.never_emptied("audit_chain_is_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.action} {self.object_type} {self.object_id}"


class AuditNote(models.Model):
    """The sealed free text of an audit event. May be erased; the chain still verifies."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    position = models.PositiveBigIntegerField(unique=True)
    salt = models.BinaryField(max_length=16)
    sealed_text = models.BinaryField()

    def __str__(self) -> str:
        return f"note on {self.position}"

    @property
    def place(self) -> str:
        """The name of the place that the sealed text is bound to."""
        return f"audit_note:{self.pk}"

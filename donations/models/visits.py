"""The doors to a supporter's own page: a link that opens once, then a visit that ends by itself."""

from django.db import models
from django.db.models import Q

from donations.models.giving import Donor


class GivingLink(models.Model):
    """A link sent by mail. It opens once, within minutes; whoever opened it has a short visit. Only hashes are kept."""

    donor = models.ForeignKey(Donor, on_delete=models.CASCADE, related_name="links")
    key_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    visit_hash = models.BinaryField(max_length=32, unique=True, null=True, help_text="of what the cookie holds")
    visit_ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, visit_hash__isnull=True, visit_ends_at__isnull=True)
                | Q(used_at__isnull=False, visit_hash__isnull=False, visit_ends_at__isnull=False),
                name="donations_link_is_used_by_a_visit",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="donations_link_by_end")]

    def __str__(self) -> str:
        return f"link {self.pk}"

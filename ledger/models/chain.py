"""The sealed books: a Merkle tree over all transactions, appended once a minute, and one public head a day.

The tree is that of Certificate Transparency (RFC 9162, section 2.1) over salted leaves; ``ledger.sealing`` makes it.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import append_only
from ledger.models.books import Transaction


class Leaf(models.Model):
    """A transaction's place in the tree. Its salt keeps anybody from guessing the content from the hash."""

    position = models.PositiveBigIntegerField(unique=True, help_text="from 0, without gaps")
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="leaf")
    salt = models.BinaryField(max_length=16)
    hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        triggers = [append_only.kept("leaf_is_kept"), append_only.never_emptied("leaves_are_never_emptied")]

    def __str__(self) -> str:
        return str(self.position)


class Node(models.Model):
    """The hash over a full subtree of ``2 ** level`` leaves, the ``place``-th of its size. Leaves are level 0."""

    level = models.PositiveSmallIntegerField()
    place = models.PositiveBigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "place"], name="ledger_node_is_one"),
            models.CheckConstraint(condition=Q(level__gt=0), name="ledger_node_is_above_the_leaves"),
        ]
        triggers = [append_only.kept("node_is_kept"), append_only.never_emptied("nodes_are_never_emptied")]

    def __str__(self) -> str:
        return f"{self.level}:{self.place}"


class Head(models.Model):
    """What the tree was at the end of a day, published; each head covers the one before."""

    day = models.DateField(unique=True, help_text="in the organisation's time zone")
    size = models.PositiveBigIntegerField(help_text="how many leaves")
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32, help_text="the hash of the head before; zeros for the first")
    hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("head of the books")
        verbose_name_plural = _("heads of the books")
        triggers = [append_only.kept("head_is_kept"), append_only.never_emptied("heads_are_never_emptied")]

    def __str__(self) -> str:
        return self.day.isoformat()

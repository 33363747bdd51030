"""What a reader wants of the newsletter: about what, and in which language."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from cms.models.subscribers import ConsentRecord, Subscriber, Topic


@transaction.atomic
def choose(subscriber: Subscriber, *, topics: Iterable[Topic], language: str, at: datetime) -> None:
    """Write down what a reader chose. The same again changes nothing.

    :param topics: none means everything
    """
    subscriber.refresh_from_db(from_queryset=Subscriber.objects.select_for_update())
    chosen = {topic.pk for topic in topics}
    if chosen == {*subscriber.topics.values_list("pk", flat=True)} and language == subscriber.language:
        return  # The same button again.
    subscriber.topics.set(chosen)
    subscriber.language = language
    subscriber.save(update_fields=["language"])
    named = ",".join(str(pk) for pk in sorted(chosen)) or "everything"
    how = f"{language}: {named}"[:200]
    ConsentRecord.objects.create(subscriber=subscriber, what=ConsentRecord.What.CHOSE, how=how, at=at)

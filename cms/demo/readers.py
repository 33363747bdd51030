"""Made-up readers of the newsletter, in every state. None of them has a mailbox: example.org is nobody's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cms.models import ConsentRecord, Subscriber, Topic
from cms.models.subscribers import address_index
from mail import suppressing

What, State, Source = ConsentRecord.What, Subscriber.State, Subscriber.Source

_CONFIRMED = [
    *["anchor", "ballast", "barge", "beacon", "bilge", "binnacle", "bowsprit", "breeze", "bulwark", "cabin", "canoe"],
    *["capstan", "catamaran", "channel", "cleat", "coracle", "current", "cutter", "davit", "deckhand", "dinghy"],
    *["dory", "drifter", "ebb", "eddy", "fathom", "ferry", "fjord", "foghorn", "frigate", "galley", "gangway"],
    *["gunwale", "halyard", "harbour", "hatch", "hawser"],
]
_SPANISH = ["ancla", "barca", "boya", "brisa", "cabo", "canal", "faro", "marea", "muelle", "puerto", "remo", "vela"]
# Whom gifts came from too: an issue can go to supporters alone.
_SUPPORTERS = ["ada.anchor", "ben.buoy", "cleo.compass", "finn.fender", "kim.kedge"]
_UNCONFIRMED = ["jetsam", "keel", "lagoon", "mooring", "nautilus"]
_IMPORTED_EVERY, _CHOSE_EVERY = 4, 3
# Who complained about a letter long ago and is on the list all the same, as an import may bring them.
_SUPPRESSED = "hawser"


@dataclass(frozen=True)
class _Reader:
    address: str
    language: str
    place: int


def build(*, at: datetime) -> None:
    """Write down those who had come and confirmed before ``at``; what they do later is done by deeds."""
    topics = list(Topic.objects.order_by("pk"))
    confirmed = [
        *[f"{name}@readers.example.org" for name in _CONFIRMED],
        *[f"{name}@supporters.example" for name in _SUPPORTERS],
    ]
    english = [_Reader(address, "en", place) for place, address in enumerate(confirmed)]
    spanish = [_Reader(f"{name}@lectores.example.org", "es", place) for place, name in enumerate(_SPANISH)]
    for reader in [*english, *spanish]:
        _confirmed(reader, topics, at=at)
    suppressing.suppress(
        email=f"{_SUPPRESSED}@readers.example.org", reason=suppressing.Reason.COMPLAINED, source="import", at=at
    )


def build_unconfirmed(*, at: datetime) -> None:
    """Write down those who asked for letters in the hours before ``at`` and have not confirmed yet."""
    for place, name in enumerate(_UNCONFIRMED):
        _asked(f"{name}@readers.example.org", at=at - timedelta(hours=4 * place + 1))


def _confirmed(reader: _Reader, topics: list[Topic], *, at: datetime) -> None:
    came = at - timedelta(days=140 - 2 * reader.place, hours=reader.place)
    is_imported = reader.place % _IMPORTED_EVERY == 0
    row = Subscriber.objects.create(
        email=reader.address,
        address_index=address_index(reader.address),
        state=State.ACTIVE,
        language=reader.language,
        source=Source.IMPORT if is_imported else Source.FORM,
        source_detail=f"made-up list, row {reader.place + 2}" if is_imported else "subscribe",
        created_at=came,
        asked_at=None if is_imported else came,
        consented_at=came if is_imported else came + timedelta(minutes=4),
    )
    if is_imported:
        _record(row, What.IMPORTED, "a made-up list", came)
    else:
        _record(row, What.ASKED, "form", came)
        _record(row, What.CONFIRMED, "letter", came + timedelta(minutes=4))
    if reader.place % _CHOSE_EVERY == 0:
        row.topics.set([topics[reader.place % len(topics)]])


def _asked(address: str, *, at: datetime) -> None:
    row = Subscriber.objects.create(
        email=address,
        address_index=address_index(address),
        source_detail="subscribe",
        created_at=at,
        asked_at=at,
    )
    _record(row, What.ASKED, "form", at)


def _record(row: Subscriber, what: ConsentRecord.What, how: str, at: datetime) -> None:
    ConsentRecord.objects.create(subscriber=row, what=what, how=how, at=at)

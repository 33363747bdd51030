"""What staff's part holds sealed: the words beside audit events, and the secrets of second factors."""

import base64
import binascii
from collections import Counter
from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from core import resealing, sealing
from organisation.doors import SECRETS_PLACE
from organisation.models import AuditNote


class Factors:
    """The secrets that allauth keeps as base64 within its JSON: an app's, and the seed or list of recovery codes."""

    label = f"{Authenticator._meta.db_table}.data"

    def headers(self) -> Counter[bytes]:
        texts = (text for row in self.older().iterator() for _names, text in _sealed_texts(row.data))
        return Counter(sealing.header_of(_bytes(text)) for text in texts)

    def older(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
        return rows

    def reseal(self, rows: list[Any]) -> list[Any]:
        broken = []
        for row in rows:
            try:
                renewed = {name: _renewed(value) for name, value in row.data.items() if name in _SECRETS}
            except sealing.SealBroken:
                broken.append(row.pk)
                continue
            if any(row.data[name] != value for name, value in renewed.items()):
                row.data |= renewed
                row.save(update_fields=["data"])
        return broken


_SECRETS = {"secret", "seed", "migrated_codes"}


def _sealed_texts(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _SECRETS & data.keys():
        for text in data[name] if isinstance(data[name], list) else [data[name]]:
            yield name, text


def _renewed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renewed(each) for each in value]
    blob = _bytes(value)
    if sealing.is_current(blob):
        return value
    text = sealing.unseal(blob, context=SECRETS_PLACE)
    return base64.b64encode(sealing.seal(text, context=SECRETS_PLACE)).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""


SEALED: list[resealing.Sealed] = [
    resealing.Column(AuditNote, "sealed_text", lambda note: str(note.place)),
    Factors(),
]

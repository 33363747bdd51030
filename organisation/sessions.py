"""Sessions of staff, kept under a keyed hash of the cookie's key: whoever copies the database can open none of them."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from core import sealing


class SessionStore(db.SessionStore):
    """Django's sessions in the database; only the browser knows the key itself."""

    def exists(self, session_key: str) -> bool:
        return super().exists(_name(session_key))

    def create_model_instance(self, data: dict[str, object]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.session_key = _name(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            super().delete(_name(key))

    def _get_session_from_db(self) -> Session | None:
        """Return the row that the cookie's key leads to; called by Django's ``load``."""
        key = self.session_key or ""
        row = Session.objects.filter(session_key=_name(key), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row


def _name(session_key: str) -> str:
    return sealing.blind_index(session_key, purpose="organisation.session").hex()[:40]

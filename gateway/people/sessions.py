"""Sessions: a random cookie, kept as its digest; ended by time, by idleness, by signing out or by suspension."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.people.roles import actor_of
from gateway.people.tables import Person, PersonSession

LIFE_HOURS = 8
IDLE_MINUTES = 30
_FIND = text("""
    UPDATE person_session s SET seen_at = :now FROM person p
    WHERE s.session_hash = :hash AND s.expires_at > :now AND s.seen_at > :idle_since
        AND p.person_id = s.person_id AND p.status = 'active'
        AND NOT EXISTS (SELECT FROM institution i WHERE i.institution_id = p.institution_id AND i.status <> 'active')
    RETURNING p.person_id, p.name, p.role, p.institution_id, p.agency, p.enterprise,
        CASE WHEN p.acts_from > :now THEN p.acts_from END AS waits_until
""")
_END = text("DELETE FROM person_session WHERE session_hash = :hash")
_END_ALL = text("DELETE FROM person_session WHERE person_id = :person")


@dataclass(frozen=True)
class Present:
    """Who is signed in, and the token that their forms carry.

    `enterprise` is an owner's unified social credit code; until `waits_until` an owner acts for it not yet.
    """

    person_id: str
    name: str
    role: str
    institution_id: str | None
    agency: str | None
    enterprise: str | None
    waits_until: datetime | None
    csrf: str

    @property
    def actor(self) -> str:
        """How events name them."""
        return actor_of(self.person_id)


async def open_session(session: AsyncSession, person: Person, now: datetime) -> str:
    """Open a session and return its cookie."""
    cookie = secrets.token_urlsafe(32)
    row = PersonSession(
        session_hash=_hash(cookie), person_id=person.person_id, created_at=now, seen_at=now,
        expires_at=now + timedelta(hours=LIFE_HOURS),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return cookie


async def find_present(session: AsyncSession, cookie: str, now: datetime) -> Present | None:
    """Return who the cookie stands for, None where it has ended."""
    values = {"hash": _hash(cookie), "now": now, "idle_since": now - timedelta(minutes=IDLE_MINUTES)}
    row = (await session.execute(_FIND, values)).one_or_none()
    return Present(**row._asdict(), csrf=csrf_of(cookie)) if row else None


async def end_session(session: AsyncSession, cookie: str) -> None:
    """End one session."""
    await session.execute(_END, {"hash": _hash(cookie)})


async def end_sessions(session: AsyncSession, person_id: str) -> None:
    """End all of a person's sessions."""
    await session.execute(_END_ALL, {"person": person_id})


def csrf_of(cookie: str) -> str:
    """Return what a form must carry: derived from the cookie, which other sites cannot read."""
    digest = hmac.new(cookie.encode("utf-8", "replace"), b"xinqiao csrf", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).digest()

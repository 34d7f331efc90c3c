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
from gateway.runtime.database import rowcount

LIFE_HOURS = 8
IDLE_MINUTES = 30
_FIND = text("""
    UPDATE person_session s SET seen_at = :now FROM person p
    WHERE s.session_hash = :hash AND s.expires_at > :now AND s.seen_at > :idle_since
        AND p.person_id = s.person_id AND p.status = 'active'
        AND NOT EXISTS (SELECT FROM institution i WHERE i.institution_id = p.institution_id AND i.status <> 'active')
    RETURNING p.person_id, p.name, p.role, p.institution_id, p.agency, p.office, p.enterprise,
        CASE WHEN p.acts_from > :now THEN p.acts_from END AS waits_until
""")
_END = text("DELETE FROM person_session WHERE session_hash = :hash")
_END_ALL = text("""
    DELETE FROM person_session
    WHERE person_id = :person AND (:one = '' OR encode(substring(session_hash FOR 8), 'hex') = :one)
        AND session_hash <> :spare
""")


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
    office: str | None
    enterprise: str | None
    waits_until: datetime | None
    csrf: str

    @property
    def actor(self) -> str:
        """How events name them."""
        return actor_of(self.person_id)


async def open_session(session: AsyncSession, person: Person, now: datetime, device: str = "") -> str:
    """Open a session of a person whose row the caller holds, and return its cookie."""
    cookie = secrets.token_urlsafe(32)
    row = PersonSession(
        session_hash=hash_of(cookie), person_id=person.person_id, created_at=now, seen_at=now,
        expires_at=now + timedelta(hours=LIFE_HOURS), device=device,
    )  # fmt: skip
    person.signed_in_at = now
    session.add(row)
    await session.flush()
    return cookie


async def find_present(session: AsyncSession, cookie: str, now: datetime) -> Present | None:
    """Return who the cookie stands for, None where it has ended."""
    values = {"hash": hash_of(cookie), "now": now, "idle_since": idle_since(now)}
    row = (await session.execute(_FIND, values)).one_or_none()
    return Present(**row._asdict(), csrf=csrf_of(cookie)) if row else None


async def end_session(session: AsyncSession, cookie: str) -> None:
    """End one session."""
    await session.execute(_END, {"hash": hash_of(cookie)})


async def end_sessions(session: AsyncSession, person_id: str, *, one: str = "", spare: str = "") -> int:
    """End all of a person's sessions, or `one`, by the beginning of its digest, or all but that of a cookie `spare`.

    Return how many there were.
    """
    values = {"person": person_id, "one": one, "spare": hash_of(spare)}
    return rowcount(await session.execute(_END_ALL, values))


def idle_since(now: datetime) -> datetime:
    """Return since when a session must have been seen to be open."""
    return now - timedelta(minutes=IDLE_MINUTES)


def csrf_of(cookie: str) -> str:
    """Return what a form must carry: derived from the cookie, which other sites cannot read."""
    digest = hmac.new(cookie.encode("utf-8", "replace"), b"xinqiao csrf", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()


def hash_of(cookie: str) -> bytes:
    """Return the digest a session is kept by."""
    return hashlib.sha256(cookie.encode("utf-8", "replace")).digest()

"""Inviting people, taking the invitation up, and ending their access: each an event."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from audit.events import Event
from gateway.gateway import Gateway
from gateway.identity.clients.registry import check_id
from gateway.identity.tables import Institution
from gateway.people.roles import ROLES, actor_of
from gateway.people.secrets import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password, matched_step, new_totp, open_totp
from gateway.people.tables import Person
from gateway.runtime.errors import GatewayError

INVITATION_HOURS = 72
_END_SESSIONS = text("DELETE FROM person_session WHERE person_id = :id")


class PersonError(GatewayError):
    """The person cannot be invited, enrolled or changed as asked; the text is for the one who asked."""


async def invite(
    gateway: Gateway,
    session: AsyncSession,
    *,
    actor: str,
    person_id: str,
    name: str,
    role: str,
    institution: str | None = None,
    agency: str | None = None,
    oidc_subject: str | None = None,
    now: datetime,
) -> str:
    """Register a person, or invite one anew who lost the way in, and return the token of the invitation's link.

    The person sets the password; nobody else ever knows it. Raises PersonError.
    """
    check_id(person_id)
    if role not in ROLES:
        raise PersonError(f"{role!r} is no role: {', '.join(ROLES)}")
    if (role == "staff") != (institution is not None) or (role == "clerk") != (agency is not None):
        raise PersonError("staff belong to an institution, clerks to an agency, and nobody else does")
    if institution and await session.get(Institution, institution) is None:
        raise PersonError(f"there is no institution {institution}: add it first")
    token = secrets.token_urlsafe(32)
    row = await session.get(Person, person_id, with_for_update=True)
    if row is not None and (row.role, row.institution_id, row.agency) != (role, institution, agency):
        raise PersonError(f"{person_id} has another role: invite under another id")
    payload = {"person": person_id, "role": role, "institution": institution, "agency": agency}
    event = await gateway.audit.record(session, Event("person.invited", actor, payload=payload), now)
    if row is None:
        row = Person(
            person_id=person_id, name=name, role=role, institution_id=institution, agency=agency, status="invited",
            created_at=now, event_id=event, oidc_subject=oidc_subject,
        )  # fmt: skip
    row.status, row.name, row.invitation = "invited", name, _digest(token)
    row.invited_until, row.password_hash = now + timedelta(hours=INVITATION_HOURS), None
    row.failures, row.locked_until = 0, None
    _, row.totp_sealed = new_totp(gateway.keys.kek, person_id)
    row.totp_step = 0
    session.add(row)
    await session.flush()
    await session.execute(_END_SESSIONS, {"id": person_id})
    return token


async def find_invited(session: AsyncSession, token: str, now: datetime) -> Person | None:
    """Return who was handed this invitation, None where it is unknown, used or too old."""
    query = select(Person).where(col(Person.invitation) == _digest(token), col(Person.status) == "invited")
    row = (await session.execute(query.with_for_update())).scalar_one_or_none()
    return row if row and row.invited_until and row.invited_until > now else None


async def take_up(
    gateway: Gateway, session: AsyncSession, row: Person, password: str, code: str, now: datetime
) -> None:
    """Set the password and confirm the one-time code. Raises PersonError where one will not do."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or row.person_id in password.lower():
        raise PersonError("password")
    secret = open_totp(gateway.keys.kek, row.totp_sealed or b"", row.person_id)
    step = matched_step(secret, code, now.timestamp(), row.totp_step)
    if step is None:
        raise PersonError("code")
    row.password_hash, row.totp_step = await hash_password(password), step
    row.status, row.invitation, row.invited_until = "active", None, None
    await gateway.audit.record(session, Event("person.enrolled", actor_of(row.person_id)), now)
    await session.flush()


async def set_standing(
    gateway: Gateway, session: AsyncSession, *, actor: str, person_id: str, status: str, now: datetime
) -> None:
    """Suspend a person, whose sessions end at once, or let them in again. Raises PersonError."""
    row = await session.get(Person, person_id, with_for_update=True)
    if row is None or row.status == "invited":
        raise PersonError(f"there is no person {person_id} who has signed in")
    row.status = status
    row.failures, row.locked_until = 0, None
    await session.execute(_END_SESSIONS, {"id": person_id})
    verb = "suspended" if status == "suspended" else "resumed"
    await gateway.audit.record(session, Event(f"person.{verb}", actor, payload={"person": person_id}), now)
    await session.flush()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()

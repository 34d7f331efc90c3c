"""Inviting people and taking the invitation up: each an event."""

import hashlib
import secrets
from datetime import timedelta
from typing import Literal

from sqlmodel import col, select

from gateway.identity.clients.registry import check_id
from gateway.identity.tables import Institution
from gateway.people.roles import ROLES, actor_of
from gateway.people.secrets import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password, matched_step, new_totp, open_totp
from gateway.people.sessions import end_sessions
from gateway.people.tables import Person
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex

INVITATION_HOURS = 72


async def invite(
    work: UnitOfWork,
    *,
    person_id: str,
    name: str,
    role: str,
    institution: str | None = None,
    agency: str | None = None,
    oidc_subject: str | None = None,
) -> str:
    """Register a person, or invite one anew who lost the way in, and return the token of the invitation's link.

    The person sets the password; nobody else ever knows it. Raises DeniedError.
    """
    if work.actor.kind not in {"operator", "machine"}:
        raise DeniedError("insufficient-scope", "只有管理员可以邀请 Only operators invite people.")
    check_id(person_id)
    if role not in ROLES:
        raise DeniedError("change-refused", f"没有这种角色 {role!r} is no role: {', '.join(ROLES)}")
    if (role == "staff") != (institution is not None) or (role == "clerk") != (agency is not None):
        raise DeniedError(
            "change-refused",
            "机构人员属于机构，经办人属于部门 staff belong to an institution, clerks to an agency, nobody else does",
        )
    if institution and await work.session.get(Institution, institution) is None:
        raise DeniedError("change-refused", f"请先登记机构 there is no institution {institution}: add it first")
    await take(work.session, Lock.NEW_ID, person_id)
    row = await work.session.get(Person, person_id, with_for_update=True)
    if row is not None and (row.role, row.institution_id, row.agency) != (role, institution, agency):
        raise DeniedError("change-refused", f"请换一个用户名 {person_id} has another role: invite under another id")
    known_as = row.oidc_subject if row else oidc_subject
    payload = {
        "person": person_id, "role": role, "institution": institution, "agency": agency,
        "sso": sha256_hex(known_as.encode()) if known_as else None,
    }  # fmt: skip
    event = await work.record("person.invited", payload, institution=institution, outcome="invited")
    if row is None:
        row = Person(
            person_id=person_id, name=name, role=role, institution_id=institution, agency=agency, status="invited",
            created_at=work.now, event_id=event, oidc_subject=oidc_subject,
        )  # fmt: skip
    token = secrets.token_urlsafe(32)
    row.status, row.name, row.invitation = "invited", name, _digest(token)
    row.invited_until, row.password_hash = work.now + timedelta(hours=INVITATION_HOURS), None
    row.failures, row.locked_until = 0, None
    _, row.totp_sealed = new_totp(work.keys.kek, person_id)
    row.totp_step = 0
    work.session.add(row)
    await work.session.flush()
    await end_sessions(work.session, person_id)
    return token


async def find_invited(work: UnitOfWork, token: str) -> Person | None:
    """Return who was handed this invitation, None where it is unknown, used or too old."""
    query = select(Person).where(col(Person.invitation) == _digest(token), col(Person.status) == "invited")
    row = (await work.session.execute(query.with_for_update())).scalar_one_or_none()
    return row if row and row.invited_until and row.invited_until > work.now else None


async def take_up(work: UnitOfWork, token: str, password: str, code: str) -> Literal["gone", "password", "code"] | None:
    """Set the password and confirm the one-time code; return what will not do, None where the person is enrolled."""
    row = await find_invited(work, token)
    if row is None:
        return "gone"
    actor = actor_of(row.person_id)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or row.person_id in password.lower():
        return "password"
    secret = open_totp(work.keys.kek, row.totp_sealed or b"", row.person_id)
    step = matched_step(secret, code, work.now.timestamp(), row.totp_step)
    if step is None:
        await work.record("person.enrolment_refused", actor=actor, outcome="code")
        return "code"
    row.password_hash, row.totp_step = await hash_password(password), step
    row.status, row.invitation, row.invited_until = "active", None, None
    await work.record("person.enrolled", actor=actor, outcome="active")
    await work.session.flush()
    return None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()

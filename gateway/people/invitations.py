"""Inviting people and taking the invitation up: each an event."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from gateway.identity.clients.owners import ADMINISTRATORS
from gateway.identity.clients.registry import check_agency, check_id, check_office, read_uscc
from gateway.identity.clients.signatories import effective_from
from gateway.identity.clients.unknown import no_institution
from gateway.identity.tables import Institution
from gateway.people.factors import new_codes
from gateway.people.lanes import forget_addresses
from gateway.people.roles import ROLES, actor_of
from gateway.people.secrets import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password, matched_step, new_totp, open_totp
from gateway.people.sessions import end_sessions
from gateway.people.tables import Person
from gateway.runtime.actor import ANYONE
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from signing.canonical import sha256_hex

INVITATION_HOURS = 72
OWNER_WAIT_HOURS = 72  # unless a door says what its settings do


@dataclass(frozen=True)
class Enrolment:
    """What became of an invitation: `wrong` is what will not do ("gone", "password", "code"), else the codes to show.

    Recovery codes are shown this once; each opens once in the place of a code of the phone.
    """

    wrong: str = ""
    recovery_codes: tuple[str, ...] = ()


async def invite(
    work: UnitOfWork,
    *,
    person_id: str,
    name: str,
    role: str,
    institution: str | None = None,
    agency: str | None = None,
    office: str | None = None,
    enterprise: str | None = None,
    wait_hours: int = OWNER_WAIT_HOURS,
    oidc_subject: str | None = None,
    token: str | None = None,
) -> str:
    """Register a person, or invite one anew who lost the way in, and return the token of the invitation's link.

    The person sets the password; nobody else ever knows it. An owner of an enterprise that has somebody who acts for it
    already acts for it after `wait_hours`, as a further signatory would. `token` opens the invitation where it was made
    before, as two people hand it over. Raises DeniedError.
    """
    if work.actor.kind not in {"operator", "machine"}:
        raise DeniedError("insufficient-scope", "只有管理员可以邀请 Only operators invite people.")
    check_id(person_id)
    uscc = await check_house(
        work, role, institution=institution, agency=agency, office=office, enterprise=enterprise
    )  # fmt: skip
    await _check_one_office(work, person_id, name, role)
    await take(work.session, Lock.NEW_ID, person_id)
    row = await work.session.get(Person, person_id, with_for_update=True)
    known = (row.role, row.institution_id, row.agency, row.office, row.enterprise) if row else None
    if row is not None and known != (role, institution, agency, office, uscc):
        raise DeniedError("change-refused", f"请换一个用户名 {person_id} has another role: invite under another id")
    known_as = row.oidc_subject if row else oidc_subject
    if row is None and oidc_subject is not None:
        await _check_one_person(work, oidc_subject)
    acts_from = await effective_from(work, wait_hours, subject=uscc) if uscc else None
    payload = {
        "person": person_id, "role": role, "institution": institution, "agency": agency, "office": office,
        "enterprise": uscc,
        "acts_from": acts_from.isoformat() if acts_from else None,
        "sso": sha256_hex(known_as.encode()) if known_as else None,
    }  # fmt: skip
    event = await work.record("person.invited", payload, institution=institution, outcome="invited")
    if row is None:
        row = Person(
            person_id=person_id, name=name, role=role, institution_id=institution, agency=agency, office=office,
            enterprise=uscc, status="invited", created_at=work.now, event_id=event, oidc_subject=oidc_subject,
        )  # fmt: skip
    row.name, row.password_hash, row.recovery_codes, row.factor_reset_until = name, None, [], None
    row.acts_from, row.notice = acts_from, None
    token = open_enrolment(work, row, timedelta(hours=INVITATION_HOURS), token)
    work.session.add(row)
    await work.session.flush()
    await end_sessions(work.session, person_id)
    await forget_addresses(work.session, person_id)
    return token


async def check_house(
    work: UnitOfWork,
    role: str,
    *,
    institution: str | None,
    agency: str | None,
    office: str | None,
    enterprise: str | None,
) -> str | None:
    """Pass where somebody of a role belongs where it is said, and return an owner's credit code. Raises DeniedError."""
    if role not in ROLES:
        raise DeniedError("change-refused", f"没有这种角色 {role!r} is no role: {', '.join(ROLES)}")
    house = {"staff": institution, "clerk": agency, "office": office, "owner": enterprise}
    if any((role == one) != (named is not None) for one, named in house.items()):
        raise DeniedError(
            "change-refused",
            "机构人员属于机构，部门经办人属于部门，处置人员属于处置办，企业经办人属于企业 "
            "staff belong to an institution, clerks to an agency, an office's people to an office, owners to an "
            "enterprise, nobody else does",
        )
    if institution and await work.session.get(Institution, institution) is None:
        raise await no_institution(work, institution)
    if agency:
        check_agency(agency)
    if office:
        check_office(office)
    return read_uscc(enterprise) if role == "owner" else None


def open_enrolment(work: UnitOfWork, row: Person, life: timedelta, token: str | None = None) -> str:
    """Let a person enrol for a time, with a new secret for the phone, and return the token that opens it."""
    token = token or secrets.token_urlsafe(32)
    row.status, row.invitation, row.invited_until = "invited", _digest(token), work.now + life
    _, row.totp_sealed = new_totp(work.keys.kek, row.person_id)
    row.totp_step = 0
    return token


async def _check_one_office(work: UnitOfWork, person_id: str, name: str, role: str) -> None:
    """Pass where no other administrator has this name: nobody holds two offices, or two votes in one.

    Raises DeniedError.
    """
    if role not in ADMINISTRATORS:
        return
    await take(work.session, Lock.NEW_ID, f"administrator {name}")
    query = select(Person.person_id, Person.role).where(
        col(Person.name) == name, col(Person.person_id) != person_id, col(Person.role).in_(ADMINISTRATORS),
        col(Person.status) != "suspended",
    )  # fmt: skip
    other = (await work.session.execute(query)).first()
    if other is not None:
        raise DeniedError(
            "change-refused",
            f"{name} 已是管理员 {other.person_id}（{other.role}），一人不得兼任；同名的两个人请在姓名中区分 "
            f"an administrator of this name is there already: nobody holds two offices; tell two people apart by name",
        )


async def _check_one_person(work: UnitOfWork, oidc_subject: str) -> None:
    """Pass where nobody signs in as this subject of the identity provider. Raises DeniedError."""
    await take(work.session, Lock.NEW_ID, f"sso {oidc_subject}")
    query = select(Person.person_id).where(col(Person.oidc_subject) == oidc_subject)
    other = (await work.session.execute(query)).scalar_one_or_none()
    if other is not None:
        raise DeniedError(
            "change-refused", f"此统一身份已属于 {other} this subject of the identity provider is {other}'s already"
        )


async def find_invited(work: UnitOfWork, token: str) -> Person | None:
    """Return who was handed this invitation, None where it is unknown, used or too old."""
    query = select(Person).where(col(Person.invitation) == _digest(token), col(Person.status) == "invited")
    row = (await work.session.execute(query.with_for_update())).scalar_one_or_none()
    return row if row and row.invited_until and row.invited_until > work.now else None


async def take_up(units: UnitsOfWork, token: str, password: str, code: str) -> Enrolment:
    """Set the password and confirm the one-time code. Raises HashingBusyError.

    The password is hashed between two transactions: it takes long, and nobody should wait for a connection meanwhile.
    """
    async with units.begin("person.enrol-check", ANYONE) as work:
        found = await _examine(work, token, password, code)
    if isinstance(found, str):
        return Enrolment(found)
    hashed = await hash_password(password)
    async with units.begin("person.enrol", ANYONE) as work:
        row = await find_invited(work, token)
        if row is None:  # it was taken up, or made anew, meanwhile
            return Enrolment("gone")
        row.password_hash, row.totp_step = hashed, found
        row.status, row.invitation, row.invited_until = "active", None, None
        codes = new_codes(row)
        await work.record("person.enrolled", actor=actor_of(row.person_id), outcome="active")
        await work.session.flush()
        return Enrolment(recovery_codes=codes)


def is_password(password: str, person_id: str) -> bool:
    """Tell whether a password may be set: long enough, not too long, without the user name in it."""
    return SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD and person_id not in password.lower()


async def _examine(work: UnitOfWork, token: str, password: str, code: str) -> int | str:
    """Return the step of the one-time code, or what will not do; a wrong code is recorded."""
    row = await find_invited(work, token)
    if row is None:
        return "gone"
    if not is_password(password, row.person_id):
        return "password"
    secret = open_totp(work.keys.kek, row.totp_sealed or b"", row.person_id)
    step = matched_step(secret, code, work.now.timestamp(), row.totp_step)
    if step is None:
        await work.record("person.enrolment_refused", actor=actor_of(row.person_id), outcome="code")
        return "code"
    return step


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()

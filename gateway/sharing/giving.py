"""Credentials that an enterprise's people give at the console: for one institution, of what they choose, for some days.

Whoever is signed in there has no key of their own to bind one to: it names the institution that it is meant for, and is
good with that one alone, on the platform's page. It is told by its id whether it was taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.store.subjects import find_subject
from gateway.identity.tables import Institution
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.sharing.issuing import LIFE, SHOWABLE, find_newest_score, type_of
from gateway.sharing.tables import SharedCredential
from signing.canonical import sha256_hex
from signing.selective import issue

MOST_DAYS = LIFE.days
MOST_LISTED = 100


@dataclass(frozen=True)
class Wanted:
    """What somebody gives: these members of the score, to an institution, for so many days."""

    institution: str
    members: Sequence[str]
    days: int


async def give_credential(work: UnitOfWork, wanted: Wanted, *, offered: bool) -> str:
    """Return a credential of the acting person's enterprise, told nowhere else. Raises DeniedError."""
    uscc = _own(work, offered=offered)
    if not wanted.members or not set(wanted.members) <= set(SHOWABLE) or not 1 <= wanted.days <= MOST_DAYS:
        raise DeniedError("invalid-request", f"members: 至少一项 one or more; days: 1 至 to {MOST_DAYS}")
    institution = await work.session.get(Institution, wanted.institution)
    if institution is None or institution.status != "active":
        raise DeniedError("invalid-request", "institution: 没有此机构 there is no such institution")
    now, credential_id = await database_now(work.session), uuid7()
    answer, answered_at = await find_newest_score(work, uscc, now)
    shown = {name: answer[name] for name in wanted.members if answer.get(name) is not None}
    if not shown:
        raise DeniedError("nothing-to-share")
    until = now + timedelta(days=wanted.days)
    claims = {
        "iss": work.issuer, "vct": type_of(work.issuer), "sub": uscc, "iat": int(now.timestamp()),
        "exp": int(until.timestamp()), "model": answer["model"], "answered_at": int(answered_at.timestamp()),
        "aud": wanted.institution, "jti": str(credential_id),
    }  # fmt: skip
    credential = issue(claims, shown, work.keys.signing("answer"))
    subject, members = await find_subject(work.session, "uscc", uscc), sorted(shown)
    digest = sha256_hex(credential.encode())
    payload = {
        "members": members, "digest": digest, "until": until.isoformat(), "credential": str(credential_id),
        "institution": wanted.institution,
    }  # fmt: skip
    entry = await work.record(
        "credential.issued", payload, subject=subject.subject_id if subject else None, outcome="issued"
    )
    work.session.add(SharedCredential(
        credential_id=credential_id, uscc=uscc, institution=wanted.institution, members=members, digest=digest,
        given_by=work.actor.name, given_at=now, until=until, event_id=entry,
    ))  # fmt: skip
    await work.session.flush()
    return credential


async def list_given(work: UnitOfWork, *, offered: bool) -> Sequence[SharedCredential]:
    """Return what the acting person's enterprise gave, the newest first. Raises DeniedError."""
    query = select(SharedCredential).where(col(SharedCredential.uscc) == _own(work, offered=offered))
    newest = query.order_by(col(SharedCredential.credential_id).desc()).limit(MOST_LISTED)
    return (await work.session.execute(newest)).scalars().all()


async def take_credential_back(work: UnitOfWork, credential_id: UUID, *, offered: bool) -> SharedCredential:
    """Take a credential back: whoever looks at it on the platform is told. Taken back before, it stays so.

    Raises DeniedError for another enterprise's, and where there is none.
    """
    uscc = _own(work, offered=offered)
    query = select(SharedCredential).where(
        col(SharedCredential.credential_id) == credential_id, col(SharedCredential.uscc) == uscc
    )
    row = (await work.session.execute(query.with_for_update())).scalar()
    if row is None:
        raise DeniedError("credential-not-found")
    if row.taken_back_at is None:
        row.taken_back_at = await database_now(work.session)
        subject = await find_subject(work.session, "uscc", uscc)
        await work.record(
            "credential.taken_back", {"credential": str(credential_id), "institution": row.institution},
            subject=subject.subject_id if subject else None, outcome="taken-back",
        )  # fmt: skip
        await work.session.flush()
    return row


def _own(work: UnitOfWork, *, offered: bool) -> str:
    if not offered:
        raise DeniedError("sharing-not-offered")
    if work.actor.kind != "signatory" or work.actor.subject is None:
        raise DeniedError("insufficient-scope", "只有企业的人可以。Only an enterprise's own people may.")
    return work.actor.subject

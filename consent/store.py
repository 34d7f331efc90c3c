"""Consents in the database: newest versions under a lock, uses counted exactly.

A consent's head is the row that every use and every change locks; it says nothing about where the consent stands. That
its newest version says, and it is read by a statement of its own after the lock: one that waits for a lock and reads
other rows beside it shows those as they were before the wait.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from consent.console import manner_of
from consent.decision import Consent
from consent.life import LAPSES_AFTER
from consent.statements import is_receipt, receipt_claims
from consent.tables import ConsentHead, ConsentUse, ConsentVersion
from consent.terms import Terms
from signing.canonical import sha256_hex

Jwks = Sequence[Mapping[str, object]]
_LOCK = text("SELECT consent_id FROM consent_head WHERE consent_id = :id FOR UPDATE")
_OF_PAIR = "SELECT consent_id FROM consent_head WHERE institution = :institution AND uscc = :uscc ORDER BY consent_id"
_CANDIDATES, _LOCK_ALL = text(_OF_PAIR), text(f"{_OF_PAIR} FOR UPDATE")
_NEWEST = text("""
    SELECT h.consent_id, h.institution, h.uscc, v.version, v.status, v.terms, v.approval, v.receipt, v.reason,
        v.recorded_at, h.uses
    FROM consent_head h CROSS JOIN LATERAL (
        SELECT * FROM consent_version n WHERE n.consent_id = h.consent_id ORDER BY n.version DESC LIMIT 1) v
    WHERE h.consent_id = ANY(:ids) ORDER BY h.consent_id
""")
# How a version `n` stands: as _read has it, a request that nobody answered has lapsed. `answered_after` is the moment
# asked about, LAPSES_AFTER earlier.
STANDS = "CASE WHEN n.status = 'requested' AND n.recorded_at <= :answered_after THEN 'lapsed' ELSE n.status END"
_SEARCH = text(f"""
    SELECT h.consent_id, h.institution, h.uscc, v.version, v.status, v.terms, v.approval, v.receipt, v.reason,
        v.recorded_at, h.uses
    FROM consent_head h CROSS JOIN LATERAL (
        SELECT *, {STANDS} AS now
        FROM consent_version n WHERE n.consent_id = h.consent_id ORDER BY n.version DESC LIMIT 1) v
    WHERE (CAST(:id AS uuid) IS NULL OR h.consent_id = :id)
        AND (CAST(:institution AS text) IS NULL OR h.institution = :institution)
        AND (CAST(:uscc AS text) IS NULL OR h.uscc = :uscc) AND (CAST(:status AS text) IS NULL OR v.now = :status)
    ORDER BY h.consent_id DESC LIMIT :limit
""")  # noqa: S608 - our own words
_PERMITTING = text("""
    SELECT DISTINCT h.uscc FROM consent_head h WHERE h.institution = :institution
        AND (CAST(:codes AS text[]) IS NULL OR h.uscc = ANY(:codes)) AND EXISTS (
            SELECT FROM consent_version v WHERE v.consent_id = h.consent_id AND v.status = 'active')
""")
_LEFT = text("""
    SELECT consent_id FROM consent_head
    WHERE consent_id = :id AND (CAST(:most AS integer) IS NULL OR uses < :most) FOR UPDATE
""")


async def lock_consent(session: AsyncSession, consent_id: UUID) -> list[UUID]:
    """Let uses and changes of a consent wait until this transaction ends; return its id, none where there is none."""
    return list((await session.execute(_LOCK, {"id": consent_id})).scalars())


async def lock_candidates(session: AsyncSession, institution: str, uscc: str) -> list[UUID]:
    """Lock the consents an institution has asked this enterprise for; return their ids, oldest first."""
    return list((await session.execute(_LOCK_ALL, {"institution": institution, "uscc": uscc})).scalars())


async def find_candidates(session: AsyncSession, institution: str, uscc: str) -> list[UUID]:
    """Return the same ones' ids without locking them."""
    return list((await session.execute(_CANDIDATES, {"institution": institution, "uscc": uscc})).scalars())


async def load_consents(session: AsyncSession, ids: Sequence[UUID], jwks: Jwks, now: datetime) -> list[Consent]:
    """Return consents as they stand, oldest first; as long as this transaction lasts where they were locked before."""
    return [_read(row, jwks, now) for row in await session.execute(_NEWEST, {"ids": list(ids)})]


async def find_consent(session: AsyncSession, consent_id: UUID, jwks: Jwks, now: datetime) -> Consent | None:
    """Return a consent as it stands."""
    return next(iter(await load_consents(session, [consent_id], jwks, now)), None)


async def list_consents(
    session: AsyncSession,
    *,
    institution: str | None,
    uscc: str | None,
    after: UUID | None,
    limit: int,
    standing: tuple[str, datetime] | None = None,
) -> list[ConsentVersion]:
    """Return the newest versions of an institution's consents, of an enterprise's (USCC), or of both, by id after
    `after`; `standing`: those that have this status at this moment. Nothing for neither party.
    """
    head, n = col(ConsentHead.consent_id), aliased(ConsentVersion, name="n")
    parties = {col(ConsentHead.institution): institution, col(ConsentHead.uscc): uscc}
    conditions = [column == value for column, value in parties.items() if value is not None]
    if not conditions:
        return []
    of_head = col(ConsentVersion.consent_id) == head
    newest = select(func.max(ConsentVersion.version)).where(of_head).correlate(ConsentHead).scalar_subquery()
    query = select(n).join(ConsentHead, (col(n.consent_id) == head) & (col(n.version) == newest)).where(*conditions)
    if standing is not None:
        status, now = standing
        query = query.where(text(f"{STANDS} = :stands").bindparams(stands=status, answered_after=now - LAPSES_AFTER))
    query = query.order_by(head).limit(limit)
    return list((await session.execute(query.where(head > after) if after else query)).scalars())


@dataclass(frozen=True)
class Overview:
    """A consent as it stands, how often it was used, and since when it stands so."""

    consent: Consent
    uses: int
    recorded_at: datetime


async def search_consents(
    session: AsyncSession,
    jwks: Jwks,
    now: datetime,
    *,
    limit: int,
    consent_id: UUID | None = None,
    institution: str | None = None,
    uscc: str | None = None,
    status: str | None = None,
) -> list[Overview]:
    """Return consents of whomever, newest first: of an institution, an enterprise, a status where asked."""
    values = {
        "id": consent_id, "institution": institution, "uscc": uscc, "status": status, "limit": limit,
        "answered_after": now - LAPSES_AFTER,
    }  # fmt: skip
    return [read_overview(row, jwks, now) for row in await session.execute(_SEARCH, values)]


def read_overview(row: Row[Any], jwks: Jwks, now: datetime) -> Overview:
    """Read a row of a consent's newest version with its uses."""
    return Overview(_read(row, jwks, now), row.uses, row.recorded_at)


async def find_permitting(session: AsyncSession, institution: str, codes: Sequence[str] | None = None) -> set[str]:
    """Return the enterprises (USCC) that have ever permitted this institution something, of these codes or of all."""
    values = {"institution": institution, "codes": None if codes is None else list(codes)}
    return set((await session.execute(_PERMITTING, values)).scalars())


async def list_versions(session: AsyncSession, consent_id: UUID) -> list[ConsentVersion]:
    """Return every version of a consent, oldest first."""
    query = select(ConsentVersion).where(col(ConsentVersion.consent_id) == consent_id)
    return list((await session.execute(query.order_by(col(ConsentVersion.version)))).scalars())


async def list_uses(session: AsyncSession, consent_id: UUID, limit: int) -> list[ConsentUse]:
    """Return the newest uses of a consent, newest first."""
    query = select(ConsentUse).where(col(ConsentUse.consent_id) == consent_id)
    return list((await session.execute(query.order_by(col(ConsentUse.used_at).desc()).limit(limit))).scalars())


async def add_version(session: AsyncSession, version: ConsentVersion) -> None:
    """Store a version; the first one makes the head, a later one needs the head's lock."""
    if version.version == 1:
        terms = read_terms(version.terms)
        session.add(ConsentHead(consent_id=version.consent_id, institution=terms.institution, uscc=terms.uscc, uses=0))
    session.add(version)
    await session.flush()


async def use(session: AsyncSession, used: ConsentUse, max_uses: int | None) -> bool:
    """Store one use, which counts it (a trigger, migration 0023); False, and nothing stored, where all are spent."""
    if (await session.execute(_LEFT, {"id": used.consent_id, "most": max_uses})).one_or_none() is None:
        return False
    session.add(used)
    await session.flush()
    return True


def _read(row: Row[Any], jwks: Jwks, now: datetime) -> Consent:
    terms = read_terms(row.terms)
    digest, manner = sha256_hex(row.terms), manner_of(row.approval)
    claims = receipt_claims(row.consent_id, row.version, row.status, digest, row.recorded_at, manner)
    unchanged = (terms.consent_id, terms.institution, terms.uscc) == (row.consent_id, row.institution, row.uscc)
    lapsed = row.status == "requested" and now >= row.recorded_at + LAPSES_AFTER
    intact = unchanged and is_receipt(row.receipt, jwks, claims)
    return Consent(
        terms, row.version, "lapsed" if lapsed else row.status, intact, row.reason, row.recorded_at, row.uses
    )


def read_terms(canonical: bytes) -> Terms:
    """Read the terms back from their canonical bytes."""
    members = json.loads(canonical)
    return Terms(
        consent_id=UUID(members["consent_id"]),
        uscc=members["grantor"],
        institution=members["grantee"]["institution"],
        accounts=tuple(members["grantee"]["accounts"]),
        products=tuple(members["products"]),
        purpose=members["purpose"]["code"],
        valid_from=datetime.fromisoformat(members["valid_from"]),
        valid_until=datetime.fromisoformat(members["valid_until"]),
        max_uses=members["max_uses"],
    )

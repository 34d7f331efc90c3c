"""Consents in the database: newest versions under a lock, uses counted exactly."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from consent.decision import Consent
from consent.life import LAPSES_AFTER
from consent.statements import is_receipt, receipt_claims
from consent.tables import ConsentHead, ConsentUse, ConsentVersion
from consent.terms import Terms
from signing.canonical import sha256_hex

Jwks = Sequence[Mapping[str, object]]
_NEWEST_VERSION = """
    SELECT h.consent_id, h.institution, h.uscc, v.version, v.status, v.terms, v.receipt, v.recorded_at
    FROM consent_head h JOIN consent_version v USING (consent_id, version) WHERE h.consent_id = :id
"""
_NEWEST, _LOCKED = text(_NEWEST_VERSION), text(f"{_NEWEST_VERSION} FOR UPDATE OF h")
_CANDIDATES = text("SELECT consent_id FROM consent_head WHERE institution = :institution AND uscc = :uscc ORDER BY 1")
_USE = text("""
    UPDATE consent_head SET uses = uses + 1
    WHERE consent_id = :id AND (CAST(:most AS integer) IS NULL OR uses < :most)
""")
_ADVANCE = text("UPDATE consent_head SET version = :version WHERE consent_id = :id")


async def find_consent(
    session: AsyncSession, consent_id: UUID, jwks: Jwks, now: datetime, *, lock: bool
) -> Consent | None:
    """Return a consent as it stands. With `lock`, uses and changes of it wait until this transaction ends."""
    row = (await session.execute(_LOCKED if lock else _NEWEST, {"id": consent_id})).one_or_none()
    if row is None:
        return None
    terms = read_terms(row.terms)
    claims = receipt_claims(consent_id, row.version, row.status, sha256_hex(row.terms), row.recorded_at)
    unchanged = (terms.consent_id, terms.institution, terms.uscc) == (consent_id, row.institution, row.uscc)
    lapsed = row.status == "requested" and now >= row.recorded_at + LAPSES_AFTER
    intact = unchanged and is_receipt(row.receipt, jwks, claims)
    return Consent(terms, row.version, "lapsed" if lapsed else row.status, intact)


async def find_candidates(session: AsyncSession, institution: str, uscc: str) -> list[UUID]:
    """Return the consents an institution has asked this enterprise for, oldest first."""
    found = await session.execute(_CANDIDATES, {"institution": institution, "uscc": uscc})
    return list(found.scalars())


async def list_consents(
    session: AsyncSession, *, institution: str | None, uscc: str | None, after: UUID | None, limit: int
) -> list[ConsentVersion]:
    """Return the newest versions of an institution's consents, or of an enterprise's (USCC), by id after `after`."""
    head = col(ConsentHead.consent_id)
    party = col(ConsentHead.institution) == institution if institution else col(ConsentHead.uscc) == uscc
    newest = (head == col(ConsentVersion.consent_id)) & (col(ConsentHead.version) == col(ConsentVersion.version))
    query = select(ConsentVersion).join(ConsentHead, newest).where(party).order_by(head).limit(limit)
    return list((await session.execute(query.where(head > after) if after else query)).scalars())


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
        session.add(
            ConsentHead(
                consent_id=version.consent_id, institution=terms.institution, uscc=terms.uscc, version=1, uses=0
            )
        )
    else:
        await session.execute(_ADVANCE, {"id": version.consent_id, "version": version.version})
    session.add(version)
    await session.flush()


async def use(session: AsyncSession, used: ConsentUse, max_uses: int | None) -> bool:
    """Count one use; False, and nothing counted, where all uses are spent."""
    counted = await session.execute(_USE, {"id": used.consent_id, "most": max_uses})
    if not getattr(counted, "rowcount", 0):
        return False
    session.add(used)
    await session.flush()
    return True


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

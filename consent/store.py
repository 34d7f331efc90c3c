"""Consents in the database: newest versions under a lock, uses counted exactly.

A consent's head is the row that every use and every change locks; it says nothing about where the consent stands. That
its newest version says, and it is read by a statement of its own after the lock: one that waits for a lock and reads
other rows beside it shows those as they were before the wait.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from consent.decision import Consent
from consent.frequency import longest
from consent.gathered import Gathered, read_gathered
from consent.life import IN_FORCE, LAPSES_AFTER, status_at
from consent.manner import manner_of
from consent.reading import read_terms
from consent.statements import is_receipt, receipt_claims
from consent.tables import ConsentFile, ConsentHead, ConsentUse, ConsentVersion
from consent.terms import Terms
from signing.canonical import sha256_hex

Jwks = Sequence[Mapping[str, object]]
_LOCK = text("SELECT consent_id FROM consent_head WHERE consent_id = :id FOR UPDATE")
# What is read of a consent's head `h` and a version `v`, with the digests of its files as they are stored.
COLUMNS = """
    h.consent_id, h.institution, h.uscc, h.uses, v.version, v.status, v.terms, v.approval, v.receipt, v.gathered,
    v.reason, v.recorded_at, (
        SELECT jsonb_object_agg(f.sha256, encode(sha256(f.sealed), 'hex')) FROM consent_file f
        WHERE f.consent_id = h.consent_id) AS files
"""
_NEWEST = text(f"""
    SELECT {COLUMNS} FROM consent_head h CROSS JOIN LATERAL (
        SELECT * FROM consent_version n WHERE n.consent_id = h.consent_id ORDER BY n.version DESC LIMIT 1) v
    WHERE h.consent_id = ANY(:ids) ORDER BY h.consent_id
""")  # noqa: S608 - our own words
# How a version `n` of a head `h` stands at a moment `now`: as consent.life.status_at has it.
STANDS = f"""CASE
    WHEN n.status = 'requested' AND n.recorded_at <= CAST(:now AS timestamptz) - interval '{LAPSES_AFTER.days} days'
        THEN 'lapsed'
    WHEN n.status NOT IN ('active', 'paused') THEN n.status
    WHEN h.ends_at <= CAST(:now AS timestamptz) THEN 'expired' WHEN h.uses >= h.most THEN 'exhausted' ELSE n.status
END"""
_SEARCH = text(f"""
    SELECT {COLUMNS} FROM consent_head h CROSS JOIN LATERAL (
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
_RECENT = text("""
    SELECT u.consent_id, array_agg(u.used_at) AS used
    FROM unnest(CAST(:ids AS uuid[]), CAST(:since AS timestamptz[])) AS l (consent_id, since)
    JOIN consent_use u ON u.consent_id = l.consent_id AND u.used_at >= l.since GROUP BY u.consent_id
""")
_DUE = text("""
    INSERT INTO consent_due (consent_id, due_at) VALUES (:id, :at)
    ON CONFLICT (consent_id) DO UPDATE SET due_at = excluded.due_at
""")
_NOT_DUE = text("DELETE FROM consent_due WHERE consent_id = :id")
_ENDED = text("""
    SELECT d.consent_id FROM consent_due d JOIN consent_head h USING (consent_id)
    WHERE d.due_at <= :now OR h.uses >= h.most ORDER BY d.due_at LIMIT :limit
""")
_USE = text("""
    WITH given AS (
        SELECT *, row_number() OVER (PARTITION BY consent_id ORDER BY place) AS rank
        FROM unnest(CAST(:inquiry_id AS uuid[]), CAST(:consent_id AS uuid[]), CAST(:version AS integer[]),
                    CAST(:account AS text[]), CAST(:institution AS text[]), CAST(:product AS text[]),
                    CAST(:purpose AS text[]), CAST(:used_at AS timestamptz[]), CAST(:event_id AS uuid[]),
                    CAST(:most AS integer[]))
            WITH ORDINALITY AS m (inquiry_id, consent_id, version, account, institution, product, purpose, used_at,
                                  event_id, most, place)),
    heads AS MATERIALIZED (
        SELECT consent_id, uses FROM consent_head WHERE consent_id = ANY(CAST(:consent_id AS uuid[]))
        ORDER BY consent_id FOR UPDATE)
    INSERT INTO consent_use (inquiry_id, consent_id, version, account, institution, product, purpose, used_at, event_id)
    SELECT inquiry_id, consent_id, version, account, institution, product, purpose, used_at, event_id
    FROM given JOIN heads USING (consent_id) WHERE most IS NULL OR uses + rank <= most
    ORDER BY place RETURNING inquiry_id
""")


async def lock_consent(session: AsyncSession, consent_id: UUID) -> list[UUID]:
    """Let uses and changes of a consent wait until this transaction ends; return its id, none where there is none."""
    return list((await session.execute(_LOCK, {"id": consent_id})).scalars())


async def lock_with_renewed(session: AsyncSession, consent_id: UUID) -> list[UUID]:
    """Lock a consent and the one its terms are to follow, if any, the older one first; return their ids."""
    first = await session.get(ConsentVersion, (consent_id, 1))
    renewed = read_terms(first.terms).supersedes if first else None
    wanted = [consent_id] if renewed is None else sorted([consent_id, renewed])
    return [one for each in wanted for one in await lock_consent(session, each)]


async def load_consents(session: AsyncSession, ids: Sequence[UUID], jwks: Jwks, now: datetime) -> list[Consent]:
    """Return consents as they stand, oldest first; as long as this transaction lasts where they were locked before."""
    found = [read_consent(row, jwks, now) for row in await session.execute(_NEWEST, {"ids": list(ids)})]
    since = {one.terms.consent_id: now - max(map(longest, one.terms.limits)) for one in found if one.terms.limits}
    if not since:
        return found
    values = {"ids": list(since), "since": list(since.values())}
    recent = {row.consent_id: tuple(row.used) for row in await session.execute(_RECENT, values)}
    return [replace(one, recent=recent.get(one.terms.consent_id, ())) for one in found]


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
    h, n = aliased(ConsentHead, name="h"), aliased(ConsentVersion, name="n")
    head, parties = col(h.consent_id), {col(h.institution): institution, col(h.uscc): uscc}
    conditions = [column == value for column, value in parties.items() if value is not None]
    if not conditions:
        return []
    of_head = col(ConsentVersion.consent_id) == head
    newest = select(func.max(ConsentVersion.version)).where(of_head).correlate(h).scalar_subquery()
    query = select(n).join(h, (col(n.consent_id) == head) & (col(n.version) == newest)).where(*conditions)
    if standing is not None:
        status, now = standing
        query = query.where(text(f"{STANDS} = :stands").bindparams(stands=status, now=now))
    query = query.order_by(head).limit(limit)
    return list((await session.execute(query.where(head > after) if after else query)).scalars())


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
) -> list[Consent]:
    """Return consents of whomever, newest first: of an institution, an enterprise, a status where asked."""
    values = {
        "id": consent_id, "institution": institution, "uscc": uscc, "status": status, "limit": limit,
        "now": now,
    }  # fmt: skip
    return [read_consent(row, jwks, now) for row in await session.execute(_SEARCH, values)]


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
    terms = read_terms(version.terms)
    if version.version == 1:
        head = ConsentHead(
            consent_id=version.consent_id, institution=terms.institution, uscc=terms.uscc, uses=0,
            ends_at=terms.valid_until, most=terms.max_uses,
        )  # fmt: skip
        session.add(head)
    session.add(version)
    await session.flush()
    due = {"requested": version.recorded_at + LAPSES_AFTER, **dict.fromkeys(IN_FORCE, terms.valid_until)}
    if version.status in due:
        await session.execute(_DUE, {"id": version.consent_id, "at": due[version.status]})
    else:
        await session.execute(_NOT_DUE, {"id": version.consent_id})


async def find_due(session: AsyncSession, now: datetime, limit: int) -> list[UUID]:
    """Return consents that time has ended, or their uses, and of which no version says so yet."""
    return list((await session.execute(_ENDED, {"now": now, "limit": limit})).scalars())


async def find_file(session: AsyncSession, consent_id: UUID, sha256: str) -> bytes | None:
    """Return the sealed bytes of a file."""
    row = await session.get(ConsentFile, (consent_id, sha256))
    return row.sealed if row else None


class Use(NamedTuple):
    """One answer given on a consent, and how often that may be used: what a row of ConsentUse holds, and `most`."""

    inquiry_id: UUID
    consent_id: UUID
    version: int
    account: str
    institution: str
    product: str
    purpose: str
    used_at: datetime
    event_id: UUID
    most: int | None


async def use(session: AsyncSession, used: Sequence[Use]) -> set[UUID]:
    """Store uses, each of a consent that may be used so often; which counts them (a trigger, migration 0023).

    Returns the inquiries whose uses were stored: those of a consent in their order, as long as one is left.
    """
    columns = map(list, zip(*used, strict=True))
    return set((await session.execute(_USE, dict(zip(Use._fields, columns, strict=True)))).scalars())


def read_consent(row: Row[Any], jwks: Jwks, now: datetime) -> Consent:
    """Read a row of a consent's newest version with its uses, as it stands at a moment."""
    try:
        terms, gathered = read_terms(row.terms), read_gathered(row.gathered)
    except (KeyError, TypeError, ValueError, AttributeError):
        return _unreadable(row)
    digest, manner = sha256_hex(row.terms), manner_of(row.approval)
    claims = receipt_claims(
        row.consent_id, row.version, row.status, digest, row.recorded_at, manner, row.gathered
    )  # fmt: skip
    unchanged = (terms.consent_id, terms.institution, terms.uscc) == (row.consent_id, row.institution, row.uscc)
    intact = unchanged and _has_files(terms, gathered, row) and is_receipt(row.receipt, jwks, claims)
    status = status_at(
        row.status, now, changed_at=row.recorded_at, valid_until=terms.valid_until, uses=row.uses,
        max_uses=terms.max_uses,
    )  # fmt: skip
    return Consent(terms, row.version, status, intact, row.reason, row.recorded_at, row.uses, gathered)


def _has_files(terms: Terms, gathered: Gathered, row: Row[Any]) -> bool:
    """Tell whether every file is there as it was taken up, and whatever the terms name, once it was approved."""
    stored = row.files or {}
    kept = {one.sha256 for one in gathered.files if stored.get(one.sha256) == one.sealed_sha256}
    named = {item.sha256 for item in terms.evidence} if row.status in IN_FORCE else set()
    return len(kept) == len(gathered.files) and named <= kept


def _unreadable(row: Row[Any]) -> Consent:
    """Return a consent whose bytes are no terms any more: its parties still find it, and it permits nothing."""
    terms = Terms(
        row.consent_id, row.uscc, row.institution, (), (), "", row.recorded_at, row.recorded_at, None, purpose_text="?"
    )  # fmt: skip
    return Consent(terms, row.version, row.status, intact=False, reason=row.reason, changed_at=row.recorded_at)

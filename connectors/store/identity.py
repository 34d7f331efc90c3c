"""The cross-reference: which subject an old code or a name belongs to, how sure that is, and who said so.

An identifier belongs to the subject that is known by it with the most confidence; if two are equal, it resolves
nothing and a person decides (`link`). Confidence: 100 a unified code's own organisation code, or a person's decision;
95 an old code that the registering agency gives beside the unified one; 90 the registered name; 70 a name registered
formerly.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.arrays import text_array

_SOLE_OF = """
    SELECT kind, value, (array_agg(subject_id))[1] AS subject_id FROM (
        SELECT g.kind, g.value, k.subject_id, k.confidence,
               max(k.confidence) OVER (PARTITION BY g.kind, g.value) AS best
        FROM ({asked}) g JOIN subject_known k USING (kind, value)
    ) f WHERE confidence = best GROUP BY kind, value HAVING count(DISTINCT subject_id) = 1
"""
_ASKED = _SOLE_OF.format(asked="SELECT * FROM unnest(%s::text[], %s::text[]) AS a (kind, value)")
_SOLE = f"SELECT kind, value, uuid_send(subject_id) FROM ({_ASKED}) sole"  # noqa: S608 - our own words
_WAITING = "SELECT DISTINCT identifier_type AS kind, identifier_value AS value FROM record WHERE subject_id IS NULL"
# A record that a batch is about to replace is left to the next look.
_RESOLVE_MISSED = text(f"""
    WITH sole AS ({_SOLE_OF.format(asked=_WAITING)}), found AS (
        SELECT r.record_id, s.subject_id FROM sole s
        JOIN record r ON r.identifier_type = s.kind AND r.identifier_value = s.value
        WHERE r.subject_id IS NULL FOR UPDATE OF r SKIP LOCKED)
    UPDATE record r SET subject_id = f.subject_id, status = 'resolved' FROM found f WHERE r.record_id = f.record_id
""")  # noqa: S608 - our own words
_OPEN = """
    SELECT DISTINCT r.identifier_type, r.identifier_value FROM unnest(%s::text[], %s::text[]) AS g (kind, value)
    JOIN record r ON r.subject_id IS NULL AND r.identifier_type = g.kind AND r.identifier_value = g.value
    WHERE g.kind = ANY (ARRAY(  -- looked at once: by some kinds nothing is ever held
        SELECT kind FROM unnest(%s::text[]) AS k (kind)
        WHERE EXISTS (SELECT FROM record o WHERE o.subject_id IS NULL AND o.identifier_type = k.kind)))
"""
_RESOLVE = """
    UPDATE record r SET subject_id = n.subject_id, status = 'resolved'
    FROM unnest(%s::text[], %s::text[], %s::uuid[]) AS n (kind, value, subject_id)
    WHERE r.subject_id IS NULL AND r.identifier_type = n.kind AND r.identifier_value = n.value
    RETURNING r.batch_id = %s::uuid
"""
_LINK = """
    INSERT INTO subject_identifier (kind, value, subject_id, source, confidence, recorded_at)
    VALUES (%s, %s, %s, %s, 100, %s) ON CONFLICT DO NOTHING
"""
# A person's decision is stronger than what another subject got the identifier by: the records follow it.
_MOVE = """
    UPDATE record r SET subject_id = %(subject)s FROM subject_known k
    WHERE (k.kind, k.value) = (%(kind)s, %(value)s) AND k.subject_id <> %(subject)s AND k.confidence < 100
      AND r.subject_id = k.subject_id AND (r.identifier_type, r.identifier_value) = (%(kind)s, %(value)s)
    RETURNING r.record_id, k.subject_id
"""
_END = """
    UPDATE subject_identifier SET ended_at = %s
    WHERE (kind, value, subject_id, source) = (%s, %s, %s, %s) AND ended_at IS NULL
"""
_RELEASE = """
    UPDATE record SET subject_id = NULL, status = 'unresolved'
    WHERE subject_id = %s AND (identifier_type, identifier_value) = (%s, %s) RETURNING record_id
"""
_LEFT = "SELECT xinqiao_records_left(%s::uuid[], %s)"
# Whoever looked before a decision was taken back, and stored after it.
_RELEASE_MISSED = text("""
    WITH released AS (
        UPDATE record r SET subject_id = NULL, status = 'unresolved' FROM subject_identifier i
        WHERE i.ended_at IS NOT NULL AND r.subject_id = i.subject_id
          AND (r.identifier_type, r.identifier_value) = (i.kind, i.value)
          AND NOT EXISTS (SELECT FROM subject_known k
                          WHERE (k.kind, k.value, k.subject_id) = (i.kind, i.value, i.subject_id))
        RETURNING r.record_id, i.subject_id
    ), gathered AS (SELECT subject_id, array_agg(record_id) AS records FROM released GROUP BY subject_id)
    SELECT cardinality(records), xinqiao_records_left(records, subject_id) FROM gathered
""")
Known = tuple[str, str]  # kind and value


async def find_sole(cursor: psycopg.AsyncCursor[Any], asked: Sequence[Known]) -> Mapping[Known, bytes]:
    """Return the subject's id for each identifier; one that belongs to several subjects, or to none, is left out."""
    if not asked:
        return {}
    wanted = list(dict.fromkeys(asked))
    await cursor.execute(_SOLE, [text_array(column) for column in zip(*wanted, strict=True)])
    return {(kind, value): subject for kind, value, subject in await cursor.fetchall()}


async def resolve_earlier(
    cursor: psycopg.AsyncCursor[Any], known: Sequence[Known], batch_id: UUID | None
) -> tuple[int, int]:
    """Give records held unresolved to the subjects now known by these identifiers.

    Returns how many there were, and how many of them belong to the batch.
    """
    if not known:
        return 0, 0
    kinds, values = zip(*known, strict=True)
    await cursor.execute(_OPEN, [text_array(kinds), text_array(values), sorted(set(kinds))])
    found = await find_sole(cursor, await cursor.fetchall())
    if not found:
        return 0, 0
    columns = [*zip(*found, strict=True), [subject.hex() for subject in found.values()]]
    await cursor.execute(_RESOLVE, [*map(text_array, columns), batch_id])
    ours = [own for (own,) in await cursor.fetchall()]
    return len(ours), sum(bool(own) for own in ours)


async def resolve_missed(session: AsyncSession) -> int:
    """Give every record held unresolved to the subject it is known to be of by now; return how many there were.

    Two submissions at once, the record's and the one that explains it, do not see each other: each has looked before
    the other's commit.
    """
    return int(getattr(await session.execute(_RESOLVE_MISSED), "rowcount", 0))


async def link(
    cursor: psycopg.AsyncCursor[Any], identifier: Known, subject_id: UUID, decided_by: str, now: datetime
) -> tuple[bool, int]:
    """Keep a person's decision whose an identifier is; return whether it is new, and how many records followed it.

    Records that another subject had by this identifier, with less confidence, are among them.
    """
    await cursor.execute(_LINK, [*identifier, subject_id, decided_by, now])
    new = cursor.rowcount == 1
    await cursor.execute(_MOVE, {"kind": identifier[0], "value": identifier[1], "subject": subject_id})
    left: dict[UUID, list[UUID]] = {}
    for record_id, former in await cursor.fetchall():
        left.setdefault(former, []).append(record_id)
    for former, records in left.items():
        await cursor.execute(_LEFT, [records, former])
    moved = sum(map(len, left.values()))
    return new, moved + (await resolve_earlier(cursor, [identifier], None))[0]


async def unlink(
    cursor: psycopg.AsyncCursor[Any], identifier: Known, subject_id: UUID, decided_by: str, now: datetime
) -> int:
    """Take such a decision back: the records are nobody's again, or whose they are known to be without it.

    Returns how many records left the subject; what is computed of it from them is due again.
    """
    await cursor.execute(_END, [now, *identifier, subject_id, decided_by])
    await cursor.execute(_RELEASE, [subject_id, *identifier])
    released = [record_id for (record_id,) in await cursor.fetchall()]
    if released:
        await cursor.execute(_LEFT, [released, subject_id])
        await resolve_earlier(cursor, [identifier], None)
    return len(released)


async def release_missed(session: AsyncSession) -> int:
    """Take records from whom they are only by a decision that was taken back; return how many there were."""
    return sum(row[0] for row in await session.execute(_RELEASE_MISSED))

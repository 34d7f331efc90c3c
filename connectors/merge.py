"""Merging: staged rows into the record store, by sets.

1. Find what is new: a row equal to the version before it is a duplicate, any other a first version or a correction.
2. Make subjects of unified codes, and note how registrations name them.
3. Find whose each record is; store it, after the version it replaces has been closed.
4. Give earlier records, held unresolved, to the subjects now known.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.datasets import Dataset

LOCK = text("SELECT pg_advisory_xact_lock(7134, hashtext(:dataset))")  # one delivery of a dataset at a time
WORK_MEMORY = text("SET LOCAL work_mem = '64MB'")
FIND_NEW = text("""
    CREATE TEMP TABLE incoming ON COMMIT DROP AS
    WITH ordered AS (
        SELECT s.place, s.business_key, s.digest, coalesce(c.version, 0) AS stored,
               coalesce(lag(s.digest) OVER one_key, c.digest) AS before
        FROM staging s
        LEFT JOIN record c ON c.dataset = :dataset AND c.agency = :agency AND c.business_key = s.business_key
                          AND c.superseded_at IS NULL
        WINDOW one_key AS (PARTITION BY s.business_key ORDER BY s.place)
    )
    SELECT place, business_key, stored, NULL::uuid AS subject_id,
           stored + row_number() OVER (PARTITION BY business_key ORDER BY place) AS version,
           lead(place) OVER (PARTITION BY business_key ORDER BY place) IS NOT NULL AS superseded
    FROM ordered WHERE before IS DISTINCT FROM digest
""")
# A subject takes the id of the record that first named it: unique, and in the order of time (UUIDv7).
ADD_SUBJECTS = text("""
    INSERT INTO subject (subject_id, uscc, name, created_at)
    SELECT DISTINCT ON (s.uscc) s.record_id, s.uscc, CASE WHEN :registers THEN s.name END, :now
    FROM staging s WHERE s.uscc IS NOT NULL AND NOT EXISTS (SELECT FROM subject k WHERE k.uscc = s.uscc)
    ORDER BY s.uscc, s.place DESC ON CONFLICT (uscc) DO NOTHING
""")
NAME_SUBJECTS = text("""
    UPDATE subject k SET name = s.name
    FROM (SELECT DISTINCT ON (uscc) uscc, name FROM staging WHERE uscc IS NOT NULL ORDER BY uscc, place DESC) s
    WHERE k.uscc = s.uscc AND k.name IS DISTINCT FROM s.name
""")
ADD_IDENTIFIERS = text("""
    INSERT INTO subject_identifier (kind, value, subject_id, source, confidence)
    SELECT DISTINCT i.kind, i.value, k.subject_id, :agency, i.confidence
    FROM staging s JOIN subject k USING (uscc)
    CROSS JOIN LATERAL (VALUES ('organisation_code', s.organisation, 100), ('name', s.name_key, 90))
        AS i (kind, value, confidence)
    WHERE i.value <> '' AND (i.kind <> 'name' OR :registers)
      AND NOT EXISTS (SELECT FROM subject_identifier k2
                      WHERE (k2.kind, k2.value, k2.subject_id) = (i.kind, i.value, k.subject_id))
    ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING
""")
RESOLVE_BY_CODE = text("""
    UPDATE incoming n SET subject_id = k.subject_id FROM staging s JOIN subject k USING (uscc) WHERE s.place = n.place
""")
# Two subjects under one identifier resolve nothing: a person decides.
RESOLVE_BY_IDENTIFIER = text("""
    UPDATE incoming n SET subject_id = i.sole
    FROM staging s JOIN (
        SELECT kind, value, (array_agg(subject_id))[1] AS sole FROM subject_identifier
        WHERE (kind, value) IN (SELECT identifier_type, identifier_value FROM staging WHERE uscc IS NULL)
        GROUP BY kind, value HAVING count(*) = 1
    ) i ON (i.kind, i.value) = (s.identifier_type, s.identifier_value)
    WHERE s.place = n.place AND s.uscc IS NULL
""")
CLOSE_REPLACED = text("""
    UPDATE record r SET superseded_at = :now FROM incoming n
    WHERE n.stored > 0 AND r.dataset = :dataset AND r.agency = :agency AND r.business_key = n.business_key
      AND r.superseded_at IS NULL
""")
STORE = text("""
    INSERT INTO record (record_id, dataset, agency, producer, business_key, version, subject_id, identifier_type,
        identifier_value, event_date, publish_until, status, recorded_at, superseded_at, batch_id, leaf_index, digest,
        canonical)
    SELECT s.record_id, :dataset, :agency, s.producer, s.business_key, n.version, n.subject_id, s.identifier_type,
        s.identifier_value, s.event_date::date, s.publish_until::date,
        CASE WHEN n.subject_id IS NULL THEN 'unresolved' ELSE 'resolved' END, :now,
        CASE WHEN n.superseded THEN CAST(:now AS timestamptz) END, :batch,
        row_number() OVER (ORDER BY n.place) - 1, s.digest, s.canonical
    FROM incoming n JOIN staging s USING (place)
""")
RESOLVE_EARLIER = text("""
    UPDATE record r SET subject_id = i.sole, status = 'resolved'
    FROM (
        SELECT kind, value, (array_agg(subject_id))[1] AS sole FROM subject_identifier
        WHERE (kind, value) IN (
            SELECT 'organisation_code', organisation FROM staging WHERE uscc IS NOT NULL
            UNION SELECT 'name', name_key FROM staging WHERE uscc IS NOT NULL AND :registers)
        GROUP BY kind, value HAVING count(*) = 1
    ) i
    WHERE r.subject_id IS NULL AND r.identifier_type = i.kind AND r.identifier_value = i.value
""")
COUNT = text("""
    SELECT count(*) FILTER (WHERE version = 1 AND subject_id IS NOT NULL) AS accepted,
           count(*) FILTER (WHERE version = 1 AND subject_id IS NULL) AS unresolved,
           count(*) FILTER (WHERE version > 1) AS corrections,
           (SELECT count(*) FROM staging) - count(*) AS duplicates
    FROM incoming
""")


@dataclass(frozen=True)
class Merged:
    """What came of the sound rows, and how many earlier records found their subject."""

    accepted: int
    unresolved: int
    corrections: int
    duplicates: int
    resolved_earlier: int


async def merge(session: AsyncSession, dataset: Dataset, batch_id: UUID, now: datetime) -> Merged:
    """Merge what is staged in this transaction."""
    values = {
        "dataset": dataset.dataset,
        "agency": dataset.agency,
        "registers": dataset.registers,
        "batch": batch_id,
        "now": now,
    }
    await session.execute(LOCK, values)
    await session.execute(WORK_MEMORY)
    await session.execute(FIND_NEW, values)
    await session.execute(ADD_SUBJECTS, values)
    if dataset.registers:
        await session.execute(NAME_SUBJECTS)
    await session.execute(ADD_IDENTIFIERS, values)
    await session.execute(RESOLVE_BY_CODE)
    await session.execute(RESOLVE_BY_IDENTIFIER)
    await session.execute(CLOSE_REPLACED, values)
    await session.execute(STORE, values)
    earlier = await session.execute(RESOLVE_EARLIER, values)
    counted = (await session.execute(COUNT)).one()
    return Merged(
        counted.accepted, counted.unresolved, counted.corrections, counted.duplicates, getattr(earlier, "rowcount", 0)
    )

"""Records that a full list does not name any more, and those it names again: found, counted, acted upon all at once.

1. `find_changes` sets every current record of the dataset against the keys the batch named (connectors/store/roll.py),
   and notes those to act upon. It tells how many of how many would end.
2. `lock_changes` locks them, in the order in which lists of acts do. Whoever acted before it is seen by what follows.
3. `act_on_changes` does the acts that are still possible, in one statement, whatever their number.

A record ends where its state is current: what was withdrawn or repaired stays so, an objection waits for its decision,
and what may not be shown any more has ended by its own last day. life.py has the same rules for one record.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.records.ended_acts import IN_SQL
from connectors.records.life import HIDDEN, LASTING, TRANSITIONS, ActKind

# The last act that concerns a record: not one upon another enterprise's under the same key.
_LAST = """
    LEFT JOIN LATERAL (
        SELECT a.state, a.version, a.lasting OR a.version >= r.version AS binds FROM record_act a
        WHERE a.business_key = r.business_key AND a.dataset = r.dataset AND a.agency = r.agency AND NOT EXISTS (
            SELECT FROM record o WHERE o.record_id = a.record_id AND o.subject_id <> r.subject_id)
        ORDER BY a.number DESC LIMIT 1) a ON true
"""
_STATE = "CASE WHEN a.binds THEN a.state ELSE 'current' END"
_OPEN = (
    "DROP TABLE IF EXISTS pg_temp.changing_record",
    "CREATE TEMPORARY TABLE changing_record (record_id uuid NOT NULL, kind text NOT NULL) ON COMMIT DROP",
)
# The batch itself has no row yet. Records are found by their batches: there is no index of a dataset's.
_FIND = text(f"""
    WITH own AS (
        SELECT batch_id FROM batch WHERE (agency, dataset) = (:agency, :dataset) UNION ALL SELECT CAST(:batch AS uuid)
    ), named AS (SELECT key_id, bool_or(sound) AS sound FROM listed_key GROUP BY key_id
    ), standing AS (
        SELECT r.record_id, r.batch_id, r.version, k.key_id IS NOT NULL AS named, coalesce(k.sound, false) AS sound,
               {_STATE} AS state, a.state AS said, r.publish_until IS NULL OR r.publish_until >= :day AS shown,
               CAST(:years AS int[]) IS NULL OR extract(year FROM r.event_date) = ANY(CAST(:years AS int[])) AS within
        FROM own JOIN record r USING (batch_id) {_LAST} LEFT JOIN named k USING (key_id)
        WHERE r.superseded_at IS NULL
    ), judged AS (
        SELECT *, batch_id = :batch AND version > 1 AND said = 'ended' AND state = 'current' AS anew,
               CASE WHEN state = 'current' AND shown AND within AND NOT named THEN 'end'
                    WHEN state = 'ended' AND sound THEN 'return' END AS kind FROM standing
    ), noted AS (
        INSERT INTO changing_record SELECT record_id, kind FROM judged
        WHERE kind = 'return' OR (kind = 'end' AND :whole)
    )
    SELECT count(*) FILTER (WHERE kind = 'end') AS ending, count(*) FILTER (WHERE anew) AS anew,
           count(*) FILTER (WHERE kind = 'return') AS returning,
           count(*) FILTER (WHERE state IN ('current', 'objected') AND shown AND within AND NOT anew
                            AND (batch_id <> :batch OR version > 1)) AS known
    FROM judged
""")  # noqa: S608 - our own words
_ENDING = text("""
    SELECT r.business_key FROM changing_record c JOIN record r USING (record_id)
    WHERE c.kind = 'end' ORDER BY r.business_key COLLATE "C" LIMIT :most
""")
_FIND_ENDED = text("""
    INSERT INTO changing_record SELECT a.record_id, 'return' FROM record_act a JOIN record r USING (record_id)
    WHERE a.act_batch = :batch AND a.kind = 'end' AND r.superseded_at IS NULL
""")
_LOCK = text("""
    SELECT count(*) FROM (
        SELECT FROM record r JOIN changing_record USING (record_id) ORDER BY r.business_key COLLATE "C"
        FOR NO KEY UPDATE OF r) locked
""")
# An act's id is of the moment of its event, as all ids are (UUIDv7), and random in the rest.
_ACT = text(f"""
    WITH done AS (
        INSERT INTO record_act (act_id, dataset, agency, business_key, record_id, version, number, kind, state, hides,
            lasting, effective_on, reason, document, actor, act_batch, recorded_at, event_id)
        SELECT CAST(left(:entry, 15) || substr(gen_random_uuid()::text, 16) AS uuid), r.dataset, r.agency,
               r.business_key, r.record_id, r.version, n.acts + 1, :kind, :state, :hides, :lasting, :day, :reason,
               :document, :actor, :act_batch, :now, CAST(:entry AS uuid)
        FROM changing_record c JOIN record r USING (record_id) {_LAST}
        CROSS JOIN LATERAL (
            SELECT count(*) AS acts FROM record_act m
            WHERE m.business_key = r.business_key AND m.dataset = r.dataset AND m.agency = r.agency) n
        WHERE c.kind = :kind AND r.superseded_at IS NULL AND {_STATE} = :before
        RETURNING record_id, business_key, version, number)
    SELECT count(*) AS acts, {IN_SQL} AS digest FROM done
""")  # noqa: S608
_NEWER = text("""
    SELECT EXISTS (SELECT FROM batch WHERE (agency, dataset, delivery) = (:agency, :dataset, 'full_list')
                   AND received_at > :since)
""")


@dataclass(frozen=True)
class Changes:
    """What a list changes: how many records it ends of how many current ones, and how many it brings back, by acts or
    by other content: those need no act.
    """

    ending: int
    known: int
    returning: int
    anew: int


@dataclass(frozen=True)
class Deed:
    """Acts of one kind upon many records: why, on which document, who does them, the list they come with, their event,
    the moment and the day.
    """

    kind: ActKind
    reason: str
    document: str | None
    actor: str
    act_batch: UUID
    entry: UUID
    now: datetime
    day: date


@dataclass(frozen=True)
class Done:
    """How many acts were done, and the digest over them."""

    count: int
    digest: str


async def find_changes(
    session: AsyncSession, agency: str, dataset: str, batch_id: UUID, day: date, years: Collection[int] | None, *,
    whole: bool,
) -> Changes:  # fmt: skip
    """Note what a batch that names its keys changes; with `whole`, what it does not name is to end, of these years or
    of all.
    """
    await _open(session)
    values = {
        "agency": agency, "dataset": dataset, "batch": batch_id, "day": day, "whole": whole,
        "years": None if years is None else sorted(years),
    }  # fmt: skip
    row = (await session.execute(_FIND, values)).one()
    return Changes(row.ending, row.known, row.returning, row.anew)


async def list_ending(session: AsyncSession, most: int) -> list[str]:
    """Return the keys of the records that were noted to end, the first of them."""
    return list((await session.execute(_ENDING, {"most": most})).scalars())


async def find_ended_by(session: AsyncSession, batch_id: UUID) -> None:
    """Note the records that a batch has ended, to be brought back."""
    await _open(session)
    await session.execute(_FIND_ENDED, {"batch": batch_id})


async def lock_changes(session: AsyncSession) -> None:
    """Lock the records that were noted against acts and batches until the transaction ends."""
    await session.execute(_LOCK)


async def act_on_changes(session: AsyncSession, deed: Deed) -> Done:
    """Do one kind of act upon those records that were noted for it and still allow it."""
    (((before, _), after),) = ((move, left) for move, left in TRANSITIONS.items() if move[1] is deed.kind)
    values = {
        "kind": deed.kind.value, "before": before.value, "state": after.value, "hides": after in HIDDEN,
        "lasting": after in LASTING, "day": deed.day, "reason": deed.reason, "document": deed.document,
        "actor": deed.actor, "act_batch": deed.act_batch, "now": deed.now, "entry": str(deed.entry),
    }  # fmt: skip
    row = (await session.execute(_ACT, values)).one()
    return Done(row.acts, row.digest or "")


async def is_outdated(session: AsyncSession, agency: str, dataset: str, since: datetime) -> bool:
    """Tell whether a full list was taken in since a moment."""
    values = {"agency": agency, "dataset": dataset, "since": since}
    return bool((await session.execute(_NEWER, values)).scalar_one())


async def _open(session: AsyncSession) -> None:
    for statement in _OPEN:
        await session.execute(text(statement))

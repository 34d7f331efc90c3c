"""Every version of some enterprises' records of some datasets, with what decides in which days each counts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.records.life import PastAct, State

_DAY = "({} AT TIME ZONE 'Asia/Shanghai')::date"
_COLUMNS = f"""
    SELECT s.number AS subject, r.record_id AS record, r.dataset, r.identifier_type AS kind,
           r.identifier_value AS value, r.event_date, r.publish_until, r.version,
           {_DAY.format("r.recorded_at")} AS recorded, {_DAY.format("r.superseded_at")} AS superseded, r.canonical
    FROM subject s JOIN record r USING (subject_id)
    WHERE s.number = ANY(CAST(:subjects AS bigint[])) AND r.dataset = ANY(CAST(:datasets AS text[]))
      AND r.canonical IS NOT NULL
"""  # noqa: S608 - our own words
_VERSIONS = text(
    f"{_COLUMNS} AND r.superseded_at IS NULL UNION ALL {_COLUMNS} AND r.superseded_at IS NOT NULL ORDER BY 1, 3, 2"
)
# Not those upon another enterprise's record under the same key (acts.py).
_ACTS = text("""
    SELECT r.record_id, a.number, a.version, a.state, a.hides, a.lasting, a.effective_on, a.recorded_at
    FROM record r
    JOIN record_act a ON a.business_key = r.business_key AND a.dataset = r.dataset AND a.agency = r.agency
    LEFT JOIN record o ON o.record_id = a.record_id
    WHERE r.record_id = ANY(CAST(:records AS uuid[])) AND (o.subject_id IS NULL OR o.subject_id = r.subject_id)
    ORDER BY a.number
""")


class HeldVersion(NamedTuple):
    """A version of a record: of which subject (its number), what it was found by, its days, its sealed text."""

    subject: int
    record: UUID
    dataset: str
    kind: str
    value: str
    event_date: date | None
    publish_until: date | None
    version: int
    recorded: date
    superseded: date | None
    canonical: bytes


async def load_versions(
    session: AsyncSession, subjects: Sequence[int], datasets: Sequence[str]
) -> tuple[list[HeldVersion], Mapping[UUID, list[PastAct]]]:
    """Return the versions, and by record the acts that concern it."""
    values = {"subjects": list(subjects), "datasets": list(datasets)}
    versions = [HeldVersion(*row) for row in await session.execute(_VERSIONS, values)]
    acts: dict[UUID, list[PastAct]] = {}
    found = await session.execute(_ACTS, {"records": [one.record for one in versions]}) if versions else ()
    for record, number, version, state, *rest in found:
        acts.setdefault(record, []).append(PastAct(number, version, State(state), *rest))
    return versions, acts

"""Which office an enterprise belongs to: that of the county its registration names, else of the county in its code."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.records.portfolio import fields_of
from connectors.store.subjects import Subject
from gateway.disposal.parties import find_offices
from gateway.runtime.work import UnitOfWork

DIGITS = 6
_REGISTERED = text("""
    SELECT subject_id, canonical FROM record_visible(:today, NULL)
    WHERE subject_id = ANY(CAST(:subjects AS uuid[])) AND dataset = 'ent_registration' AND canonical IS NOT NULL
    ORDER BY recorded_at
""")


async def find_places(work: UnitOfWork, subjects: Collection[Subject]) -> Mapping[UUID, str]:
    """Return the offices that enterprises belong to, by their ids; who belongs to none that there is, is left out."""
    offices = set(await find_offices(work))
    values = {"today": day_of(work.now), "subjects": [one.subject_id for one in subjects]}
    registered = {
        row.subject_id: str(fields_of(row.canonical).get("district_code") or "")[:DIGITS]
        for row in await work.session.execute(_REGISTERED, values)
    }
    named = {one.subject_id: (registered.get(one.subject_id), (one.uscc or "")[2:8]) for one in subjects}
    return {
        subject: office for subject, codes in named.items()
        if (office := next((code for code in codes if code in offices), None))
    }  # fmt: skip

"""Usage results of the acting person's institution: which answers still wait for one, and what was reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from gateway.consents.acquaintances import names_known
from gateway.inquiries.obligations import list_owed
from gateway.people.reading import names_of_people
from gateway.runtime.work import UnitOfWork

_REPORTED = text("""
    SELECT u.*, count(*) OVER () AS total FROM usage_result u
    WHERE u.institution = :institution AND NOT EXISTS (
        SELECT FROM usage_result n WHERE n.result_id = u.result_id AND n.version > u.version)
    ORDER BY u.result_id DESC OFFSET :offset LIMIT :limit
""")
_OF_INQUIRY = text("SELECT result_id FROM usage_result WHERE inquiry_id = :inquiry LIMIT 1")


@dataclass(frozen=True)
class Waiting:
    """An answer that no usage result was reported for: when it was given and until when the report is due, through
    which account, to whom, about whom; the enterprise's name where the institution knows it, the person's where a
    person asked.
    """

    inquiry_id: UUID
    answered_at: datetime
    due: datetime
    account: str
    person: str | None
    uscc: str
    name: str | None
    product: str
    purpose: str


@dataclass(frozen=True)
class ReportedUsage:
    """The newest version of a usage result: what was done, and when it was reported."""

    result_id: UUID
    version: int
    inquiry_id: UUID
    uscc: str
    name: str | None
    content: Mapping[str, Any]
    recorded_at: datetime

    @property
    def decided_on(self) -> date:
        """The day of the institution's decision."""
        return date.fromisoformat(self.content["decided_on"])


async def list_waiting(work: UnitOfWork, *, limit: int, offset: int = 0) -> tuple[Sequence[Waiting], int]:
    """Return answers of the acting institution that wait for a usage result, by when it is due, and their number."""
    rows = await list_owed(work, limit=limit, offset=offset)
    names = await names_known(work, [row.uscc for row in rows])
    people = await names_of_people(work, [row.person for row in rows if row.person])
    found = [
        Waiting(row.inquiry_id, row.created_at, row.report_by, row.account, people.get(row.person or ""), row.uscc,
                names.get(row.uscc), row.product, row.purpose)
        for row in rows
    ]  # fmt: skip
    return found, rows[0].total if rows else 0


async def list_reported(work: UnitOfWork, *, limit: int, offset: int = 0) -> tuple[Sequence[ReportedUsage], int]:
    """Return the newest versions of what the acting institution reported, newest first, and how many there are."""
    values = {"institution": work.actor.institution_id, "limit": limit, "offset": offset}
    rows = (await work.session.execute(_REPORTED, values)).all()
    names = await names_known(work, [row.uscc for row in rows])
    found = [
        ReportedUsage(row.result_id, row.version, row.inquiry_id, row.uscc, names.get(row.uscc),
                      orjson.loads(row.content), row.recorded_at)
        for row in rows
    ]  # fmt: skip
    return found, rows[0].total if rows else 0


async def result_of(work: UnitOfWork, inquiry_id: UUID) -> UUID | None:
    """Return the usage result that was reported for an answer, None where there is none yet."""
    found: UUID | None = (await work.session.execute(_OF_INQUIRY, {"inquiry": inquiry_id})).scalar_one_or_none()
    return found

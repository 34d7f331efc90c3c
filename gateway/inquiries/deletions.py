"""Deletion attested: which answers an institution has to delete, and its word that it did.

It may delete before it has to. What it says to have deleted is not given to it again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select

from gateway.inquiries.tables import DeletionAttestation, Inquiry
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

MOST_AT_ONCE = 500
_UNDELETED = text("""
    SELECT inquiry_id, delete_by, created_at, account, person, uscc, product, purpose, count(*) OVER () AS total
    FROM inquiry WHERE institution = :institution AND delete_by IS NOT NULL AND deleted_at IS NULL
        AND (CAST(:until AS timestamptz) IS NULL OR delete_by <= :until)
    ORDER BY delete_by, inquiry_id OFFSET :offset LIMIT :limit
""")


async def list_undeleted(
    work: UnitOfWork, *, limit: int, offset: int = 0, until: datetime | None = None
) -> list[Row[Any]]:
    """Return up to `limit` answers of the acting institution that are not said to be deleted, those whose life ends
    first at first, only those that end `until` then where asked: inquiry_id, delete_by, created_at, account, person,
    uscc, product, purpose, and how many there are, `total`.
    """
    values = {"institution": work.actor.institution_id, "limit": limit, "offset": offset, "until": until}
    return list(await work.session.execute(_UNDELETED, values))


async def attest_deleted(work: UnitOfWork, inquiries: Sequence[UUID]) -> list[DeletionAttestation]:
    """Note the acting institution's word that it has deleted these answers, all or none; return what was noted, by id.

    What was attested before stays as it was. Raises DeniedError where one is no answer of the institution's that it was
    allowed to keep, and for none or too many.
    """
    wanted = sorted(set(inquiries))
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        reason = f"1 至 {MOST_AT_ONCE} 个 1 to {MOST_AT_ONCE}"
        raise DeniedError("invalid-request", reason, invalid_params=[{"name": "body.inquiries", "reason": reason}])
    # In one order, so that two who attest the same never wait for each other in a circle.
    query = select(Inquiry).where(
        col(Inquiry.inquiry_id).in_(wanted), col(Inquiry.institution) == work.actor.institution_id,
        col(Inquiry.state) == "answered", col(Inquiry.delete_by).is_not(None),
    ).order_by(col(Inquiry.inquiry_id)).with_for_update(key_share=True)  # fmt: skip
    rows = (await work.session.execute(query)).scalars().all()
    if len(rows) < len(wanted):
        raise DeniedError(
            "inquiry-not-found", "贵机构没有可留存的此应答。Your institution was given no such answer to keep."
        )
    now = await database_now(work.session)
    return [await _attested(work, row) or await _attest(work, row, now) for row in rows]


async def _attested(work: UnitOfWork, row: Inquiry) -> DeletionAttestation | None:
    return None if row.deleted_at is None else await work.session.get_one(DeletionAttestation, row.inquiry_id)


async def _attest(work: UnitOfWork, row: Inquiry, now: datetime) -> DeletionAttestation:
    assert row.delete_by is not None, "asked for above"  # noqa: S101 - narrows the type
    entry = await work.record(
        "deletion.attested",
        {"inquiry": str(row.inquiry_id), "person": work.actor.person, "due": row.delete_by.isoformat()},
        institution=row.institution, account=work.actor.client_id, subject=row.subject_id, outcome="deleted",
        exchange=row.inquiry_id, at=now,
    )  # fmt: skip
    told = DeletionAttestation(
        inquiry_id=row.inquiry_id, institution=row.institution, account=work.actor.client_id,
        person=work.actor.person, due=row.delete_by, attested_at=now, event_id=entry,
    )  # fmt: skip
    work.session.add(told)
    row.deleted_at = now
    await work.session.flush()
    return told


def attested_document(told: DeletionAttestation) -> dict[str, Any]:
    """Return an attestation as the interface shows it."""
    return {
        "inquiry": str(told.inquiry_id), "due": told.due.isoformat(), "deleted_at": told.attested_at.isoformat(),
        "entry": str(told.event_id),
    }  # fmt: skip

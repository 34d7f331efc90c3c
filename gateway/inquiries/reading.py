"""Inquiries as they ended, for those who may see them; never what was answered."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from gateway.identity.clients.unknown import demand_known
from gateway.inquiries.tables import Inquiry
from gateway.runtime.denial import DeniedError
from gateway.runtime.filters import demand_one_of
from gateway.runtime.work import UnitOfWork

STATES = ("admitted", "answered", "denied", "failed", "expired")


async def list_inquiries(
    work: UnitOfWork,
    *,
    limit: int,
    institution: str | None = None,
    account: str | None = None,
    uscc: str | None = None,
    state: str | None = None,
) -> Sequence[Inquiry]:
    """Return the newest inquiries, of an institution, account, enterprise (USCC) or state where asked.

    That they were read is recorded, with the filters and the count. Raises DeniedError for a filter that nothing can
    match.
    """
    demand_one_of("state", state, STATES)
    await demand_known(work, institution=institution, account=account)
    asked = {"institution": institution, "account": account, "uscc": uscc, "state": state}
    wanted = [col(getattr(Inquiry, name)) == value for name, value in asked.items() if value is not None]
    query = select(Inquiry).where(*wanted).order_by(col(Inquiry.inquiry_id).desc()).limit(limit)
    rows = (await work.session.execute(query)).scalars().all()
    await work.record("inquiry.listed", {"found": len(rows), "asked": asked}, outcome="read")
    return rows


async def get_inquiry(work: UnitOfWork, inquiry_id: UUID) -> Inquiry:
    """Return an inquiry; that it was read is recorded. Raises DeniedError where there is none."""
    row = await work.session.get(Inquiry, inquiry_id)
    if row is None:
        raise DeniedError("inquiry-not-found")
    await work.record("inquiry.listed", {"found": 1, "asked": {"inquiry": str(inquiry_id)}}, outcome="read")
    return row


def basis_of(row: Inquiry) -> str | None:
    """Return the kind of basis that an inquiry was answered on, or may be; None where nothing permitted it."""
    return row.legal_basis or ("consent" if row.consent_version is not None else None)


def inquiry_document(row: Inquiry) -> dict[str, Any]:
    """Return an inquiry as the interface shows it."""
    return {
        "inquiry": str(row.inquiry_id), "account": row.account, "institution": row.institution,
        "intermediary": row.intermediary, "subject": row.uscc, "product": row.product,
        "purpose": row.purpose, "provider": row.provider, "state": row.state, "outcome": row.outcome,
        "legal_basis": basis_of(row), "duty": row.duty,
        "units": row.units, "created_at": row.created_at.isoformat(), "entry": str(row.event_id),
    }  # fmt: skip

"""Views: a version set, the end of one, the one in force, all of them. No version is ever changed.

A version counts from the next question on; answers that were given by another one name it, and hold its columns.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from consent.terms import PURPOSES
from gateway.identity.clients.unknown import no_institution
from gateway.identity.tables import Institution
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.views.tables import DataView
from gateway.inquiries.views.view import View
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork

LONGEST_TITLE = 100
_IN_FORCE = text("""
    SELECT DISTINCT ON (name) * FROM data_view WHERE institution = :institution ORDER BY name, version DESC
""")


async def set_view(
    work: UnitOfWork, institution: str, wanted: View, purpose: str, title: str, approved_by: str | None
) -> int:
    """Put a version of a view in force, approved by another person than the one who acts; return its number. Raises
    DeniedError.
    """
    fault = wanted.fault()
    if fault is None and purpose not in PURPOSES:
        fault = f"purpose: {', '.join(PURPOSES)}"
    if fault is None and not 1 <= len(title.strip()) <= LONGEST_TITLE:
        fault = f"title: 一至 {LONGEST_TITLE} 字 characters"
    if fault is not None:
        raise DeniedError("change-refused", fault)
    newest = await _newest(work, institution, wanted.name)
    if newest is not None and newest.purpose != purpose:
        raise DeniedError(
            "change-refused",
            f"purpose: 视图的用途不变，另取名称 a view keeps its purpose, {newest.purpose}; name another",
        )
    row = DataView(
        institution=institution, name=wanted.name, version=newest.version + 1 if newest else 1, purpose=purpose,
        title=title.strip(), admission=list(wanted.admission), limit_columns=list(wanted.limit),
        approved_by=approved_by, effective_from=await database_now(work.session), event_id=uuid7(),
    )  # fmt: skip
    return await _add(work, "view.set", row)


async def end_view(work: UnitOfWork, institution: str, name: str, reason: str) -> int:
    """End a view from the next question on, as a version without columns. Raises DeniedError where none is in force."""
    demand_reason(reason)
    newest = await _newest(work, institution, name)
    if newest is None or newest.reason is not None:
        raise DeniedError("change-refused", f"没有有效的视图 {name}: no such view is in force.")
    row = DataView(
        institution=institution, name=name, version=newest.version + 1, purpose=newest.purpose, title=newest.title,
        admission=[], limit_columns=[], reason=reason.strip(), effective_from=await database_now(work.session),
        event_id=uuid7(),
    )  # fmt: skip
    return await _add(work, "view.ended", row)


async def name_view(session: AsyncSession, request: InquiryRequest) -> InquiryRequest:
    """Return a question with the columns of the view that it names, as it is in force; one that names none of the
    institution's for this purpose says so.
    """
    if request.view is None or request.unreadable is not None or request.extent.view is not None:
        return request
    found = {
        row.name: row for row in await session.execute(_IN_FORCE, {"institution": request.institution})
        if row.reason is None and row.purpose == request.purpose
    }  # fmt: skip
    row = found.get(request.view)
    if row is None:
        return replace(request, unreadable=Denial("unknown-view", f"view: {', '.join(found) or '—'}"))
    return replace(request, extent=replace(request.extent, view=_view_of(row)))


async def find_view(work: UnitOfWork, institution: str, name: str) -> DataView | None:
    """Return the newest version of a view, None where there is none."""
    query = select(DataView).where(col(DataView.institution) == institution, col(DataView.name) == name)
    return (await work.session.execute(query.order_by(col(DataView.version).desc()).limit(1))).scalar_one_or_none()


async def list_views(
    work: UnitOfWork, institution: str | None = None, *, in_force: bool = False
) -> list[dict[str, Any]]:
    """Return every version of the views of an institution, or of all, the newest first by name; `in_force`: those that
    hold now alone.
    """
    query = select(DataView).order_by(col(DataView.institution), col(DataView.name), col(DataView.version).desc())
    if institution is not None:
        query = query.where(col(DataView.institution) == institution)
    rows: Sequence[DataView] = (await work.session.execute(query)).scalars().all()
    newest: dict[tuple[str, str], int] = {}
    for row in rows:
        newest.setdefault((row.institution, row.name), row.version)
    told = [_document(row, newest[row.institution, row.name]) for row in rows]
    return [one for one in told if one["in_force"] or not in_force]


async def _newest(work: UnitOfWork, institution: str, name: str) -> DataView | None:
    """Return the newest version of a view, which nobody else adds one to until the transaction ends."""
    await take(work.session, Lock.DATA_VIEW, f"{institution} {name}")
    row = await work.session.get(Institution, institution)
    if row is None or row.status == "closed":
        raise await no_institution(work, institution)
    return await find_view(work, institution, name)


async def _add(work: UnitOfWork, event: str, row: DataView) -> int:
    said: dict[str, Any] = {
        "view": row.name, "version": row.version, "purpose": row.purpose, "title": row.title,
        "admission": row.admission, "limit": row.limit_columns, "from": row.effective_from.isoformat(),
        "reason": row.reason, "approved_by": row.approved_by,
    }  # fmt: skip
    row.event_id = await work.record(
        event, said, institution=row.institution, outcome=event.partition(".")[2], at=row.effective_from
    )
    work.session.add(row)
    await work.session.flush()
    return row.version


def _view_of(row: Any) -> View:  # noqa: ANN401 - a row of the table, or of a statement over it
    return View(row.name, row.version, tuple(row.admission), tuple(row.limit_columns))


def _document(row: DataView, newest: int) -> dict[str, Any]:
    return {
        "institution": row.institution, "view": row.name, "version": row.version, "purpose": row.purpose,
        "title": row.title, "admission": row.admission, "limit": row.limit_columns, "reason": row.reason,
        "in_force": row.version == newest and row.reason is None,
        "effective_from": row.effective_from.isoformat(), "entry": str(row.event_id),
    }  # fmt: skip

"""What an institution has subscribed to, what it was told, and what its people have seen of that.

What was told is shown only while the consent that it was told under is in force and the institution stands: what it was
is withheld otherwise, not that it was. The signed answer is given again as any other is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select

from gateway.identity.clients.unknown import demand_known
from gateway.inquiries.claiming import give_again
from gateway.inquiries.own_inquiries import get_own_inquiry, request_of
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.warnings.tables import WarningSubscription, WarningTold

MOST = 500
_OPEN = """(SELECT v.status FROM consent_version v WHERE v.consent_id = w.consent_id ORDER BY v.version DESC LIMIT 1)
    = 'active' AND (SELECT h.ends_at > now() FROM consent_head h WHERE h.consent_id = w.consent_id)
    AND (SELECT i.status = 'active' FROM institution i WHERE i.institution_id = w.institution)"""
_WHERE = """
    w.institution = :institution AND (CAST(:passed_on AS text) IS NULL OR s.intermediary = :passed_on)
    AND (CAST(:seen AS boolean) IS NULL OR (w.seen_at IS NOT NULL) = :seen)
    AND (CAST(:change AS text) IS NULL OR w.change = :change)
    AND (CAST(:level AS text) IS NULL OR (w.level = :level AND w.open))
    AND (CAST(:type AS text) IS NULL OR (jsonb_exists(w.after, :type) AND w.open))
    AND (CAST(:since AS timestamptz) IS NULL OR w.told_at >= :since)
    AND (CAST(:subscription AS uuid) IS NULL OR w.subscription_id = :subscription)
"""
_TOLD = f"(SELECT w.*, {_OPEN} AS open FROM warning w WHERE w.institution = :institution) w"  # noqa: S608
_LIST = text(f"""
    SELECT w.*, count(*) OVER () AS total FROM {_TOLD} JOIN warning_subscription s USING (subscription_id)
    WHERE {_WHERE} AND (CAST(:before AS uuid) IS NULL OR w.warning_id < :before)
    ORDER BY w.warning_id DESC OFFSET :offset LIMIT :most
""")  # noqa: S608 - our own words
_SUBSCRIBED = text("""
    SELECT w.*, count(*) OVER () AS total FROM warning_subscription w
    WHERE w.institution = :institution AND (CAST(:passed_on AS text) IS NULL OR w.intermediary = :passed_on)
      AND (CAST(:status AS text) IS NULL OR w.status = :status)
      AND (CAST(:before AS uuid) IS NULL OR w.subscription_id < :before)
    ORDER BY w.subscription_id DESC OFFSET :offset LIMIT :most
""")


@dataclass(frozen=True)
class Wanted:
    """Which warnings, None for any: seen or not, how it changed, the highest level now, a type, told since a moment, of
    a subscription.
    """

    seen: bool | None = None
    change: str | None = None
    level: str | None = None
    type: str | None = None
    since: datetime | None = None
    subscription: UUID | None = None


async def list_warnings(
    work: UnitOfWork, wanted: Wanted, *, limit: int, offset: int = 0, before: UUID | None = None
) -> Sequence[Row[Any]]:
    """Return the acting institution's warnings, newest first; `open` tells whether what was told may be shown now, and
    `total` how many there are. That they were read is recorded.
    """
    values = {**_whose(work), **_asked(wanted), "most": limit, "offset": offset, "before": before}
    rows = (await work.session.execute(_LIST, values)).all()
    institution = work.actor.institution_id
    await work.record("warning.read", {"found": len(rows)}, institution=institution, outcome="read")
    return rows


async def list_subscriptions(
    work: UnitOfWork, *, status: str | None = None, limit: int, offset: int = 0, before: UUID | None = None
) -> Sequence[Row[Any]]:
    """Return the acting institution's subscriptions, newest first; `total` is how many there are."""
    values = {**_whose(work), "status": status, "most": limit, "offset": offset, "before": before}
    return (await work.session.execute(_SUBSCRIBED, values)).all()


async def list_all_subscriptions(
    work: UnitOfWork, institution: str | None, limit: int
) -> Sequence[WarningSubscription]:
    """Return subscriptions of an institution, or of all, newest first. Raises DeniedError but for this machine."""
    if work.actor.kind != "machine":
        raise DeniedError("insufficient-scope", "只能在本机查看。At this machine alone.")
    await demand_known(work, institution=institution)
    query = select(WarningSubscription).order_by(col(WarningSubscription.subscription_id).desc()).limit(limit)
    query = query.where(col(WarningSubscription.institution) == institution) if institution else query
    return (await work.session.execute(query)).scalars().all()


async def get_warning(work: UnitOfWork, warning_id: UUID) -> WarningTold:
    """Return a warning of the acting institution. Raises DeniedError for another's, and for none."""
    row = await work.session.get(WarningTold, warning_id)
    if row is None or row.institution != work.actor.institution_id or await _is_anothers(work, row):
        raise DeniedError("warning-not-found")
    return row


async def get_subscription(work: UnitOfWork, subscription_id: UUID) -> WarningSubscription:
    """Return a subscription of the acting institution. Raises DeniedError for another's, and for none."""
    row = await work.session.get(WarningSubscription, subscription_id)
    passed_on = work.actor.intermediary
    if row is None or row.institution != work.actor.institution_id or passed_on not in {None, row.intermediary}:
        raise DeniedError("subscription-not-found")
    return row


async def reopen_warning(work: UnitOfWork, warning_id: UUID) -> tuple[WarningTold, str | Denial]:
    """Return a warning with its signed answer, or why that is not given now; either is recorded as of an inquiry.

    Raises DeniedError for another's, and for none.
    """
    row = await get_warning(work, warning_id)
    inquiry = await get_own_inquiry(work, row.inquiry_id)
    answer = inquiry.signed
    if answer is None:
        raise DeniedError("warning-not-found")
    request = request_of(inquiry, work.actor.person, by_form=work.actor.person is not None)
    return row, await give_again(work, request, inquiry.subject_id, answer)


async def mark_seen(work: UnitOfWork, warning_id: UUID) -> WarningTold:
    """Note that somebody of the institution has seen a warning; the first one stands. Raises DeniedError as above."""
    await get_warning(work, warning_id)
    query = select(WarningTold).where(col(WarningTold.warning_id) == warning_id).with_for_update()
    row = (await work.session.execute(query.execution_options(populate_existing=True))).scalar_one()
    if row.seen_at is None:
        await work.record(
            "warning.seen", {"warning": str(warning_id)}, institution=row.institution, outcome="seen",
            exchange=warning_id,
        )  # fmt: skip
        row.seen_at, row.seen_by = work.now, work.actor.name
        await work.session.flush()
    return row


def _whose(work: UnitOfWork) -> Mapping[str, Any]:
    return {"institution": work.actor.institution_id, "passed_on": work.actor.intermediary}


def _asked(wanted: Wanted) -> Mapping[str, Any]:
    return {name: getattr(wanted, name) for name in ("seen", "change", "level", "type", "since", "subscription")}


async def _is_anothers(work: UnitOfWork, row: WarningTold) -> bool:
    """Tell whether an intermediary asks for one whose subscription it did not pass on."""
    if work.actor.intermediary is None:
        return False
    subscription = await work.session.get_one(WarningSubscription, row.subscription_id)
    return work.actor.intermediary != subscription.intermediary

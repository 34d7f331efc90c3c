"""After all were judged: whoever subscribed to an enterprise that stands otherwise is told, each in one transaction.

1. Hold the subscription, then the consent and the standing of who asks (asking.py): a revocation or a suspension waits
   or is seen. Where either has ended the subscription ends, and nothing is told.
2. Work out what the institution may be told now, and compare it with what it was told last. No difference, no warning.
3. Else the answer is signed, kept and counted as any other, free of charge, and the entry is what webhooks tell of.
A refusal that passes (a consent that is paused, a limit of uses that is full) is tried again later.
"""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from gateway.inquiries.admission import Refusal
from gateway.runtime.actor import PROGRAM
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.warnings.asking import Looked, consent_id_of, look, member_of, stands_at
from gateway.warnings.change import Change, change_of, highest_of
from gateway.warnings.subscribing import end
from gateway.warnings.tables import WarningSubscription, WarningTold

MOST_AT_ONCE = 100
RETRY = timedelta(hours=1)
# What ends a subscription; all else passes.
ENDING = frozenset({
    "consent-required", "consent-not-found", "consent-revoked", "consent-expired", "consent-superseded",
    "consent-invalidated", "consent-integrity-failed", "consent-uses-exhausted", "consent-scope-exceeded",
    "consent-purpose-mismatch", "consent-template-breached", "consent-mode-not-permitted", "institution-suspended",
    "institution-closed", "agreement-not-in-force", "account-closed", "delegation-ended", "product-not-entitled",
    "subject-not-found",
})  # fmt: skip
_DUE = text("""
    SELECT s.subscription_id FROM warning_subscription s
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(r.type, jsonb_build_array(r.level, r.holds_from)), '{}') AS stands
        FROM risk_standing r WHERE r.subject = s.subject AND r.holds_to IS NULL) now_at
    WHERE s.status = 'active' AND s.stood <> now_at.stands AND (s.retry_at IS NULL OR s.retry_at <= now())
    ORDER BY s.subscription_id LIMIT :most
""")
# Those whose consent is in force no more, or whose institution does not stand.
_OVER = text("""
    SELECT s.subscription_id FROM warning_subscription s JOIN institution i ON i.institution_id = s.institution
    JOIN consent_head h USING (consent_id) CROSS JOIN LATERAL (
        SELECT v.status FROM consent_version v WHERE v.consent_id = s.consent_id ORDER BY v.version DESC LIMIT 1) v
    WHERE s.status = 'active'
      AND (i.status <> 'active' OR v.status NOT IN ('active', 'paused') OR h.ends_at <= now())
      AND (s.retry_at IS NULL OR s.retry_at <= now())
    ORDER BY s.subscription_id LIMIT :most
""")
_JUDGED = text("SELECT max(as_of) FROM risk_day")


async def tell_warnings(units: UnitsOfWork) -> bool:
    """Tell what is due, and end subscriptions that are over; tell whether there may be more."""
    async with units.begin("warning.due", PROGRAM) as work:
        over = list((await work.session.execute(_OVER, {"most": MOST_AT_ONCE})).scalars())
        due = list((await work.session.execute(_DUE, {"most": MOST_AT_ONCE})).scalars())
    for subscription in dict.fromkeys([*over, *due]):
        async with units.begin("warning.tell", PROGRAM) as work:
            await tell(work, subscription)
    return MOST_AT_ONCE in {len(over), len(due)}


async def tell(work: UnitOfWork, subscription_id: UUID) -> WarningTold | None:
    """Look at a subscription again, and tell what has changed; None where nothing is told."""
    row = await work.session.get(WarningSubscription, subscription_id, with_for_update=True)
    if row is None or row.status != "active":
        return None
    looked = await look(work, member_of(row), free=True)
    if isinstance(looked, Refusal):
        await _refused(work, row, looked.denial)
        return None
    change = change_of(row.told, looked.levels)
    warning = None
    if change is not None:
        given = await looked.tell(work)
        if isinstance(given, Denial):
            await _refused(work, row, given)
            return None
        warning = await _write(work, row, looked, change, given.inquiry_id)
    row.stood, row.told = await stands_at(work.session, row.subject), looked.levels
    row.consent_id, row.retry_at = consent_id_of(looked), None
    await work.session.flush()
    return warning


async def _refused(work: UnitOfWork, row: WarningSubscription, denial: Denial) -> None:
    if denial.reason in ENDING:
        await end(work, row, denial.reason)
    else:
        row.retry_at = work.now + RETRY
        await work.session.flush()


async def _write(
    work: UnitOfWork, row: WarningSubscription, looked: Looked, change: Change, inquiry_id: UUID
) -> WarningTold:
    made, consent = uuid7(), consent_id_of(looked)
    judged: date = (await work.session.execute(_JUDGED)).scalar_one()
    payload = {
        "warning": str(made), "subscription": str(row.subscription_id), "inquiry": str(inquiry_id),
        "consent": str(consent), "before": row.told, "after": looked.levels, "judged_on": judged.isoformat(),
    }  # fmt: skip
    entry = await work.record(
        "warning.told", payload, institution=row.institution, account=row.account, subject=row.subject_id,
        outcome=change, exchange=made, at=looked.admission.now,
    )  # fmt: skip
    warning = WarningTold(
        warning_id=made, subscription_id=row.subscription_id, institution=row.institution, uscc=row.uscc,
        consent_id=consent, inquiry_id=inquiry_id, change=change, level=highest_of(looked.levels), before=row.told,
        after=looked.levels, judged_on=judged, told_at=looked.admission.now, event_id=entry,
    )  # fmt: skip
    work.session.add(warning)
    await work.session.flush()
    return warning

"""A wrong charge taken back: a row of its own with negative units, on the day it is taken back; nothing is edited.

It lands in the present day and month, whichever the charge lies in, and names the charge: what was closed stays as it
was closed. The counters of its holders follow in the same transaction. What a grant had covered is given back as room
under the limits, for the grant may have ended.
"""

from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from gateway.quota.books import Charge
from gateway.quota.ledger import add, lock, read_books
from gateway.quota.tables import QuotaLedger, QuotaReversal
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork

_CHARGE = text("SELECT * FROM quota_ledger WHERE entry_id = :entry AND units > 0")


async def reverse_charge(work: UnitOfWork, charge: UUID, reason: str, approved_by: str | None) -> QuotaReversal:
    """Take a charge back, by its entry in the ledger, approved by another person than the one who acts.

    Raises DeniedError where there is no such charge, where it was taken back before, and for no reason.
    """
    demand_reason(reason)
    row = (await work.session.execute(_CHARGE, {"entry": charge})).one_or_none()
    if row is None:
        raise DeniedError("charge-not-found")
    await take(work.session, Lock.NEW_ID, f"reversal:{charge}")
    if await work.session.get(QuotaReversal, charge) is not None:
        raise DeniedError("charge-already-reversed")
    consents = (row.consent_id,) if row.consent_id else ()
    wanted = Charge(row.inquiry_id, row.account, row.institution, row.product, row.units, None, row.person, consents)
    day = await lock(work.session, [wanted])
    rooms = (await read_books(work.session, [wanted], day)).rooms_of(wanted, row.consent_id)
    made = QuotaReversal(charge=charge, entry_id=uuid7(), reason=reason.strip(), event_id=uuid7())
    await work.record(
        "quota.reversed",
        {"entry": str(made.entry_id), "charge": str(charge), "inquiry": str(row.inquiry_id), "account": row.account,
         "institution": row.institution, "person": row.person, "product": row.product, "units": -row.units,
         "day": day.isoformat(), "reason": made.reason, "approved_by": approved_by},
        institution=row.institution, account=row.account, outcome="reversed", exchange=row.inquiry_id,
        event_id=made.event_id,
    )  # fmt: skip
    work.session.add(made)
    work.session.add(
        QuotaLedger(
            entry_id=made.entry_id, inquiry_id=row.inquiry_id, account=row.account, person=row.person,
            institution=row.institution, product=row.product, units=-row.units, day=day, event_id=made.event_id,
            consent_id=row.consent_id, overdraft=0,
        )
    )  # fmt: skip
    await work.session.flush()
    await add(work.session, {room.key: -room.amount(row.units) for room in rooms}, {})
    return made

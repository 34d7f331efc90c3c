"""Acts upon records: withdrawn, reinstated, repaired, objected to, decided upon. Each is a row and an event at once.

The record itself is never touched. connectors/records/life.py decides what is possible; this, who acts on whose record.
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from connectors.conversion.free_text import without_contacts
from connectors.records.acts import Wish, add_act, decide, find_current, find_record, key_of, refuse_superseded
from connectors.records.life import ActError, ActKind
from connectors.records.tables import RecordAct
from gateway.gateway import Gateway

EVENTS = {
    ActKind.WITHDRAW: "record.withdrawn",
    ActKind.REINSTATE: "record.reinstated",
    ActKind.REPAIR: "record.repaired",
    ActKind.OBJECT: "record.objected",
    ActKind.UPHOLD: "record.annulled",
    ActKind.REJECT: "record.confirmed",
}


async def act_on(
    gateway: Gateway, session: AsyncSession, record_id: UUID, wish: Wish, *, agency: str | None = None,
    subject: UUID | None = None,
) -> RecordAct | None:  # fmt: skip
    """Do one act; None where the record is not the agency's, or not about the subject. Raises ActError."""
    found = await find_record(session, record_id)
    if found is None or (agency is not None and found["agency"] != agency):
        return None
    if subject is not None and found["subject_id"] != subject:
        return None
    refuse_superseded(found)
    current = await find_current(session, key_of(found))
    if current is None or current["record_id"] != record_id:
        raise ActError("act-not-possible", "该版本已被更正取代 this version was replaced: act upon the current one")
    return await store_act(gateway, session, current, wish, datetime.now(UTC))


async def store_act(
    gateway: Gateway, session: AsyncSession, current: RowMapping, wish: Wish, now: datetime
) -> RecordAct:
    """Do an act upon a current version that this transaction holds. Raises ActError."""
    left, number = await decide(session, current, wish, now)
    reason, document = without_contacts(wish.reason), wish.document and without_contacts(wish.document)
    event = Event(
        EVENTS[wish.kind], wish.actor, subject=str(current["subject_id"]) if current["subject_id"] else None,
        outcome=left.state.value,
        payload={
            "record": str(current["record_id"]), "dataset": current["dataset"], "agency": current["agency"],
            "version": current["version"], "number": number, "effective_on": wish.effective_on.isoformat(),
            "reason": reason, "document": document, "hides": left.hides,
        },
    )  # fmt: skip
    entry = await gateway.audit.record(session, event, now)
    told = Wish(**{**vars(wish), "reason": reason, "document": document})
    return await add_act(session, current, told, left, number=number, ids=(uuid7(), entry), now=now)

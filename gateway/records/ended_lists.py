"""The ending of a whole list taken back by its agency: every record that a batch ended, and nothing has changed since.

One by one, or by a list of keys, ended records are reinstated as withdrawn ones are (acts.py, act_lists.py). What the
agency's next list does not name either ends again: a list is mended where it is made.
"""

from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from connectors.catalogue.load import get_dataset
from connectors.conversion.free_text import without_contacts
from connectors.model.calendar import day_of
from connectors.records.endings import Deed, find_ended_by, lock_changes
from connectors.records.life import ActKind
from gateway.intake.batches import get_batch
from gateway.intake.full_lists import record_acts
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork


@dataclass(frozen=True)
class ReturnRequest:
    """Why the ending of a batch is taken back, and the document behind it."""

    reason: str
    document: str | None = None


async def return_ended(work: UnitOfWork, batch_id: UUID, request: ReturnRequest) -> int:
    """Bring back what a batch ended, and return how many records that are.

    Raises DeniedError where the batch is not the actor's to see, the actor is not its agency, it says no reason, or
    nothing of what the batch ended is still ended.
    """
    demand_reason(request.reason)
    batch = await get_batch(work, batch_id)
    if work.actor.kind != "agency":
        raise DeniedError(
            "act-not-yours", "只有部门可以恢复自己清单终止的记录。Only the agency takes its own list back."
        )
    await find_ended_by(work.session, batch_id)
    await lock_changes(work.session)
    now = await database_now(work.session)
    deed = Deed(
        ActKind.RETURN, without_contacts(request.reason), without_contacts(request.document or "") or None,
        work.actor.name, batch_id, uuid7(), now, day_of(now),
    )  # fmt: skip
    count = await record_acts(work, deed, get_dataset(batch.dataset))
    if not count:
        raise DeniedError(
            "act-not-possible", "此批没有仍处于终止状态的记录。Nothing that this batch ended is ended now."
        )
    return count

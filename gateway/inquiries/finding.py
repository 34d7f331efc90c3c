"""One inquiry by its id, for whoever may know that it was made."""

from uuid import UUID

from gateway.inquiries.tables import Inquiry
from gateway.runtime.work import UnitOfWork

OVERSEERS = frozenset({"auditor", "machine"})


async def find_own_inquiry(work: UnitOfWork, inquiry_id: UUID) -> Inquiry | None:
    """Return an inquiry of the actor's institution, or about the actor's enterprise; any to an auditor.

    None for another party's: that a bank has asked is told to no other bank.
    """
    row = await work.session.get(Inquiry, inquiry_id)
    if row is None:
        return None
    actor = work.actor
    own = actor.institution_id is not None and actor.institution_id in {row.institution, row.intermediary}
    about = actor.kind == "signatory" and actor.subject == row.uscc
    return row if own or about or actor.kind in OVERSEERS else None

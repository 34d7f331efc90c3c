"""Changes that wait for whoever acts."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from gateway.admin.changes import WAITS_DAYS
from gateway.admin.graph import ACTS, approver_of
from gateway.admin.tables import Change
from gateway.identity.clients.owners import person_behind
from gateway.runtime.work import UnitOfWork


async def find_waiting_changes(work: UnitOfWork, limit: int) -> Sequence[Change]:
    """Return up to `limit` changes that the actor could approve now, oldest first; at this machine, all that wait.

    Nobody's own, none of another kind's to approve, none that has waited too long: what decide_change would refuse.
    """
    query = select(Change).where(col(Change.status) == "waiting").order_by(col(Change.change_id)).limit(limit)
    if work.actor.kind != "machine":
        person = await person_behind(work)
        acts = [act for act in ACTS if approver_of(act) == work.actor.kind]
        query = query.where(
            col(Change.act).in_(acts), col(Change.asked_person) != person,  # never true where either is unknown
            col(Change.asked_at) >= work.now - timedelta(days=WAITS_DAYS),
        )  # fmt: skip
    return (await work.session.execute(query)).scalars().all()

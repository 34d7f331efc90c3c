"""A delivery tried again by whoever looks after the platforms: one that was refused, or one that waits for its turn.

The ledger's row is held until the commit, and a delivery has one job at most: however many ask, it is sent once. The
platform that has it already answers with the same receipt (docs/deliveries.md).
"""

from uuid import UUID

from gateway.platforms.tables import Delivery
from gateway.runtime.database import raw
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

RETRIERS = frozenset({"system", "machine"})


async def retry_delivery(work: UnitOfWork, delivery_id: UUID) -> Delivery:
    """Have a delivery tried again at once, with an event, and return it.

    Raises DeniedError where there is none, where it has arrived, and where it is under way at this moment.
    """
    from gateway.platforms.queue import enqueue, hasten

    if work.actor.kind not in RETRIERS:
        raise DeniedError("insufficient-scope", "只有系统管理员可以重报。Only system administrators try again.")
    delivery = await work.session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None:
        raise DeniedError("delivery-not-found")
    if delivery.state == "confirmed":
        raise DeniedError("delivery-confirmed")
    if await hasten(work.session, delivery_id) is False:
        raise DeniedError("delivery-under-way")
    if delivery.state == "refused":
        delivery.state, delivery.settled_at = "acknowledged" if delivery.receipt else "pending", None
        await enqueue(await raw(work.session), [delivery_id])
    payload = {"delivery": str(delivery_id), "peer": delivery.peer_id, "kind": delivery.kind}
    await work.record("delivery.retried", payload, outcome=delivery.state, exchange=delivery.exchange)
    await work.session.flush()
    return delivery

"""What institutions are to be told, taken from the log: each entry that concerns one, in the order of the tree.

The log is the outbox: an entry commits with what it tells of, and the hot path pays nothing for those who listen. The
place up to which it was read moves in the transaction that writes the messages: none is left out, none told twice.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from audit.following import find_end, leaves_of_families
from gateway.runtime.work import UnitOfWork
from gateway.webhooks.tables import WebhookDelivery, WebhookEndpoint, WebhookPosition
from gateway.webhooks.told import TO_ALL, TOPICS, is_told, message_of

MOST_AT_ONCE = 2000
_HOLD = text("SELECT next_index FROM webhook_position WHERE log_id = :log FOR UPDATE SKIP LOCKED")
_MOVE = text("UPDATE webhook_position SET next_index = :next WHERE log_id = :log")


async def queue_told(work: UnitOfWork) -> bool:
    """Write the messages that the next entries make, and tell whether there may be more.

    While another worker is at it, nothing is done; where nobody listens, what has been is passed over.
    """
    log = {"log": work.recorder.log_id}
    await work.session.execute(insert(WebhookPosition).values(log_id=log["log"], next_index=0).on_conflict_do_nothing())
    first: int | None = (await work.session.execute(_HOLD, log)).scalar_one_or_none()
    if first is None:
        return False
    end = await find_end(work.session, log["log"])  # before: what a listener not seen here is to be told comes later
    query = select(WebhookEndpoint).where(col(WebhookEndpoint.status) != "removed")
    listeners = (await work.session.execute(query)).scalars().all()
    if not listeners:
        if end != first:
            await work.session.execute(_MOVE, {**log, "next": end})
        return False
    following, leaves = await leaves_of_families(work.session, log["log"], first, MOST_AT_ONCE, list(TOPICS))
    rows = [row for leaf in map(json.loads, leaves) for row in _messages(work, leaf, listeners)]
    if rows:
        await work.session.execute(insert(WebhookDelivery).on_conflict_do_nothing(), rows)
    if following != first:
        await work.session.execute(_MOVE, {**log, "next": following})
    return following - first == MOST_AT_ONCE


def _messages(
    work: UnitOfWork, leaf: Mapping[str, Any], listeners: Sequence[WebhookEndpoint]
) -> Iterable[dict[str, Any]]:
    """Make the rows that tell an entry to those whom it concerns and who registered before it was made."""
    entry, to_all = UUID(leaf["id"]), leaf["type"].partition(".")[0] in TO_ALL
    for one in listeners:
        if not (to_all or leaf.get("institution") == one.institution) or not is_told(leaf["type"], one.topics):
            continue
        if entry < one.event_id:
            continue
        yield {
            "delivery_id": uuid7(), "endpoint_id": one.endpoint_id, "entry": entry, "type": f"xinqiao.{leaf['type']}",
            "body": message_of(leaf, work.issuer), "state": "pending", "attempts": 0, "next_at": work.now,
            "created_at": work.now, "queued_at": work.now,
        }  # fmt: skip

"""Acting upon a list of keys, in one commit: a list is known by agency, dataset and the sender's own batch id.

A key that stands where the list would bring it is "already"; one that is not held, "unknown"; one that refuses the act
is named with the reason. The others are done.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from connectors.decoding.decode import Table
from connectors.model.datasets import Dataset
from connectors.records.act_lists import read_keys
from connectors.records.acts import Key, Wish, find_current, load_history
from connectors.records.life import TRANSITIONS, ActError, state_of
from connectors.records.tables import ActBatch
from gateway.gateway import Gateway
from gateway.intake.take_in import BatchConflictError
from gateway.records.acts import store_act

MOST_REFUSED = 1_000
_SAME = text(
    "SELECT act_batch, digest, kind FROM act_batch WHERE (agency, dataset, sender_batch) = (:agency, :dataset, :sender)"
)


@dataclass
class _Counts:
    rows: int = 0
    done: int = 0
    already: int = 0
    unknown: int = 0


async def act_on_list(
    gateway: Gateway, dataset: Dataset, sender_batch: str, digest: bytes, read: Callable[[], Table], wish: Wish,
    signature: str | None = None,
) -> tuple[ActBatch, bool]:  # fmt: skip
    """Act upon every key of a list; return what came of it, and whether it was new. The signature is kept in its event.

    Raises BatchConflictError for other content under a known id, MalformedError for what is no list of keys.
    """
    try:
        async with gateway.database.begin("act-list.take-in") as session:
            if known := await _find(session, dataset, sender_batch, digest, wish):
                return known, False
            rows = await asyncio.to_thread(lambda: list(read_keys(dataset, read(), gateway.protector)))
            return await _act(gateway, session, dataset, sender_batch, digest, rows, wish, signature), True
    except IntegrityError:  # the same list arrived twice at once: the other one has been done
        async with gateway.database.begin("act-list.find") as session:
            if known := await _find(session, dataset, sender_batch, digest, wish):
                return known, False
        raise


async def _find(
    session: AsyncSession, dataset: Dataset, sender_batch: str, digest: bytes, wish: Wish
) -> ActBatch | None:
    names = {"agency": dataset.agency, "dataset": dataset.dataset, "sender": sender_batch}
    row = (await session.execute(_SAME, names)).one_or_none()
    if row is None:
        return None
    if (row.digest, row.kind) != (digest, wish.kind.value):
        raise BatchConflictError(
            f"批次号 {sender_batch} 已用于其他内容或操作，请换新批次号 "
            "this batch id was used for other content or another act: use another"
        )
    return await session.get(ActBatch, row.act_batch)


async def _act(
    gateway: Gateway, session: AsyncSession, dataset: Dataset, sender_batch: str, digest: bytes,
    rows: list[tuple[int, str | None]], wish: Wish, signature: str | None,
) -> ActBatch:  # fmt: skip
    now, act_batch, counts = datetime.now(UTC), uuid7(), _Counts()
    refused: list[dict[str, Any]] = []
    # One order for all lists, so that two of them never wait for each other in a circle.
    for number, key in sorted(rows, key=lambda row: row[1] or ""):
        counts.rows += 1
        if key is None:
            refused.append({"row": number, "reason": "无法识别主键 the row holds no key"})
            continue
        try:
            what = await _act_on_key(gateway, session, Key(dataset.dataset, dataset.agency, key), wish, act_batch, now)
            setattr(counts, what, getattr(counts, what) + 1)
        except ActError as fault:
            refused.append({"row": number, "reason": str(fault)})
    payload = {
        "act_batch": str(act_batch), "agency": dataset.agency, "dataset": dataset.dataset, "kind": wish.kind.value,
        "sender_batch": sender_batch, "digest": digest.hex(), **vars(counts), "refused": len(refused),
        **({"signature": signature} if signature else {}),
    }  # fmt: skip
    event = Event("record.list_acted", wish.actor, outcome="stored", exchange=str(act_batch), payload=payload)
    row = ActBatch(
        act_batch=act_batch, agency=dataset.agency, dataset=dataset.dataset, sender_batch=sender_batch, digest=digest,
        kind=wish.kind.value, recorded_at=now, row_count=counts.rows, done=counts.done, already=counts.already,
        unknown=counts.unknown, refused=sorted(refused, key=lambda r: r["row"])[:MOST_REFUSED],
        event_id=await gateway.audit.record(session, event, now),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def _act_on_key(
    gateway: Gateway,
    session: AsyncSession,
    key: Key,
    wish: Wish,
    act_batch: UUID,
    now: datetime,
) -> str:
    current = await find_current(session, key)
    if current is None:
        return "unknown"
    state = state_of((await load_history(session, key)).done(current), current["version"])
    if state in {left for (_, kind), left in TRANSITIONS.items() if kind is wish.kind}:
        return "already"
    await store_act(gateway, session, current, replace(wish, act_batch=act_batch), now)
    return "done"

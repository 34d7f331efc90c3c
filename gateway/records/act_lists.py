"""Acting upon a list of keys, in one commit: a list is known by agency, dataset and the sender's own batch id.

A key that stands where the list would bring it is "already"; one that is not held, "unknown"; one that refuses the act
is named with the reason. The others are done.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from connectors.conversion.keys import Keys
from connectors.decoding.decode import Table
from connectors.errors import ConnectorError
from connectors.model.datasets import Dataset
from connectors.personal.sealing import Protector
from connectors.records.act_batches import add_act_batch, find_act_batch
from connectors.records.act_lists import read_keys
from connectors.records.acts import ActRequest, Key, find_current, find_key, load_history
from connectors.records.life import TRANSITIONS, ActError, state_of
from connectors.records.tables import ActBatch
from gateway.intake.admission import admit_submission, check_batch_id
from gateway.records.acts import store_act
from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork

MOST_REFUSED = 1_000
Rows = list[tuple[int, Keys | None]]  # a row's number, and its keys where it holds any


@dataclass(frozen=True)
class KeyList:
    """A list as it was sent: for which dataset, under which id of the sender's, its SHA-256, and how it is read.

    `signature` is the agency's, verified; it is kept in the list's event.
    """

    dataset: Dataset
    sender_batch: str
    digest: bytes
    read: Callable[[], Table]
    signature: str | None = None


@dataclass
class _Counts:
    rows: int = 0
    done: int = 0
    already: int = 0
    unknown: int = 0


async def act_on_list(
    units: UnitsOfWork, protector: Protector, actor: Actor, keys: KeyList, request: ActRequest
) -> tuple[ActBatch, bool]:
    """Act upon every key of a list; return what came of it, and whether it was new.

    Raises DeniedError where the dataset is another agency's, where the agency must sign and did not, for other content
    under a known id, and for what is no list of keys.
    """
    try:
        async with units.begin("act-list.take-in", actor) as work:
            await _admit(work, keys)
            if known := await _find(work, keys, request):
                return known, False
            rows = await asyncio.to_thread(lambda: list(read_keys(keys.dataset, keys.read(), protector)))
            done = await _act(work, keys, rows, request)
            await _admit(work, keys, to_the_end=True)
            return done, True
    except ConnectorError as fault:
        raise DeniedError("malformed-delivery", str(fault)) from fault
    except IntegrityError:  # the same list arrived twice at once: the other one has been done
        async with units.begin("act-list.find", actor) as work:
            if known := await _find(work, keys, request):
                return known, False
        raise


async def _admit(work: UnitOfWork, keys: KeyList, *, to_the_end: bool = False) -> None:
    if work.actor.kind != "agency":  # operators hand in for agencies, and act on no lists
        raise DeniedError("dataset-not-yours")
    check_batch_id(keys.sender_batch)
    await admit_submission(work, keys.dataset, signed=keys.signature is not None, to_the_end=to_the_end)


async def _find(work: UnitOfWork, keys: KeyList, request: ActRequest) -> ActBatch | None:
    known = await find_act_batch(work.session, keys.dataset.agency, keys.dataset.dataset, keys.sender_batch)
    if known is not None and (known.digest, known.kind) != (keys.digest, request.kind.value):
        raise DeniedError(
            "batch-conflict",
            f"批次号 {keys.sender_batch} 已用于其他内容或操作，请换新批次号。"
            "This batch id was used for other content or another act: use another.",
        )
    return known


async def _act(work: UnitOfWork, sent: KeyList, rows: Rows, request: ActRequest) -> ActBatch:
    now, counts, dataset = await database_now(work.session), _Counts(), sent.dataset
    act_batch, refused = uuid7(), list[dict[str, Any]]()
    request = replace(request, act_batch=act_batch)
    # One order for all lists, so that two of them never wait for each other in a circle.
    named = [(number, keys and await find_key(work.session, dataset, keys)) for number, keys in rows]
    for number, key in sorted(named, key=lambda row: row[1].key if row[1] else ""):
        counts.rows += 1
        if key is None:
            refused.append({"row": number, "reason": "无法识别主键 the row holds no key"})
            continue
        try:
            what = await _act_on_key(work, key, request, now)
            setattr(counts, what, getattr(counts, what) + 1)
        except ActError as fault:
            refused.append({"row": number, "reason": str(fault)})
    payload = {
        "act_batch": str(act_batch), "agency": dataset.agency, "dataset": dataset.dataset,
        "kind": request.kind.value, "sender_batch": sent.sender_batch, "digest": sent.digest.hex(), **vars(counts),
        "refused": len(refused), **({"signature": sent.signature} if sent.signature else {}),
    }  # fmt: skip
    entry = await work.record("record.list_acted", payload, outcome="stored", exchange=act_batch, at=now)
    row = ActBatch(
        act_batch=act_batch, agency=dataset.agency, dataset=dataset.dataset, sender_batch=sent.sender_batch,
        digest=sent.digest, kind=request.kind.value, recorded_at=now, row_count=counts.rows, done=counts.done,
        already=counts.already, unknown=counts.unknown,
        refused=sorted(refused, key=lambda r: r["row"])[:MOST_REFUSED], event_id=entry,
    )  # fmt: skip
    await add_act_batch(work.session, row)
    return row


async def _act_on_key(work: UnitOfWork, key: Key, request: ActRequest, now: datetime) -> str:
    current = await find_current(work.session, key)
    if current is None:
        return "unknown"
    state = state_of((await load_history(work.session, key)).acts_upon(current), current["version"])
    if state in {ending for (_, kind), ending in TRANSITIONS.items() if kind is request.kind}:
        return "already"
    await store_act(work, current, request, now)
    return "done"

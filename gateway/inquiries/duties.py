"""What the log makes due: each entry that may, once, in the order of the tree; resumed where the last turn ended.

The place up to which it was read moves in the transaction that writes what follows from it: nothing is left out, and
nothing done twice, by however many workers.
"""

import json

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from audit.following import leaves_of_families
from gateway.inquiries.lives import bring_forward
from gateway.inquiries.recalls import recall
from gateway.inquiries.tables import DutyPosition
from gateway.runtime.work import UnitOfWork

MOST_AT_ONCE = 1000
FAMILIES = ("consent", "record")
_HOLD = text("SELECT next_index FROM duty_position WHERE log_id = :log FOR UPDATE SKIP LOCKED")
_MOVE = text("UPDATE duty_position SET next_index = :next WHERE log_id = :log")


async def follow(work: UnitOfWork) -> bool:
    """Do what the next entries make due; tell whether there may be more. While another worker is at it: nothing."""
    log = {"log": work.recorder.log_id}
    await work.session.execute(insert(DutyPosition).values(log_id=log["log"], next_index=0).on_conflict_do_nothing())
    first: int | None = (await work.session.execute(_HOLD, log)).scalar_one_or_none()
    if first is None:
        return False
    following, leaves = await leaves_of_families(work.session, log["log"], first, MOST_AT_ONCE, FAMILIES)
    for leaf in map(json.loads, leaves):
        await bring_forward(work, leaf)
        await recall(work, leaf)
    if following != first:
        await work.session.execute(_MOVE, {**log, "next": following})
    return following - first == MOST_AT_ONCE

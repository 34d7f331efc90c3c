"""A case told to an authority outside, by signed delivery: an office proposed it, a regulator decided it.

The authority's receipt comes back as every platform's does (docs/deliveries.md), under the case's own id.
"""

from uuid import UUID

from connectors.store.numbers import find_by_numbers
from gateway.disposal.tables import DisposalCase
from gateway.platforms.outbox import deliver, find_receivers
from gateway.platforms.reading import find_told
from gateway.platforms.tables import Delivery
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

KIND = "case-transfers"


async def check_receiver(work: UnitOfWork, authority: str) -> None:
    """Pass where an authority is known that takes deliveries. Raises DeniedError."""
    if not await find_receivers(work.session, authority):
        raise DeniedError("case-receiver-missing")


async def transfer(work: UnitOfWork, row: DisposalCase, authority: str, words: str) -> list[str]:
    """Queue what an authority is told of a case, and return the deliveries. Raises DeniedError.

    The authority learns who it is about, which risk was found at which level by which points, and why it is told; not
    the files themselves.
    """
    await check_receiver(work, authority)
    subject = (await find_by_numbers(work.session, [row.subject]))[row.subject]
    item = {
        "subject": subject.uscc, "case": str(row.id), "type": row.type, "level": row.level, "score": row.score,
        "points": sorted(row.points), "found_on": row.found_on.isoformat(), "office": row.office,
        "reason": words.strip(),
    }  # fmt: skip
    made = await deliver(work, kind=KIND, role=authority, items=[item], exchange=row.id)
    return [str(one) for one in made]


async def find_transfers(work: UnitOfWork, case_id: UUID) -> list[Delivery]:
    """Return what authorities were told of a case, with the receipts that came back."""
    return list(await find_told(work.session, case_id, KIND))

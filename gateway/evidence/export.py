"""The rows the log vouches for, exported beside it, one file per kind, one JSON object per line.

`gateway/evidence/check.py` compares them with the log offline. Rows are those of one moment; the entries
of that moment that no signed checkpoint covers yet are written with them, apart, since they may have changed rows too.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from audit.errors import ProofError
from audit.export import Progress, export_log
from audit.recorder import Recorder
from audit.stored import StoredEntry, count_entries, read_tree, read_waiting
from gateway.evidence.batch_contents import QUERIES as OF_BATCHES
from gateway.evidence.business_rows import ONE_MOMENT, in_order, read_rows
from gateway.evidence.check import FOLDER, SINCE
from gateway.evidence.entries import demand_auditor
from gateway.evidence.vouched.deeds import DEEDS
from gateway.evidence.vouched.parties import PARTIES
from gateway.evidence.vouched.payloads import WHERE as PAYLOADS
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from signing.errors import SealError

QUERIES = {
    **{deed.name: in_order(deed.query) for deed in DEEDS},
    **{party.name: f"{party.query} ORDER BY 1" for party in PARTIES},
    **OF_BATCHES,
}


async def export_evidence(work: UnitOfWork, folder: Path, progress: Progress) -> int:
    """Write the published log and the rows it vouches for into an empty folder, and return its size.

    Raises DeniedError for whoever is no auditor, before the first checkpoint, and where the folder holds something.
    Nothing may have been read in the unit before.
    """
    demand_auditor(work)
    await work.session.execute(ONE_MOMENT)
    try:
        size = await export_log(work.session, work.recorder.log_id, folder, progress)
    except ProofError as fault:
        raise DeniedError("invalid-request", str(fault)) from fault
    await _export_rows(work.session, work.recorder, folder / FOLDER, size)
    await work.record("audit.exported", {"entries": size}, outcome="exported")
    return size


async def _export_rows(session: AsyncSession, recorder: Recorder, target: Path, size: int) -> None:
    target.mkdir()
    with (target / f"{PAYLOADS}.ndjson").open("wb") as file:
        async for entry in _under(session, recorder.log_id, 0, size):
            if opened := open_payload(recorder, entry):
                file.write(_line({"entry": entry.event_id, **opened}))
    with (target / f"{SINCE}.ndjson").open("wb") as file:
        async for entry in _since(session, recorder.log_id, size):
            leaf = (entry.leaf or b"").decode(errors="replace")
            file.write(_line({"entry": entry.event_id, "leaf": leaf, **(open_payload(recorder, entry) or {})}))
    for name, query in QUERIES.items():
        with (target / f"{name}.ndjson").open("wb") as file:
            async for row in read_rows(session, query):
                file.write(row + b"\n")


def open_payload(recorder: Recorder, entry: StoredEntry) -> dict[str, str | None] | None:
    """Return an entry's salt and payload: None where it has none, empty values where it does not open."""
    if entry.key_id is None or entry.wrapped_key is None or entry.sealed is None:
        return None
    try:
        return dict(recorder.open_payload(entry.event_id, entry.key_id, entry.wrapped_key, entry.sealed))
    except (SealError, ValueError):
        return {"salt": None, "payload": None}


async def _under(session: AsyncSession, log_id: int, low: int, high: int) -> AsyncIterator[StoredEntry]:
    async for chunk in read_tree(session, log_id, low, high):
        for entry in chunk:
            yield entry


async def _since(session: AsyncSession, log_id: int, size: int) -> AsyncIterator[StoredEntry]:
    leaves, _ = await count_entries(session, log_id)
    async for entry in _under(session, log_id, size, leaves):
        yield entry
    async for chunk in read_waiting(session, log_id):
        for entry in chunk:
            yield entry


def _line(members: dict[str, Any]) -> bytes:
    return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE)

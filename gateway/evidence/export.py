"""The rows the log vouches for, exported beside it: payloads, batches, records, consents, answers, results, charges.

One file per kind, one JSON object per line. `gateway/evidence/check.py` compares them with the log offline. This module
and conservation.py alone read across the tables of all packages: what they compare lies on both sides.
"""

from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.errors import ProofError
from audit.export import Progress, export_log
from audit.recorder import Recorder
from gateway.evidence.check import FOLDER
from gateway.evidence.entries import demand_auditor
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

# Only what is under the exported checkpoint: later rows have no leaf in it yet.
QUERIES = {
    "batches": """
        SELECT b.event_id AS entry, b.batch_id AS batch, b.statement FROM batch b JOIN audit_leaf l USING (event_id)
        WHERE l.leaf_index < :size ORDER BY b.batch_id""",
    "records": """
        SELECT r.batch_id AS batch, convert_from(r.canonical, 'UTF8') AS canonical,
               CASE WHEN r.canonical IS NULL THEN encode(r.digest, 'hex') END AS digest, t.event_id AS expunged
        FROM record r JOIN batch b USING (batch_id) JOIN audit_leaf l ON l.event_id = b.event_id
        LEFT JOIN record_tombstone t USING (record_id)
        WHERE l.leaf_index < :size ORDER BY r.batch_id, r.leaf_index""",
    "consents": """
        SELECT c.event_id AS entry, convert_from(c.terms, 'UTF8') AS terms, c.version, c.status, c.receipt
        FROM consent_version c JOIN audit_leaf l USING (event_id) WHERE l.leaf_index < :size ORDER BY l.leaf_index""",
    "answers": """
        SELECT u.event_id AS entry, i.answer FROM inquiry i JOIN consent_use u USING (inquiry_id)
        JOIN audit_leaf l ON l.event_id = u.event_id WHERE l.leaf_index < :size AND i.state = 'answered'
        ORDER BY l.leaf_index""",
    "charges": """
        SELECT q.event_id AS entry, q.units, q.account, q.product FROM quota_ledger q
        JOIN audit_leaf l USING (event_id) WHERE l.leaf_index < :size ORDER BY l.leaf_index""",
    "usage-results": """
        SELECT u.event_id AS entry, convert_from(u.content, 'UTF8') AS content FROM usage_result u
        JOIN audit_leaf l USING (event_id) WHERE l.leaf_index < :size ORDER BY l.leaf_index""",
}
_PAYLOADS = text("""
    SELECT p.event_id, p.key_id, k.wrapped_key, p.sealed FROM audit_payload p JOIN audit_dek k USING (key_id)
    JOIN audit_leaf l USING (event_id) WHERE l.leaf_index < :size AND p.sealed IS NOT NULL AND k.wrapped_key IS NOT NULL
    ORDER BY l.leaf_index
""")


async def export_evidence(work: UnitOfWork, folder: Path, progress: Progress) -> int:
    """Write the published log and the rows it vouches for into an empty folder, and return its size.

    Raises DeniedError for whoever is no auditor, before the first checkpoint, and where the folder holds something.
    """
    demand_auditor(work)
    try:
        size = await export_log(work.session, work.recorder.log_id, folder, progress)
    except ProofError as fault:
        raise DeniedError("invalid-request", str(fault)) from fault
    await _export_rows(work.session, work.recorder, folder, size)
    await work.record("audit.exported", {"entries": size}, outcome="exported")
    return size


async def _export_rows(session: AsyncSession, recorder: Recorder, folder: Path, size: int) -> None:
    target = folder / FOLDER
    target.mkdir()
    with (target / "payloads.ndjson").open("wb") as file:
        async for row in await session.stream(_PAYLOADS, {"size": size}):
            opened = recorder.open_payload(row.event_id, row.key_id, row.wrapped_key, row.sealed)
            file.write(_line({"entry": row.event_id, **opened}))
    for name, query in QUERIES.items():
        with (target / f"{name}.ndjson").open("wb") as file:
            async for row in await session.stream(text(query), {"size": size}):
                file.write(_line(dict(row._mapping)))  # noqa: SLF001 - the documented way to a row's names


def _line(members: dict[str, Any]) -> bytes:
    return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE)

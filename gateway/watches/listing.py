"""Releases of the risk watch as interface, page and command tell of them."""

from typing import Any

import orjson

from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.watches.releasing import list_releases, shipped
from gateway.watches.tables import WatchRelease


async def list_watches(work: UnitOfWork) -> list[dict[str, Any]]:
    """Return every release, the newest first, down to the rules that are shipped."""
    rows = await list_releases(work)
    newest = {row.kind: row.number for row in reversed(rows)}
    first = shipped("rules")
    return [
        *(_told(row, "in-force" if newest[row.kind] == row.number else "former") for row in rows),
        {
            "number": 0, "kind": "rules", "version": first.version, "digest": first.digest,
            "state": "former" if "rules" in newest else "in-force", "since": None, "reason": None, "entry": None,
        },
    ]  # fmt: skip


async def show_watch(work: UnitOfWork, number: int) -> dict[str, Any]:
    """Return one release with its text and the back-test it was tried by. Raises DeniedError where there is none."""
    told = next((one for one in await list_watches(work) if one["number"] == number), None)
    if told is None:
        raise DeniedError("watch-not-found")
    row = await work.session.get(WatchRelease, number)
    report = orjson.loads(row.report) if row is not None and row.report else None
    return {**told, "source": row.source if row else "", "report": report}


def _told(row: WatchRelease, state: str) -> dict[str, Any]:
    return {
        "number": row.number, "kind": row.kind, "version": row.version, "digest": row.digest, "state": state,
        "since": row.recorded_at.isoformat(), "reason": row.reason, "entry": str(row.event_id),
    }  # fmt: skip

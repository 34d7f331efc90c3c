"""What an operator does to a source: pause, resume, remove, read again from the beginning. Each is an event."""

from typing import Literal

from connectors.model.nearest import unknown
from connectors.sources.schedule import find_source, list_sources
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

Act = Literal["pause", "resume", "remove", "reset-watermark"]
_AFTER: dict[Act, tuple[str, str]] = {
    "pause": ("paused", "source.paused"),
    "resume": ("active", "source.resumed"),
    "remove": ("removed", "source.removed"),
}


async def change_source(work: UnitOfWork, source_id: str, act: Act) -> None:
    """Do it; a removed source keeps its history, and its id is not used again. Raises DeniedError."""
    source = await find_source(work.session, source_id, lock=True)
    if source is None or source.status == "removed":
        known = [other.source_id for other in await list_sources(work.session) if other.status != "removed"]
        raise DeniedError("source-not-found", unknown("source", source_id, known))
    payload = {"source": source_id, "watermark": source.watermark}
    if act == "reset-watermark":
        event_type, source.watermark = "source.watermark_reset", None
        source.dropped, source.dropped_since, source.last_drop = 0, None, None
    else:
        source.status, event_type = _AFTER[act]
    if act != "pause":  # a fault that was seen to is tried again at once
        source.due_at, source.faults, source.last_fault = work.now, 0, None
    source.event_id = await work.record(event_type, payload, outcome=source.status)
    await work.session.flush()

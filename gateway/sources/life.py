"""What an operator does to a source: pause, resume, remove, read again from the beginning. Each is an event."""

from datetime import UTC, datetime
from typing import Literal

from audit.events import Event
from connectors.store.tables import Source
from gateway.gateway import Gateway
from gateway.runtime.errors import GatewayError

Act = Literal["pause", "resume", "remove", "reset-watermark"]
_AFTER: dict[Act, tuple[str, str]] = {
    "pause": ("paused", "source.paused"),
    "resume": ("active", "source.resumed"),
    "remove": ("removed", "source.removed"),
}


async def change_source(gateway: Gateway, *, actor: str, source_id: str, act: Act) -> None:
    """Do it; a removed source keeps its history, and its id is not used again. Raises GatewayError."""
    async with gateway.database.begin(f"source.{act}") as session:
        source = await session.get(Source, source_id, with_for_update=True)
        if source is None or source.status == "removed":
            raise GatewayError(f"没有来源 {source_id} there is no source {source_id}: see xinqiao source list")
        now, payload = datetime.now(UTC), {"source": source_id, "watermark": source.watermark}
        if act == "reset-watermark":
            kind, source.watermark = "source.watermark_reset", None
        else:
            source.status, kind = _AFTER[act]
        if act != "pause":  # a fault that was seen to is tried again at once
            source.due_at, source.faults, source.last_fault = now, 0, None
        source.event_id = await gateway.audit.record(session, Event(kind, actor, payload=payload), now)
        await session.flush()

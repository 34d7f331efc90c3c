"""The catalogue of events: every action the log may hold, with its payload, in one table.

One row per type: the members its payload must have (those after `maybe` may be left out), and the outcomes it can
have. A member marked PERSONAL may tell something about a person; payloads are sealed under the subject's key.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from audit.errors import EventError
from audit.events import Event


@dataclass(frozen=True)
class EventType:
    """What an event of this type says beside who, when and about whom: its payload and its outcome."""

    payload: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()


def _type(payload: str = "", maybe: str = "") -> EventType:
    return EventType(frozenset(payload.split()), frozenset(maybe.split()))


EVENTS: Mapping[str, EventType] = {}


def event_of(event_type: str, actor: str, payload: Mapping[str, object], **members: str | None) -> Event:
    """Make an event of the catalogue. Raises EventError where the type is unknown or the payload differs from it."""
    known = EVENTS.get(event_type)
    if known is None:
        raise EventError(f"{event_type} is not in the catalogue of events")
    missing, extra = known.payload - payload.keys(), payload.keys() - known.payload - known.maybe
    if missing or extra:
        raise EventError(f"{event_type}: missing {sorted(missing)}, not in the catalogue {sorted(extra)}")
    return Event(event_type, actor, payload=payload, **members)

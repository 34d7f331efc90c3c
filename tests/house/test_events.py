"""Whatever changes state or reads credit data leaves one event of the catalogue: every route, command and step."""

from dataclasses import dataclass, field

from tests.house.test_ownership import town

__all__ = ["town"]


@dataclass(frozen=True)
class Call:
    """How a route is called so that it succeeds, and the event it leaves."""

    event: str
    caller: str = ""
    make: object = None  # what the path and the body need, as in test_ownership.py
    sent: object = field(default_factory=dict)  # or a function of what was made


async def nothing(_town):
    return {}

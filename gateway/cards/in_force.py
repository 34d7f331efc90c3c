"""Which card is in force at a moment, and the card of a model that was once.

A release is in force from LEAD after it was written, and every process reads the releases anew when what it has read is
KEPT_SECONDS old. The second is the shorter by far: all processes change cards at the same moment of the database's
clock, and a score needs no statement of its own to know its card. What is in force before the first release, and of
which no row tells, is the card that the program ships: release 0.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from scoring_adapter.published import publish
from scoring_adapter.scorecard import Scorecard, bind_source, load_scorecard

LEAD = timedelta(seconds=60)
KEPT_SECONDS = 20.0
_RELEASED = text("SELECT number, model, source, in_force_from FROM card_release ORDER BY number")


@dataclass(frozen=True)
class Release:
    """A card that was released; `since` is None for the card that was shipped."""

    number: int
    model: str
    source: str
    since: datetime | None

    @cached_property
    def card(self) -> Scorecard:
        """The card, bound to the tags. Raises CardError where the program's tags are no longer those it was made of."""
        return bind_source(self.source) if self.source else load_scorecard()


@dataclass(frozen=True)
class _Read:
    """What was read, and until when it is good by this process's clock."""

    releases: Sequence[Release]
    until: float


_READ: WeakKeyDictionary[object, _Read] = WeakKeyDictionary()  # by the engine: a process may have several databases


async def find_releases(session: AsyncSession) -> Sequence[Release]:
    """Return every release, the shipped card first, as read at most KEPT_SECONDS ago."""
    read = _READ.get(session.bind)
    if read is None or time.monotonic() >= read.until:
        started = time.monotonic()  # what is committed after the read began is seen by the next one
        rows = (await session.execute(_RELEASED)).all()
        read = _Read([Release(0, load_scorecard().card.model(), "", None), *map(_release, rows)],
                     started + KEPT_SECONDS)  # fmt: skip
        _READ[session.bind] = read
        for source in {one.source for one in read.releases} - {""}:
            publish(source)
    return read.releases


async def find_release(session: AsyncSession, moment: datetime) -> Release:
    """Return the release that is in force at a moment."""
    releases = await find_releases(session)
    return next(one for one in reversed(releases) if one.since is None or one.since <= moment)


async def card_in_force(session: AsyncSession, moment: datetime) -> Scorecard:
    """Return the card in force at a moment. Raises CardError where it does not go with the program's tags."""
    return (await find_release(session, moment)).card


async def find_card(session: AsyncSession, model: str) -> Scorecard | None:
    """Return the card of a model that is or was released here, or is shipped; None of any other."""
    return next((one.card for one in await find_releases(session) if one.model == model), None)


def _release(row: Row[Any]) -> Release:
    return Release(row.number, row.model, row.source, row.in_force_from)

"""Files of the store made fewer, and what nothing refers to any more deleted.

Files first, then one transaction for each day: killed before it, the old list stands and the new files are swept.
Swept is what a crash left (in no list, and older than an hour), and what was replaced long enough ago.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from pathlib import PurePosixPath
from uuid import UUID

from gateway.runtime.actor import Actor
from gateway.runtime.locks import Lock, take, try_take
from gateway.runtime.work import UnitsOfWork
from gateway.scores.build import NotAloneError, demand_keeper
from gateway.scores.listing import (
    add_files,
    find_known,
    find_replaced,
    forget_files,
    list_files,
    load_days,
    next_write,
    replace_files,
)
from gateway.scores.sources import HeldSource
from gateway.scores.store import ColumnStore
from scoring_adapter.columns.compaction import choose, merge, worth_it
from scoring_adapter.columns.content import content_digest
from scoring_adapter.columns.files import StoredFile
from scoring_adapter.columns.place import Place

LEFT_OVER = timedelta(hours=1)
AT_ONCE = 1_000
Choose = Callable[[Sequence[StoredFile]], Sequence[StoredFile]]


async def compact(units: UnitsOfWork, store: ColumnStore, actor: Actor) -> int:
    """Make every day into as few files as it needs, sorted by subject; return how many files were replaced.

    Raises DeniedError for whoever is neither the worker nor at this machine, ColumnStoreError, NotAloneError.
    """
    demand_keeper(actor)
    async with units.begin("columns.hold", actor) as hold:
        await take(hold.session, Lock.COLUMNS)
        replaced = await _merge_days(units, store, actor, lambda files: files if worth_it(files) else [])
        await _sweep(units, store.place, actor, hold.now)
        return replaced


async def tidy(units: UnitsOfWork, store: ColumnStore, actor: Actor) -> None:
    """Merge what has piled up, and sweep: the worker's step. Nothing where another process holds the store."""
    async with units.begin("columns.hold", actor) as hold:
        if await try_take(hold.session, Lock.COLUMNS):
            await _merge_days(units, store, actor, choose)
            await _sweep(units, store.place, actor, hold.now)


async def _merge_days(units: UnitsOfWork, store: ColumnStore, actor: Actor, chosen_of: Choose) -> int:
    async with units.begin("columns.read", actor) as work:
        files = await list_files(work.session)
    replaced = 0
    for (name, _day), group in groupby(files, key=lambda file: (file.dataset, file.day)):
        held = list(group)
        chosen = chosen_of(held)
        if chosen and name in store.sources:
            await _merge(units, store.place, store.sources[name], held, chosen, actor)
            replaced += len(chosen)
    return replaced


async def _merge(
    units: UnitsOfWork, place: Place, source: HeldSource, held: Sequence[StoredFile], chosen: Sequence[StoredFile],
    actor: Actor,
) -> None:  # fmt: skip
    name, day = source.name, chosen[0].day
    async with units.begin("columns.read", actor) as work:
        number = await next_write(work.session, name)
    made = await asyncio.to_thread(merge, place, held, chosen, source.columns, number)
    async with units.begin("columns.compact", actor) as work:
        holds = (await load_days(work.session, name)).get(day)
        digest = content_digest(name, day, source.columns, holds.content if holds else 0)
        payload = {"dataset": name, "day": str(day), "digest": digest, "before": len(chosen), "after": len(made)}
        event = await work.record("columns.compacted", payload, outcome="compacted")
        if await replace_files(work.session, chosen, work.now) != len(chosen):
            raise NotAloneError
        await add_files(work.session, made, event)


async def _sweep(units: UnitsOfWork, place: Place, actor: Actor, now: datetime) -> None:
    """Delete what was replaced long ago, then its names; and what is in no list."""
    async with units.begin("columns.sweep", actor) as work:
        replaced = await find_replaced(work.session, now, AT_ONCE)
        await asyncio.to_thread(place.delete, replaced)
        await forget_files(work.session, replaced)
    names = await asyncio.to_thread(lambda: iter([*place.names()]))
    while some := list(islice(names, AT_ONCE)):
        async with units.begin("columns.read", actor) as work:
            known = await find_known(work.session, some)
        left = [name for name in some if name not in known and _is_left_over(name, now)]
        await asyncio.to_thread(place.delete, left)


def _is_left_over(name: str, now: datetime) -> bool:
    """Tell whether a file is older than any write takes, by the time in its name; what has none is not ours."""
    try:
        made = UUID(PurePosixPath(name).name.split(".")[0])
    except ValueError:
        return False
    return (made.int >> 80) / 1000 < (now - LEFT_OVER).timestamp()

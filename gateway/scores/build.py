"""A dataset's columns built from all its sealed records, in place of whatever the store held of it.

Whoever builds holds the store's lock. All records are read in one snapshot; what was due in it is taken up with them.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping

from connectors.records.column_rows import find_delivered, find_due, forget_due, list_batches, read_one_moment
from connectors.store.taking import no_cycles
from gateway.runtime.actor import Actor
from gateway.runtime.database import raw
from gateway.runtime.denial import DeniedError
from gateway.runtime.errors import GatewayError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.scores.listing import (
    DayHeld,
    add_files,
    drop_dataset,
    list_files,
    load_days,
    load_declarations,
    mark_for_building,
    next_write,
    put_dataset,
    put_days,
    replace_files,
)
from gateway.scores.sealed_rows import tables_of_batches
from gateway.scores.sources import HeldSource
from gateway.scores.writing import Write
from scoring_adapter.columns.content import content_digest
from scoring_adapter.columns.place import Place

ALL = 2**31 - 1
KEEPERS = frozenset({"program", "machine"})
Progress = Callable[[int, int], None]  # records read, of how many


class NotAloneError(GatewayError):
    """列存储同时被另一进程写入，本次未采用 Another process wrote the column store meanwhile: nothing of it is kept."""


def demand_keeper(actor: Actor) -> None:
    """Raise DeniedError for whoever is neither the worker nor at this machine."""
    if actor.kind not in KEEPERS:
        raise DeniedError("insufficient-scope", "由后台任务或在本机执行。The worker does this, or somebody here.")


async def rebuild(
    units: UnitsOfWork, place: Place, sources: Mapping[str, HeldSource], names: Collection[str],
    actor: Actor, progress: Callable[[str], Progress], *, resume: bool,
) -> dict[str, int]:  # fmt: skip
    """Build datasets anew, of those that were ever delivered; return how many rows each has.

    All are marked first: killed, the worker builds what is left, or whoever says `resume`, which marks nothing.
    Raises DeniedError, ColumnStoreError, NotAloneError.
    """
    demand_keeper(actor)
    async with units.begin("columns.mark", actor) as work:
        if not resume:
            await mark_for_building(work.session, names)
        due = await find_stale(work, sources, await load_declarations(work.session))
    rows: dict[str, int] = {}
    for name in (name for name in due if name in names):
        async with units.begin("columns.hold", actor) as hold:
            await take(hold.session, Lock.COLUMNS)
            held = await load_declarations(hold.session)
            if held.get(name) != sources[name].declaration:  # the worker may have been first
                rows[name] = await build(units, place, sources[name], actor, progress(name))
    return rows


async def find_stale(work: UnitOfWork, sources: Mapping[str, HeldSource], held: Mapping[str, str]) -> list[str]:
    """Return the datasets to be built: their declaration is another, or they were delivered and have no columns."""
    stale = [name for name, digest in held.items() if name in sources and sources[name].declaration != digest]
    fresh = {name: source.agency for name, source in sources.items() if name not in held}
    return sorted([*stale, *(await find_delivered(work.session, fresh) if fresh else ())])


async def build(
    units: UnitsOfWork, place: Place, source: HeldSource, actor: Actor, progress: Progress = lambda _done, _all: None
) -> int:
    """Build one dataset; return how many rows it has. Raises ColumnStoreError, NotAloneError."""
    name = source.name
    async with units.begin("columns.read", actor) as work:
        await read_one_moment(work.session)
        due = [one.due_id for one in await find_due(work.session, ALL, name)]
        before = await list_files(work.session, name)
        write = Write(place, source, await next_write(work.session, name))
        batches = await list_batches(work.session, source.agency, name)
        records, done = sum(batch.records for batch in batches), 0
        with no_cycles():
            async for day, table in tables_of_batches(await raw(work.session), source, batches):
                await asyncio.to_thread(write.add, day, table)
                done += len(table)
                progress(min(done, records), records)
        await asyncio.to_thread(write.flush)
    async with units.begin("columns.rebuild", actor) as work:
        days = {day: DayHeld(rows, write.contents[day]) for day, rows in sorted(write.rows.items())}
        digests = {str(day): content_digest(name, day, source.columns, held.content) for day, held in days.items()}
        payload = {"dataset": name, "declaration": source.declaration, "digests": digests, "rows": write.added}
        event = await work.record("columns.rebuilt", payload, outcome="rebuilt")
        if await replace_files(work.session, before, work.now) != len(before):
            raise NotAloneError
        if await forget_due(work.session, due) != len(due):
            raise NotAloneError
        empty = dict.fromkeys(await load_days(work.session, name), DayHeld(0, 0))
        await put_days(work.session, name, empty | days, event)
        await add_files(work.session, write.files, event)
        await put_dataset(work.session, name, source.declaration, work.now, event)
    return write.added


async def drop(units: UnitsOfWork, name: str, actor: Actor) -> None:
    """Take a dataset out of the store that no tag is computed from any more."""
    async with units.begin("columns.rebuild", actor) as work:
        payload = {"dataset": name, "declaration": "", "digests": {}, "rows": 0}
        event = await work.record("columns.rebuilt", payload, outcome="dropped")
        await replace_files(work.session, await list_files(work.session, name), work.now)
        await put_days(work.session, name, dict.fromkeys(await load_days(work.session, name), DayHeld(0, 0)), event)
        await drop_dataset(work.session, name)

"""The worker's step that keeps the column store up with the records: what is due is taken up, in bites.

1. One process at a time holds the store (Lock.COLUMNS). A dataset whose declaration is not the one its columns were
   made with is built anew (build.py): a bite of its own.
2. What is due and the records concerned are read in one snapshot: whole batches first, then leaves that something
   happened to (only when no whole batch is left out: a batch's rows are added once, later ones replace).
3. Files are written.
4. One transaction: the list of files, what is due less what was taken up, each day's content, and the event with the
   digests. Killed before it, the store is behind and takes the same up again, the files are swept (compact.py); after
   it, nothing is lost. What is due is deleted by its ids: where some is missing, somebody else was at it, and nothing
   of this is kept.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from connectors.records.column_rows import (
    Due,
    SealedBatch,
    Touched,
    find_due,
    find_touched,
    forget_due,
    read_one_moment,
)
from connectors.store.taking import no_cycles
from gateway.runtime.actor import Actor
from gateway.runtime.database import raw
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.scores.build import NotAloneError, build, drop, find_stale
from gateway.scores.listing import (
    DayHeld,
    add_files,
    files_of_days,
    load_days,
    load_declarations,
    next_write,
    put_days,
)
from gateway.scores.sealed_rows import table_of_pairs, tables_of_batches
from gateway.scores.sources import HeldSource
from gateway.scores.writing import Write
from scoring_adapter.columns.content import add_up, content_digest
from scoring_adapter.columns.place import Place

MOST_DUE = 20_000
MOST_RECORDS = 500_000  # of a bite, but for one batch that is larger
MOST_LEAVES = 100_000


@dataclass
class Bite:
    """What is taken up at once, and the writes it came to."""

    due: list[int] = field(default_factory=list)
    whole: dict[str, list[Due]] = field(default_factory=dict)
    leaves: list[int] = field(default_factory=list)
    more: bool = False
    writes: list[Write] = field(default_factory=list)


async def append(units: UnitsOfWork, place: Place, sources: Mapping[str, HeldSource], actor: Actor) -> bool:
    """Take up what is due, and tell whether there may be more.

    Raises ColumnStoreError where the store cannot be used, and NotAloneError.
    """
    async with units.begin("columns.hold", actor) as hold:
        if not await try_take(hold.session, Lock.COLUMNS):
            return False
        held = await load_declarations(hold.session)
        if gone := next(iter(held.keys() - sources.keys()), None):
            await drop(units, gone, actor)
            return True
        if stale := await find_stale(hold, sources, held):
            await build(units, place, sources[stale[0]], actor)
            return True
        bite = await _read(units, place, sources, actor)
        if bite.due:
            await _keep(units, bite, actor)
        return bite.more


def take_bite(due: list[Due], sources: Mapping[str, HeldSource]) -> Bite:
    """Choose what is taken up at once: `due` has whole batches first, and all of them where it has leaves. Pure."""
    bite, records, leaves = Bite(), 0, 0
    for one in due:
        size = records + one.records if one.whole else leaves + one.records
        if one.dataset in sources:
            if not one.whole and bite.more:
                break  # a batch was left out that may hold some of these
            if size > (MOST_RECORDS if one.whole else MOST_LEAVES) and (records if one.whole else leaves):
                bite.more = True
                continue
            if one.whole:
                records = size
                bite.whole.setdefault(one.dataset, []).append(one)
            else:
                leaves = size
                bite.leaves.append(one.due_id)
        bite.due.append(one.due_id)
    bite.more = bite.more or len(due) == MOST_DUE
    return bite


async def _read(units: UnitsOfWork, place: Place, sources: Mapping[str, HeldSource], actor: Actor) -> Bite:
    """Read what is due, and write its files. The snapshot is read only and holds nobody up."""
    async with units.begin("columns.read", actor) as work:
        await read_one_moment(work.session)
        bite = take_bite(await find_due(work.session, MOST_DUE), sources)
        connection = await raw(work.session)
        touched: dict[str, list[Touched]] = {}
        whole = {one.batch_id for batches in bite.whole.values() for one in batches}
        for one in await find_touched(connection, bite.leaves) if bite.leaves else ():
            if one.batch_id not in whole:
                touched.setdefault(one.dataset, []).append(one)
        for name in sorted(bite.whole.keys() | touched.keys()):
            write = Write(place, sources[name], await next_write(work.session, name))
            batches = [SealedBatch(one.batch_id, one.batch, one.day, one.records) for one in bite.whole.get(name, ())]
            batches.sort(key=lambda batch: (batch.day, batch.batch))
            with no_cycles():
                async for day, table in tables_of_batches(connection, write.source, batches):
                    await asyncio.to_thread(write.add, day, table)
            await asyncio.to_thread(write.flush)
            await _change(work, write, touched.get(name, []))
            bite.writes.append(write)
        return bite


async def _change(work: UnitOfWork, write: Write, touched: list[Touched]) -> None:
    days: dict[date, list[Touched]] = {}
    for one in touched:
        days.setdefault(one.day, []).append(one)
    files = await files_of_days(work.session, write.source.name, days) if days else []
    connection = await raw(work.session)
    for day, ones in days.items():
        table = await table_of_pairs(connection, write.source, [(one.batch_id, one.leaf) for one in ones])
        schema = {"batch": pl.Int64, "leaf": pl.Int32}
        pairs = pl.DataFrame([(one.batch, one.leaf) for one in ones], schema, orient="row")
        await asyncio.to_thread(write.change, day, [file for file in files if file.day == day], pairs, table)


async def _keep(units: UnitsOfWork, bite: Bite, actor: Actor) -> None:
    async with units.begin("columns.append", actor) as work:
        changed = [write for write in bite.writes if write.files]
        days = {write.source.name: await _days(work, write) for write in changed}
        if changed:
            digests = {
                write.source.name: {
                    str(day): content_digest(write.source.name, day, write.source.columns, held.content)
                    for day, held in days[write.source.name].items()
                }
                for write in changed
            }
            rows, gone = sum(write.added for write in changed), sum(write.gone for write in changed)
            payload = {"digests": digests, "rows": rows, "gone": gone}
            event = await work.record("columns.appended", payload, outcome="appended")
            for write in changed:
                await add_files(work.session, write.files, event)
                await put_days(work.session, write.source.name, days[write.source.name], event)
        if await forget_due(work.session, bite.due) != len(bite.due):
            raise NotAloneError


async def _days(work: UnitOfWork, write: Write) -> dict[date, DayHeld]:
    """Return what the days that a write changed hold with it."""
    held = await load_days(work.session, write.source.name)
    none = DayHeld(0, 0)
    return {
        day: DayHeld(held.get(day, none).rows + more, add_up(held.get(day, none).content, write.contents[day]))
        for day, more in sorted(write.rows.items())
    }

"""The column store against the sealed records and the log, dataset by dataset and day by day.

Each file's bytes against the list; what the files say against the digest that the list keeps and the one that an event
names; and row by row against what the sealed records come to now. What is due is behind and left out of the last.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import polars as pl

from connectors.records.column_rows import (
    Due,
    SealedBatch,
    Touched,
    find_due,
    find_touched,
    list_batches,
    read_one_moment,
)
from gateway.runtime.actor import Actor
from gateway.runtime.database import raw
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.scores.build import ALL
from gateway.scores.listing import DayHeld, list_files, load_days, load_declarations
from gateway.scores.sealed_rows import tables_of_batches
from gateway.scores.sources import HeldSource
from gateway.scores.store import ColumnStore
from scoring_adapter.columns.content import content_digest, content_of
from scoring_adapter.columns.files import StoredFile, read_file
from scoring_adapter.columns.schema import schema_of
from scoring_adapter.columns.view import view
from scoring_adapter.errors import ColumnStoreError

DECLARED = "声明已变，待重建 made by another declaration, to be rebuilt"
MISSING = "缺少文件 a file is missing"
CHANGED = "文件被改动 a file is not what was written"
CONTENT = "内容与清单的摘要不符 the files do not say what the list keeps"
LOGGED = "内容与日志的摘要不符 the files do not say what the log names"
FORGED = "封存的记录中没有的行 rows that the sealed records do not come to"
LACKING = "缺少的行 rows that are lacking"
Progress = Callable[[int, int], None]  # datasets checked, of how many


@dataclass(frozen=True)
class Difference:
    """What differs, where, and of how many rows."""

    dataset: str
    day: date | None
    what: str
    where: str = ""
    rows: int = 0


@dataclass
class Verified:
    """What was checked, and what differs; `behind` is how much was due, and so left out."""

    datasets: int = 0
    rows: int = 0
    behind: int = 0
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True)
class _Moment:
    """What stands in one snapshot of a dataset."""

    due: Sequence[Due]
    touched: Sequence[Touched]
    files: Mapping[date, Sequence[StoredFile]]
    days: Mapping[date, DayHeld]
    digests: Mapping[date, str | None]
    batches: Mapping[date, Sequence[SealedBatch]]


async def verify(
    units: UnitsOfWork, store: ColumnStore, names: Iterable[str], actor: Actor, progress: Progress
) -> Verified:
    """Check datasets, and record that it was done. Raises DeniedError for whoever is not at this machine."""
    if actor.kind != "machine":
        raise DeniedError("insufficient-scope", "请在运行本系统的机器上核查。It is checked at this machine.")
    verified, wanted = Verified(), sorted(names)
    for number, name in enumerate(wanted):
        progress(number, len(wanted))
        async with units.begin("columns.hold", actor) as hold:
            await take(hold.session, Lock.COLUMNS)
            held = await load_declarations(hold.session)
            if name not in held:
                continue
            verified.datasets += 1
            if held[name] != store.sources[name].declaration:
                verified.differences.append(Difference(name, None, DECLARED))
                continue
            await _verify_dataset(units, store, store.sources[name], actor, verified)
    async with units.begin("columns.verified", actor) as work:
        found = len(verified.differences)
        payload = {"datasets": verified.datasets, "rows": verified.rows, "differences": found}
        await work.record("columns.verified", payload, outcome="differs" if found else "agrees")
    return verified


async def _verify_dataset(
    units: UnitsOfWork, store: ColumnStore, source: HeldSource, actor: Actor, verified: Verified
) -> None:
    async with units.begin("columns.read", actor) as work:
        await read_one_moment(work.session)
        moment = await _look(work, source)
        verified.behind += len(moment.due)
        connection = await raw(work.session)
        for day in sorted(moment.files.keys() | moment.days.keys() | moment.batches.keys()):
            stored = await asyncio.to_thread(_read_day, store, source, day, moment, verified)
            if stored is None:
                continue
            tables = [stored.clear()]
            async for _day, table in tables_of_batches(connection, source, moment.batches.get(day, ())):
                tables.append(table)
            await asyncio.to_thread(_compare, source.name, day, stored, pl.concat(tables), moment, verified)


async def _look(work: UnitOfWork, source: HeldSource) -> _Moment:
    due = await find_due(work.session, ALL, source.name)
    leaves = [one.due_id for one in due if not one.whole]
    touched = await find_touched(await raw(work.session), leaves) if leaves else []
    days = await load_days(work.session, source.name)
    files: dict[date, list[StoredFile]] = {}
    for file in await list_files(work.session, source.name):
        files.setdefault(file.day, []).append(file)
    batches: dict[date, list[SealedBatch]] = {}
    for batch in await list_batches(work.session, source.agency, source.name):
        batches.setdefault(batch.day, []).append(batch)
    return _Moment(due, touched, files, days, await _logged(work, source.name, days), batches)


async def _logged(work: UnitOfWork, name: str, days: Mapping[date, DayHeld]) -> dict[date, str | None]:
    """Return the digest that the log names for each day."""
    events: set[UUID] = {held.event_id for held in days.values() if held.event_id}
    payloads = await work.recorder.find_payloads(work.session, [*events])
    told = {event: json.loads(opened["payload"])["digests"] for event, opened in payloads.items()}
    digests: dict[date, str | None] = {}
    for day, held in days.items():
        said = told.get(held.event_id, {}) if held.event_id else {}
        digests[day] = said.get(name, said).get(str(day))  # by dataset where several were appended to
    return digests


def _read_day(
    store: ColumnStore, source: HeldSource, day: date, moment: _Moment, verified: Verified
) -> pl.DataFrame | None:
    """Return what the store holds of a day, None where it cannot be told."""
    name, files, columns = source.name, list(moment.files.get(day, ())), source.columns
    damaged = False
    for file in files:
        try:
            what = CHANGED if read_file(store.place, file, schema_of(columns)) is None else ""
        except ColumnStoreError:
            what = MISSING
        except pl.exceptions.PolarsError:
            what = CHANGED
        if what:
            damaged = True
            verified.differences.append(Difference(name, day, what, file.name))
    if damaged:
        return None
    stored = view(store.place, files, columns).collect()
    content = content_of(stored)
    kept = moment.days.get(day, DayHeld(0, 0))
    verified.rows += len(stored)
    if (len(stored), content) != (kept.rows, kept.content):
        verified.differences.append(Difference(name, day, CONTENT))
    if day in moment.days and moment.digests[day] != content_digest(name, day, columns, content):
        verified.differences.append(Difference(name, day, LOGGED))
    return stored


def _compare(
    name: str, day: date, stored: pl.DataFrame, sealed: pl.DataFrame, moment: _Moment, verified: Verified
) -> None:
    """Compare rows, but for those of records that are due."""
    whole = [one.batch for one in moment.due if one.whole]
    pairs = pl.DataFrame(
        [(one.batch, one.leaf) for one in moment.touched], {"batch": pl.Int64, "leaf": pl.Int32}, orient="row"
    )
    settled = [
        table.filter(~pl.col("batch").is_in(whole)).join(pairs, on=["batch", "leaf"], how="anti")
        for table in (stored, sealed)
    ]
    for what, left in ((FORGED, _less(*settled)), (LACKING, _less(*reversed(settled)))):
        if len(left):
            first = "、".join(f"{batch}/{leaf}" for batch, leaf in left.select("batch", "leaf").head(3).iter_rows())
            verified.differences.append(Difference(name, day, what, f"batch/leaf {first}", len(left)))


def _less(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return rows that others do not have, as often as they do."""
    names = rows.columns
    mine, theirs = (
        table.group_by(names).agg(pl.len().alias(often)) for table, often in ((rows, "_mine"), (others, "_theirs"))
    )
    joined = mine.join(theirs, on=names, how="left", nulls_equal=True)
    return joined.filter(pl.col("_mine") > pl.col("_theirs").fill_null(0)).sort("batch", "leaf")

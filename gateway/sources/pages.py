"""Sources read on a schedule: how each is doing, and what a system administrator does to it."""

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import RedirectResponse, Response

from connectors.sources.schedule import find_source, list_sources
from connectors.store.tables import Source
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import SignedForm, SystemPresent
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.sources.life import change_source
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/sources", include_in_schema=False)
Id = Annotated[str, PathParameter(max_length=200)]
STATES = ("failing", "paused", "reading")
TONES = {"failing": "bad", "paused": "warn", "reading": "ok"}
SPEC = TableSpec(
    "sources",
    (
        Column("source", "op-source", sortable=True),
        Column("agency", "op-agency", sortable=True),
        Column("state", "op-state", sortable=True),
        Column("read", "op-last-read", kind="time", sortable=True),
        Column("every", "op-every"),
        Column("faults", "op-faults", kind="number", sortable=True),
        Column("passed", "op-passed-over", kind="number", sortable=True),
        Column("fault", "op-last-fault"),
    ),
    (Filter("state", "op-state", options=STATES, prefix="op-source-"),),
    sort="faults", descending=True,
)  # fmt: skip


@router.get("")
async def show(
    request: Request, units: Units, present: SystemPresent, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show the sources, those with a fault first."""
    words = words_of(request)
    async with units.begin("source.list", acting(present)) as work:
        rows = [row for row in await list_sources(work.session) if row.status != "removed"]
    failing = sum(state_of(row) == "failing" for row in rows)
    wanted = asked.filters["state"]
    table = in_memory(
        SPEC, asked, [row for row in rows if wanted in {"", state_of(row)}], cells=lambda row: _cells(row, words),
        keys={
            "source": lambda row: row.source_id, "agency": lambda row: words.titles.agency(row.agency),
            "state": state_of, "read": lambda row: row.last_read_at, "faults": lambda row: row.faults,
            "passed": lambda row: row.refusals,
        },
    )  # fmt: skip
    return await show_table(request, units, present, "sources", table, number=len(rows), failing=failing)


@router.get("/{source_id}")
async def show_one(request: Request, source_id: Id, units: Units, present: SystemPresent, said: str = "") -> Response:
    """Show one source."""
    return await _show(request, units, present, source_id, "source-done" if said == "done" else "")


@router.post("/{source_id}/{act}")
async def change(
    source_id: Id,
    act: Literal["pause", "resume", "reset-watermark"],
    units: Units,
    present: SystemPresent,
    _form: SignedForm,
) -> Response:
    """Pause one, go on with it, or read it again from the beginning."""
    try:
        async with units.begin(f"source.{act}", acting(present)) as work:
            await change_source(work, source_id, act)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    return RedirectResponse(f"/console/sources/{quote(source_id, safe='')}?said=done", 303)


def state_of(row: Source) -> str:
    """Return one of STATES: paused by somebody, failing, or read as it should be."""
    return "paused" if row.status == "paused" else "failing" if row.faults else "reading"


async def _show(request: Request, units: UnitsOfWork, present: Present, source_id: str, note: str) -> Response:
    async with units.begin("source.show", acting(present)) as work:
        row = await find_source(work.session, source_id)
    if row is None or row.status == "removed":
        raise PageError("not-found", 404)
    words, state = words_of(request), state_of(row)
    return page(
        request, "source", present, row=row, state=state, tone=TONES[state], note=note, crumbs=[(source_id, "")],
        path_here=f"/console/sources/{quote(source_id, safe='')}", every=words.lasting(_every(row)),
        told={name: _one(getattr(row, name), words) for name in ("last_fault", "last_refusal", "last_drop")},
    )  # fmt: skip


def _every(row: Source) -> timedelta:
    return timedelta(seconds=row.every_seconds)


def _one(said: str | None, words: Words) -> str:
    return words.half(said or "")


def _cells(row: Source, words: Words) -> list[Content]:
    state = state_of(row)
    return [
        Cell(words.titles.dataset(row.dataset), f"/console/sources/{quote(row.source_id, safe='')}", row.source_id),
        words.titles.agency(row.agency),
        Cell(words(STATE_WORDS[state]), tone=TONES[state]),  # type: ignore[arg-type] # one of the tones
        words.moment(row.last_read_at) if row.last_read_at else words("never"),
        words.lasting(_every(row)),
        row.faults,
        row.refusals,
        _one(row.last_fault, words) or None,
    ]


STATE_WORDS = {"failing": "op-source-failing", "paused": "op-source-paused", "reading": "op-source-reading"}

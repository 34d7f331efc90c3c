"""What is held about an enterprise, for its own people: by dataset, one record with its history and proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from connectors.catalogue.load import datasets
from connectors.records.pages import Holding, RecordPage
from gateway.cards.in_force import card_in_force
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Table, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import OwnerActing
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.records.history import AsOf, list_own_holdings, list_own_records, read_history
from gateway.records.in_words import in_a_line, scored_by, values_of
from gateway.records.life_routes import TheProtector
from gateway.records.proof import prove_record
from gateway.records.proof_file import file_bytes
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/enterprise/records", include_in_schema=False)
Dataset = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
TONES = {
    "objected": "warn",
    "withdrawn": "quiet",
    "annulled": "quiet",
    "repaired": "ok",
    "current": "quiet",
    "ended": "quiet",
}
HOLDINGS = TableSpec(
    "enterprise-records",
    (
        Column("dataset", "ent-dataset", sortable=True),
        Column("agency", "ent-agency", sortable=True),
        Column("held", "ent-held", kind="number", sortable=True),
        Column("shown", "ent-shown", kind="number", sortable=True),
        Column("newest", "ent-newest", kind="time", sortable=True),
        Column("scored", "ent-scored"),
    ),
    sort="held",
    descending=True,
)
RECORDS = TableSpec(
    "enterprise-records-of",
    (
        Column("what", "ent-record"),
        Column("day", "ent-day", kind="time"),
        Column("status", "ent-standing"),
        Column("shown", "ent-is-shown"),
        Column("until", "ent-shown-until", kind="time"),
        Column("version", "version", kind="number", optional=True),
    ),
)


@router.get("")
async def records(
    request: Request, units: Units, present: OwnerActing, asked: Annotated[TableQuery, Depends(table_query(HOLDINGS))]
) -> Response:
    """Show what is held, by dataset."""
    async with units.begin("enterprise.records", acting(present)) as work:
        found = await list_own_holdings(work)
        by = scored_by(await card_in_force(work.session, work.now))
    words = words_of(request)
    table = in_memory(
        HOLDINGS, asked, found, cells=lambda one: _holding(words, one, scored=one.dataset in by),
        keys={
            "dataset": lambda one: words.titles.dataset(one.dataset), "held": lambda one: one.held,
            "agency": lambda one: words.titles.agency(one.agency), "shown": lambda one: one.shown,
            "newest": lambda one: one.newest,
        },
    )  # fmt: skip
    scored = sum(one.held for one in found if one.dataset in by)
    return await show_table(
        request, units, present, "enterprise_records", table, held=sum(one.held for one in found), scored=scored,
        datasets=len(found),
    )  # fmt: skip


@router.get("/of/{dataset}")
async def of_dataset(
    request: Request,
    dataset: Dataset,
    units: Units,
    protector: TheProtector,
    present: OwnerActing,
    asked: Annotated[TableQuery, Depends(table_query(RECORDS))],
) -> Response:
    """Show the records of one dataset, those too that are not shown to others any more."""
    if dataset not in datasets():
        raise PageError("not-found", 404)
    try:
        after = UUID(asked.after) if asked.after else None
    except ValueError as fault:
        raise PageError("table-address", 400) from fault
    wanted = RecordPage(asked.limit + 1, after, dataset, hidden=True)
    async with units.begin("enterprise.records-of", acting(present)) as work:
        found = await list_own_records(work, protector, wanted)
        by = scored_by(await card_in_force(work.session, work.now))
    words, more = words_of(request), len(found) > asked.limit
    rows = found[: asked.limit]
    table = Table(
        RECORDS, asked, [_record(words, one) for one in rows], more=more,
        following=rows[-1]["record"] if more else "",
    )  # fmt: skip
    title = words.titles.dataset(dataset)
    return await show_table(
        request, units, present, "enterprise_records_of", table, dataset=datasets()[dataset], crumbs=[(title, "")],
        tags=[words.either(*names) for names in by.get(dataset, ())],
    )  # fmt: skip


@router.get("/{record_id}")
async def record(
    request: Request, record_id: UUID, units: Units, protector: TheProtector, present: OwnerActing, said: str = ""
) -> Response:
    """Show one record: its values, every version of it, and what was done with it."""
    whole = await read_whole(units, protector, present, record_id)
    return page(
        request, "enterprise_record", present, said=said if said == "objected" else "",
        **record_context(words_of(request), whole),
    )  # fmt: skip


@router.get("/{record_id}/proof")
async def proof(record_id: UUID, units: Units, present: OwnerActing) -> Response:
    """Give the file that proves it."""
    try:
        async with units.begin("enterprise.record-proof", acting(present)) as work:
            content = file_bytes((await prove_record(work, record_id, "file")).proof)
    except DeniedError as fault:
        if fault.denial.reason == "record-not-found":
            raise PageError("not-found", 404) from fault
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="proof-{record_id}.json"', "Cache-Control": "no-store",
    }  # fmt: skip
    return Response(content, media_type="application/json", headers=headers)


@dataclass(frozen=True)
class WholeRecord:
    """A record's history as the interface has it, the version that was asked for, or the newest, and the names (zh, en)
    of what the score takes from its dataset.
    """

    history: dict[str, Any]
    version: dict[str, Any]
    scored: Sequence[tuple[str, str]]


async def read_whole(units: Units, protector: TheProtector, present: Present, record_id: UUID) -> WholeRecord:
    """Return a record of the enterprise with its history. Raises PageError where it is none of it."""
    try:
        async with units.begin("enterprise.record", acting(present)) as work:
            history = await read_history(work, protector, record_id, AsOf())
            by = scored_by(await card_in_force(work.session, work.now))
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    version = next((one for one in history["versions"] if one["record"] == str(record_id)), history["versions"][-1])
    return WholeRecord(history, version, by.get(history["dataset"], ()))


def record_context(words: Words, whole: WholeRecord) -> dict[str, Any]:
    """Return what a template shows of a record."""
    name, version = whole.history["dataset"], whole.version
    title = words.titles.dataset(name)
    newest = whole.history["versions"][-1]
    return {
        "record": version, "history": whole.history, "title": title,
        "values": values_of(words, name, version["content"]),
        "line": in_a_line(words, name, version["content"]), "tone": TONES.get(version["status"], "quiet"),
        "tags": [words.either(*names) for names in whole.scored],
        "may_object": version is newest and version["status"] == "current",
        "crumbs": [(title, f"/console/enterprise/records/of/{name}"), (words("ent-one-record"), "")],
    }  # fmt: skip


def _holding(words: Words, one: Holding, *, scored: bool) -> list[Content]:
    return [
        Cell(words.titles.dataset(one.dataset), href=f"/console/enterprise/records/of/{one.dataset}"),
        words.titles.agency(one.agency),
        one.held,
        one.shown,
        words.day(one.newest),
        Cell(words("ent-used"), tone="info") if scored else words("ent-not-used"),
    ]


def _record(words: Words, one: dict[str, Any]) -> list[Content]:
    return [
        Cell(in_a_line(words, one["dataset"], one["content"]), href=f"/console/enterprise/records/{one['record']}"),
        words.day(one["event_date"]),
        Cell(words(f"ent-record-{one['status']}"), tone=TONES.get(one["status"], "quiet")),  # type: ignore[arg-type] # tones
        words("yes") if one["visible"] else words("ent-no"),
        words.day(one["publish_until"]) if one["publish_until"] else words("ent-no-end"),
        one["version"],
    ]

"""The log for auditors at the console: entries by filter, one entry with what proves it, files to be checked."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, Response

from audit.browsing import Turn
from audit.search import FoundEvent
from audit.stored import leaf_members
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, Table, TableQuery, TableSpec, table_query
from gateway.console.table_address import begins, ends
from gateway.console.words import Words, words_of
from gateway.evidence.browser_check import check_context
from gateway.evidence.entries import ShownEntry, browse_entries, prove_entry, show_entry
from gateway.evidence.payload_words import payload_rows
from gateway.evidence.routes import Secrets, proof_document, tlog_proof_file
from gateway.evidence.wording import (
    Names,
    actor_meant,
    find_names,
    institution_meant,
    outcome_in_words,
    outcome_meant,
)  # fmt: skip
from gateway.people.acting import acting
from gateway.people.guard import AuditorPresent
from gateway.people.listing import show_table
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.events import EVENTS
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/audit", include_in_schema=False)
ENTRIES = TableSpec(
    "audit-entries",
    (
        Column("when", "audit-when", "time"), Column("what", "audit-what"), Column("who", "audit-who"),
        Column("institution", "institution"), Column("ending", "outcome"), Column("place", "audit-place", "number"),
    ),
    (
        Filter("type", "audit-what", options=tuple(EVENTS), prefix="event-"), Filter("who", "audit-who", "text"),
        Filter("institution", "institution", "text"), Filter("subject", "audit-about", "text"),
        Filter("ending", "outcome", "text"), Filter("since", "audit-since", "day"),
        Filter("until", "audit-until", "day"),
    ),
)  # fmt: skip


@router.get("/entries")
async def entries(
    request: Request,
    units: Units,
    protector: Secrets,
    present: AuditorPresent,
    asked: Annotated[TableQuery, Depends(table_query(ENTRIES))],
    newer: UUID | None = None,
) -> Response:
    """Show entries, newest first; `newer` shows those after an entry."""
    words, fault = words_of(request), ""
    turn = Turn(after=newer) if newer else Turn(before=_after(asked))
    async with units.begin("entries.show", acting(present)) as work:
        try:
            wanted = await _wanted(work, words, asked.filters)
            found = await browse_entries(
                work, protector, wanted, turn, asked.limit, through=bool(asked.exporting)
            )  # fmt: skip
        except DeniedError:
            raise PageError("audit-filter-wrong", 400) from None
        if isinstance(found, Denial):
            fault, events, older, before, stopped = found.reason, [], None, None, False
        else:
            events, older, before, stopped = list(found.found), found.older, found.newer, found.stopped
        leaves = [leaf_members(one.leaf) for one in events]
        names = await find_names(
            work.session, words, institutions=[one.get("institution") for one in leaves],
            actors=[str(one.get("actor", "")) for one in leaves],
        )  # fmt: skip
    table = Table(
        ENTRIES, asked, [_row(names, one, leaf) for one, leaf in zip(events, leaves, strict=True)],
        following=str(older) if older else "",
    )  # fmt: skip
    return await show_table(
        request, units, present, "audit_entries", table, fault=fault, stopped=stopped, newer=before,
    )  # fmt: skip


@router.get("/entries/{event_id}")
async def entry(request: Request, event_id: UUID, units: Units, present: AuditorPresent) -> Response:
    """Show an entry: what happened, in words and as it was recorded, and what proves it."""
    words = words_of(request)
    try:
        async with units.begin("entry.show", acting(present)) as work:
            shown = await show_entry(work, event_id)
            leaf = leaf_members(shown.event.leaf)
            names = await find_names(
                work.session, words, institutions=[leaf.get("institution")], actors=[str(leaf.get("actor", ""))],
                codes=[shown.subject.uscc] if shown.subject and shown.subject.uscc else [],
            )  # fmt: skip
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    return page(
        request, "audit_entry", present, scripts=("verify_page",), crumbs=[(words("audit-entry"), "")],
        facts=_facts(words, names, shown, leaf), payload=payload_rows(words, names, shown.payload), leaf=leaf,
        shown=shown, **check_context(words),
    )  # fmt: skip


@router.get("/entries/{event_id}/proof")
async def proof(request: Request, event_id: UUID, units: Units, present: AuditorPresent) -> Response:
    """Give what proves an entry, for the browser to check or to keep."""
    async with units.begin("entry.prove", acting(present)) as work:
        found = await prove_entry(work, event_id)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{event_id}.json"'}
    return JSONResponse(proof_document(request, found), headers=headers)


@router.get("/entries/{event_id}/tlog-proof")
async def tlog_proof(event_id: UUID, units: Units, present: AuditorPresent) -> Response:
    """Give the proof as others write it (c2sp.org/tlog-proof@v1)."""
    async with units.begin("entry.prove", acting(present)) as work:
        return tlog_proof_file(event_id, await prove_entry(work, event_id, opening=False))


@router.get("/verify")
async def verify(request: Request, present: AuditorPresent) -> Response:
    """Show where a file that was kept is checked."""
    return page(request, "audit_verify", present, scripts=("verify_page",), **check_context(words_of(request)))


def _after(asked: TableQuery) -> UUID | None:
    try:
        return UUID(asked.after) if asked.after else None
    except ValueError:
        raise PageError("table-address", 400) from None


async def _wanted(work: UnitOfWork, words: Words, filters: Mapping[str, str]) -> dict[str, Any]:
    """Return what the filters ask as the use case takes it; the day that ends a period is in it."""
    session = work.session
    given = {
        "type": filters["type"],
        "subject": filters["subject"],
        "actor": filters["who"] and await actor_meant(session, filters["who"]),
        "institution": filters["institution"] and await institution_meant(session, filters["institution"]),
        "outcome": filters["ending"] and outcome_meant(words, filters["ending"]),
        "since": begins(filters["since"]),
        "until": ends(filters["until"]),
    }
    return {name: value for name, value in given.items() if value}


def _row(names: Names, event: FoundEvent, leaf: Mapping[str, Any]) -> list[Content]:
    words, actor = names.words, str(leaf.get("actor", ""))
    kind = str(leaf.get("type", ""))
    ending, tone = outcome_in_words(words, leaf.get("outcome"), kind)
    account = leaf.get("account")
    return [
        Cell(words.moment(leaf.get("ts")), f"/console/audit/entries/{event.event_id}"),
        Cell(words(f"event-{kind}") if kind in EVENTS else kind),
        Cell(names.actor(actor), sub=account if account and account != actor else ""),
        Cell(names.institution(leaf.get("institution"))),
        Cell(words("audit-differs"), tone="bad") if event.differs else Cell(ending, tone=tone) if tone else None,
        event.leaf_index if event.leaf_index is not None else Cell(words("audit-not-yet"), tone="warn"),
    ]


def _facts(words: Words, names: Names, shown: ShownEntry, leaf: Mapping[str, Any]) -> list[tuple[str, str]]:
    subject = shown.subject
    about = f"{names.enterprise(subject.uscc)} {subject.uscc}" if subject and subject.uscc else ""
    told = [
        ("audit-when", words.exactly(leaf["ts"]) if leaf.get("ts") else ""),
        ("audit-who", names.actor(str(leaf.get("actor", "")))),
        ("institution", names.institution(leaf["institution"]) if leaf.get("institution") else ""),
        ("audit-account", str(leaf.get("account", "")) if leaf.get("account") != leaf.get("actor") else ""),
        ("audit-about", about),
        ("outcome", outcome_in_words(words, leaf.get("outcome"), str(leaf.get("type", "")))[0]),
    ]
    return [(words(label), value) for label, value in told if value]

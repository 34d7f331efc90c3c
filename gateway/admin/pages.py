"""Home, and what operators look up: every client with its last use, the signatories of an enterprise."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from connectors.store.subjects import names_of
from gateway.admin import change_words
from gateway.admin.institution_reading import MOST
from gateway.admin.names import find_names
from gateway.admin.reports import find_clients
from gateway.admin.signatories import show_signatories
from gateway.console.form import Form
from gateway.console.navigation import home_of
from gateway.console.render import page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.identity.clients.scopes import SCOPES
from gateway.people.acting import acting
from gateway.people.guard import Anyone, ApproverPresent, SecurityPresent
from gateway.people.listing import show_table
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
CLIENTS = TableSpec(
    "clients",
    (
        Column("client", "op-client", sortable=True),
        Column("kind", "op-role", sortable=True),
        Column("state", "op-state"),
        Column("last", "op-last-used", kind="time", sortable=True),
    ),
    (Filter("kind", "op-role", options=tuple(SCOPES), prefix="kind-"), Filter("q", "op-client", kind="text")),
    sort="client",
)
STOPPED = {
    "abnormal-usage-detected": "stopped-abnormal-usage-detected",
    "account-closed": "stopped-account-closed", "account-suspended": "stopped-account-suspended",
    "institution-closed": "stopped-institution-closed", "institution-suspended": "stopped-institution-suspended",
    "agreement-not-in-force": "stopped-agreement-not-in-force",
}  # fmt: skip


@router.get("")
async def home(present: Anyone) -> Response:
    """Lead to the first page of the visitor's role."""
    return RedirectResponse(home_of(present.role), 303)


@router.get("/clients")
async def clients(
    request: Request,
    units: Units,
    present: SecurityPresent,
    asked: Annotated[TableQuery, Depends(table_query(CLIENTS))],
) -> Response:
    """Show every client with its standing and last use, whatever its kind."""
    words, text = words_of(request), asked.filters["q"].lower()
    async with units.begin("clients.show", acting(present)) as work:
        rows = await find_clients(work, limit=MOST, kind=asked.filters["kind"])
        names = await find_names(work.session, clients=[row["client_id"] for row in rows])
    found = [(row, names.client(words, row["client_id"])) for row in rows]
    table = in_memory(
        CLIENTS, asked, [one for one in found if text in one[1].lower() or text in one[0]["client_id"]],
        cells=lambda one: _client(*one, words),
        keys={
            "client": lambda one: one[1], "kind": lambda one: one[0]["kind"],
            "last": lambda one: one[0]["last_used_at"],
        },
    )  # fmt: skip
    return await show_table(request, units, present, "clients", table, number=len(rows))


def _client(row: dict[str, Any], name: str, words: Words) -> list[Content]:
    href = ""
    if row["kind"] == "account":
        href = f"/console/institutions/{row['institution_id']}/accounts/{row['client_id']}"
    elif row["kind"] == "agency":
        href = f"/console/agencies/{row['client_id']}"
    return [
        Cell(name, href, row["client_id"]),
        change_words.value_in_words("kind", row["kind"], words),
        Cell(words(STOPPED[row["stopped"]]), tone="bad") if row["stopped"] else Cell(words("op-active"), tone="quiet"),
        words.moment(row["last_used_at"]) if row["last_used_at"] else words("never"),
    ]


@router.get("/signatories")
async def signatories(
    request: Request, units: Units, present: ApproverPresent, subject: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Show who may approve consents of the enterprise that is named, and what waits to change that."""
    words, form = words_of(request), Form({"subject": subject})
    if not subject:
        return page(request, "signatories", present, form=form, shown=None)
    try:
        async with units.begin("signatories.show", acting(present)) as work:
            shown = await show_signatories(work, subject)
            names = await find_names(
                work.session,
                actors=[row[who] for row in shown.keys for who in ("asked_by", "approved_by")]
                + [change.asked_by for change in shown.waiting],
            )
            enterprise = (await names_of(work.session, [shown.uscc])).get(shown.uscc, "")
    except DeniedError as fault:
        wrong = words.half(fault)
        return page(
            request, "signatories", present, form=Form({"subject": subject}, {"subject": wrong}), shown=None, status=400
        )
    keys = [
        {**row, **{f"{who}_name": names.actor(words, row[who]) for who in ("asked_by", "approved_by")}}
        for row in shown.keys
    ]
    waiting = [
        {
            "id": str(change.change_id), "title": change_words.title_of(change, words),
            "who": words("op-asked-by", who=names.actor(words, change.asked_by)), "at": change.asked_at,
        }
        for change in shown.waiting
    ]  # fmt: skip
    return page(
        request, "signatories", present, form=form, shown={"uscc": shown.uscc, "keys": keys}, waiting=waiting,
        name=enterprise,
    )  # fmt: skip

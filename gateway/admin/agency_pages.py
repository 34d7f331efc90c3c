"""Agencies for operators: those of the catalogue, how their client stands, its keys, their feeds and clerks."""

from collections import Counter
from functools import partial
from operator import itemgetter
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from connectors.catalogue.load import get_catalogue
from connectors.model.datasets import Agency
from connectors.store.batches import load_last_received
from connectors.store.timeline import load_last_batches
from gateway.admin.act_pages import SAID, TheAsker, take_standing
from gateway.admin.change_words import value_in_words
from gateway.admin.institution_reading import MOST
from gateway.admin.reports import find_clients
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.identity.clients.client_keys import key_rows
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm
from gateway.people.listing import show_table
from gateway.people.of_agency import clerks_of
from gateway.people.sessions import Present
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/agencies", include_in_schema=False)
Code = Annotated[str, PathParameter(max_length=63)]
LIST = "/console/agencies"
STATES = ("active", "suspended", "closed", "unregistered")
TONES = {"active": "quiet", "suspended": "bad", "closed": "quiet", "unregistered": "warn"}
SPEC = TableSpec(
    "agencies",
    (
        Column("name", "op-agency"),
        Column("state", "op-registration", sortable=True),
        Column("datasets", "op-datasets", kind="number", sortable=True),
        Column("keys", "op-keys", kind="number", sortable=True),
        Column("last", "op-last-handed-in", kind="time", sortable=True),
        Column("clerks", "op-clerks", kind="number", sortable=True),
    ),
    (Filter("q", "op-name", kind="text"), Filter("state", "op-registration", options=STATES, prefix="op-")),
)


@router.get("")
async def show_list(
    request: Request, units: Units, present: SecurityPresent, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show the agencies of the catalogue."""
    words, catalogue, wanted = words_of(request), get_catalogue(), asked.filters
    async with units.begin("agencies.show", acting(present)) as work:
        clients = {row["client_id"]: row for row in await find_clients(work, limit=MOST, kind="agency")}
        last = await load_last_received(work.session)
        clerks = Counter(row.agency for row in await clerks_of(work.session))
    datasets = Counter(dataset.agency for dataset in catalogue.datasets.values())
    rows: list[dict[str, Any]] = [
        {
            "agency": agency, "name": words.titles.agency(code), "state": _state(clients.get(code)),
            "datasets": datasets[code], "keys": len((clients.get(code) or {}).get("keys") or ()),
            "last": last.get(code), "clerks": clerks[code],
        }
        for code, agency in catalogue.agencies.items()
    ]  # fmt: skip
    text = wanted["q"].lower()
    found = [
        row for row in rows
        if wanted["state"] in {"", row["state"]} and (text in row["name"].lower() or text in row["agency"].code)
    ]  # fmt: skip
    table = in_memory(
        SPEC, asked, found, cells=lambda row: _cells(row, words),
        keys={key: itemgetter(key) for key in ("state", "datasets", "keys", "last", "clerks")},
    )  # fmt: skip
    registered = sum(row["state"] != "unregistered" for row in rows)
    return await show_table(request, units, present, "agencies", table, number=len(rows), registered=registered)


@router.get("/{code}")
async def show(request: Request, code: Code, units: Units, present: SecurityPresent, said: str = "") -> Response:
    """Show one agency."""
    return await _show(request, units, present, code, note=SAID.get(said, ""))


@router.post("/{code}/standing")
async def change_standing(
    request: Request,
    code: Code,
    asker: TheAsker,
    typed: SignedForm,
) -> Response:
    """Suspend its client, resume it, or close it for good."""
    _agency(code)
    again = partial(_show, request, asker.units, asker.present, code)
    return await take_standing(request, asker, typed, f"client:{code}", f"{LIST}/{code}", again)


async def _show(
    request: Request,
    units: UnitsOfWork,
    present: Present,
    code: str,
    form: Form | None = None,
    note: str = "",
    status: int = 200,
) -> Response:
    agency, words = _agency(code), words_of(request)
    own = [dataset for dataset in get_catalogue().datasets.values() if dataset.agency == code]
    async with units.begin("agency.show", acting(present)) as work:
        clients = await find_clients(work, limit=1, kind="agency", identifier=code)
        keys = await key_rows(work.session, code)
        feeds = {row.dataset: row for row in await load_last_batches(work.session, own, work.now)}
        clerks = await clerks_of(work.session, code)
    client = clients[0] if clients else None
    state = _state(client)
    return page(
        request, "agency", present, status=status, agency=agency, name=words.titles.agency(code), client=client,
        state=state, tone=TONES[state], keys=keys, clerks=clerks, form=form or Form(), note=note, own=own,
        feeds=feeds, path_here=f"{LIST}/{code}", crumbs=[(words.titles.agency(code), "")],
    )  # fmt: skip


def _agency(code: str) -> Agency:
    agency = get_catalogue().agencies.get(code)
    if agency is None:
        raise PageError("not-found", 404)
    return agency


def _state(client: dict[str, Any] | None) -> str:
    return client["status"] if client else "unregistered"


def _cells(row: dict[str, Any], words: Words) -> list[Content]:
    state = row["state"]
    said = words("op-unregistered") if state == "unregistered" else value_in_words("status", state, words)
    return [
        Cell(row["name"], f"{LIST}/{row['agency'].code}", row["agency"].code),
        Cell(said, tone=TONES[state]),  # type: ignore[arg-type] # one of the tones
        row["datasets"],
        row["keys"],
        words.moment(row["last"]) if row["last"] else words("never"),
        row["clerks"],
    ]

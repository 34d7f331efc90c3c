"""An enterprise's network at the console, for those who oversee: a drawing one can walk, and the same as a table."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from gateway.console.render import PageError
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.network.drawing import draw
from gateway.network.network_of import NetworkFound, PartyFound, read_network
from gateway.network.walks import WalkedEdge
from gateway.network.words import percent
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent
from gateway.people.listing import show_table
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router
from scoring_adapter.network.declared import WALKED
from scoring_adapter.network.shares import HOPS

router = Router(prefix="/console", include_in_schema=False)
Code = Annotated[str, PathParameter(pattern=r"^[0-9A-Z]{18}$")]
EDGES = TableSpec(
    "network",
    (
        Column("from", "network-from", sortable=True), Column("kind", "network-kind", sortable=True),
        Column("to", "network-to", sortable=True), Column("share", "network-share", kind="number", sortable=True),
        Column("position", "network-position"), Column("starts", "network-starts", kind="time", sortable=True),
        Column("ends", "network-ends", kind="time", optional=True),
    ),
    (Filter("kind", "network-kind", options=WALKED, prefix="network-"), Filter("day", "network-day", kind="day")),
)  # fmt: skip


@router.get("/subjects/{subject}/network")
async def subject_network(
    request: Request,
    subject: Code,
    units: Units,
    present: OverseerPresent,
    asked: Annotated[TableQuery, Depends(table_query(EDGES))],
) -> Response:
    """Show those who oversee whom an enterprise is linked with, as of a day."""
    words, wanted = words_of(request), asked.filters
    try:
        async with units.begin("network.show", acting(present)) as work:
            found = await read_network(work, subject, date.fromisoformat(wanted["day"]) if wanted["day"] else None)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    day = f"?day={wanted['day']}" if wanted["day"] else ""
    names = {number: name_of(words, party) for number, party in found.parties.items()}
    hrefs = {number: _href(party, day) for number, party in found.parties.items()}
    chosen = [one for one in found.edges if wanted["kind"] in {"", one.kind}]
    table = in_memory(
        EDGES, asked, chosen, cells=lambda one: _cells(words, one, names, hrefs),
        keys={
            "from": lambda one: names[one.source], "to": lambda one: names[one.target],
            "kind": lambda one: WALKED.index(one.kind), "share": lambda one: one.share or 0,
            "starts": lambda one: one.starts,
        },
    )  # fmt: skip
    return await show_table(
        request, units, present, "network", table, found=found, names=names, hrefs=hrefs, hops=HOPS,
        drawing=draw(found.number, found.near, found.edges), percent=percent, name=names[found.number],
        holders=_by_share(found, up=True), holdings=_by_share(found, up=False),
        crumbs=[(names[found.number], f"/console/subjects/{subject}/tags"), (words("subject-its-network"), "")],
    )  # fmt: skip


def name_of(words: Words, party: PartyFound) -> str:
    """Return what a party is called: a person by a number alone."""
    if party.subject and (party.subject.name or party.subject.uscc):
        return str(party.subject.name or party.subject.uscc)
    if party.person:
        return words("network-person", number=abs(party.number))
    return party.code or words("network-unknown", number=abs(party.number))


def _href(party: PartyFound, day: str) -> str:
    code = party.subject.uscc if party.subject else None
    return f"/console/subjects/{code}/network{day}" if code else ""


def _by_share(found: NetworkFound, *, up: bool) -> list[tuple[int, str, int]]:
    totals = found.holders if up else found.holdings
    ordered = sorted(totals.items(), key=lambda one: (-(one[1].share or 0), one[1].hops, one[0]))
    return [(party, percent(total.share), total.hops) for party, total in ordered[:10]]


def _cells(words: Words, one: WalkedEdge, names: dict[int, str], hrefs: dict[int, str]) -> list[Content]:
    return [
        Cell(names[one.source], hrefs[one.source]),
        words(f"network-{one.kind}"),
        Cell(names[one.target], hrefs[one.target]),
        percent(one.share) if one.share is not None else None,
        words(f"network-at-{one.position}") if one.position else None,
        words.day(one.starts),
        words.day(one.ends) if one.ends else None,
    ]

"""The page of all who may sign in, for security administrators."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent
from gateway.people.listing import show_table
from gateway.people.reading import find_people, names_of_houses
from gateway.people.roles import ROLES
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
MOST = 5_000
TONES = {"active": "quiet", "invited": "info", "suspended": "warn"}
SPEC = TableSpec(
    "people",
    (
        Column("name", "name", sortable=True),
        Column("role", "role", sortable=True),
        Column("house", "house", sortable=True),
        Column("status", "standing"),
        Column("signed_in_at", "signed-in-at", "time", sortable=True),
        Column("sessions", "sessions-open", "number", sortable=True),
        Column("recovery_codes", "recovery-codes-left", "number", sortable=True, optional=True),
        Column("created_at", "registered-at", "time", sortable=True, optional=True),
    ),
    (
        Filter("role", "role", options=tuple(ROLES), prefix="role-"),
        Filter("status", "standing", options=tuple(TONES), prefix="person-"),
        Filter("named", "name-or-user", "text"),
    ),
    sort="name",
)


@router.get("/people")
async def people(
    request: Request, units: Units, present: SecurityPresent, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show who may sign in, with whom they belong to, standing and last sign-in."""
    words, wanted = words_of(request), asked.filters
    async with units.begin("people.show", acting(present)) as work:
        found = await find_people(work, limit=MOST, role=wanted["role"], status=wanted["status"])
        names = await names_of_houses(
            work, institutions=_all(found, "institution_id"), enterprises=_all(found, "enterprise")
        )
    named = wanted["named"].casefold()
    rows = [row for row in found if named in row["name"].casefold() or named in row["person_id"]]
    table = in_memory(
        SPEC, asked, rows, cells=lambda row: cells(words, row, names),
        keys={
            "house": lambda row: house_of(words, row, names)[0] or None,
            **{key: _getter(key) for key in (
                "name", "role", "signed_in_at", "sessions", "recovery_codes", "created_at",
            )},
        },
    )  # fmt: skip
    waiting = sum(row["status"] == "invited" for row in found)
    return await show_table(request, units, present, "people", table, people=len(found), waiting=waiting)


def cells(words: Words, row: Mapping[str, Any], names: Mapping[str, str]) -> list[Content]:
    """Return a person's cells, in the order of the columns."""
    house, code = house_of(words, row, names)
    return [
        Cell(row["name"], href=f"/console/people/{row['person_id']}", sub=row["person_id"]),
        words(f"role-{row['role']}"),
        Cell(house, sub=code) if house else None,
        Cell(words(f"person-{row['status']}"), tone=TONES[row["status"]]),  # type: ignore[arg-type] # one of them
        words.moment(row["signed_in_at"]) if row["signed_in_at"] else None,
        row["sessions"],
        row["recovery_codes"],
        words.moment(row["created_at"]),
    ]


def house_of(words: Words, row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, str]:
    """Return the name of whom somebody belongs to, and an enterprise's code; empty for nobody."""
    if row["agency"]:
        return words.titles.agency(row["agency"]), ""
    if row["office"]:
        return row["office"], ""
    if row["enterprise"]:
        return names.get(row["enterprise"], row["enterprise"]), row["enterprise"]
    return names.get(row["institution_id"] or "", row["institution_id"] or ""), ""


def _all(found: list[dict[str, Any]], key: str) -> set[str]:
    return {row[key] for row in found if row[key]}


def _getter(key: str) -> Any:  # noqa: ANN401 - a function of a row
    return lambda row: row[key]

"""An enterprise's tags at the console, and the records behind each: for its own people, and for overseers."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from connectors.personal.sealing import is_sealed
from connectors.store.subjects import Subject
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import NOTHING, Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent, OwnerActing
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.records.in_words import in_a_line
from gateway.records.life_routes import TheProtector
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.scores.improvement_words import improvements_of
from gateway.scores.score_charts import band_names, history_chart
from gateway.scores.tag_pages import Id
from gateway.scores.tag_words import (
    DIMENSION,
    DIMENSIONS,
    NAMED,
    STATUSES,
    category_of,
    get_tag,
    is_meant,
    meaning,
    name_of,
    value_of,
)
from gateway.scores.tags_of import TagFound, read_behind, read_tags
from gateway.web.dependencies import Units
from gateway.web.router import Router
from scoring_adapter.tags.declaration import Tag

router = Router(prefix="/console", include_in_schema=False)
Code = Annotated[str, PathParameter(pattern=r"^[0-9A-Z]{18}$")]
OWN = TableSpec(
    "subject-tags",
    (
        Column("tag", "tag", sortable=True), Column("value", "tag-value"),
        Column("status", "tag-status", sortable=True), Column("points", "tag-points", kind="number", sortable=True),
        Column("records", "tag-records", kind="number", sortable=True),
        Column("dimension", "tag-dimension", sortable=True), Column("category", "category", sortable=True),
    ),
    (
        NAMED, DIMENSION, Filter("status", "tag-status", options=tuple(STATUSES), prefix="tag-status-"),
    ),
    sort="points", descending=True,
)  # fmt: skip


@router.get("/enterprise/tags")
async def own_tags(
    request: Request, units: Units, present: OwnerActing, asked: Annotated[TableQuery, Depends(table_query(OWN))]
) -> Response:
    """Show an enterprise's people its tags, and how many records are behind each."""
    return await _subject_tags(request, units, present, asked, None, "/console/enterprise/tags")


@router.get("/enterprise/tags/{tag}")
async def own_tag(request: Request, tag: Id, units: Units, protector: TheProtector, present: OwnerActing) -> Response:
    """Show the records behind a tag."""
    return await _behind(request, units, protector, present, get_tag(tag), None)


@router.get("/subjects/{subject}/tags")
async def subject_tags(
    request: Request,
    subject: Code,
    units: Units,
    present: OverseerPresent,
    asked: Annotated[TableQuery, Depends(table_query(OWN))],
) -> Response:
    """Show those who oversee an enterprise's tags."""
    return await _subject_tags(request, units, present, asked, subject, f"/console/subjects/{subject}/tags")


@router.get("/subjects/{subject}/tags/{tag}")
async def subject_tag(
    request: Request, subject: Code, tag: Id, units: Units, protector: TheProtector, present: OverseerPresent
) -> Response:
    """Show the records behind a tag of an enterprise."""
    return await _behind(request, units, protector, present, get_tag(tag), subject)


async def _subject_tags(
    request: Request, units: UnitsOfWork, present: Present, asked: TableQuery, code: str | None, path: str
) -> Response:
    words, wanted = words_of(request), asked.filters
    try:
        async with units.begin("tags.of", acting(present)) as work:
            found = await read_tags(work, code)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    chosen = [
        one for one in found.tags
        if is_meant(wanted["name"], one.tag.id, one.tag.name.zh, one.tag.name.en)
        and wanted["dimension"] in {"", one.tag.dimension} and wanted["status"] in {"", one.value.status}
    ]  # fmt: skip
    table = in_memory(
        OWN, asked, chosen, cells=lambda one: _own_cells(words, one, path),
        keys={
            "tag": lambda one: name_of(words, one.tag), "points": _weight,
            "status": lambda one: list(STATUSES).index(one.value.status), "records": lambda one: one.records,
            "dimension": lambda one: DIMENSIONS.index(one.tag.dimension),
            "category": lambda one: category_of(words, one.tag),
        },
    )  # fmt: skip
    history, points = history_chart(words, found.history, found.day), [one.points or 0 for one in found.tags]
    name = _named(words, found.subject)
    return await show_table(
        request, units, present, "subject_tags", table, subject=found.subject, day=found.day, score=found.score,
        band=found.band or "none", band_name=band_names(words).get(found.band or "", words("band-none")),
        own=code is None, name=name,
        improvements=improvements_of(found.improvements, words),
        history=history, scripts=("charts",) if history else (), of=len(found.tags),
        computed=sum(one.value.status == "computed" for one in found.tags),
        raised=sum(one for one in points if one > 0), lowered=sum(one for one in points if one < 0),
        crumbs=() if code is None else [(name, "")],
    )  # fmt: skip


async def _behind(
    request: Request, units: UnitsOfWork, protector: TheProtector, present: Present, tag: Tag, code: str | None
) -> Response:
    words = words_of(request)
    try:
        async with units.begin("tags.behind", acting(present)) as work:
            subject, value, records = await read_behind(work, protector, tag, code)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    lines = [
        {**one, "line": in_a_line(words, one["dataset"], one["content"]), "title": words.titles.dataset(one["dataset"])}
        for one in records
    ]
    name = name_of(words, tag)
    whose = [] if code is None else [(_named(words, subject), f"/console/subjects/{code}/tags")]
    return page(
        request, "subject_tag", present, tag=tag, name=name, subject=subject, own=code is None, records=lines,
        meaning=meaning(words, tag), value=value_of(words, tag, value.value), known=value.status, tone=STATUSES,
        crumbs=[*whose, (name, "")],
    )  # fmt: skip


def _named(words: Words, subject: Subject | None) -> str:
    """Return what an enterprise is called; a name that is personal data is not shown."""
    name = None if subject is None or is_sealed(subject.name) else subject.name
    return name or (subject.uscc if subject else None) or words("mover-unnamed")


def _weight(one: TagFound) -> tuple[int, int, int]:
    """Return where a tag stands: what weighs most first, then what could be computed and has records."""
    return abs(one.points or 0), -list(STATUSES).index(one.value.status), one.records


def _own_cells(words: Words, one: TagFound, path: str) -> list[Content]:
    return [
        Cell(name_of(words, one.tag), f"{path}/{one.tag.id}", sub=one.tag.id),
        value_of(words, one.tag, one.value.value) if one.value.status == "computed" else NOTHING,
        Cell(words(f"tag-status-{one.value.status}"), tone=STATUSES[one.value.status]),
        Cell(f"{one.points:+d}", tone="ok" if one.points > 0 else "bad") if one.points else None,
        one.records if one.value.status in {"computed", "none"} else None,
        words(f"tag-dimension-{one.tag.dimension}"),
        category_of(words, one.tag),
    ]

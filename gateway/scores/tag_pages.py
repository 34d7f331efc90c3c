"""The catalogue of tags at the console: all that are computed, what each means, and whether it can be now."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from gateway.cards.in_force import card_in_force
from gateway.console.render import page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import NOTHING, Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import Anyone
from gateway.people.listing import show_table
from gateway.scores.grounds import load_blocked
from gateway.scores.level_names import level_names
from gateway.scores.score_charts import points_chart
from gateway.scores.tag_words import (
    DIMENSION,
    DIMENSIONS,
    NAMED,
    STATUSES,
    category,
    category_of,
    get_tag,
    is_meant,
    meaning,
    name_of,
    value_of,
)
from gateway.web.dependencies import Units
from gateway.web.router import Router
from scoring_adapter.scorecard import Counted, Scorecard, load_scorecard
from scoring_adapter.tags.declaration import Tag
from scoring_adapter.tags.phrases import UNITS

router = Router(prefix="/console/tags", include_in_schema=False)
Id = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
COUNTED = ("counted", "not-counted")
TAGS = TableSpec(
    "tags",
    (
        Column("tag", "tag", sortable=True), Column("meaning", "tag-meaning"),
        Column("category", "category", sortable=True), Column("dimension", "tag-dimension", sortable=True),
        Column("counted", "tag-counted", sortable=True), Column("status", "tag-status", sortable=True),
        Column("datasets", "tag-datasets", optional=True),
    ),
    (
        NAMED, Filter("category", "category", "text"), DIMENSION,
        Filter("counted", "tag-counted", options=COUNTED, prefix="tag-"),
        Filter("status", "tag-status", options=("computed", "no-feed", "stale", "granularity"), prefix="tag-status-"),
    ),
)  # fmt: skip


@router.get("")
async def tags(
    request: Request, units: Units, present: Anyone, asked: Annotated[TableQuery, Depends(table_query(TAGS))]
) -> Response:
    """Show every tag there is, what it means, and whether it can be computed now."""
    words, wanted = words_of(request), asked.filters
    async with units.begin("tags.show", acting(present)) as work:
        blocked = await load_blocked(work.session, work.now)
        counted = _counted(await card_in_force(work.session, work.now))
    status = {tag.id: blocked.get(tag.id, "computed") for tag in _all()}
    chosen = [
        tag for tag in _all()
        if is_meant(wanted["name"], tag.id, tag.name.zh, tag.name.en)
        and is_meant(wanted["category"], *category(tag))
        and wanted["dimension"] in {"", tag.dimension} and wanted["status"] in {"", status[tag.id]}
        and (not wanted["counted"] or (wanted["counted"] == "counted") == (tag.id in counted))
    ]  # fmt: skip
    table = in_memory(
        TAGS, asked, chosen, cells=lambda tag: _cells(words, tag, status[tag.id], counted=tag.id in counted),
        keys={
            "tag": lambda tag: name_of(words, tag), "category": lambda tag: category_of(words, tag),
            "dimension": lambda tag: DIMENSIONS.index(tag.dimension), "counted": lambda tag: tag.id not in counted,
            "status": lambda tag: list(STATUSES).index(status[tag.id]),
        },
    )  # fmt: skip
    catalogue = load_scorecard().tags
    return await show_table(
        request, units, present, "tags", table, count=len(chosen), version=catalogue.version,
        computable=sum(status[tag.id] == "computed" for tag in chosen),
    )  # fmt: skip


@router.get("/{tag}")
async def one_tag(request: Request, tag: Id, units: Units, present: Anyone) -> Response:
    """Show one tag: what it means, where it comes from, which points its values bring."""
    found, words = get_tag(tag), words_of(request)
    async with units.begin("tags.show-one", acting(present)) as work:
        blocked = await load_blocked(work.session, work.now)
        card = await card_in_force(work.session, work.now)
    counted = _counted(card).get(tag)
    bins = _bins(words, counted) if counted else []
    if counted and counted.entry.none:
        bins.append((words("tag-nothing"), counted.entry.none))
    steps = [words.either(word.zh, word.en) for word in level_names().get(found.id, ())]
    return page(
        request, "tag", present, tag=found, name=name_of(words, found),
        meaning=meaning(words, found), category=category_of(words, found),
        unit=words.either(*UNITS[found.unit].values()).strip(), known=blocked.get(tag, "computed"), tone=STATUSES,
        points=points_chart(words, bins) if bins else None, levels=steps, scripts=("charts",) if bins else (),
        family=words.either(*_family(card, counted)) if counted and counted.entry.family else "",
        sources=card.tags.sources_of(found), crumbs=[(name_of(words, found), "")],
    )  # fmt: skip


def _cells(words: Words, tag: Tag, status: str, *, counted: bool) -> list[Content]:
    return [
        Cell(name_of(words, tag), f"/console/tags/{tag.id}", sub=tag.id),
        meaning(words, tag),
        category_of(words, tag),
        words(f"tag-dimension-{tag.dimension}"),
        Cell(words("tag-counted"), tone="info") if counted else NOTHING,
        Cell(words(f"tag-status-{status}"), tone=STATUSES[status]),
        words.listed(words.titles.dataset(name) for name in load_scorecard().tags.sources_of(tag)),
    ]


def _bins(words: Words, counted: Counted) -> list[tuple[str, int]]:
    """Return what values bring which points, in words."""
    tag = counted.tag
    if counted.levels:
        return [(value_of(words, tag, level), points) for level, points in sorted(counted.levels.items())]
    bounds = [value_of(words, tag, bound) for bound in counted.bounds]
    if not bounds:
        return [(words("tag-any"), counted.points[0])]
    texts = [words("tag-below", bound=bounds[0])]
    texts += [
        words("tag-between", low=value_of(words, tag, low), high=value_of(words, tag, high))
        if high - low > 1
        else value_of(words, tag, low)
        for low, high in pairwise(counted.bounds)
    ]
    return list(zip([*texts, words("tag-from", bound=bounds[-1])], counted.points, strict=True))


def _family(card: Scorecard, counted: Counted) -> tuple[str, str]:
    family = card.card.families[counted.entry.family]
    return family.zh, family.en


def _all() -> Sequence[Tag]:
    return load_scorecard().tags.tags


def _counted(card: Scorecard) -> dict[str, Counted]:
    return {one.tag.id: one for one in card.counted}

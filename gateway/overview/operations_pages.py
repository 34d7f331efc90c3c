"""The first page of those who run the instance: how the whole does, and what to do about it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError

from gateway.console.chart import Chart, Series
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.inquiries.recalls import count_recalls
from gateway.overview.health import Hour, look_over, read_hours
from gateway.overview.health_findings import HealthFinding, State, first_line, worst
from gateway.overview.health_routes import TheLook
from gateway.overview.health_words import TO_DO, page_of
from gateway.people.acting import acting
from gateway.people.guard import signed_in
from gateway.people.sessions import Present
from gateway.runtime.actor import Actor
from gateway.runtime.clock import now
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
RECALLED_LATELY = timedelta(days=30)
Running = Annotated[Present, Depends(signed_in("operator", "system"))]
# What stands together in one line: its icon, and the findings, of which the first speaks while all are well.
AREAS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "instance": ("server", ("instance", "keys", "worker")),
    "database": ("database", ("connections", "database", "writing", "schema", "partitions", "columns")),
    "log": ("stack-2", ("log", "checkpoint", "audit")),
    "sources": ("plug-connected", ("sources",)),
    "feeds": ("building", ("feeds", "held")),
    "deliveries": ("truck-delivery", ("deliveries",)),
    "disk": ("device-desktop", ("disk-space", "disk")),
    "keys": ("key", ("own-keys", "client-keys")),
    "scan": ("refresh", ("scan",)),
    "approvals": ("git-pull-request", ("approvals",)),
}
TONES = {State.OK: "ok", State.WARN: "warn", State.BAD: "bad", State.UNKNOWN: "quiet"}


@dataclass(frozen=True)
class Area:
    """A line of the page: the finding that speaks for those that stand together, and how they do."""

    name: str
    icon: str
    finding: HealthFinding
    state: State


@router.get("/operations")
async def show(request: Request, units: Units, settings: TheSettings, look: TheLook, present: Running) -> Response:
    """Show how the whole does."""
    actor, words = acting(present), words_of(request)
    findings, hours, recalled = await asyncio.gather(
        look_over(units, settings, actor, look.findings), _find_hours(units, actor), _count_recalled(units, actor)
    )
    spoken = [{"finding": one, "do": TO_DO[one.name], "href": page_of(one.name, present.role)} for one in findings]
    return page(
        request, "operations", present, scripts=("charts",), said=words.either(*first_line(findings)),
        at=now(), areas=areas_of(findings), spoken=spoken, tones=TONES, chart=_chart(hours, words) if hours else None,
        asked=sum(one.asked for one in hours), denied=sum(one.denied for one in hours),
        page_of=page_of, recalled=recalled,
    )  # fmt: skip


def areas_of(findings: Sequence[HealthFinding]) -> list[Area]:
    """Return the lines: each speaks with its worst finding, or with the first where all are well."""
    by_name = {one.name: one for one in findings}
    lines = []
    for name, (icon, names) in AREAS.items():
        those = [by_name[one] for one in names if one in by_name]
        state = worst(those)
        spoken = next((one for one in those if one.state is state), None)
        if spoken is not None:
            lines.append(Area(name, icon, those[0] if state is State.OK else spoken, state))
    return lines


async def _find_hours(units: UnitsOfWork, actor: Actor) -> list[Hour]:
    try:
        return await read_hours(units, actor)
    except (SQLAlchemyError, OSError):  # the page says what is wrong with the database
        return []


async def _count_recalled(units: UnitsOfWork, actor: Actor) -> int:
    """Return how many notices of records taken back were given lately; none while the database is away."""
    try:
        async with units.begin("recalls.count", actor) as work:
            return await count_recalls(work.session, work.now - RECALLED_LATELY)
    except (SQLAlchemyError, OSError):
        return 0


def _chart(hours: Sequence[Hour], words: Words) -> Chart:
    busiest = max(hours, key=lambda one: one.asked)
    asked, denied = sum(one.asked for one in hours), sum(one.denied for one in hours)
    finding = words(
        "op-hours", asked=words.number(asked), denied=words.number(denied), hour=f"{busiest.hour:02}",
        most=words.number(busiest.asked),
    )  # fmt: skip
    return Chart(
        "hours", "bar", finding, [f"{one.hour:02}" for one in hours],
        [
            Series(words("op-asked"), [one.asked for one in hours]),
            Series(words("op-denied"), [one.denied for one in hours], tone="bad", kind="line"),
        ],
        unit=words("op-times"),
    )  # fmt: skip

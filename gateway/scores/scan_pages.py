"""Scans at the console: runs and how long they took for those who run the instance, movers for those who oversee it."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from connectors.model.calendar import day_of
from gateway.console.table import (
    Cell,
    Column,
    Content,
    Filter,
    TableQuery,
    TableSpec,
    Tone,
    in_memory,
    table_query,
)
from gateway.console.words import NOTHING, Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent, signed_in
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.runtime.clock import now
from gateway.scores.challenger_nights import list_nights
from gateway.scores.challenger_tables import ChallengerNight
from gateway.scores.movers import Mover, read_movers
from gateway.scores.scan_figures import read_scan_facts
from gateway.scores.scan_runs import count_pieces, list_runs
from gateway.scores.scan_tables import ScanRun
from gateway.scores.score_charts import band_names, movers_chart, scans_chart, spread_chart
from gateway.scores.spread import read_spread
from gateway.web.dependencies import Units
from gateway.web.router import Router
from scoring_adapter.scorecard import load_scorecard

router = Router(prefix="/console", include_in_schema=False)
Running = Annotated[Present, Depends(signed_in("operator", "system"))]
MOST = 400  # runs: more than a year of nights
STATES: dict[str, Tone] = {"finished": "ok", "running": "info", "failed": "bad"}
KINDS = ("full", "incremental", "as-of")
TAGS_SHOWN = 3
NIGHTS_SHOWN = 14
SCANS = TableSpec(
    "scans",
    (
        Column("as_of", "scan-as-of", kind="time"), Column("kind", "scan-kind"), Column("state", "op-state"),
        Column("started", "scan-started", kind="time"), Column("took", "scan-took"),
        Column("subjects", "scan-subjects", kind="number"), Column("changed", "scan-changed", kind="number"),
        Column("rose", "scan-rose", kind="number"), Column("fell", "scan-fell", kind="number"),
        Column("engine", "scan-engine", optional=True), Column("digest", "scan-digest", kind="code", optional=True),
    ),
    (
        Filter("kind", "scan-kind", options=KINDS, prefix="scan-kind-"),
        Filter("state", "op-state", options=tuple(STATES), prefix="scan-state-"),
    ),
)  # fmt: skip
MOVERS = TableSpec(
    "movers",
    (
        Column("enterprise", "mover-enterprise", sortable=True),
        Column("change", "mover-change", kind="number", sortable=True),
        Column("score", "mover-score", kind="number", sortable=True), Column("band", "mover-band", sortable=True),
        Column("tags", "mover-tags"),
    ),
    (Filter("way", "mover-way", options=("fell", "rose"), prefix="mover-"),),
)  # fmt: skip


@router.get("/scans")
async def scans(
    request: Request, units: Units, present: Running, asked: Annotated[TableQuery, Depends(table_query(SCANS))]
) -> Response:
    """Show the scans, the newest first."""
    words, wanted = words_of(request), asked.filters
    async with units.begin("scans.show", acting(present)) as work:
        runs = await list_runs(work.session, MOST)
        done = await count_pieces(work.session, [run.run_id for run in runs if run.state == "running"])
        facts, nights = await read_scan_facts(work.session), await list_nights(work, NIGHTS_SHOWN)
    took = scans_chart(words, runs)
    chosen = [run for run in runs if wanted["kind"] in {"", run.kind} and wanted["state"] in {"", run.state}]
    table = in_memory(SCANS, asked, chosen, cells=lambda run: _run(words, run, done.get(run.run_id, 0)), keys={})
    return await show_table(
        request, units, present, "scans", table, facts=facts, took=took,
        nights=[_night(words, one) for one in nights], scripts=("charts",) if took else (),
        lasted=words.lasting(timedelta(seconds=facts.seconds)) if facts.finished_at else NOTHING,
    )  # fmt: skip


@router.get("/movers")
async def movers(
    request: Request, units: Units, present: OverseerPresent, asked: Annotated[TableQuery, Depends(table_query(MOVERS))]
) -> Response:
    """Show who moved on the last day on which somebody did."""
    words, way = words_of(request), asked.filters["way"]
    async with units.begin("movers.show", acting(present)) as work:
        found = await read_movers(work)
        spread = spread_chart(words, await read_spread(work.session))
    bands = band_names(words)
    chosen = [one for one in found.movers if not way or (one.change > 0) == (way == "rose")]
    table = in_memory(
        MOVERS, asked, chosen, cells=lambda one: _mover(words, bands, one),
        keys={
            "enterprise": lambda one: one.subject.name or one.subject.uscc, "change": lambda one: one.change,
            "score": lambda one: one.score, "band": lambda one: -one.score,
        },
    )  # fmt: skip
    today, farthest = found.day == day_of(now()), movers_chart(words, found.movers)
    return await show_table(
        request, units, present, "movers", table, day=found.day, today=today, number=len(found.movers),
        fell=sum(one.change < 0 for one in found.movers), spread=spread, farthest=farthest,
        scripts=("charts",) if spread or farthest else (),
    )  # fmt: skip


def _night(words: Words, one: ChallengerNight) -> list[str]:
    """Return a night of the challenger: the day, both cards, and the figures, or why there are none."""
    cards = [words.day(one.as_of), one.champion, one.challenger or NOTHING]
    if one.told is None:
        return [*cards, *[NOTHING] * 4, one.fault or NOTHING]
    told = one.told
    psi = NOTHING if told["psi"] is None else str(told["psi"])
    return [
        *cards, words.number(told["both_score"]), psi, words.number(told["far"]),
        f"{words.number(told['swapped_in'])} / {words.number(told['swapped_out'])}", "",
    ]  # fmt: skip


def _run(words: Words, run: ScanRun, done: int) -> list[Content]:
    state = words(f"scan-state-{run.state}")
    took = words.lasting(run.finished_at - run.started_at) if run.finished_at else NOTHING
    return [
        words.day(run.as_of),
        words(f"scan-kind-{run.kind}"),
        Cell(state, tone=STATES[run.state], sub=f"{done} / {run.pieces}" if run.state == "running" else ""),
        words.moment(run.started_at),
        took,
        run.subjects if run.finished_at else None,
        run.changed if run.finished_at else None,
        run.rose if run.finished_at else None,
        run.fell if run.finished_at else None,
        run.engine,
        run.digest.hex()[:16] if run.digest else None,
    ]


def _mover(words: Words, bands: dict[str, str], one: Mover) -> list[Content]:
    tags = load_scorecard().tags.by_id
    named = [
        f"{words.either(tags[tag].name.zh, tags[tag].name.en)} {points - before:+d}"
        for tag, before, points in one.tags[:TAGS_SHOWN]
        if tag in tags
    ]
    code = one.subject.uscc or ""
    now_in, before_in = bands.get(one.band, one.band), bands.get(one.before_band, one.before_band)
    return [
        Cell(
            one.subject.name or words("mover-unnamed"), href=f"/console/subjects/{code}/tags" if code else "", sub=code
        ),
        Cell(f"{one.change:+d}", tone="ok" if one.change > 0 else "bad"),
        Cell(str(one.score), sub=words("mover-before", before=one.before_score)),
        Cell(now_in, sub=words("mover-before", before=before_in) if now_in != before_in else ""),
        words.listed(named) or NOTHING,
    ]

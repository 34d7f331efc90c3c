"""How the whole does: what is a finding and what is not, the first line, who sees it, and with the database away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from audit.lag import LogHead
from gateway.abnormal.cases import OpenCases
from gateway.intake.held_counts import WaitingHeld
from gateway.overview.health import HOURS, look_over, read_hours
from gateway.overview.health_facts import Facts, Place, SourceFacts
from gateway.overview.health_findings import FROM_FACTS, OLD_KEY_DAYS, State, find_health, first_line, worst
from gateway.overview.health_words import PAGES, TO_DO, page_of
from gateway.platforms.open_deliveries import OpenDeliveries
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.said import Said
from gateway.scores.scan_figures import ScanFacts
from gateway.telemetry.disk_growth import full_in, note_free, read_samples
from gateway.telemetry.readiness import Finding
from tests.actors import MACHINE, OPERATOR, PLATFORM, SYSTEM

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
PLACE = Place("1.0", 2, NOW, free=50, total=100)
SCANNED = ScanFacts(NOW.date(), NOW, 5, 1.0, running_since=None, failed=False, due=0, due_since=None)
WELL = Facts(
    at=NOW, connections=10, most_connections=100, bytes=10**9, log=LogHead(5, NOW, 0), jobs=0,
    deliveries=OpenDeliveries(0, None, 0, None), sources=[], feeds=[], held=WaitingHeld(0, None, None),
    changes=(0, None), keys=[("token", "active", NOW)], ending=[], columns=(0, None),
    scan=SCANNED, cases=OpenCases(0, None),
)  # fmt: skip


def state(name, facts=WELL, place=PLACE):
    return next(one.state for one in find_health([], facts, place) if one.name == name)


def source(**changes):
    return SourceFacts(**{"status": "active", "faults": 0, "last_read_at": NOW, "every_seconds": 3600} | changes)


def before(**past):
    return NOW - timedelta(**past)


@pytest.mark.parametrize(
    ("name", "well", "amiss"),
    [
        ("connections", {"connections": 79}, {"connections": 80}),
        ("abnormal", {}, {"cases": OpenCases(1, NOW)}),
        ("deliveries", {"deliveries": OpenDeliveries(9, before(hours=1), 0, None)},
         {"deliveries": OpenDeliveries(9, before(hours=1, seconds=1), 0, None)}),
        ("deliveries", {}, {"deliveries": OpenDeliveries(0, None, 1, NOW)}),
        ("sources", {"sources": [source(last_read_at=before(hours=3))]},
         {"sources": [source(last_read_at=before(hours=3, seconds=1))]}),
        ("sources", {"sources": [source(status="paused", faults=3)]}, {"sources": [source(faults=1)]}),
        ("feeds", {}, {"feeds": [("late", NOW)]}),
        ("held", {}, {"held": WaitingHeld(1, NOW, NOW)}),
        ("own-keys", {"keys": [("token", "active", before(days=OLD_KEY_DAYS))]},
         {"keys": [("token", "active", before(days=OLD_KEY_DAYS + 1))]}),
        ("own-keys", {"keys": [*WELL.keys, ("audit", "active", before(days=9999))]},
         {"keys": [*WELL.keys, ("delivery", "next", NOW)]}),
        ("client-keys", {}, {"ending": [NOW]}),
        ("scan", {"scan": replace(SCANNED, finished_at=before(hours=36))},
         {"scan": replace(SCANNED, finished_at=before(hours=36, seconds=1))}),
        ("scan", {"scan": replace(SCANNED, finished_at=None)}, {"scan": replace(SCANNED, failed=True)}),
        ("scan", {"scan": replace(SCANNED, due=9, due_since=before(minutes=5))},
         {"scan": replace(SCANNED, due=9, due_since=before(minutes=5, seconds=1))}),
        ("columns", {"columns": (3, before(minutes=10))}, {"columns": (3, before(minutes=10, seconds=1))}),
    ],
)  # fmt: skip
def test_what_is_amiss_begins_at_its_bound(name, well, amiss):
    assert (state(name, replace(WELL, **well)), state(name, replace(WELL, **amiss))) == (State.OK, State.WARN)


@pytest.mark.parametrize(("free", "expected"), [(15, "ok"), (14, "warn"), (5, "warn"), (4, "bad")])
def test_a_disk_that_fills_up_is_told_in_two_steps(free, expected):
    assert state("disk-space", place=replace(PLACE, free=free)) == expected
    assert state("disk-space", place=replace(PLACE, total=0)) == "unknown"


def test_a_disk_that_would_be_full_within_a_month_is_told(tmp_path):
    assert full_in(read_samples(tmp_path)) is None
    for hours, free in ((0, 1000), (23, 900)):
        note_free(tmp_path, NOW + timedelta(hours=hours), free)
    assert full_in(read_samples(tmp_path)) is None  # a day tells the pace, less does not
    note_free(tmp_path, NOW + timedelta(days=1), 900)
    assert full_in(read_samples(tmp_path)) == timedelta(days=9)
    note_free(tmp_path, NOW + timedelta(days=2), 991)  # more than a tenth was cleared: begun anew
    assert len(read_samples(tmp_path)) == 1
    (tmp_path / "disk.json").write_text("no JSON")
    assert read_samples(tmp_path) == []
    told = [state("disk-space", place=replace(PLACE, full_in=timedelta(days=days))) for days in (30, 29)]
    assert told == [State.OK, State.WARN]


def test_the_first_line_says_how_the_whole_does():
    well = find_health([Finding("database", ok=True, said=Said("有应答", "it answers"))], WELL, PLACE)
    assert (first_line(well), worst(well)) == (Said("一切正常。", "All is well."), State.OK)
    late = replace(WELL, sources=[source(last_read_at=before(days=9)), source(last_read_at=before(days=9))])
    assert first_line(find_health([], late, PLACE)).zh == "除 2 个来源迟到外，一切正常。"
    away = find_health([Finding("database", ok=False, said=Said("没有应答", "no answer"))], None, PLACE)
    assert (first_line(away), worst(away)) == (Said("有异常：没有应答。", "Not well: no answer."), State.BAD)
    assert {one.name for one in away if one.state is State.UNKNOWN} == set(FROM_FACTS)
    assert worst(find_health([], None, PLACE)) is State.UNKNOWN


async def test_every_finding_says_what_to_do_and_leads_nobody_to_a_page_that_is_not_theirs(gateway):
    found = {one.name for one in await look_over(gateway.units, gateway.settings, SYSTEM, gateway.look.findings)}
    assert found == set(TO_DO)
    assert set(PAGES) <= found
    assert (page_of("sources", "system"), page_of("sources", "operator"), page_of("disk", "system")) == (
        "/console/sources", "", "",
    )  # fmt: skip


@pytest.mark.parametrize("actor", [PLATFORM, Actor("a", "auditor"), Actor("p", "person")])
async def test_nobody_else_sees_it(gateway, actor):
    with pytest.raises(DeniedError, match="系统管理员可以查看"):
        await look_over(gateway.units, gateway.settings, actor, gateway.look.findings)
    with pytest.raises(DeniedError):
        await read_hours(gateway.units, actor)


async def test_the_hours_end_with_this_one(gateway):
    for actor in (OPERATOR, MACHINE):
        hours = await read_hours(gateway.units, actor)
        assert len({one.hour for one in hours}) == len(hours) == HOURS


async def test_over_http_both_administrators_read_the_same(story):
    await story.enrol("runner-1", "system")
    await story.enrol("guard-1", "operator")
    told = [
        (await story.client.get("/v1/admin/health", headers=await story.headers(who))).json()
        for who in ("runner-1", "guard-1")
    ]
    assert [one["name"] for one in told[0]["findings"]] == [one["name"] for one in told[1]["findings"]]
    assert {one["to_do"] is None for one in told[0]["findings"] if one["state"] == "ok"} == {True}

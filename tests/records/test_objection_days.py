"""By when an objection is seen to: told when it was made, kept, listed where it is past, by the law of the place."""

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from chinese_calendar import is_workday
from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.records import objection_rules
from connectors.records.objection_rules import CHINA, Term
from gateway.evidence.stored_check import check_stored
from gateway.records import acts, objections
from gateway.records.gauges import gauge_objections
from gateway.runtime.clock import now
from signing.jws import verify_jws
from tests.actors import MACHINE
from tests.enterprises import uscc
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, held, record_of
from tests.records.test_objections import NUMBERS, listed, object_to
from tests.stories import registration, slug


@pytest.fixture
def under(story, monkeypatch):
    """Have the instance be somewhere."""

    def move(place):
        monkeypatch.setitem(vars(story.gateway), "units", replace(story.gateway.units, jurisdiction=place))

    return move


@pytest.fixture
def told(monkeypatch):
    """Have objections be told days that lie so far away."""

    def tell(answer, close):
        today = day_of(now())
        term = Term(today, today + timedelta(days=answer), today + timedelta(days=close), place=CHINA, version=1)
        monkeypatch.setattr(acts, "term_of", lambda _placed, _day: term)

    return tell


async def enterprise(story, records=1):
    """Enrol an enterprise with so many penalties; return its signatory, its number and their ids."""
    number = next(NUMBERS)
    await story.push("drc", "penalty_general", penalties(*(penalty(number, f"T{number}-{n}") for n in range(records))))
    await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
    return f"s-{number}", number, [str(await record_of(story.gateway, f"T{number}-{n}")) for n in range(records)]


async def waiting(story, who, **asked):
    answer = await story.client.get(
        "/v1/open-objections", params={"limit": 500, **asked}, headers=await story.headers(who)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def by_hand(start, count):
    """Count working days as a person would, by the library's own word for each."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= is_workday(day) if day.year <= 2026 else day.weekday() < 5
    return day.isoformat()


async def test_case_45_an_objection_is_told_its_working_days(story, under):
    under("330300")
    boss, _, (record,) = await enterprise(story)
    made = await object_to(story, boss, record)
    assert made.status_code == 201, made.text
    today = day_of(now())
    term = made.json()["term"]
    assert (term["jurisdiction"], term["version"], term["effect"]) == ("330000", 1, "mark")
    assert (term["mark_by"], term["answer_by"], term["close_by"]) == (
        today.isoformat(), by_hand(today, 5), by_hand(today, 20)
    )  # fmt: skip
    assert term["provisional"] == (date.fromisoformat(term["close_by"]).year > 2026)
    (one,) = await listed(story, boss)
    assert (one["answer_due_on"], one["close_due_on"]) == (term["answer_by"], term["close_by"])
    assert (one["rule"], one["hidden"]) == ({"jurisdiction": "330000", "version": 1}, False)


async def test_without_a_place_it_is_the_countrys_twenty_days(story):
    boss, _, (record,) = await enterprise(story)
    await object_to(story, boss, record)
    (one,) = await listed(story, boss)
    last = (day_of(now()) + timedelta(days=20)).isoformat()
    assert (one["answer_due_on"], one["close_due_on"], one["provisional"]) == (last, last, False)


async def test_a_later_rule_moves_no_day_that_was_told(story, under, monkeypatch):
    under("330300")
    boss, _, records = await enterprise(story, 2)
    await object_to(story, boss, records[0])
    before = await listed(story, boss)
    rule = objection_rules.load_places()["330000"].versions[0]
    newer = objection_rules.Place(
        objection_rules.load_places()["330000"].title,
        [rule, msgspec.structs.replace(rule, version=2, since=date(2020, 1, 1), answer=1, close=2)],
    )
    changed = {**objection_rules.load_places(), "330000": newer}
    monkeypatch.setattr(objection_rules, "load_places", lambda: changed)
    await object_to(story, boss, records[1])
    first, second = await listed(story, boss)
    assert [first] == before
    assert second["rule"] == {"jurisdiction": "330000", "version": 2}
    assert second["answer_due_on"] < first["answer_due_on"]
    under(CHINA)
    assert await listed(story, boss) == [first, second]


async def test_an_objection_from_before_terms_were_kept_has_the_days_it_was_told(story):
    boss, _, (record,) = await enterprise(story)
    await object_to(story, boss, record)
    async with story.gateway.database.begin("test.former", role="owner") as session:
        await session.execute(text("ALTER TABLE record_act DISABLE TRIGGER USER"))
        await session.execute(text("UPDATE record_act SET term = NULL WHERE record_id = :r"), {"r": record})
        await session.execute(text("ALTER TABLE record_act ENABLE TRIGGER USER"))
    (one,) = await listed(story, boss)
    last = (day_of(now()) + timedelta(days=20)).isoformat()
    assert (one["answer_due_on"], one["close_due_on"], one["rule"]) == (last, last, None)
    assert record in {row["record"] for row in (await waiting(story, "drc"))["objections"]}


async def test_where_the_law_withholds_it_is_hidden_until_the_agency_decides(story, under):
    under("331000")
    boss, number, records = await enterprise(story, 2)
    await story.push("market_regulation", "ent_registration", registration(number))
    await story.account("bank-w", "bank-w")
    await story.consent("bank-w", number)
    made = await object_to(story, boss, records[0])
    assert (made.json()["hidden"], made.json()["term"]["effect"]) == (True, "withhold")
    assert [str(one.record_id) for one in await held(story.gateway, number) if one.dataset == "penalty_general"] == [
        records[1]
    ]
    answer = (await story.ask("bank-w", number)).json()["answer"]
    said = verify_jws(answer, [story.gateway.keys.public("answer")], "xinqiao-answer+jws")
    assert said["objected"] == {}
    assert (await act(story, records[0], "reject")).status_code == 201
    assert {str(one.record_id) for one in await held(story.gateway, number)} >= set(records)


async def test_an_agencys_own_note_of_an_objection_has_its_days_too(story, under):
    under("330300")
    _, _, (record,) = await enterprise(story)
    noted = await act(story, record, "object")
    assert noted.json()["term"]["answer_by"] == by_hand(day_of(now()), 5)
    assert (await act(story, record, "reject")).json()["term"] is None


async def test_what_waits_is_listed_to_its_agency_and_to_those_who_oversee(story, told):
    await story.enrol("aud-o", "auditor")
    await story.enrol("op-o", "operator")
    await story.enrol("tax", "agency")
    boss, _, records = await enterprise(story, 3)
    for record, (answer, close) in zip(records, [(-2, -1), (-1, 0), (0, 1)], strict=True):
        told(answer, close)
        assert (await object_to(story, boss, record)).status_code == 201
    for who in ("drc", "aud-o", "op-o"):
        rows = {one["record"]: one for one in (await waiting(story, who))["objections"]}
        assert [rows[record]["standing"] for record in records] == ["overdue", "late", "in_time"]
        past = {one["record"] for one in (await waiting(story, who, overdue=True))["objections"]}
        assert (past & set(records)) == set(records[:2])
    assert (await waiting(story, "tax"))["objections"] == []
    refused = await story.client.get("/v1/open-objections", headers=await story.headers(boss))
    assert slug(refused) == "insufficient-scope"
    await act(story, records[0], "reject")
    assert records[0] not in {one["record"] for one in (await waiting(story, "drc"))["objections"]}


async def test_nobody_else_learns_of_them_by_the_use_case(story):
    async with story.gateway.units.begin("test.list", replace(MACHINE, kind="system")) as work:
        with pytest.raises(objections.DeniedError, match="监督人员"):
            await objections.list_open(work, 10)


async def test_pages_of_what_waits_hold_each_once(story):
    boss, _, records = await enterprise(story, 3)
    for record in records:
        await object_to(story, boss, record)
    found, after = [], None
    while True:
        page = await waiting(story, "drc", limit=2, **({"after": after} if after else {}))
        found += [one["record"] for one in page["objections"]]
        if (after := page["next"]) is None:
            break
    assert len(found) == len(set(found))
    assert set(records) <= set(found)


async def test_monitoring_counts_them_by_how_they_stand(story, told):
    async def counted():
        async with story.gateway.database.begin("test.gauge") as session:
            (gauge,) = (await gauge_objections(session)).collect()
        return {sample.labels["standing"]: sample.value for sample in gauge.samples}

    before = await counted()
    boss, _, records = await enterprise(story, 3)
    for record, days in zip(records, [(-2, -1), (-1, 0), (0, 1)], strict=True):
        told(*days)
        await object_to(story, boss, record)
    assert await counted() == {standing: before[standing] + 1 for standing in ("in_time", "late", "overdue")}


async def test_a_day_that_is_moved_in_the_database_is_a_finding(story):
    boss, _, (record,) = await enterprise(story)
    await object_to(story, boss, record)
    async with story.gateway.database.begin("test.forge", role="owner") as session:
        await session.execute(text("ALTER TABLE record_act DISABLE TRIGGER USER"))
        await session.execute(
            text(
                """UPDATE record_act SET term = jsonb_set(term, '{answer_by}', '"2099-01-01"') WHERE record_id = :r"""
            ),
            {"r": record},
        )
        await session.execute(text("ALTER TABLE record_act ENABLE TRIGGER USER"))
    async with story.gateway.units.begin("test.check", MACHINE) as work:
        checked = await check_stored(work, lambda _done, _all: None, tree=False)
    (one,) = await listed(story, boss)
    assert f"{one['entry']} term" in {str(found.what) for found in checked.findings.told if found.where == "acts"}

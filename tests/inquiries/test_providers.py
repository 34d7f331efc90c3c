"""Providers on an instance: registered by two people, suspended by one, and what each answered counted day by day."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.admin.provider_actions import AnswerOf, ResumeProvider, SetProvider, SuspendProvider
from gateway.evidence.conservation import find_differences
from gateway.providers.days import BUCKETS, LONGEST_DAYS, bound_of, count_calls, list_days
from gateway.providers.registered import find_registered
from gateway.providers.setting import list_versions, set_standing, set_terms
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.worker import STEPS
from scoring_adapter.providers.asking import ANSWERED, Call, Providers
from scoring_adapter.providers.terms import Terms
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.identities import asked
from tests.providers import provider, registered
from tests.stories import registration, slug

SECOND = Actor("second", "operator", person="person:second")
WHY = "协议已签"


@pytest.fixture(scope="module")
def urls():
    with provider() as good, provider("--break", "status500") as broken:
        yield {"five-force": good, "broken": broken}


@pytest.fixture
async def ready(story, urls):
    if "s-1" not in story.keys:
        for name, url in urls.items():
            await registered(story.gateway, name, url, open_after=2, open_seconds=600)
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.account("bank-1", "bank")
        await story.consent("bank-1", 1)
    yield story
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        assert await find_differences(work) == []


async def rows(story, query):
    async with story.gateway.database.begin("test.read", role="owner") as session:
        return [tuple(row) for row in await session.execute(text(query))]


async def days(story, name):
    async with story.gateway.units.begin("test.days", MACHINE) as work:
        return await list_days(work, name)


async def standing(story, name, act):
    async with story.gateway.units.begin("test.standing", OPERATOR) as work:
        await set_standing(work, name, act, WHY, None)


async def used(story):
    day = (await story.client.get("/v1/quota", headers=await story.headers("bank-1"))).json()["day"]
    return day["used"], day["reserved"]


async def test_one_person_asks_another_approves_and_one_suspends_it(ready, urls):
    gateway = ready.gateway
    wanted = SetProvider(provider="by-two", url=urls["five-force"], reason=WHY)
    change = await asked(gateway, wanted)
    assert change.status == "waiting"
    refused = await ready.ask("bank-1", 1, provider="by-two")
    assert (refused.status_code, slug(refused)) == (422, "unknown-provider")
    assert "five-force" in refused.json()["detail"]
    async with gateway.units.begin("test.decide", SECOND) as work:
        await decide_change(work, means_of(gateway.settings, gateway.protector), change.change_id, approve=True)
    assert (await ready.ask("bank-1", 1, provider="by-two")).status_code == 200
    assert (await asked(gateway, SuspendProvider(provider="by-two", reason=WHY))).status == "done"
    before = await used(ready)
    stopped = await ready.ask("bank-1", 1, provider="by-two")
    assert (stopped.status_code, slug(stopped)) == (504, "upstream-unavailable")
    assert await used(ready) == before
    body = {"subject": uscc(1), "purpose": "pre_loan", "provider": "by-two"}
    explained = await ready.client.post("/v1/inquiries:explain", json=body, headers=await ready.headers("bank-1"))
    assert slug(explained) == "upstream-unavailable"
    assert (await asked(gateway, ResumeProvider(provider="by-two", reason=WHY))).status == "waiting"
    told = await rows(ready, "SELECT type, outcome FROM audit_event WHERE type LIKE 'provider.%' ORDER BY event_id DESC"
                             " LIMIT 2")  # fmt: skip
    assert told == [("provider.suspended", "suspended"), ("provider.registered", "registered")]


async def test_other_terms_are_a_new_version_of_one_that_stays_suspended(ready, urls):
    await registered(ready.gateway, "versions", urls["five-force"])
    await standing(ready, "versions", "suspended")
    await registered(ready.gateway, "versions", urls["five-force"], time_ms=500)
    async with ready.gateway.units.begin("test.list", MACHINE) as work:
        found = await list_versions(work, "versions")
    told = [(one["version"], one["status"], one["terms"]["time_ms"], one["in_force"]) for one in found]
    assert told == [(3, "suspended", 500, True), (2, "suspended", 3000, False), (1, "serving", 3000, False)]
    await standing(ready, "versions", "resumed")
    assert (await ready.ask("bank-1", 1, provider="versions")).status_code == 200


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [("embedded", {}, "gateway's own"), ("five-force", {"open_after": 2, "open_seconds": 600}, "in force"),
     ("new", {"time_ms": 49}, "time_ms"), ("new", {"url": "ftp://x"}, "url")],
)  # fmt: skip
async def test_what_cannot_be_registered_is_refused(ready, urls, name, changes, said):
    with pytest.raises(DeniedError, match=said):
        await registered(ready.gateway, name, **{"url": urls["five-force"], **changes})


async def test_what_is_suspended_or_unknown_is_not_suspended_again(ready, urls):
    await registered(ready.gateway, "twice", urls["five-force"])
    await standing(ready, "twice", "suspended")
    for name, act in (("twice", "suspended"), ("five-force", "resumed"), ("nobody", "suspended")):
        with pytest.raises(DeniedError):
            await standing(ready, name, act)


async def test_of_two_who_change_one_at_once_each_makes_a_version(ready, urls):
    async with held(ready.gateway.database, writes_to("provider_version")) as gate:
        both = [
            asyncio.create_task(registered(ready.gateway, "at-once", urls["five-force"], time_ms=time))
            for time in (500, 600)
        ]
        await gate.waiting(2)
    await asyncio.gather(*both)
    query = "SELECT version FROM provider_version WHERE provider = 'at-once' ORDER BY version"
    assert await rows(ready, query) == [(1,), (2,)]


async def test_a_provider_that_is_suspended_while_it_is_asked_answers_nothing_and_costs_nothing(
    ready, urls, monkeypatch
):
    await registered(ready.gateway, "stopped-meanwhile", urls["five-force"])
    ask = Providers.ask

    async def suspend_then_answer(*arguments):
        answer = await ask(*arguments)
        await standing(ready, "stopped-meanwhile", "suspended")
        return answer

    monkeypatch.setattr(Providers, "ask", suspend_then_answer)
    before = await used(ready)
    answer = await ready.ask("bank-1", 1, provider="stopped-meanwhile")
    assert (answer.status_code, slug(answer)) == (504, "upstream-unavailable")
    assert await used(ready) == before


async def test_a_provider_in_another_format_is_asked_as_declared(ready, urls):
    with pytest.raises(DeniedError):
        await registered(ready.gateway, "mapped", urls["five-force"], question={"/subject": "subject"})
    wanted = SetProvider(
        provider="mapped", url=urls["five-force"], reason=WHY,
        question={"/inquiry": "inquiry", "/subject": "subject"},
        answer=AnswerOf(
            subject="/subject", inquiry="/inquiry", score="/score", lowest=300, highest=899,
            bands=[{"least": 500, "band": "upper"}, {"least": 0, "band": "lower"}],
        ),
    )  # fmt: skip
    async with ready.gateway.units.begin("test.map", OPERATOR) as work:
        await set_terms(work, "mapped", wanted.terms(), WHY, None)
    plain = (await ready.ask("bank-1", 1, provider="five-force")).json()["score"]
    answer = (await ready.ask("bank-1", 1, provider="mapped")).json()
    score = (plain - 300) * 1000 // 599
    assert (answer["score"], answer["band"]) == (score, "upper" if score >= 500 else "lower")
    assert (answer["model"], answer["reasons"]) == ("mapped", [])


async def test_what_each_answered_is_counted_with_how_it_ended(ready):
    before = {name: await days(ready, name) for name in ("five-force", "broken")}
    assert (await ready.ask("bank-1", 1, provider="five-force")).status_code == 200
    first = await ready.ask("bank-1", 1, provider="broken")
    second = await ready.ask("bank-1", 1, provider="broken")
    third = await ready.ask("bank-1", 1, provider="broken")
    assert [slug(one) for one in (first, second, third)] == ["upstream-unavailable"] * 3
    assert "Retry-After" not in first.headers
    assert 590 < int(third.headers["Retry-After"]) <= 600
    (good,), (bad,) = await days(ready, "five-force"), await days(ready, "broken")
    assert good["answered"] == (before["five-force"][0]["answered"] if before["five-force"] else 0) + 1
    assert (bad["calls"], bad["answered"], bad["attempts"]) == (3, 0, 2)
    assert (bad["faults"], bad["not_asked"], bad["available_bp"]) == ({"open": 1, "status": 2}, 1, 0)
    assert good["p50_ms"] in BUCKETS


async def test_who_oversees_reads_providers_and_days_and_nobody_else_does(ready):
    for kind in ("operator", "auditor"):
        await ready.enrol(f"{kind}-9", kind)
    for kind in ("operator", "auditor"):
        headers = await ready.headers(f"{kind}-9")
        all_ = (await ready.client.get("/v1/admin/providers", headers=headers)).json()["providers"]
        assert {"five-force", "broken"} <= {one["provider"] for one in all_}
        assert all(one["in_force"] for one in all_)
        path = "/v1/admin/providers?provider=five-force"
        assert [one["version"] for one in (await ready.client.get(path, headers=headers)).json()["providers"]] == [1]
        for number, status in ((0, 400), (1, 200), (400, 200), (401, 400)):
            answer = await ready.client.get(f"/v1/admin/providers/days?days={number}", headers=headers)
            assert answer.status_code == status
    for path in ("/v1/admin/providers", "/v1/admin/providers/days"):
        assert (await ready.client.get(path, headers=await ready.headers("bank-1"))).status_code == 403


async def test_a_question_that_names_no_provider_reads_none(ready, monkeypatch):
    async def read(*_arguments):
        raise AssertionError("they were read")

    monkeypatch.setattr("gateway.inquiries.policy.reading.find_registered", read)
    assert (await ready.ask("bank-1", 1)).status_code == 200


@pytest.mark.parametrize(
    ("change", "said"), [("UPDATE provider_version SET status = 'serving'", "permission denied"),
                         ("DELETE FROM provider_version", "permission denied"),
                         ("DELETE FROM provider_day", "permission denied"),
                         ("UPDATE provider_day SET day = day - 1", "permission denied")],
)  # fmt: skip
async def test_the_service_changes_nothing_that_was_agreed(ready, change, said):
    async with ready.gateway.database.begin("test.app") as session:
        with pytest.raises(Exception, match=said):
            await session.execute(text(change))


async def test_calls_of_one_moment_are_all_counted(ready):
    async def count():
        async with ready.gateway.units.begin("test.count", PROGRAM) as work:
            await count_calls(work.session, [("many", Call(ANSWERED, 51, 2), work.now)])

    await asyncio.gather(*(count() for _ in range(40)))
    (day,) = await days(ready, "many")
    assert (day["calls"], day["attempts"], day["latency"]) == (40, 80, {"100": 40})


@pytest.mark.parametrize(("ms", "within"), [(0, 50), (50, 50), (51, 100), (60_000, 60_000), (60_001, 60_000)])
async def test_a_call_is_counted_within_the_bound_that_it_did_not_pass(ready, ms, within):
    name = f"took-{ms}"
    async with ready.gateway.units.begin("test.count", PROGRAM) as work:
        await count_calls(work.session, [(name, Call(ANSWERED, ms, 1), work.now)])
    assert (await days(ready, name))[0]["latency"] == {str(within): 1}


@pytest.mark.parametrize(("percent", "bound"), [(50, 50), (51, 100), (99, 100), (100, 200)])
def test_a_share_of_the_answers_came_within_a_bound(percent, bound):
    assert bound_of({50: 50, 100: 49, 200: 1}, percent) == bound
    assert bound_of({}, percent) is None


async def test_monitoring_is_told_how_todays_questions_ended(ready, monitor):
    shown = (await monitor.get("/metrics")).text
    assert 'xinqiao_provider_calls_today{outcome="answered",provider="many"}' in shown


async def test_terms_are_the_same_however_they_were_stored(ready, urls):
    async with ready.gateway.database.begin("test.find") as session:
        found = await find_registered(session)
    assert found["five-force"].provider.terms == Terms(urls["five-force"], open_after=2, open_seconds=600)


async def test_a_day_is_kept_as_long_as_somebody_can_read_it(ready):
    async with ready.gateway.units.begin("test.count", PROGRAM) as work:
        for back in (0, LONGEST_DAYS - 1, LONGEST_DAYS, LONGEST_DAYS + 1):
            await count_calls(work.session, [("old", Call(ANSWERED, 50, 1), work.now - timedelta(days=back))])
    shown = "SELECT count(*) FROM provider_day WHERE provider = 'old'"
    assert await rows(ready, shown) == [(4,)]
    await STEPS["provider-days"][0](ready.gateway)
    assert await rows(ready, shown) == [(2,)]
    async with ready.gateway.units.begin("test.days", MACHINE) as work:
        assert len(await list_days(work, "old", LONGEST_DAYS)) == 2

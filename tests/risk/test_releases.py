"""Rules and models are put in force by two people with their back-test; what is judged stands apart by each."""

import asyncio

import pytest
from sqlalchemy import text

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.admin.watch_actions import ReleaseWatch, ReturnToWatch
from gateway.evidence.conservation import find_differences
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.watches.checks import LONGEST_REPORT, LONGEST_SOURCE
from gateway.watches.in_force import model_in_force, rules_in_force
from gateway.watches.listing import list_watches
from gateway.watches.releasing import check
from risk_monitor.load import VERSION, load_watch
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.identities import asked
from tests.risk.founding import LENDER, SOUND, judged
from tests.scores.scanning import rows
from tests.stories import slug
from tests.watches import WHY, model, model_source, released, report_of, returned, rules_source

SECOND = Actor("second", "operator", person="person:second")


@pytest.fixture
async def ready(town):
    yield town
    async with town.gateway.units.begin("test.reconcile", PROGRAM) as work:
        assert await find_differences(work) == []


async def version(town):
    """Return a version that no release here has."""
    async with town.gateway.units.begin("test.list", MACHINE) as work:
        return VERSION + 1 + len(await list_watches(work))


async def get(town, path, who="auditor-1"):
    return await town.client.get(path, headers=await town.headers(who))


async def test_two_people_put_a_model_in_force_and_it_stands_beside_the_rules(ready):
    gateway = ready.gateway
    source = model_source(await version(ready))
    change = await asked(
        gateway, ReleaseWatch(kind="model", source=source, report=report_of("model", source), reason=WHY)
    )
    assert (change.status, change.before) == ("waiting", {"watch_told": "model/0"})
    means = means_of(gateway.settings, gateway.protector)
    with pytest.raises(DeniedError, match="另一人"):
        async with gateway.units.begin("test.decide", OPERATOR) as work:
            await decide_change(work, means, change.change_id, approve=True)
    async with gateway.units.begin("test.decide", SECOND) as work:
        await decide_change(work, means, change.change_id, approve=True)
    assert (await get(ready, "/v1/risks/learned")).json() == {"learned": []}
    before = (await get(ready, "/v1/risks")).json()
    await judged(ready)
    after = (await get(ready, "/v1/risks")).json()
    assert [(one["level"], one["score"]) for one in after["risks"]] == [
        (one["level"], one["score"]) for one in before["risks"]
    ]
    assert after["risks"][0]["learned"]["place"] == 1
    (found,) = (await get(ready, "/v1/risks/learned")).json()["learned"]
    assert (found["subject"], found["levels"]) == (
        uscc(LENDER), [{"type": "mass-involving", "level": after["risks"][0]["level"]}],
    )  # fmt: skip
    assert [(one["measure"], one["value"], one["points"]) for one in found["reasons"]] == [
        ("ma_yield_promised", 2000, 150), ("op_neg_2y", 52, 80),
    ]  # fmt: skip
    assert (await get(ready, f"/v1/subjects/{uscc(LENDER)}/risks")).json()["learned"]["chance_ppm"] == 102_500
    assert (await get(ready, f"/v1/subjects/{uscc(SOUND)}/risks")).json()["learned"] is None
    await returned(gateway, "model")
    await judged(ready)
    assert (await get(ready, "/v1/risks/learned")).json() == {"learned": []}


async def test_what_was_found_by_other_rules_is_told_in_their_words(ready):
    source = rules_source(await version(ready), delayed=1)
    number = await released(ready.gateway, "rules", source)
    async with ready.gateway.units.begin("test.read", MACHINE) as work:
        assert (await rules_in_force(work.session)).digest != load_watch().digest
        assert await model_in_force(work.session) is None
    day = await judged(ready)
    assert day.version > VERSION
    shown = (await get(ready, f"/v1/watches/{number}")).json()
    assert (shown["state"], shown["source"]) == ("in-force", source)
    assert shown["report"]["periods"]
    weights = {one["point"]: one["weight"] for one in (await get(ready, f"/v1/subjects/{uscc(LENDER)}/risks")).json()[
        "standing"][0]["points"]}  # fmt: skip
    assert weights["delayed-redemption"] in {1, 25}  # a level that stands keeps the words of its day
    await returned(ready.gateway, "rules")
    assert (await judged(ready)).version == VERSION
    assert (await get(ready, "/v1/watches/0")).json()["state"] == "former"


@pytest.mark.parametrize(
    ("kind", "source", "report", "said"),
    [
        ("rules", "version: [", None, "form of the watch"), ("rules", rules_source(1), None, "must be above"),
        ("rules", rules_source(9).replace("measure: op_neg_2y", "measure: gossip"), None, "gossip"),
        ("rules", rules_source(9).replace("id: distress", "id: unrest"), None, "types"),
        ("model", "parts", None, "form of the model"),
        ("model", model_source(9).replace("near_leads", "near_gossip"), None, "near_gossip"),
        ("model", model_source(9), "{", "no JSON"), ("model", model_source(9), "[]", "not of this one"),
        ("model", model_source(9), report_of("model", model_source(8)), "not of this one"),
        ("model", model_source(9), report_of("rules", rules_source(9)), "not of this one"),
        ("model", model_source(9), report_of("model", model_source(9), periods=[]), "past days"),
        ("model", "x" * (LONGEST_SOURCE + 1), "{}", "too long"),
        ("model", model_source(9), "x" * (LONGEST_REPORT + 1), "too long"),
    ],
)  # fmt: skip
def test_what_will_not_do_is_refused(kind, source, report, said):
    with pytest.raises(DeniedError, match=said):
        check(kind, source, "{}" if report is None else report)


def test_what_is_as_long_as_may_be_is_taken():
    source = model_source(9)
    longest = source + "#" * (LONGEST_SOURCE - len(source))
    report = report_of("model", source)
    assert check("model", longest, report + " " * (LONGEST_REPORT - len(report))).version == 9


async def test_a_version_is_released_once_and_an_earlier_one_is_returned_to(ready):
    number = await version(ready)
    first = await released(ready.gateway, "model", model_source(number))
    with pytest.raises(DeniedError, match="taken"):
        await released(ready.gateway, "model", model_source(number, news=60))
    await released(ready.gateway, "model", model_source(number + 1, news=60))
    with pytest.raises(DeniedError, match="watch-not-found"):
        await returned(ready.gateway, "rules", first)
    await returned(ready.gateway, "model", first)
    with pytest.raises(DeniedError, match="in force"):
        await returned(ready.gateway, "model", first)
    async with ready.gateway.units.begin("test.read", MACHINE) as work:
        assert (await model_in_force(work.session)).digest == model(number).digest
    await returned(ready.gateway, "model")


async def test_of_two_who_release_at_once_each_makes_a_release(ready):
    number = await version(ready)
    async with held(ready.gateway.database, writes_to("watch_release")) as gate:
        both = [asyncio.create_task(released(ready.gateway, "model", model_source(number + at))) for at in (0, 1)]
        await gate.waiting(2)
    first, second = sorted(await asyncio.gather(*both))
    assert second == first + 1
    await returned(ready.gateway, "model")


async def test_a_release_is_never_changed(ready):
    await released(ready.gateway, "model", model_source(await version(ready)))
    for statement in ("UPDATE watch_release SET reason = 'x'", "DELETE FROM watch_release"):
        with pytest.raises(Exception, match="watch_release"):
            async with ready.gateway.database.begin("test.change") as session:
                await session.execute(text(statement))
    await returned(ready.gateway, "model")


async def test_institutions_and_enterprises_see_no_release(ready):
    if "bank-2" not in ready.keys:
        await ready.account("bank-2", "bank")
    for path in ("/v1/watches", "/v1/watches/0", "/v1/risks/learned", "/v1/risks/drift"):
        answer = await get(ready, path, "bank-2")
        assert (answer.status_code, slug(answer)) == (403, "insufficient-scope"), path
    nothing = await get(ready, "/v1/watches/99999")
    assert (nothing.status_code, slug(nothing)) == (404, "watch-not-found")


async def test_a_return_to_what_is_not_there_is_refused_before_anybody_is_asked(ready):
    with pytest.raises(DeniedError):
        await asked(ready.gateway, ReturnToWatch(kind="model", number=2**31 - 1, reason=WHY))


async def test_drift_is_told_from_the_first_day_on(ready):
    await judged(ready)
    told = (await get(ready, "/v1/risks/drift")).json()
    assert told["since"] == told["as_of"]
    assert {one["psi_ppm"] for one in told["measures"]} == {None}
    back = "UPDATE risk_drift SET as_of = as_of - 1, shares = CASE WHEN measure = 'negative-news' THEN '[[1.0,0.0],[]]'"
    async with ready.gateway.units.begin("test.earlier", PROGRAM, role="owner") as work:
        await work.session.execute(text(f"{back} ELSE shares END"))
    await judged(ready)
    moved = {one["measure"]: one["psi_ppm"] for one in (await get(ready, "/v1/risks/drift")).json()["measures"]}
    assert moved["negative-news"] > 250_000
    assert moved["unlisted"] == 0
    assert next(iter(moved)) == "negative-news"
    assert (await rows(ready.gateway, "SELECT count(*) AS n FROM risk_drift WHERE psi_ppm IS NULL"))[0].n > 0

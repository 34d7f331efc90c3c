"""Cases over HTTP and by command: regulators, offices, auditors; everybody else is refused."""

import pytest

from gateway.disposal.gauges import gauge_cases
from gateway.disposal.reading import Wanted, list_cases, read_case
from gateway.people.standing import set_standing
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.actors import MACHINE
from tests.disposal.cases import HANDLER, OFFICE, OTHER, REGULATOR, acting, overdue, step, worked
from tests.house.objects import Town, regulator
from tests.scores.scanning import rows
from tests.stories import slug

NUMBERS = iter(range(1101, 1199))


async def ask(town, who, method, path, **more):
    return await Town(town, {}).send(who, method, path, **more)


@pytest.fixture
async def doors(town):
    """Clients of both offices and of the auditors, and people that they act for."""
    await regulator(Town(town, {}))
    for name in (OFFICE, "330304"):
        await town.enrol(name, "office")
    return town


async def test_a_case_from_its_opening_to_its_end_over_http(doors):
    case = await worked(doors, next(NUMBERS))
    path, handler = f"/v1/cases/{case.id}", f"office of {OFFICE}"
    for name in ("accept", "confirm"):
        answer = await ask(doors, handler, "POST", f"{path}/steps", json={"step": name, "words": "已办理"})
        assert answer.status_code == 200, answer.text
    sent = await ask(
        doors, handler, "POST", f"{path}/files", content=b"%PDF-1", headers={"Content-Type": "application/pdf"}
    )
    ended = {"step": "close", "words": "整改到位", "outcome": "rectified", "files": [sent.json()["sha256"]]}
    assert (await ask(doors, handler, "POST", f"{path}/steps", json=ended)).json()["outcome"] == "rectified"
    again = await ask(doors, handler, "POST", f"{path}/steps", json=ended)
    assert (again.status_code, slug(again), again.json()["case_state"]) == (409, "case-step-state", "closed")
    whole = (await ask(doors, "auditor-1", "GET", path)).json()
    assert [one["step"] for one in whole["history"]] == ["open", "accept", "confirm", "close"]
    assert (await ask(doors, "auditor-1", "GET", f"{path}/replay")).json()["same"] is True


async def test_a_client_of_an_office_without_a_person_reads_and_takes_no_step(doors):
    case = await worked(doors, next(NUMBERS))
    path = f"/v1/cases/{case.id}"
    assert (await ask(doors, OFFICE, "GET", path)).status_code == 200
    assert slug(await ask(doors, "330304", "GET", path)) == "case-not-found"
    step_ = {"step": "accept", "words": "已受理"}
    for who in (OFFICE, "auditor-1"):
        answer = await ask(doors, who, "POST", f"{path}/steps", json=step_)
        assert (answer.status_code, slug(answer)) == (403, "case-person-needed"), who


async def test_a_list_is_of_what_is_asked_for(doors):
    late = await worked(doors, next(NUMBERS), "accept")
    closed = await worked(doors, next(NUMBERS), "accept", "dismiss")
    await overdue(doors, late)

    async def found(asked, who="auditor-1"):
        listed = (await ask(doors, who, "GET", f"/v1/cases?{asked}")).json()["cases"]
        return {one["case"] for one in listed}

    assert await found("overdue=true") == {str(late.id)}
    assert str(closed.id) in await found("outcome=false-alarm")
    assert str(closed.id) not in await found("state=accepted")
    assert await found("office=330304") == set()
    assert await found("", "330304") == set()  # another office sees none of them
    assert str(late.id) in await found("", OFFICE)
    assert len(await found("limit=1")) == 1
    first, second = [await found(f"limit=1&offset={at}") for at in (0, 1)]
    assert first != second
    for asked in ("state=gone", "office=1", "limit=0", "limit=501", "outcome=x"):
        assert (await ask(doors, "auditor-1", "GET", f"/v1/cases?{asked}")).status_code == 400


async def test_a_bank_an_agency_and_an_enterprise_learn_nothing_of_cases(doors):
    case = await worked(doors, next(NUMBERS))
    await doors.account("bank-1", "bank")
    await doors.consent("bank-1", 612)
    for who in ("bank-1", "s-612", "market_regulation"):
        for path in ("/v1/cases", f"/v1/cases/{case.id}", f"/v1/cases/{case.id}/replay"):
            answer = await ask(doors, who, "GET", path)
            assert (answer.status_code, slug(answer)) == (403, "insufficient-scope"), (who, path)
    for kind in ("account", "agency", "signatory", "platform", "operator", "system", "person"):
        async with acting(doors, Actor("somebody", kind)) as work:
            for read in (list_cases(work, Wanted(), 1), read_case(work, case.id)):
                with pytest.raises(DeniedError):
                    await read


async def test_a_regulator_who_was_suspended_decides_nothing(doors):
    case = await worked(doors, next(NUMBERS))
    async with doors.gateway.units.begin("test.suspended", MACHINE) as work:
        await set_standing(work, person_id="reg", status="suspended")
    with pytest.raises(DeniedError, match="case-person-needed"):
        await step(doors, case, "assign", REGULATOR, office="330304")
    async with doors.gateway.units.begin("test.resumed", MACHINE) as work:
        await set_standing(work, person_id="reg", status="active")


async def test_gauges_count_open_overdue_and_ended_ones(doors):
    async with doors.gateway.database.begin("test.gauges") as session:
        told = {
            (sample.name, *sample.labels.values()): sample.value
            for metric in (await gauge_cases(session)).collect() for sample in metric.samples
        }  # fmt: skip
    counted = "SELECT count(*) AS number FROM disposal_case WHERE "
    expected = {
        ("xinqiao_cases_open", "opened"): "state = 'opened'",
        ("xinqiao_cases_overdue",): "due_on < current_date AND closed_at IS NULL",
        ("xinqiao_cases_closed", "false-alarm"): "outcome = 'false-alarm'",
        ("xinqiao_cases_asked",): "asks IS NOT NULL",
    }
    for key, condition in expected.items():
        assert told[key] == (await rows(doors.gateway, counted + condition))[0].number, key
    assert told["xinqiao_cases_closed", "false-alarm"] > 0


@pytest.mark.parametrize("actor", [HANDLER, OTHER])
async def test_an_office_s_list_holds_its_own_alone(doors, actor):
    async with acting(doors, actor) as work:
        assert {one.row.office for one in await list_cases(work, Wanted(), 100)} <= {actor.client_id}

"""Cases for tests: the founding case of the risk watch, people of two offices and of the city."""

from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.store.numbers import find_number
from connectors.store.subjects import find_subject
from gateway.disposal.opening import open_case
from gateway.disposal.stepping import Said, step_case
from gateway.risk.standing import Changes, Found, write
from gateway.runtime.actor import Actor
from gateway.runtime.clock import now
from tests.actors import MACHINE
from tests.enterprises import uscc
from tests.persons import invited
from tests.risk.founding import LENDER
from tests.stories import registration

KIND = "mass-involving"
OFFICE, OTHER_OFFICE = "330302", "330304"
REGULATOR = Actor("person:reg", "auditor", person="person:reg")
AUDITOR = Actor("person:aud", "auditor", person="person:aud")
HANDLER = Actor(OFFICE, "office", person="person:handler")
OTHER = Actor(OTHER_OFFICE, "office", person="person:other")
PEOPLE = {
    "reg": ("regulator", {}), "aud": ("auditor", {}), "handler": ("office", {"office": OFFICE}),
    "other": ("office", {"office": OTHER_OFFICE}),
}  # fmt: skip


async def enrol_people(gateway):
    """Have people of two offices and of the city, who may act."""
    for person, (role, house) in PEOPLE.items():
        await invited(gateway, person, role, **house)
        async with gateway.units.begin("test.enrolled", Actor(f"person:{person}", "person")) as work:
            await work.record("person.enrolled", outcome="enrolled")
    async with gateway.database.begin("test.enrolled") as session:
        await session.execute(
            text("UPDATE person SET status = 'active', password_hash = 'x' WHERE person_id = ANY(:ids)"),
            {"ids": [*PEOPLE]},
        )


@asynccontextmanager
async def acting(town, actor):
    async with town.gateway.units.begin("test.case", actor) as work:
        yield work


async def at_risk(town, *numbers, level="warning", score=60, kind=KIND, district="330302"):
    """Register enterprises and have them stand at a level of risk."""
    for number in numbers:
        changes = {"统一社会信用代码": uscc(number, district)}
        await town.push("market_regulation", "ent_registration", registration(number, **changes))
        async with acting(town, MACHINE) as work:
            subject = await find_subject(work.session, "uscc", uscc(number, district))
            key = await find_number(work.session, subject.subject_id), kind
            found = Found(level, score, {"promised-yield": [(0, 2000)]})
            await write(work.session, Changes([], {key: (found, None)}), day_of(work.now), 1)


async def opened(town, number=LENDER, kind=KIND, actor=REGULATOR, **more):
    async with acting(town, actor) as work:
        return await open_case(work, uscc(number), kind, **more)


async def step(town, case, name, actor=HANDLER, **more):
    """Take a step, and return the case."""
    async with acting(town, actor) as work:
        return await step_case(work, case.id, Said(name, more.pop("words", "已办理"), **more))


async def worked(town, number, *names):
    """A case of an enterprise with these steps taken by its office."""
    await at_risk(town, number)
    case = await opened(town, number)
    for name in names:
        case = await step(town, case, name)
    return case


async def overdue(town, case):
    """Let a case be open past its day."""
    async with town.gateway.database.begin("test.due") as session:
        late = day_of(now()) - timedelta(days=1)
        await session.execute(
            text("UPDATE disposal_case SET due_on = :late WHERE id = :id"), {"late": late, "id": case.id}
        )

"""Two at the same moment over one person: bound once, and suspended from the commit on."""

import asyncio

from gateway.people.invitations import invite
from gateway.people.sso import find_person
from gateway.people.standing import set_standing
from gateway.runtime.actor import ANYONE
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.gates import held, writes_to
from tests.persons import invited


async def invited_as(gateway, person_id, subject):
    async with gateway.units.begin("test.invite", OPERATOR) as work:
        return await invite(work, person_id=person_id, name=person_id, role="regulator", oidc_subject=subject)


async def test_an_identity_that_two_invitations_name_is_one_persons(gateway):
    async with held(gateway.database, writes_to("person")) as gate:
        both = [asyncio.create_task(invited_as(gateway, f"twice-{number}", "u-twice")) for number in range(2)]
        await gate.waiting(2)
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, DeniedError)]
    assert [outcome.denial.reason for outcome in refused] == ["change-refused"]
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1


async def test_who_comes_back_from_the_provider_while_they_are_suspended_is_not_let_in(gateway):
    await invited(gateway, "leaving", "auditor", oidc_subject="u-leaving")

    async def suspend():
        async with gateway.units.begin("test.suspend", OPERATOR) as work:
            await set_standing(work, person_id="leaving", status="suspended")

    async def come_back():
        async with gateway.units.begin("test.sso", ANYONE) as work:
            return await find_person(work, "u-leaving")

    async with held(gateway.database, writes_to("audit_event")) as gate:
        suspending = asyncio.create_task(suspend())
        await gate.waiting(1)
        coming = asyncio.create_task(come_back())
        await gate.waiting(2)
    await suspending
    assert await coming is None

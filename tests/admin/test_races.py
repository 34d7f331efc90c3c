"""Two operators at the same moment: what is registered twice is registered once, what is decided twice decided once."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from gateway.admin.action import means_of
from gateway.admin.actions import ChangeStanding
from gateway.admin.changes import ask_change, decide_change
from gateway.identity.clients.registry import add_client, add_institution
from gateway.identity.key_rotation import rotate
from gateway.people.invitations import invite
from gateway.platforms.messages import sign_message
from gateway.platforms.receiving import receive
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from signing.keys import generate_key, public_jwk
from tests.actors import MACHINE, OPERATOR
from tests.gates import held, writes_to
from tests.identities import asked, register

TWO = [Actor(name, "operator", person=name) for name in ("operator-2", "operator-3")]


async def both(gateway, use_case, actors=(OPERATOR, OPERATOR), gate="", **values):
    """Do it twice at once, each having looked before the other has written; return what came of each."""

    async def once(actor):
        async with gateway.units.begin("test.race", actor) as work:
            return await use_case(work)

    async with held(gateway.database, gate or writes_to("audit_event"), **values) as closed:
        tasks = [asyncio.create_task(once(actor)) for actor in actors]
        await closed.waiting(2)
    return await asyncio.gather(*tasks, return_exceptions=True)


async def institution(work):
    await add_institution(work, institution_id="twice", name="银行", kind="bank")


async def client_of_it(work):
    key = public_jwk(generate_key("ES256"))
    await add_client(work, client_id="twice-1", kind="platform", jwk=key, institution_id=None)


@pytest.mark.parametrize("register_it", [institution, client_of_it])
async def test_an_id_that_two_register_is_one_and_the_other_is_told(gateway, register_it):
    outcomes = await both(gateway, register_it)
    refused = [outcome for outcome in outcomes if isinstance(outcome, DeniedError)]
    assert [outcome.denial.reason for outcome in refused] == ["change-refused"]
    assert outcomes.count(None) == 1


async def test_a_person_invited_twice_at_once_is_one_and_the_later_invitation_holds(gateway):
    tokens = await both(gateway, lambda work: invite(work, person_id="twice", name="某人", role="auditor"))
    assert len({str(token) for token in tokens}) == 2
    assert not any(isinstance(token, Exception) for token in tokens)


async def test_a_change_that_two_decide_on_is_decided_once(gateway):
    await register(gateway, "stopped-1", "platform")
    change = await asked(gateway, ChangeStanding(change="close", whose="client:stopped-1", reason="测试原因"))
    means = means_of(gateway.settings, gateway.protector)
    outcomes = await both(
        gateway, lambda work: decide_change(work, means, change.change_id, approve=True), TWO,
        "SELECT FROM change WHERE change_id = :id FOR UPDATE", id=change.change_id,
    )  # fmt: skip
    refused = [outcome for outcome in outcomes if isinstance(outcome, DeniedError)]
    assert [outcome.denial.reason for outcome in refused] == ["change-decided"]
    assert [outcome.status for outcome in outcomes if outcome not in refused] == ["done"]


async def test_a_key_that_two_rotate_has_one_next(gateway):
    outcomes = await both(gateway, lambda work: rotate(work, "batch"), (MACHINE, MACHINE))
    assert sum(isinstance(outcome, DeniedError) for outcome in outcomes) == 1
    async with gateway.database.begin("test.keys") as session:
        query = "SELECT count(*) FROM instance_key WHERE purpose = 'batch' AND status = 'next'"
        assert (await session.execute(text(query))).scalar_one() == 1


async def test_a_message_that_arrives_twice_at_once_is_received_once(gateway):
    key = await register(gateway, "city-1", "platform", alg="Ed25519")
    message = sign_message(
        key, delivery=uuid7(), exchange=uuid7(), kind="usage-results", issuer="http://there", items=[{"subject": "x"}],
        now=datetime.now(UTC),
    )  # fmt: skip
    sender = Actor("city-1", "platform")
    received = await both(gateway, lambda work: receive(work, "province-platform", message), (sender, sender))
    assert received[0].receipt == received[1].receipt


async def test_a_client_closed_while_another_resumes_it_stays_closed(gateway):
    await register(gateway, "closing-1", "platform")
    means = means_of(gateway.settings, gateway.protector)

    async def do(how):
        async with gateway.units.begin("test.race", MACHINE) as work:
            await ask_change(work, means, ChangeStanding(change=how, whose="client:closing-1", reason="检查"))

    await do("suspend")
    async with held(gateway.database, writes_to("audit_event")) as gate:
        close = asyncio.create_task(do("close"))
        await gate.waiting(1)
        resume = asyncio.create_task(do("resume"))
        await gate.waiting(2)
    await close
    with pytest.raises(DeniedError, match="已注销"):
        await resume

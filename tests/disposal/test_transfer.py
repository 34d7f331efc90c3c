"""A case told to an authority: an office asks, a regulator decides, and the receipt comes back."""

import pytest

from gateway.disposal.reading import read_case
from gateway.platforms.peers import set_peer
from gateway.platforms.sender import send
from gateway.runtime.actor import at_this_machine
from gateway.runtime.denial import DeniedError
from tests.disposal.cases import HANDLER, OFFICE, REGULATOR, acting, step, worked
from tests.enterprises import uscc
from tests.platforms.test_foreign_receiver import Platform, differences, serving
from tests.scores.scanning import rows

SENT = "SELECT count(*) AS number FROM delivery WHERE kind = 'case-transfers'"


@pytest.fixture
async def police(town):
    platform = Platform(town.gateway.keys.public("delivery"))
    with serving(platform) as url:
        async with town.gateway.units.begin("test.peer", at_this_machine()) as work:
            jwk = {**platform.key.as_dict(private=False), "kid": "foreign"}
            await set_peer(
                work, peer_id="police-1", role="police", url=url, jwk=jwk, client_id="gateway-there", status="active"
            )
        yield platform


async def sent(town):
    return (await rows(town.gateway, SENT))[0].number


async def test_without_a_platform_of_the_authority_nothing_can_be_asked_for(town):
    case = await worked(town, 901, "accept", "confirm")
    with pytest.raises(DeniedError, match="case-receiver-missing"):
        await step(town, case, "ask-transfer", to="supervisor")


async def test_nothing_leaves_before_a_regulator_says_so_and_the_receipt_comes_back(town, police):
    case, before = await worked(town, 902, "accept", "confirm"), await sent(town)
    await step(town, case, "ask-transfer", to="police", words="涉嫌非法吸收公众存款")
    assert await sent(town) == before
    await step(town, case, "refuse", REGULATOR, words="材料不足")
    assert await sent(town) == before
    await step(town, case, "ask-transfer", to="police")
    await step(town, case, "grant", REGULATOR, words="同意移送公安")
    async with acting(town, HANDLER) as work:
        (delivery,) = (await read_case(work, case.id)).transfers
    await send(town.gateway.units, town.gateway.http, delivery.delivery_id)
    ((payload, _),) = police.taken.values()
    (item,) = payload["items"]
    assert (payload["kind"], payload["exchange"], item["subject"]) == ("case-transfers", str(case.id), uscc(902))
    assert (item["office"], item["reason"], item["points"]) == (OFFICE, "同意移送公安", ["promised-yield"])
    async with acting(town, HANDLER) as work:
        whole = await read_case(work, case.id)
    assert [(one.state, one.receipt is not None) for one in whole.transfers] == [("confirmed", True)]
    assert whole.history[-1].says["details"] == {"asked": "ask-transfer", "deliveries": [str(delivery.delivery_id)]}
    case = await step(town, case, "close", outcome="transferred")
    assert (case.state, await differences(town.gateway)) == ("closed", [])

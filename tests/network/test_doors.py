"""Who may read a network, and what reading leaves in the log."""

import pytest

from gateway.network.network_of import read_network
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.enterprises import uscc
from tests.network.holding import HOLDERS, deliver, held, read_anew
from tests.scores.scanning import rows
from tests.stories import slug

READ = "SELECT subject FROM audit_event WHERE type = 'network.read'"


@pytest.fixture(scope="module")
async def listed(gateway, tmp_path_factory):
    await deliver(
        gateway, tmp_path_factory.mktemp("lists"), "shareholder_contrib", HOLDERS, [held(300, ("甲某", "P-1"), "100")]
    )
    await read_anew(gateway)


async def test_an_auditor_reads_a_network_and_the_log_says_so(story, listed):
    await story.enrol("auditor-1", "auditor")
    headers = await story.headers("auditor-1")
    answer = await story.client.get(f"/v1/subjects/{uscc(300)}/network", headers=headers)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["subject"], told["controllers"][0]["share"]) == (uscc(300), 1_000_000)
    assert len(await rows(story.gateway, READ)) == 1
    earlier = await story.client.get(f"/v1/subjects/{uscc(300)}/network?as_of=2019-12-31", headers=headers)
    assert (earlier.json()["as_of"], earlier.json()["holders"]) == ("2019-12-31", [])


async def test_of_an_enterprise_that_is_not_known_there_is_none(story, listed):
    await story.enrol("auditor-1", "auditor")
    answer = await story.client.get(f"/v1/subjects/{uscc(999)}/network", headers=await story.headers("auditor-1"))
    assert (answer.status_code, slug(answer)) == (404, "subject-not-found")


async def test_a_bank_that_has_a_consent_has_no_network_by_it(story, listed):
    await story.account("bank-1", "bank")
    await story.consent("bank-1", 300)
    for who in ("bank-1", "s-300"):
        headers = await story.headers(who)
        answer = await story.client.get(f"/v1/subjects/{uscc(300)}/network", headers=headers)
        assert (answer.status_code, slug(answer)) == (403, "insufficient-scope"), who


@pytest.mark.parametrize("kind", ["account", "agency", "signatory", "platform", "operator", "system", "person"])
async def test_nobody_else_reads_a_network(gateway, listed, kind):
    async with gateway.units.begin("test.network", Actor("somebody", kind, subject=uscc(300))) as work:
        with pytest.raises(DeniedError) as denied:
            await read_network(work, uscc(300))
    assert denied.value.denial.reason == "insufficient-scope"

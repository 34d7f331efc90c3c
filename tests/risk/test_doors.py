"""Who may read risks and judge everybody, and what reading leaves in the log."""

import pytest

from gateway.risk.reading import read_risks, read_risks_of
from gateway.risk.watching import judge_all
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.scores.store import open_store
from tests.enterprises import uscc
from tests.risk.founding import LENDER, POINTS
from tests.scores.scanning import rows
from tests.stories import slug

READ = "SELECT subject FROM audit_event WHERE type = 'risk.read'"
NOBODY = ["account", "agency", "signatory", "platform", "operator", "system", "person"]


async def get(town, path, who="auditor-1"):
    return await town.client.get(path, headers=await town.headers(who))


async def test_an_auditor_reads_risks_and_the_log_says_so(town):
    listed = (await get(town, "/v1/risks")).json()
    assert [one["subject"] for one in listed["risks"]] == [uscc(LENDER)]
    assert (listed["day"]["subjects"] > 1, listed["day"]["budget"]) == (True, 1)
    one = (await get(town, f"/v1/subjects/{uscc(LENDER)}/risks")).json()
    assert {found["point"] for found in one["standing"][0]["points"]} == POINTS
    assert one["ended"] == []
    assert len(await rows(town.gateway, READ)) == 2


@pytest.mark.parametrize(
    ("asked", "number"),
    [("type=mass-involving", 1), ("type=distress", 0), ("level=restriction", 1), ("level=notice", 0),
     ("since=2020-01-01", 1), ("since=2999-01-01", 0), ("limit=1", 1)],
)  # fmt: skip
async def test_a_list_is_of_what_is_asked_for(town, asked, number):
    assert len((await get(town, f"/v1/risks?{asked}")).json()["risks"]) == number


@pytest.mark.parametrize("asked", ["type=gossip", "level=low", "since=yesterday", "limit=0", "limit=10001"])
async def test_what_cannot_be_asked_for_is_refused(town, asked):
    assert (await get(town, f"/v1/risks?{asked}")).status_code == 400


async def test_of_an_enterprise_that_is_not_known_there_is_none(town):
    answer = await get(town, f"/v1/subjects/{uscc(999)}/risks")
    assert (answer.status_code, slug(answer)) == (404, "subject-not-found")


async def test_a_bank_with_a_consent_and_the_enterprise_itself_learn_nothing(town):
    await town.account("bank-1", "bank")
    await town.consent("bank-1", LENDER)
    for who in ("bank-1", f"s-{LENDER}"):
        for path in ("/v1/risks", f"/v1/subjects/{uscc(LENDER)}/risks"):
            answer = await get(town, path, who)
            assert (answer.status_code, slug(answer)) == (403, "insufficient-scope"), (who, path)


@pytest.mark.parametrize("kind", NOBODY)
async def test_nobody_else_reads_risks(town, kind):
    async with town.gateway.units.begin("test.risks", Actor("somebody", kind, subject=uscc(LENDER))) as work:
        for read in (read_risks(work), read_risks_of(work, uscc(LENDER))):
            with pytest.raises(DeniedError):
                await read


@pytest.mark.parametrize("kind", [*NOBODY, "auditor"])
async def test_nobody_but_the_worker_and_this_machine_judges(town, kind):
    with pytest.raises(DeniedError):
        await judge_all(town.gateway.units, open_store(town.gateway.settings), Actor("somebody", kind))

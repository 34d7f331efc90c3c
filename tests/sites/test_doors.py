"""Who may read platforms and judge them, what the lists are narrowed by, and what reading leaves in the log."""

import pytest

from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.sites.judging import judge_sites
from gateway.sites.reading import read_site, read_sites
from tests.enterprises import uscc
from tests.scores.scanning import rows
from tests.sites.platforms import FAR, INSIDE, OUTSIDE, STEADY, ago, firm
from tests.stories import slug

READ = "SELECT FROM audit_event WHERE type = 'site.read'"
NOBODY = ["account", "agency", "signatory", "platform", "operator", "system", "person"]


async def get(town, path, who="auditor-1"):
    return await town.client.get(path, headers=await town.headers(who))


async def test_an_auditor_reads_platforms_and_the_log_says_so(town):
    listed = (await get(town, "/v1/sites")).json()
    assert [one["site"] for one in listed["sites"]] == ["spike.example", "apple:414478124", *STEADY]
    assert listed["day"]["standing"] == 2
    spike = listed["sites"][0]
    assert (spike["name"], spike["firms"][0]["subject"], spike["firms"][0]["in_city"]) == ("甲财富", uscc(INSIDE), True)
    assert listed["sites"][1]["firms"] == [{"subject": uscc(OUTSIDE), "name": firm(OUTSIDE)[0], "in_city": False}]
    assert listed["sites"][2]["firms"] == [{"subject": None, "name": FAR, "in_city": False}]
    assert len(await rows(town.gateway, READ)) == 1


@pytest.mark.parametrize(
    ("asked", "number"),
    [("kind=spike", 1), ("kind=unreported", 1), ("kind=fall", 0), ("series=traffic", 2), ("series=opinion", 0),
     ("since=2020-01-01", 2), ("since=2999-01-01", 0), ("limit=1", 1), ("kind=spike&series=traffic", 1)],
)  # fmt: skip
async def test_a_list_is_of_what_is_asked_for(town, asked, number):
    assert len((await get(town, f"/v1/sites?{asked}")).json()["sites"]) == number


async def test_since_a_day_means_that_day_too(town):
    assert len((await get(town, f"/v1/sites?since={ago(1)}")).json()["sites"]) == 1
    assert len((await get(town, f"/v1/sites?since={ago(5)}")).json()["sites"]) == 2


@pytest.mark.parametrize("asked", ["kind=gossip", "series=price", "since=yesterday", "limit=0", "limit=10001"])
async def test_what_cannot_be_asked_for_is_refused(town, asked):
    assert (await get(town, f"/v1/sites?{asked}")).status_code == 400


@pytest.mark.parametrize("address", ["spike.example", "www.SPIKE.example", "huawei:com.example.spike"])
async def test_one_is_read_by_any_of_its_addresses(town, address):
    one = (await get(town, f"/v1/sites/{address}")).json()
    assert (one["site"], one["profile"]["status"], len(one["findings"])) == ("spike.example", "operating", 1)
    traffic = one["series"]["traffic"]
    assert (len(traffic), traffic[-1]["day"], traffic[-1]["value"]) == (60, ago(1), 9000)
    found = one["findings"][0]
    assert [traffic[-1][name] for name in ("expected", "low", "high")] == [
        found[name] for name in ("expected", "low", "high")
    ]


@pytest.mark.parametrize("address", ["nobody.example", "huawei:com.example.other", "not an address", "P-1"])
async def test_of_one_that_is_not_known_there_is_none(town, address):
    answer = await get(town, f"/v1/sites/{address}")
    assert (answer.status_code, slug(answer)) == (404, "site-not-found")


async def test_a_bank_and_the_enterprise_itself_learn_nothing(town):
    await town.account("bank-1", "bank")
    await town.enrol(f"s-{INSIDE}", "signatory", subject=uscc(INSIDE))
    for who in ("bank-1", f"s-{INSIDE}"):
        for path in ("/v1/sites", "/v1/sites/spike.example"):
            answer = await get(town, path, who)
            assert (answer.status_code, slug(answer)) == (403, "insufficient-scope"), (who, path)


@pytest.mark.parametrize("kind", NOBODY)
async def test_nobody_else_reads_platforms(town, kind):
    async with town.gateway.units.begin("test.sites", Actor("somebody", kind, subject=uscc(INSIDE))) as work:
        for read in (read_sites(work), read_site(work, "spike.example")):
            with pytest.raises(DeniedError):
                await read


@pytest.mark.parametrize("kind", [*NOBODY, "auditor"])
async def test_nobody_but_the_worker_and_this_machine_judges(town, kind):
    with pytest.raises(DeniedError):
        await judge_sites(town.gateway.units, Actor("somebody", kind))

"""What holds for whom is read over HTTP: the own by who is counted, all by operators and auditors."""

import pytest

from gateway.quota.rates import set_rate
from gateway.rates.limits import DEFAULTS
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.stories import registration, slug


@pytest.fixture
async def ready(story):
    """Bank-1 and s-1 are counted; bank-1 has a rate of its own, and all accounts have one burst."""
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.account("bank-1", "bank")
        await story.account("bank-2", "other")
        await story.consent("bank-1", 1)
        await story.enrol("eye", "auditor")
        await story.enrol("boss", "operator")
        async with story.gateway.units.begin("test.rate", OPERATOR) as work:
            await set_rate(work, "account", "bank-1", "rate", 9, "压测期间")
            await set_rate(work, "account", "", "burst", 800, "夜间保护")
    return story


async def read(story, path, caller):
    return await story.client.get(path, headers=await story.headers(caller))


def found(rates):
    return {one["measure"]: (one["limit"], one["source"]) for one in rates}


async def test_an_account_and_a_signatory_read_what_holds_for_them_without_the_reason(ready):
    told = (await read(ready, "/v1/rates", "bank-1")).json()
    assert (told["scope"], told["id"]) == ("account", "bank-1")
    assert found(told["rates"]) == {
        "rate": (9, "own"), "burst": (800, "all"), "at-once": (DEFAULTS["account", "at-once"], "program"),
        "denials": (DEFAULTS["account", "denials"], "program"),
        "subjects": (DEFAULTS["account", "subjects"], "program"),
    }  # fmt: skip
    assert "压测期间" not in str(told)
    other = (await read(ready, "/v1/rates", "bank-2")).json()
    assert found(other["rates"])["rate"] == (DEFAULTS["account", "rate"], "program")
    signatory = (await read(ready, "/v1/rates", "s-1")).json()
    assert (signatory["scope"], signatory["id"]) == ("signatory", "s-1")
    assert set(found(signatory["rates"])) == {"rate", "burst"}


async def test_what_is_read_is_what_a_caller_is_refused_by(ready):
    ready.gateway.access.expire()
    limits = (await ready.gateway.access.current()).rates
    for client in ("bank-1", "bank-2", "s-1"):
        told = (await read(ready, "/v1/rates", client)).json()
        for one in told["rates"]:
            assert limits.most(told["scope"], client, one["measure"]) == one["limit"]


@pytest.mark.parametrize("caller", ["eye", "boss"])
async def test_operators_and_auditors_read_those_of_all_and_why(ready, caller):
    told = (await read(ready, "/v1/admin/rates", caller)).json()
    assert found(told["common"]["account"])["burst"] == (800, "all")
    assert found(told["common"]["institution"])["rate"] == (DEFAULTS["institution", "rate"], "program")
    assert [(one["scope"], one["id"], one["measure"], one["limit"], one["reason"]) for one in told["own"]] == [
        ("account", "bank-1", "rate", 9, "压测期间")
    ]
    one = (await read(ready, "/v1/admin/rates/account/bank-1", caller)).json()
    assert found(one["rates"])["rate"] == (9, "own")
    house = (await read(ready, "/v1/admin/rates/institution/bank", caller)).json()
    assert found(house["rates"])["burst"] == (DEFAULTS["institution", "burst"], "program")


@pytest.mark.parametrize(
    ("path", "caller"),
    [("/v1/rates", "eye"), ("/v1/rates", "market_regulation"), ("/v1/admin/rates", "bank-1"),
     ("/v1/admin/rates/account/bank-1", "bank-1"), ("/v1/admin/rates/account/bank-1", "s-1")],
)  # fmt: skip
async def test_nobody_else_reads_them(ready, path, caller):
    answer = await read(ready, path, caller)
    assert (answer.status_code, slug(answer)) == (403, "insufficient-scope")


@pytest.mark.parametrize(
    ("path", "status"),
    [("account/nobody", 404), ("institution/bank-1", 404), ("signatory/bank-1", 404), ("account/Bank", 404),
     (f"signatory/{uscc(1)}", 404), ("platform/bank-1", 400)],
)  # fmt: skip
async def test_who_is_not_there_has_none(ready, path, status):
    assert (await read(ready, f"/v1/admin/rates/{path}", "boss")).status_code == status

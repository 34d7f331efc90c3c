"""Persons are keyed hashes that say nothing, and go with what they were read from."""

import pytest
from sqlalchemy import text

from gateway.network.taking_up import take_up as take_up_edges
from gateway.records.erasure import erase_subject
from gateway.runtime.actor import PROGRAM, at_this_machine
from tests.enterprises import uscc
from tests.network.holding import HOLDERS, ask, deliver, firm, held, read_anew, register
from tests.scores.scanning import rows

ZHOU = ("周某某", "P-4711")


@pytest.fixture(scope="module", autouse=True)
async def listed(gateway, tmp_path_factory):
    await deliver(
        gateway, tmp_path_factory.mktemp("lists"), "shareholder_contrib", HOLDERS,
        [held(200, ZHOU, "60"), held(200, 202, "40"), held(201, ZHOU, "100"), held(203, ("吴某", ""), "100")],
    )  # fmt: skip
    await read_anew(gateway)


async def test_nothing_of_a_person_stands_in_the_tables_in_clear(gateway):
    held_of = str(await rows(gateway, "SELECT * FROM network_party")) + str(
        await rows(gateway, "SELECT * FROM network_edge")
    )
    assert not any(secret in held_of for secret in ("周", "4711", "吴"))
    assert len((await ask(gateway, 200))["holders"]) == 2


async def test_an_enterprise_named_before_it_was_known_is_found_once_it_is_registered(gateway, tmp_path):
    before = {row["id"] for row in (await ask(gateway, 200))["holders"]}
    assert uscc(202)[8:17] in before
    await register(gateway, tmp_path, 202)
    await read_anew(gateway)
    after = {row["id"]: row["name"] for row in (await ask(gateway, 200))["holders"]}
    assert after[uscc(202)] == firm(202)
    assert len(after) == 2


async def test_erasing_an_enterprise_takes_its_edges_away_and_persons_that_nothing_else_names(gateway):
    persons = "SELECT count(*) FROM network_party WHERE known_by IN ('person', 'named')"
    [(before,)] = await rows(gateway, persons)
    async with gateway.units.begin("test.erase", at_this_machine()) as work:
        await erase_subject(work, gateway.protector, uscc(203), "当事人申请")
    assert await rows(gateway, persons) == [(before - 1,)]
    assert (await ask(gateway, 203))["holders"] == []
    async with gateway.units.begin("test.erase", at_this_machine()) as work:
        await erase_subject(work, gateway.protector, uscc(201), "当事人申请")
    assert await rows(gateway, persons) == [(before - 1,)]  # who holds another enterprise too is still told there
    assert len((await ask(gateway, 200))["holders"]) == 2
    # Read anew, what was erased stays away.
    async with gateway.units.begin("test.mark", PROGRAM) as work:
        await work.session.execute(text("INSERT INTO network_due (subject, mark) SELECT number, number FROM subject"))
    await take_up_edges(gateway.units, gateway.protector)
    assert (await ask(gateway, 201))["holders"] == []
    assert len((await ask(gateway, 200))["holders"]) == 2

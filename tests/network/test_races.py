"""Edges are read anew while somebody erases, acts or does the same."""

import asyncio

import pytest
from sqlalchemy import text

from gateway.network.taking_up import take_up as take_up_edges
from gateway.records.erasure import erase_subject
from gateway.runtime.actor import PROGRAM, at_this_machine
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.network.holding import HOLDERS, ask, deliver, read_anew
from tests.network.holding import held as holding
from tests.scores.scanning import rows

MARK = text("""
    INSERT INTO network_due (subject, mark) SELECT number, nextval('network_due_mark') FROM subject
    ON CONFLICT (subject) DO UPDATE SET mark = excluded.mark
""")


@pytest.fixture(scope="module", autouse=True)
async def listed(gateway, tmp_path_factory):
    lines = [holding(500 + number, ("冯某", f"P-{number}"), "100") for number in range(3)]
    await deliver(gateway, tmp_path_factory.mktemp("lists"), "shareholder_contrib", HOLDERS, lines)
    await read_anew(gateway)


async def mark(gateway):
    async with gateway.units.begin("test.mark", PROGRAM) as work:
        await work.session.execute(MARK)


async def erase(gateway, number):
    async with gateway.units.begin("test.erase", at_this_machine()) as work:
        await erase_subject(work, gateway.protector, uscc(number), "当事人申请")


async def test_who_is_erased_while_its_edges_are_read_anew_has_none_afterwards(gateway):
    await mark(gateway)
    async with held(gateway.database, writes_to("network_edge")) as gate:
        reading = asyncio.create_task(take_up_edges(gateway.units, gateway.protector))
        await gate.waiting(1)  # it has opened the holder's name
        erasing = asyncio.create_task(erase(gateway, 500))
        await gate.waiting(2)
    await asyncio.gather(reading, erasing)
    assert (await ask(gateway, 500))["holders"] == []
    assert len((await ask(gateway, 501))["holders"]) == 1


async def test_what_comes_while_edges_are_read_anew_is_read_after(gateway):
    await mark(gateway)
    async with held(gateway.database, writes_to("network_edge")) as gate:
        reading = asyncio.create_task(take_up_edges(gateway.units, gateway.protector))
        await gate.waiting(1)
        async with gateway.units.begin("test.mark", PROGRAM) as work:
            await work.session.execute(
                text("UPDATE network_due SET mark = nextval('network_due_mark') FROM subject s WHERE number = subject "
                     "AND uscc = :uscc"), {"uscc": uscc(502)},
            )  # fmt: skip
    await reading
    assert len(await rows(gateway, "SELECT FROM network_due")) == 1
    await take_up_edges(gateway.units, gateway.protector)
    assert len(await rows(gateway, "SELECT FROM network_due")) == 0


async def test_one_process_at_a_time_reads_edges_anew(gateway):
    await mark(gateway)
    async with held(gateway.database, writes_to("network_edge")) as gate:
        first = asyncio.create_task(take_up_edges(gateway.units, gateway.protector))
        await gate.waiting(1)
        assert await take_up_edges(gateway.units, gateway.protector) is False
    await first
    assert len((await ask(gateway, 501))["holders"]) == 1

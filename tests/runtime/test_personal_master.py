"""The master secret of personal data: made once, whoever comes first."""

import asyncio

from gateway.runtime.personal_master import load_protector
from tests.gates import held, writes_to

KEK = bytes(range(32))


async def test_two_who_make_it_at_once_have_the_same(database):
    async def load():
        async with database.begin("test.master") as session:
            return await load_protector(session, KEK)

    async with held(database, writes_to("personal_master")) as gate:
        both = [asyncio.create_task(load()) for _ in range(2)]
        await gate.waiting(2)
    one, other = await asyncio.gather(*both)
    assert one.ref_of("uscc", "x") == other.ref_of("uscc", "x") == (await load()).ref_of("uscc", "x")

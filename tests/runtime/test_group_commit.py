"""Groups on a real database: who shares a transaction, and who suffers from whose fault."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.runtime.group_commit import LARGEST, RolledBackError
from gateway.runtime.work import UnitsOfWork

ADD = text("INSERT INTO grouped SELECT 60 / n FROM unnest(CAST(:numbers AS int[])) AS given (n)")


class Writer:
    """Writes 60 / n for each member n, and remembers the groups it was given; the first waits until it is let go."""

    def __init__(self):
        self.groups, self.go, self.begun = [], asyncio.Event(), asyncio.Event()

    async def __call__(self, work, members):
        self.groups.append(list(members))
        self.begun.set()
        await self.go.wait()
        await work.session.execute(ADD, {"numbers": list(members)})
        return [f"wrote {member}" for member in members]


@pytest.fixture
async def groups(database):
    async with database.begin("test.table", role="owner") as session:
        await session.execute(text("DROP TABLE IF EXISTS grouped"))
        await session.execute(text("CREATE TABLE grouped (x int)"))
        await session.execute(text("GRANT SELECT, INSERT ON grouped TO xinqiao_app"))
    return UnitsOfWork(database, None, None, "").groups


async def kept(database):
    async with database.begin("test.read") as session:
        return sorted((await session.execute(text("SELECT x FROM grouped"))).scalars())


async def together(groups, writer, members, name="test"):
    """Join with one member, and with the others while its group is under way; return what each got."""
    first = asyncio.create_task(groups.join(name, writer, 60))
    await writer.begun.wait()
    others = [asyncio.create_task(groups.join(name, writer, member)) for member in members]
    await asyncio.sleep(0)
    writer.go.set()
    results = await asyncio.gather(*others, return_exceptions=True)
    assert await first == "wrote 60"
    return results


async def test_an_idle_group_begins_at_once_with_whoever_is_there(groups, database):
    writer = Writer()
    writer.go.set()
    for member in (1, 2):
        assert await groups.join("test", writer, member) == f"wrote {member}"
    assert writer.groups == [[1], [2]]
    assert await kept(database) == [30, 60]


async def test_who_comes_meanwhile_goes_together(groups, database):
    writer = Writer()
    assert await together(groups, writer, [1, 2, 3]) == ["wrote 1", "wrote 2", "wrote 3"]
    assert writer.groups == [[60], [1, 2, 3]]
    assert await kept(database) == [1, 20, 30, 60]


async def test_a_member_that_cannot_be_written_fails_alone(groups, database):
    writer = Writer()
    one, bad, two = await together(groups, writer, [1, 0, 2])
    assert (one, two) == ("wrote 1", "wrote 2")
    assert isinstance(bad, DBAPIError)
    assert await kept(database) == [1, 30, 60]
    assert await groups.join("test", writer, 3) == "wrote 3"


async def test_a_commit_that_fails_fails_everybody_and_is_not_tried_again(groups, database):
    async with database.begin("test.trap", role="owner") as session:
        await session.execute(text("ALTER TABLE grouped ADD UNIQUE (x) DEFERRABLE INITIALLY DEFERRED"))
    writer = Writer()
    results = await together(groups, writer, [20, 25, 3])  # 60 / 20 = 3, and 60 / 25 = 2
    assert results == ["wrote 20", "wrote 25", "wrote 3"]
    results = await asyncio.gather(*(groups.join("test", writer, n) for n in (10, 24, 5)), return_exceptions=True)
    assert all(isinstance(result, DBAPIError) for result in results)
    assert writer.groups[2:] == [[10, 24, 5]]
    assert await kept(database) == [1, 2, 3, 20]


async def test_a_large_crowd_goes_in_several_groups(groups, database):
    writer = Writer()
    results = await together(groups, writer, [1] * (LARGEST + 5))
    assert results == ["wrote 1"] * (LARGEST + 5)
    assert [len(group) for group in writer.groups] == [1, LARGEST, 5]
    assert len(await kept(database)) == LARGEST + 6


async def test_groups_of_different_names_do_not_wait_for_each_other(groups):
    slow, quick = Writer(), Writer()
    quick.go.set()
    waiting = asyncio.create_task(groups.join("slow", slow, 1))
    await slow.begun.wait()
    assert await groups.join("quick", quick, 2) == "wrote 2"
    slow.go.set()
    assert await waiting == "wrote 1"


async def test_a_caller_that_has_gone_harms_nobody(groups, database):
    writer = Writer()
    first = asyncio.create_task(groups.join("test", writer, 1))
    await writer.begun.wait()
    gone, stays = (asyncio.create_task(groups.join("test", writer, member)) for member in (2, 3))
    await asyncio.sleep(0)
    gone.cancel()
    writer.go.set()
    assert await asyncio.gather(first, stays) == ["wrote 1", "wrote 3"]
    assert await kept(database) == [20, 30, 60]


async def test_who_is_not_to_be_tried_again_is_told_that_nothing_was_written_and_the_next_group_goes_on(
    groups, database
):
    writer = Writer()
    first = asyncio.create_task(groups.join("test", writer, 60))
    await writer.begun.wait()
    others = [asyncio.create_task(groups.join("test", writer, member, retried=False)) for member in (1, 0)]
    alike = asyncio.create_task(groups.join("test", writer, 2))
    await asyncio.sleep(0)
    writer.go.set()
    told = await asyncio.gather(*others, return_exceptions=True)
    assert [type(one) for one in told] == [RolledBackError, RolledBackError]
    assert (await first, await alike) == ("wrote 60", "wrote 2")
    with pytest.raises(RolledBackError) as alone:
        await groups.join("test", writer, 0, retried=False)
    assert isinstance(alone.value.__cause__, DBAPIError)
    assert await kept(database) == [1, 30]

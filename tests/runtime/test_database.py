"""Transactions, roles and the rules that evidence tables obey, on a real database."""

import asyncio
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from gateway.runtime.database import Database, raw, urls_from

EVIDENCE = """
    CREATE TABLE trial (id uuid PRIMARY KEY, note text) PARTITION BY RANGE (id);
    SELECT xinqiao_make_evidence('trial');
    SELECT xinqiao_partition('trial')
"""


@pytest.fixture(scope="module")
async def trial(database: Database) -> None:
    async with database.begin("test.ddl", role="owner") as session:
        for statement in EVIDENCE.split(";"):
            await session.execute(text(statement))


async def test_each_role_is_what_it_says(database: Database) -> None:
    for role in ("app", "sequencer", "owner"):
        async with database.begin("test.role", role=role) as session:
            assert (await session.execute(text("SELECT current_user"))).scalar_one() == f"xinqiao_{role}"


async def test_a_block_that_raises_leaves_nothing(database: Database, trial: None) -> None:
    with pytest.raises(RuntimeError, match="midway"):
        async with database.begin("test.rollback") as session:
            await session.execute(text("INSERT INTO trial VALUES (:id, 'lost')"), {"id": uuid7()})
            raise RuntimeError("midway")
    async with database.begin("test.count") as session:
        assert (await session.execute(text("SELECT count(*) FROM trial WHERE note = 'lost'"))).scalar_one() == 0


async def test_the_driver_connection_shares_the_transaction(database: Database, trial: None) -> None:
    async with database.begin("test.raw") as session:
        connection = await raw(session)
        await connection.execute("INSERT INTO trial VALUES (%s, 'raw')", [uuid7()])
        assert (await session.execute(text("SELECT count(*) FROM trial WHERE note = 'raw'"))).scalar_one() == 1
        await session.rollback()
    async with database.begin("test.count") as session:
        assert (await session.execute(text("SELECT count(*) FROM trial WHERE note = 'raw'"))).scalar_one() == 0


@pytest.mark.parametrize("statement", ["UPDATE trial SET note = 'x'", "DELETE FROM trial", "TRUNCATE trial"])
@pytest.mark.parametrize("role", ["app", "owner"])
async def test_evidence_is_only_ever_added(database: Database, trial: None, statement: str, role: str) -> None:
    async with database.begin("test.insert") as session:
        await session.execute(text("INSERT INTO trial VALUES (:id, 'kept')"), {"id": uuid7()})
    with pytest.raises(DBAPIError, match=r"permission denied|refused"):
        async with database.begin("test.change", role=role) as session:  # type: ignore[arg-type]
            await session.execute(text(statement))


async def test_partitions_reach_three_months_ahead(database: Database, trial: None) -> None:
    query = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'trial'::regclass"
    async with database.begin("test.partitions") as session:
        assert (await session.execute(text(query))).scalar_one() == 4
        assert (await session.execute(text("SELECT xinqiao_ensure_partitions()"))).scalar_one() == 0


@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Asia/Shanghai"])
async def test_partitions_border_on_each_other_wherever_the_server_stands(database: Database, zone: str) -> None:
    """The end of each month is the beginning of the next, to the millisecond, whatever the server's time zone."""
    async with database.begin("test.zone", role="owner") as session:
        await session.execute(text(f"SET LOCAL TimeZone = '{zone}'"))
        await session.execute(text("CREATE TABLE zoned (id uuid PRIMARY KEY) PARTITION BY RANGE (id)"))
        await session.execute(text("SELECT xinqiao_partition('zoned')"))
        bounds = (await session.execute(text("""
            SELECT pg_get_expr(relpartbound, oid) FROM pg_class
            WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'zoned'::regclass) ORDER BY relname
        """))).scalars().all()  # fmt: skip
        starts, ends = zip(*(re.findall(r"'([0-9a-f-]{36})'", bound) for bound in bounds), strict=True)
        assert len(starts) == 4
        assert starts[1:] == ends[:-1]
        await session.rollback()


async def test_an_id_of_a_moment_sorts_where_the_moment_does(database: Database) -> None:
    moment = datetime(2026, 11, 23, 12, 0, 0, 5000, tzinfo=UTC)
    async with database.begin("test.uuid") as session:
        found = (await session.execute(text("SELECT xinqiao_uuid_at(:m)"), {"m": moment})).scalar_one()
    assert UUID(str(found)).int >> 80 == int(moment.timestamp() * 1000)


async def test_who_makes_partitions_while_another_does_waits_and_makes_none_twice(database: Database) -> None:
    """The first transaction is still open when the second begins: without the lock both would make the same tables."""
    make = text("SELECT xinqiao_ensure_partitions()")
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'ensure_partitions'"
    )

    async def ensure() -> int:
        async with database.begin("test.partitions") as session:
            return int((await session.execute(make)).scalar_one())

    async def is_waiting() -> bool:
        async with database.begin("test.waiting") as session:
            return bool((await session.execute(waiting)).scalar_one())

    async with database.begin("test.ddl", role="owner") as session:
        await session.execute(text("CREATE TABLE fresh (id uuid PRIMARY KEY) PARTITION BY RANGE (id)"))
        await session.execute(text("INSERT INTO xinqiao_partitioned VALUES ('fresh')"))
    async with database.begin("test.partitions") as first:
        assert (await first.execute(make)).scalar_one() == 4
        second = asyncio.create_task(ensure())
        for _ in range(1500):
            if second.done() or await is_waiting():
                break
            await asyncio.sleep(0.02)
        assert await is_waiting()
    assert await second == 0
    async with database.begin("test.count") as session:
        query = text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'fresh'::regclass")
        assert (await session.execute(query)).scalar_one() == 4


def test_one_login_takes_on_the_narrower_roles() -> None:
    urls = urls_from("postgresql://one:secret@db/xinqiao", None, None)
    assert urls.app.query["options"] == "-c role=xinqiao_app"
    assert urls.sequencer.query["options"] == "-c role=xinqiao_sequencer"
    assert urls.owner.username == "one"
    assert "options" not in urls.owner.query

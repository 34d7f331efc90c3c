"""Transactions, roles and the rules that evidence tables obey, on a real database."""

import asyncio
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


async def test_an_id_of_a_moment_sorts_where_the_moment_does(database: Database) -> None:
    moment = datetime(2026, 11, 23, 12, 0, 0, 5000, tzinfo=UTC)
    async with database.begin("test.uuid") as session:
        found = (await session.execute(text("SELECT xinqiao_uuid_at(:m)"), {"m": moment})).scalar_one()
    assert UUID(str(found)).int >> 80 == int(moment.timestamp() * 1000)


async def test_two_processes_may_make_partitions_at_once(database: Database, trial: None) -> None:
    async def ensure() -> None:
        async with database.begin("test.partitions") as session:
            await session.execute(text("SELECT xinqiao_ensure_partitions()"))

    await asyncio.gather(*(ensure() for _ in range(6)))


def test_one_login_takes_on_the_narrower_roles() -> None:
    urls = urls_from("postgresql://one:secret@db/xinqiao", None, None)
    assert urls.app.query["options"] == "-c role=xinqiao_app"
    assert urls.sequencer.query["options"] == "-c role=xinqiao_sequencer"
    assert urls.owner.username == "one"
    assert "options" not in urls.owner.query

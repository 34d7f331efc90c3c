"""A short session gives and raises what any session does, whatever is asked of it."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import JSON, bindparam, text
from sqlalchemy.exc import IntegrityError, NoResultFound, ProgrammingError
from sqlalchemy.orm import Mapped, mapped_column, registry

HERE = registry()
MADE = text("CREATE TEMPORARY TABLE shelf (place integer PRIMARY KEY, said text NOT NULL) ON COMMIT DROP")
PUT = text("INSERT INTO shelf VALUES (:place, :said)")
AT = datetime(2026, 11, 28, 8, 30, 0, 125, UTC)
# By type, values that an array of it may hold.
ARRAYS = {
    "text": ["甲", 'a"b\\c', "NULL", "", "{x,y}", "two words"],
    "uuid": [UUID(int=1), UUID(int=2**127)],
    "integer": [0, -7, 2**31 - 1],
    "bigint": [2**62],
    "boolean": [True, False],
    "date": [date(2026, 2, 28), date(1, 1, 1)],
    "timestamptz": [AT],
    "bytea": [b"", b"\x00\xff\\"],
}


@pytest.fixture
async def both(gateway):
    """A short session and another one."""
    async with gateway.database.begin("test.short", short=True) as short, gateway.database.begin("test.long") as long:
        yield short, long


@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("nulls", [False, True], ids=["full", "with nulls"])
async def test_arrays_come_back_as_by_any_session(both, kind, nulls):
    for given in (ARRAYS[kind], []):
        asked = [*given, None] if nulls else given
        query = text(f"SELECT CAST(:given AS {kind}[]) AS given")
        assert [(await one.execute(query, {"given": asked})).scalar_one() for one in both] == [asked, asked]


async def test_plans_are_kept_by_a_short_session_alone(both):
    kept = [(await one.execute(text("SELECT current_setting('plan_cache_mode')"))).scalar_one() for one in both]
    assert kept == ["force_generic_plan", "auto"]


async def test_the_next_transaction_on_its_connection_knows_nothing_of_it(gateway):
    """Connections are shared: what lists and filters is planned for what is asked."""
    backends = {True: set(), False: set()}
    for short in [True] * 8 + [False] * 8:
        async with gateway.database.begin("test.turn", short=short) as session:
            row = await session.execute(text("SELECT pg_backend_pid(), current_setting('plan_cache_mode')"))
            backend, mode = row.one()
        backends[short].add(backend)
        assert mode == ("force_generic_plan" if short else "auto")
    assert backends[True] & backends[False]


async def test_values_and_rows_come_back_as_by_any_session(both):
    query = text("""
        SELECT CAST(:n AS bigint) AS n, CAST(:said AS text) AS said, CAST(:at AS timestamptz) AS at, '50 %' AS share,
               CAST(:none AS text) IS NULL AS missing, CAST('{"a": [1, null]}' AS jsonb) AS members, g AS place
        FROM generate_series(1, 2) AS g ORDER BY g
    """)
    given = {"n": 2**40, "said": "100 % 甲 'x' :y", "at": AT, "none": None}
    short, long = [(await one.execute(query, given)).all() for one in both]
    assert [tuple(row) for row in short] == [tuple(row) for row in long]
    assert (short[1].said, short[1].place, short[1].members) == (given["said"], 2, {"a": [1, None]})


async def test_what_is_not_there_is_said_as_by_any_session(both):
    for one in both:
        nobody = text("SELECT 1 AS n WHERE false")
        assert (await one.execute(nobody)).one_or_none() is None
        assert (await one.execute(nobody)).scalars().all() == []
        with pytest.raises(NoResultFound):
            (await one.execute(nobody)).one()


async def test_a_parameter_with_a_type_and_a_mapped_object_go_the_long_way(gateway):
    @HERE.mapped
    class Shelf:
        __tablename__ = "shelf"
        place: Mapped[int] = mapped_column(primary_key=True)
        said: Mapped[str]

    async with gateway.database.begin("test.short", role="owner", short=True) as session:
        typed = text("SELECT CAST(:given AS jsonb) AS given").bindparams(bindparam("given", type_=JSON))
        assert (await session.execute(typed, {"given": {"a": [1]}})).scalar_one() == {"a": [1]}
        await session.execute(MADE)
        made = Shelf(place=1, said="first")
        session.add(made)
        changed = text("UPDATE shelf SET said = said || '!'")
        assert (await session.execute(changed)).rowcount == 1  # what was added is written before a text is asked
        await session.refresh(made)
        assert made.said == "first!"


async def test_faults_are_those_of_any_session_and_tell_no_parameter(gateway):
    for short in (True, False):
        with pytest.raises(IntegrityError) as fault:
            async with gateway.database.begin("test.short", role="owner", short=short) as session:
                await session.execute(MADE)
                await session.execute(PUT, {"place": 1, "said": "secret"})
                await session.execute(PUT, {"place": 1, "said": "secret"})
        assert "secret" not in str(fault.value)
        with pytest.raises(ProgrammingError):
            async with gateway.database.begin("test.short", short=short) as session:
                await session.execute(text("SELECT no_such_thing"))


async def test_what_failed_is_rolled_back_and_the_connection_serves_on(gateway):
    table, count = f"shelf_{UUID(int=7).hex}", text("SELECT count(*) FROM pg_tables WHERE tablename = :name")
    with pytest.raises(ZeroDivisionError):
        async with gateway.database.begin("test.short", role="owner", short=True) as session:
            await session.execute(text(f"CREATE TABLE {table} ()"))
            raise ZeroDivisionError
    async with gateway.database.begin("test.short", short=True) as session:
        assert (await session.execute(count, {"name": table})).scalar_one() == 0

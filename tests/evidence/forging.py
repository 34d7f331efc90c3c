"""What only a database administrator can do: change, remove or add rows beside intact entries, and take it back."""

from contextlib import asynccontextmanager

from sqlalchemy import text

from gateway.evidence.business_rows import ONE_MOMENT
from gateway.runtime.actor import at_this_machine

GUARDED = ("audit_event", "audit_leaf", "audit_checkpoint", "audit_tile")
# Another value of each type, from the one that stands there.
OTHER = {
    "text": "coalesce({0}, '') || 'x'",
    # of the same moment, so that it falls into the same partition
    "uuid": "(left(coalesce({0}, gen_random_uuid())::text, 24) || right(md5(random()::text), 12))::uuid",
    "boolean": "NOT coalesce({0}, false)",
    "smallint": "coalesce({0}, 0) - 1",
    "integer": "coalesce({0}, 0) + 1",
    "bigint": "coalesce({0}, 0) + 1",
    "date": "coalesce({0}, '2020-01-01') + 1",
    "bytea": "convert_to('{{\"a\": 1}}', 'UTF8')",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 second'",
    "jsonb": '\'{{"kty": "x"}}\'::jsonb',
    "_text": "array_append(coalesce({0}, '{{}}'), 'x')",
    "_uuid": "array_append(coalesce({0}, '{{}}'), gen_random_uuid())",
    "_int2": "array_append(coalesce({0}, '{{}}'), 99::smallint)",
}
_TYPES = text("""
    SELECT column_name, CASE data_type WHEN 'ARRAY' THEN udt_name ELSE data_type END AS data_type
    FROM information_schema.columns WHERE table_name = :table
""")

_BONDS = text("""
    SELECT format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', conrelid::regclass, conname) FROM pg_constraint
    WHERE conrelid = CAST(:table AS regclass) AND contype IN ('p', 'f', 'c', 'u')
    UNION ALL SELECT format('DROP INDEX IF EXISTS %s', indexrelid::regclass) FROM pg_index
    WHERE indrelid = CAST(:table AS regclass) AND indisunique
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
""")


class TakenBackError(Exception):
    """What was forged is rolled back."""


@asynccontextmanager
async def forging(gateway, *tables):
    """Open a unit in which these tables' guards are off; everything done in it is taken back."""
    try:
        async with gateway.units.begin("test.forge", at_this_machine(), role="owner") as work:
            await work.session.execute(ONE_MOMENT)
            for table in (*GUARDED, *tables):
                await work.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            yield work
            raise TakenBackError  # noqa: TRY301 - so that the unit rolls back
    except TakenBackError:
        pass


async def unbind(session, table):
    """Take keys, references, checks and unique indexes off a table."""
    for statement in (await session.execute(_BONDS, {"table": table})).scalars().all():
        await session.execute(text(statement))


async def types_of(session, table):
    """Return the columns of a table with their types."""
    return {row.column_name: row.data_type for row in await session.execute(_TYPES, {"table": table})}


def other_value(column, kind):
    """Return an SQL expression for a value that does not stand there."""
    return OTHER[kind].format(column)

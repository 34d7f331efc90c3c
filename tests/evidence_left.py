"""What a module's tests leave in its database: no row whose entry is not in the log.

Every row that an action writes names its event, and both are written by one transaction. An event's id is a UUID of
version 7; a row that a test puts there by itself carries a random one (version 4), which is passed over.
"""

from sqlalchemy import text

from gateway.runtime.database import Database

_COLUMNS = text("""
    SELECT c.relname AS table, a.attname AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
      AND a.attname LIKE '%event_id' AND a.atttypid = 'uuid'::regtype AND c.relname NOT LIKE 'audit\\_%'
    ORDER BY 1, 2
""")
_NAMED = "SELECT '{table}.{column}' AS place, {column} AS event FROM {table}"
_WITHOUT = """
    SELECT place, event FROM ({named}) o
    WHERE substr(event::text, 15, 1) = '7' AND NOT EXISTS (SELECT FROM audit_event e WHERE e.event_id = o.event)
"""


async def rows_without_entry(database: Database) -> list[str]:
    """Return the place and the event of every row that names an entry there is not."""
    async with database.begin("test.evidence", role="owner") as session:
        await session.execute(text("SET LOCAL jit = off"))
        named = (_NAMED.format(**column._mapping) for column in await session.execute(_COLUMNS))
        found = await session.execute(text(_WITHOUT.format(named=" UNION ALL ".join(named))))
        return [f"{row.place} {row.event}" for row in found]

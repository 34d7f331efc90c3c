"""How long each table is kept stands on a page: a table that nobody thought about is missing there."""

import re
from collections import Counter
from pathlib import Path

from sqlalchemy import text

from gateway.worker import STEPS

PAGE = (Path(__file__).parents[2] / "docs" / "retention.md").read_text()
ROWS = re.findall(r"^\| (`[^|]+`) \| [^|]+ \| `([a-z-]+)` \|$", PAGE, re.MULTILINE)


TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
      AND relname NOT LIKE 'procrastinate%' AND relname NOT IN ('alembic_version', 'xinqiao_partitioned')
"""


def named(part):
    return re.findall(r"`([a-z_]+)`", part)


async def test_every_table_stands_there_once(gateway):
    steps = {"worker", "retention_years", *(step for _, step in ROWS)}  # `preview` is a table, `previews` a step
    mine = Counter(name for name in named(PAGE) if name not in steps)
    async with gateway.database.begin("test.tables") as session:
        assert mine == Counter((await session.execute(text(TABLES))).scalars().all())


def test_every_step_that_deletes_is_one_of_the_worker():
    assert len(ROWS) >= 12
    assert [step for _, step in ROWS if step not in STEPS] == []


async def test_the_service_may_delete_what_is_said_to_be_deleted(gateway):
    tables = {table for cell, _ in ROWS for table in named(cell)} - {"provider_day"}  # by a function of its own
    async with gateway.database.begin("test.rights") as session:
        rights = {
            table: (await session.execute(text(f"SELECT has_table_privilege('{table}', 'DELETE')"))).scalar_one()
            for table in tables
        }
    assert [table for table, may in rights.items() if not may] == []

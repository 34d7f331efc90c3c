"""The files that a scan began with, found again by their names; those that were replaced meanwhile too."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from scoring_adapter.columns.files import StoredFile

_NAMED = text("""
    SELECT name, dataset, day, gone, written, row_count, size, digest FROM column_file
    WHERE name = ANY(CAST(:names AS text[])) ORDER BY dataset, day, written, name
""")


async def find_files(session: AsyncSession, names: Sequence[str]) -> list[StoredFile]:
    """Return the files of these names that there still are."""
    return [StoredFile(*row) for row in await session.execute(_NAMED, {"names": list(names)})]

"""Edges of the network that hold on a day, as columns of numbers: what is computed of all enterprises together."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from scoring_adapter.network.whole import Numbers

HOLDING_ON = "dropped IS NULL AND starts <= :day AND (ends IS NULL OR ends > :day)"
_TIES = text(f"""
    SELECT coalesce(string_agg(source || ',' || target, E'\\n'), '') FROM (
        SELECT DISTINCT source, target FROM network_edge
        WHERE kind = ANY(CAST(:kinds AS text[])) AND {HOLDING_ON}) AS tied
""")  # noqa: S608 - our own words


async def load_ties(session: AsyncSession, day: date, kinds: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Return the sources and the targets of edges of these kinds, each pair once."""
    sources, targets = await load_columns(session, _TIES, {"day": day, "kinds": list(kinds)}, 2)
    return sources, targets


async def load_columns(
    session: AsyncSession, query: TextClause, values: Mapping[str, Any], width: int
) -> list[Numbers]:
    """Return what a query tells as one text of so many columns: a row for each edge takes several times as long."""
    texts: str = (await session.execute(query, values)).scalar_one()
    schema = {f"column_{at}": pl.Int64 for at in range(width)}
    table = pl.read_csv(texts.encode(), has_header=False, schema=schema) if texts else pl.DataFrame(schema=schema)
    return [table[name].to_numpy() for name in schema]

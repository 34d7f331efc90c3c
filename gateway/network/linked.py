"""Every tie of the network on a day, by its kind: what is computed of all enterprises together."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# It comes as one text: a row for each tie takes several times as long.
_TIES = text("""
    SELECT coalesce(string_agg(source || ',' || target, E'\\n'), '') FROM (
        SELECT DISTINCT source, target FROM network_edge
        WHERE kind = ANY(CAST(:kinds AS text[])) AND dropped IS NULL AND starts <= :day
          AND (ends IS NULL OR ends > :day)) AS tied
""")
Ends = tuple[NDArray[np.int64], NDArray[np.int64]]


async def load_ties(session: AsyncSession, day: date, kinds: Mapping[str, Sequence[str]]) -> dict[str, Ends]:
    """Return the sources and targets of ties of several kinds together, by the names that are given to them."""
    return {name: await _ends(session, day, of) for name, of in kinds.items()}


async def _ends(session: AsyncSession, day: date, kinds: Sequence[str]) -> Ends:
    texts: str = (await session.execute(_TIES, {"day": day, "kinds": list(kinds)})).scalar_one()
    schema = {"source": pl.Int64, "target": pl.Int64}
    table = pl.read_csv(texts.encode(), has_header=False, schema=schema) if texts else pl.DataFrame(schema=schema)
    return table["source"].to_numpy(), table["target"].to_numpy()

"""Every enterprise's number and the key that records name it by: what tags of other enterprises are found with."""

import numpy as np
import polars as pl
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.numbers import codes_between, greatest_number
from scoring_adapter.tags.folding import key_of

_PIECE = 1 << 16


async def load_named(session: AsyncSession) -> pl.DataFrame:
    """Return `subject` and `named` of every enterprise that has a code, rising."""
    numbers, keys = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for low in range(0, await greatest_number(session), _PIECE):
        some, codes = await codes_between(session, low, low + _PIECE)
        numbers.append(np.array(some, np.int64))
        keys.append(np.fromiter(map(key_of, codes), np.int64, len(codes)))
    return pl.DataFrame({"subject": np.concatenate(numbers), "named": np.concatenate(keys)})

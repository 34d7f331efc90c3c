"""What enterprises are judged by: the tags that the watch reads, computed together over the column store.

The same declarations and the same engine as the scan's (scoring_adapter/scan), for those tags alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from connectors.records.portfolio import find_feeds
from connectors.store.numbers import greatest_number
from gateway.network.linked import load_ties
from gateway.runtime.clock import database_now
from gateway.runtime.locks import Lock, take
from gateway.scores.listing import list_files
from gateway.scores.loading import feeding_of
from gateway.scores.named import load_named
from gateway.scores.store import ColumnStore
from gateway.sites.signs import SiteSigns, load_signs
from risk_monitor.contagion import Links
from risk_monitor.judging import Measures
from scoring_adapter.errors import ColumnStoreError
from scoring_adapter.narrowed import narrowed
from scoring_adapter.scan.polars_engine import slices
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.plan import plan
from scoring_adapter.tags.value import Status, blocked_by

PIECE = 1 << 16  # enterprises judged together
# What the network gives: the measure, and the kinds of edges that count for it.
TIES: Mapping[str, Sequence[str]] = {
    "near_holds": ("holds",), "near_guarantees": ("guarantees",), "near_leads": ("leads", "controls"),
    "near_address": ("located",),
}  # fmt: skip


@dataclass(frozen=True)
class Stand:
    """What a day's judging stands on: the day, the tags, which of them nobody has and why, the tables, and every
    enterprise by its number with the key of its code; who is tied to whom; and what stands of platforms.
    """

    as_of: date
    tags: TagCatalogue
    blocked: Mapping[str, Status]
    tables: Mapping[str, pl.LazyFrame]
    everybody: pl.DataFrame
    links: Mapping[str, Links]
    sites: SiteSigns


async def stand_on(session: AsyncSession, store: ColumnStore, ids: Iterable[str]) -> Stand:
    """Return what judging by these tags stands on now, taken together under the store's lock."""
    await take(session, Lock.COLUMNS)
    moment = await database_now(session)
    as_of, tags = day_of(moment), narrowed(load_tags(), ids)
    feeds = feeding_of(await find_feeds(session, moment)).feeds
    tables = store.tables(await list_files(session))
    links = {name: Links(*await load_ties(session, as_of, kinds)) for name, kinds in TIES.items()}
    return Stand(
        as_of,
        tags,
        dict(blocked_by(tags, feeds, as_of)),
        tables,
        await _everybody(session),
        links,
        await load_signs(session),
    )


def measure(stand: Stand) -> Iterator[tuple[NDArray[np.int64], Measures]]:
    """Yield enterprises, rising, with their measures, piece by piece. Raises ColumnStoreError."""
    planned = plan(stand.tags, stand.as_of)
    names = [one.tag.id for one in planned.tags]
    try:
        for found in slices(planned, stand.tables, stand.everybody.lazy(), PIECE):
            given = {
                name: np.zeros(len(found), np.bool_) if name in stand.blocked else found[name].is_not_null().to_numpy()
                for name in names
            }
            values = {name: found[name].fill_null(0).cast(pl.Int64).to_numpy() for name in names}
            subjects = found["subject"].to_numpy()
            yield subjects, Measures(values, given).along(stand.sites.of(subjects), known=stand.sites.known)
    except (pl.exceptions.PolarsError, OSError) as fault:
        raise ColumnStoreError(f"列存储读取失败 the column store cannot be read: {fault}") from fault


async def _everybody(session: AsyncSession) -> pl.DataFrame:
    """Return every number there is, with the key of its code where it has one."""
    numbers = pl.DataFrame({"subject": np.arange(1, await greatest_number(session) + 1)})
    return numbers.join(await load_named(session), on="subject", how="left", maintain_order="left")

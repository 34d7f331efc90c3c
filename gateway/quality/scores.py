"""Scores out of the batches and their profiles, over the last twelve weeks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import datasets
from connectors.model.calendar import month_starts
from connectors.model.datasets import is_silent
from connectors.store.figures import load_completeness, load_feeds, load_open_rows
from gateway.intake.held import count_held
from gateway.quality.index import Feed, Score

WINDOW = timedelta(weeks=12)
MONTHS = 12


async def load_scores(session: AsyncSession, now: datetime, agency: str | None = None) -> list[Score]:
    """Return the scores of every agency of the catalogue that owns datasets, or of one."""
    wanted = [dataset for dataset in datasets().values() if agency in {None, dataset.agency}]
    since, agencies = now - WINDOW, [dataset.agency for dataset in wanted]
    completeness = await load_completeness(session, wanted, since, now)
    held = await count_held(session, agencies, since)
    still_open = await load_open_rows(session, agencies, since, now)
    feeds = []
    for row in await load_feeds(session, wanted, since, now):
        key = row["agency"], row["dataset"]
        (drifts, waiting), (rows, batches) = held.get(key, (0, 0)), still_open.get(key, (0, 0))
        feed = replace(_feed(row, now), completeness=completeness.get(key), drifts=drifts, held=waiting)
        feeds.append(replace(feed, open_rows=rows, open_batches=batches))
    return _by_agency(feeds)


async def load_months(session: AsyncSession, now: datetime, agency: str) -> list[tuple[datetime, Score]]:
    """Return an agency's score of each of the last twelve months, oldest first, with when the month began."""
    wanted = [dataset for dataset in datasets().values() if dataset.agency == agency]
    starts, months = month_starts(now, MONTHS), []
    for start, end in zip(starts, [*starts[1:], now], strict=True):
        completeness = await load_completeness(session, wanted, start, end)
        feeds = [_feed(row, end) for row in await load_feeds(session, wanted, start, end)]
        months.append(
            (start, Score(agency, [replace(f, completeness=completeness.get((agency, f.dataset))) for f in feeds]))
        )
    return months


def _feed(row: RowMapping, now: datetime) -> Feed:
    last = row["last_received"]
    return Feed(**row, silent=last is not None and is_silent(last, row["promise_days"], now))


def _by_agency(feeds: Sequence[Feed]) -> list[Score]:
    owners = dict.fromkeys(feed.agency for feed in feeds)
    return [Score(owner, [feed for feed in feeds if feed.agency == owner]) for owner in owners]

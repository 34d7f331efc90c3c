"""What scores of a day stand on besides the records: the card, the tags as planned, and which cannot be computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from connectors.records.portfolio import find_feeds
from gateway.cards.in_force import card_in_force
from gateway.scores.loading import feeding_of
from gateway.scores.scan_runs import Basis
from scoring_adapter.industries import load_industries
from scoring_adapter.scorecard import Scorecard, load_scorecard
from scoring_adapter.tags.plan import plan
from scoring_adapter.tags.planned import Plan
from scoring_adapter.tags.value import Status, blocked_by

if TYPE_CHECKING:
    from scoring_adapter.scan.piece import Scoring

_SERIES = text("""
    SELECT encode(sha256(coalesce(string_agg(dataset || ' ' || day || ' ' || encode(content, 'hex'), ' '
                                             ORDER BY dataset, day), '')::bytea), 'hex')
    FROM column_day WHERE dataset = ANY(CAST(:series AS text[]))
""")


@dataclass(frozen=True)
class Grounds:
    """The card bound to its tags, what is computed for the day, the tags that cannot be for anybody, and why."""

    card: Scorecard
    plan: Plan
    blocked: Mapping[str, Status]
    series: str

    @property
    def bands(self) -> tuple[str, ...]:
        """The card's bands, from the best down."""
        return tuple(band.id for band in self.card.card.bands)

    @cached_property
    def basis(self) -> Basis:
        """What results are kept with."""
        model, tags = self.card.card.model(), self.card.tags.digest()
        return Basis(model, tags, tuple(self.plan.parts), dict(self.blocked), self.series)

    @property
    def scoring(self) -> "Scoring":
        """What many subjects are scored with at once."""
        from scoring_adapter.scan.piece import Scoring  # noqa: PLC0415 - Polars; a single inquiry needs none

        return Scoring(self.card, self.plan, self.blocked, self.basis.salt + load_industries().digest.encode())


async def load_grounds(
    session: AsyncSession, as_of: date, known_at: datetime, card: Scorecard | None = None
) -> Grounds:
    """Return what scores of a day stand on, by what had been delivered by a moment and, where no other card is given,
    by the card in force then.
    """
    card = card or await card_in_force(session, known_at)
    planned = plan(card.tags, as_of)
    blocked = await load_blocked(session, known_at, as_of)
    return Grounds(card, planned, blocked, await digest_of_series(session, planned))


async def load_blocked(session: AsyncSession, known_at: datetime, as_of: date | None = None) -> dict[str, Status]:
    """Return the tags that cannot be computed for anybody, and why, by what had been delivered by a moment."""
    tags, feeds = load_scorecard().tags, feeding_of(await find_feeds(session, known_at)).feeds
    return dict(blocked_by(tags, feeds, as_of or day_of(known_at)))


def series_of(planned: Plan) -> list[str]:
    """Return the datasets about nobody that tags are taken from."""
    return sorted({of.dataset for source in planned.sources.values() for of in source.references.values()})


async def digest_of_series(session: AsyncSession, planned: Plan) -> str:
    """Return a digest of what the column store holds of the series that tags are taken from."""
    digest: str = (await session.execute(_SERIES, {"series": series_of(planned)})).scalar_one()
    return digest

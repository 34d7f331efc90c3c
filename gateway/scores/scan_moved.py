"""Why a score moved: the tags whose points are others than the day before, of those who moved far."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.scores.grounds import Grounds
from gateway.scores.scan_runs import Basis, get_basis
from gateway.scores.scan_writing import Before, Differing, Ground, parts_before
from scoring_adapter.scan.one import points_of
from scoring_adapter.scan.results import Results
from scoring_adapter.tags.plan import plan

MOST = 8  # tags told of each


async def moved_by(
    session: AsyncSession, grounds: Grounds, results: Results, differing: Differing, ground: Ground
) -> dict[int, list[Any]]:
    """Return, by subject, of those who moved far: the tags that moved it, each with its points before and now.

    None are told where the score before was by another card or other tags.
    """
    places = [int(differing.places[number]) for number in differing.movers(results, ground.bands)]
    subjects = [int(results.subjects[place]) for place in places]
    before = await parts_before(session, subjects, ground.day)
    bases = {one.basis_id: await get_basis(session, one.basis_id) for one in before.values()}
    return {
        subject: _moved(grounds, before.get(subject), bases, results.packed[place])
        for subject, place in zip(subjects, places, strict=True)
    }


def _moved(
    grounds: Grounds, before: Before | None, bases: Mapping[int, Basis], packed: bytes
) -> list[tuple[str, int, int]]:
    basis = bases[before.basis_id] if before else None
    if before is None or basis is None or basis.salt != grounds.basis.salt:
        return []
    card, yesterday = grounds.card, plan(grounds.card.tags, grounds.plan.as_of - timedelta(days=1))
    then = points_of(card, yesterday, before.parts, basis.blocked)
    now = points_of(card, grounds.plan, packed, grounds.blocked)
    changes = [(tag, points, now[tag]) for tag, points in then.items() if points != now[tag]]
    return sorted(changes, key=lambda change: (-abs(change[2] - change[1]), change[0]))[:MOST]

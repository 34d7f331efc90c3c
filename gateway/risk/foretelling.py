"""What the model in force foretells, beside what the rules find: kept of those that people may look at.

That is the review budget's first by points, and whoever stands at a level: of the others nothing is kept.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.arrays import text_array
from gateway.risk.foretold import Foretold
from gateway.risk.pieces import Piece
from risk_monitor.judging import Measures
from risk_monitor.learned import Learned, Points, chance_of, order_of, points_of
from signing.canonical import canonical_bytes, sha256_hex

REASONS = 5  # measures that told most against an enterprise
_FORGET = text("DELETE FROM risk_foretold")
_KEEP = text("""
    INSERT INTO risk_foretold (subject, as_of, version, place, points, chance_ppm, reasons)
    SELECT subject, :day, :version, place, points, chance, CAST(reasons AS jsonb)
    FROM unnest(CAST(:subjects AS bigint[]), CAST(:places AS integer[]), CAST(:points AS integer[]),
                CAST(:chances AS integer[]), CAST(:reasons AS text[])) AS f (subject, place, points, chance, reasons)
""")


def foretell(model: Learned, pieces: Sequence[Piece], budget: int, standing: Collection[int]) -> list[Foretold]:
    """Return what is kept, by place: the first so many, and those that stand at a level."""
    subjects = np.concatenate([piece.subjects for piece in pieces])
    counted = [points_of(model, piece.measures) for piece in pieces]
    points = np.concatenate([total for total, _ in counted])
    places = np.empty(len(subjects), np.int64)
    places[order_of(points, subjects)] = np.arange(1, len(subjects) + 1)
    kept = (places <= budget) | np.isin(subjects, list(standing))
    chances, found, begin = chance_of(model, points), list[Foretold](), 0
    for piece, (_, apart) in zip(pieces, counted, strict=True):
        for row in np.flatnonzero(kept[begin : begin + len(piece.subjects)]).tolist():
            at = begin + row
            reasons = reasons_of(model, apart, piece.measures, row)
            found.append(Foretold(int(subjects[at]), int(places[at]), int(points[at]), int(chances[at]), reasons))
        begin += len(piece.subjects)
    return sorted(found, key=lambda one: one.place)


def reasons_of(model: Learned, apart: Points, measures: Measures, row: int) -> list[tuple[str, int | None, int]]:
    """Return the measures that told most against one enterprise, the heaviest first."""
    own = apart[row]
    heaviest = [at for at in np.argsort(-own, kind="stable").tolist() if own[at] > 0][:REASONS]
    return [(name, _value(measures, name, row), int(own[at])) for at in heaviest for name in (model.parts[at].measure,)]


async def keep(session: AsyncSession, found: Iterable[Foretold], day: date, version: int) -> None:
    """Keep what is foretold today in place of what was; the lock of the risk watch is held."""
    rows = list(found)
    await session.execute(_FORGET)
    await session.execute(_KEEP, {
        "day": day, "version": version, "subjects": text_array(str(one.subject) for one in rows),
        "places": [one.place for one in rows], "points": [one.points for one in rows],
        "chances": [one.chance_ppm for one in rows],
        "reasons": [canonical_bytes([list(reason) for reason in one.reasons]).decode() for one in rows],
    })  # fmt: skip


def digest_of(found: Sequence[Foretold]) -> str:
    """Return the digest of what is foretold, in hexadecimal digits: anybody can foretell it again."""
    told = [[one.subject, one.place, one.points, one.chance_ppm] for one in found]
    return sha256_hex(canonical_bytes(told))


def _value(measures: Measures, name: str, row: int) -> int | None:
    if name not in measures.values or not measures.given[name][row]:
        return None
    return int(measures.values[name][row])

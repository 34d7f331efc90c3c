"""Points that cannot be told, since what they are read from has no value: gathered while all are judged, and kept."""

from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.risk.left_open import BITS
from risk_monitor.judging import Judged
from risk_monitor.watch import Watch

_CLEAR = text("DELETE FROM risk_open WHERE as_of = :day")
_COUNTED = text("INSERT INTO risk_open (as_of, point, subjects) VALUES (:day, :point, :subjects)")
_CLEAR_PIECES = text("DELETE FROM risk_open_piece")
_PIECE = text("""
    INSERT INTO risk_open_piece (first, as_of, version, width, masks) VALUES (:first, :day, :version, :width, :masks)
""")


class OpenPoints:
    """Gathers from piece to piece which points are open; numbers of a piece follow each other."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._counts = np.zeros(len(watch.points), np.int64)
        self._pieces: list[tuple[int, bytes]] = []

    def see(self, subjects: NDArray[np.int64], judged: Judged) -> None:
        """Take up a piece."""
        if len(subjects):
            self._counts += judged.open.sum(axis=0)
            self._pieces.append((int(subjects[0]), np.packbits(judged.open, axis=1).tobytes()))

    async def write(self, session: AsyncSession, day: date) -> None:
        """Keep the counts as the day's, and who has which open in place of what was kept before."""
        points = zip(self._watch.points, self._counts.tolist(), strict=True)
        counted = [{"day": day, "point": point.id, "subjects": number} for point, number in points]
        await session.execute(_CLEAR, {"day": day})
        await session.execute(_COUNTED, counted)
        await session.execute(_CLEAR_PIECES)
        common = {"day": day, "version": self._watch.version, "width": -(-len(self._watch.points) // BITS)}
        pieces = [{"first": first, "masks": masks, **common} for first, masks in self._pieces]
        if pieces:
            await session.execute(_PIECE, pieces)

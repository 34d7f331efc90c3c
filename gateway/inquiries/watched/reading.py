"""At which levels an enterprise stands, as the institution that asks may know it.

The last day on which all were judged is read, narrowed to the tags whose data the basis opens (granting.py), and what
remains is judged by the watch of then. `since` is the day from which the enterprise has stood so high; what is left out
is not counted, for a number would tell that there is something.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from gateway.inquiries.answers import WATCHED, Result
from gateway.scores.limits import Limits, find_outside
from gateway.watches.in_force import rules_in_force, rules_of
from risk_monitor.telling import ToldRisk, tell, told_members
from risk_monitor.watch import Watch
from scoring_adapter.narrowed import narrowed
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.load import load_tags
from signing.canonical import canonical_bytes, sha256_hex

_DAY = text("SELECT as_of, version, watch, digest FROM risk_day WHERE as_of <= :day ORDER BY as_of DESC LIMIT 1")
_STOOD = text("""
    SELECT r.type, r.holds_from, r.version, r.points FROM risk_standing r JOIN subject s ON s.number = r.subject
    WHERE s.subject_id = :subject AND r.holds_from <= :day AND (r.holds_to IS NULL OR r.holds_to > :day)
    ORDER BY r.type
""")


async def read_watched(
    session: AsyncSession, subject_id: UUID, moment: datetime, limits: Limits, judged_on: date | None = None
) -> Result:
    """Return where a subject stood on a day on which all were judged: the last one, unless another is named."""
    found = (await session.execute(_DAY, {"day": judged_on or day_of(moment)})).one_or_none()
    rows: Sequence[Row[Any]] = ()
    if found is not None:
        rows = (await session.execute(_STOOD, {"subject": subject_id, "day": found.as_of})).all()
    watch = await (rules_of(session, found.version) if found else rules_in_force(session))
    basis: dict[str, Any] = {
        "as_of": found.as_of.isoformat() if found else None, "judged": found.digest.hex() if found else None,
        "watch": found.watch if found else watch.digest, "records": [], "beyond": [],
    }  # fmt: skip
    details = {"risks": await _told(session, rows, limits, found.as_of) if found else [], "basis": basis}
    inputs = sha256_hex(canonical_bytes(basis))
    return Result(None, None, f"watch/{watch.version}", inputs, WATCHED, details)


async def _told(
    session: AsyncSession, rows: Sequence[Row[Any]], limits: Limits, as_of: date
) -> list[dict[str, object]]:
    told = []
    for row in rows:
        watch = await rules_of(session, row.version)
        risk: ToldRisk | None = tell(watch, row.type, row.points, open_measures(watch, limits, as_of))
        if risk is not None:
            told.append(told_members(watch, risk, row.holds_from.isoformat()))
    return told


def open_measures(watch: Watch, limits: Limits, as_of: date) -> frozenset[str]:
    """Return the tags of a watch whose data lies wholly within limits."""
    return frozenset(watch.tags) - find_outside(_tags_of(watch.tags), limits, as_of)


@lru_cache(maxsize=16)
def _tags_of(names: tuple[str, ...]) -> TagCatalogue:
    return narrowed(load_tags(), names)

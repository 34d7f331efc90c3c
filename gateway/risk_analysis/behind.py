"""The enterprises behind a figure of the funnel: who stood at a level, who newly came to one, whose cases were opened,
confirmed, handled. An enterprise stands there once for each type of risk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from sqlalchemy import Row, text

from connectors.model.calendar import day_of
from connectors.store.numbers import find_by_numbers
from connectors.store.subjects import Subject
from gateway.records.access import demand_overseer
from gateway.risk.judged import DIVISION, SECTION
from gateway.risk_analysis.chosen import CHOSEN, OPENED, STOOD, Chosen, section_letter
from gateway.runtime.work import UnitOfWork
from risk_monitor.names import LEVELS

Stage = Literal["suspect", "new", "opened", "confirmed", "handled"]
STAGES: tuple[Stage, ...] = get_args(Stage)
MOST = 10_000
_PLACE = f"{DIVISION} AS division, {SECTION} AS section"
# Of an enterprise and type the highest level at which it stood, and since when it had stood at any.
_SUSPECTS = f"""
    SELECT r.subject, r.type, (array_agg(r.level ORDER BY array_position(CAST(:levels AS text[]), r.level) DESC))[1]
        AS level, max(r.score) AS score, min(r.holds_from) AS since, NULL AS confirmed_at, NULL AS closed_at,
        NULL AS outcome, {_PLACE} {STOOD} {CHOSEN} AND {{reached}}
    GROUP BY r.subject, r.type, {DIVISION}, {SECTION}
    ORDER BY max(array_position(CAST(:levels AS text[]), r.level)) DESC, max(r.score) DESC, r.subject, r.type
    LIMIT :most
"""
_CASES = f"""
    SELECT r.subject, r.type, r.level, r.score, r.opened_at AS since, r.confirmed_at, r.closed_at, r.outcome, {_PLACE}
    {OPENED} {CHOSEN} AND {{reached}} ORDER BY r.opened_at DESC, r.id LIMIT :most
"""
_REACHED = {
    "suspect": "true", "new": "r.before_level IS NULL AND r.holds_from >= :first", "opened": "true",
    "confirmed": "r.confirmed_at IS NOT NULL", "handled": "r.closed_at IS NOT NULL",
}  # fmt: skip
_STOOD = frozenset({"suspect", "new"})


@dataclass(frozen=True)
class Behind:
    """An enterprise behind a figure: of suspects the highest level and the first day, of cases what they were opened
    for and on which day, when they were confirmed and closed, and how they ended.
    """

    subject: Subject
    type: str
    level: str
    score: int
    since: date
    confirmed_on: date | None
    closed_on: date | None
    outcome: str | None
    division: str
    section: str


async def read_behind(work: UnitOfWork, chosen: Chosen, stage: Stage, most: int = MOST) -> Sequence[Behind]:
    """Return who is behind a figure, and record that it was read. Raises DeniedError for whoever does not oversee."""
    demand_overseer(work)
    query = text((_SUSPECTS if stage in _STOOD else _CASES).format(reached=_REACHED[stage]))
    values: dict[str, Any] = {**chosen.values, "levels": list(LEVELS), "most": most}
    rows = (await work.session.execute(query, values)).all()
    subjects = await find_by_numbers(work.session, sorted({row.subject for row in rows}))
    found = [_behind(row, subjects[row.subject]) for row in rows if row.subject in subjects]
    await work.record("risk.read", {"view": f"funnel-{stage}", "found": len(found)}, outcome="read")
    return found


def _behind(row: Row[Any], subject: Subject) -> Behind:
    return Behind(
        subject, row.type, row.level, row.score, row.since if type(row.since) is date else day_of(row.since),
        day_of(row.confirmed_at) if row.confirmed_at else None, day_of(row.closed_at) if row.closed_at else None,
        row.outcome, row.division, section_letter(row.section),
    )  # fmt: skip

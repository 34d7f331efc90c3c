"""Opening cases from what the risk watch found: one, or the first of those at risk, as many as people can look at.

There is one open case of an enterprise and type at most: whoever opens holds the lock, and the index is unique.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from connectors.store.numbers import find_by_numbers
from connectors.store.subjects import Subject
from gateway.disposal.parties import check_office, demand_side
from gateway.disposal.placing import find_places
from gateway.disposal.tables import DisposalCase
from gateway.records.access import get_numbered
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from risk_monitor.handling import due_on
from risk_monitor.names import LEVELS

MOST = 10_000
_COLUMNS = "s.subject, s.type, s.level, s.score, s.version, s.points, s.holds_from"
_OF_ONE = text(f"""
    SELECT {_COLUMNS} FROM risk_standing s WHERE subject = :subject AND type = :type AND holds_to IS NULL
""")  # noqa: S608 - our own words
# Those to look at first first, as the list of risks has them.
_FIRST = text(f"""
    SELECT {_COLUMNS}, EXISTS (
        SELECT FROM disposal_case c WHERE (c.subject, c.type) = (s.subject, s.type) AND c.closed_at IS NULL) AS already
    FROM risk_standing s
    WHERE holds_to IS NULL AND (CAST(:type AS text) IS NULL OR type = :type)
      AND (CAST(:level AS text) IS NULL OR level = :level)
    ORDER BY array_position(CAST(:levels AS text[]), level) DESC, score DESC, subject, type LIMIT :most
""")  # noqa: S608
_OPEN = text("""
    SELECT EXISTS (SELECT FROM disposal_case WHERE subject = :subject AND type = :type AND closed_at IS NULL)
""")
_ROOM = text("""
    SELECT coalesce((SELECT budget FROM risk_day ORDER BY as_of DESC LIMIT 1), 0)
        - (SELECT count(*) FROM disposal_case WHERE closed_at IS NULL)
""")


@dataclass
class Opened:
    """What opening many came to: the cases, and how many of the first were open already, belong to no office that
    there is, or are beyond what people can look at.
    """

    cases: list[DisposalCase] = field(default_factory=list)
    already: int = 0
    unplaced: int = 0
    beyond: int = 0


async def open_case(work: UnitOfWork, uscc: str, kind: str, office: str | None = None) -> DisposalCase:
    """Open a case of an enterprise that stands at a level of a type of risk, for the office it belongs to or this one.

    Raises DeniedError for whoever is no regulator, where it stands at none, has an open case of the type already, or no
    office follows from what is known of it.
    """
    await demand_side(work, "city")
    await take(work.session, Lock.CASES)
    number, subject = await get_numbered(work, uscc)
    values = {"subject": number, "type": kind}
    found = (await work.session.execute(_OF_ONE, values)).one_or_none()
    if found is None:
        raise DeniedError("risk-not-standing")
    if (await work.session.execute(_OPEN, values)).scalar_one():
        raise DeniedError("case-open-already")
    if office is not None:
        await check_office(work, office)
    place = office or (await find_places(work, [subject])).get(subject.subject_id)
    if place is None:
        raise DeniedError("office-needed")
    return await _open(work, found, subject, place)


async def open_first(work: UnitOfWork, number: int, kind: str | None = None, level: str | None = None) -> Opened:
    """Open cases of the first `number` at risk, of a type and at a level where these are named.

    No more are opened than people can look at (the watch's budget) along with the cases that are open. Raises
    DeniedError for whoever is no regulator.
    """
    await demand_side(work, "city")
    await take(work.session, Lock.CASES)
    values = {"type": kind, "level": level, "levels": list(LEVELS), "most": number}
    rows = (await work.session.execute(_FIRST, values)).all()
    subjects = await find_by_numbers(work.session, sorted({row.subject for row in rows}))
    places = await find_places(work, list(subjects.values()))
    room = int((await work.session.execute(_ROOM)).scalar_one())
    opened = Opened(already=sum(row.already for row in rows))
    for row in (row for row in rows if not row.already):
        subject = subjects.get(row.subject)
        place = places.get(subject.subject_id) if subject else None
        if subject is None or place is None:
            opened.unplaced += 1
        elif len(opened.cases) >= room:
            opened.beyond += 1
        else:
            opened.cases.append(await _open(work, row, subject, place))
    return opened


async def _open(work: UnitOfWork, found: Row[Any], subject: Subject, office: str) -> DisposalCase:
    case_id = uuid7()
    made = DisposalCase(
        id=case_id, subject=found.subject, type=found.type, level=found.level, score=found.score,
        version=found.version, points=found.points, found_on=found.holds_from, opened_at=work.now,
        opened_by=work.actor.name, office=office, state="opened", due_on=due_on(found.level, day_of(work.now)), steps=0,
        event_id=case_id,
    )  # fmt: skip
    payload = {
        "case": str(case_id), "subject": made.subject, "type": made.type, "level": made.level, "score": made.score,
        "version": made.version, "points": made.points, "found_on": made.found_on.isoformat(), "office": office,
        "due_on": made.due_on.isoformat(),
    }  # fmt: skip
    made.event_id = await work.record(
        "case.opened", payload, subject=subject.subject_id, outcome="opened", exchange=case_id
    )  # fmt: skip
    work.session.add(made)
    await work.session.flush()
    return made

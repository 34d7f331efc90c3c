"""Who is at risk, why, and what has changed: for those who oversee. Each look is an entry.

Institutions learn of it by warnings alone (gateway/warnings); nothing follows from a level but that people look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text

from connectors.store.numbers import find_by_numbers
from connectors.store.subjects import Subject
from gateway.records.access import demand_overseer, get_numbered
from gateway.risk.foretold import Foretold
from gateway.risk.learned_reading import find_foretold
from gateway.risk.left_open import find_open
from gateway.risk.tables import RiskDay
from gateway.runtime.work import UnitOfWork
from gateway.sites.reading import SiteSeen, read_sites_of
from gateway.watches.in_force import rules_of
from risk_monitor.names import LEVELS
from risk_monitor.watch import Point, RiskType, Text, Watch
from risk_monitor.words import told

MOST = 10_000
_COLUMNS = "subject, type, holds_from, holds_to, level, before_level, score, version, points"
# The first ones are those that people look at first: by level, then score.
_STANDING = text(f"""
    SELECT {_COLUMNS} FROM risk_standing
    WHERE holds_to IS NULL AND (CAST(:type AS text) IS NULL OR type = :type)
      AND (CAST(:level AS text) IS NULL OR level = :level)
      AND (CAST(:since AS date) IS NULL OR holds_from >= :since)
    ORDER BY array_position(CAST(:levels AS text[]), level) DESC, score DESC, subject, type LIMIT :most
""")  # noqa: S608 - our own words
_OF_ONE = text(f"SELECT {_COLUMNS} FROM risk_standing WHERE subject = :subject ORDER BY holds_from DESC, type")  # noqa: S608
_DAY = text("SELECT max(as_of) FROM risk_day")


@dataclass(frozen=True)
class PointFound:
    """A risk point of an enterprise: what it weighs, and what its signs say."""

    point: Point
    weight: int
    says: Sequence[Text]


@dataclass(frozen=True)
class Risk:
    """An enterprise at a level of a type of risk, from a day on until the day before `holds_to`, if it has ended."""

    subject: Subject
    kind: RiskType
    level: str
    before_level: str | None
    score: int
    holds_from: date
    holds_to: date | None
    points: Sequence[PointFound]
    learned: Foretold | None  # what the model in force says of it, None without one; no part of the level


@dataclass(frozen=True)
class Risks:
    """What stands, those to look at first first; `day` is the last day on which all were judged, None before it.

    Of the one enterprise that is asked for: `sites` are its platforms with what stands of each, `open` the points that
    could not be told then.
    """

    day: RiskDay | None
    risks: Sequence[Risk]
    sites: Sequence[SiteSeen] = ()
    learned: Foretold | None = None  # of one enterprise
    open: Sequence[Point] = ()


async def read_risks(
    work: UnitOfWork,
    kind: str | None = None,
    level: str | None = None,
    since: date | None = None,
    most: int = MOST,
) -> Risks:
    """Return who is at risk, of a type, at a level, since a day on where these are named, and record that it was read.

    Those to look at first are first: by level, then score; where a model is in force, by its places in turn with that.

    Raises DeniedError for whoever does not oversee.
    """
    demand_overseer(work)
    values = {"type": kind, "level": level, "since": since, "levels": list(LEVELS), "most": most}
    rows = (await work.session.execute(_STANDING, values)).all()
    numbers = sorted({row.subject for row in rows})
    subjects, learned = await find_by_numbers(work.session, numbers), await find_foretold(work.session, numbers)
    watches = await _watches(work, rows)
    known = [row for row in rows if row.subject in subjects]
    risks = [_risk(watches[row.version], row, subjects[row.subject], learned.get(row.subject)) for row in known]
    await work.record("risk.read", {"view": "list", "found": len(risks)}, outcome="read")
    return Risks(await find_day(work), in_both_orders(risks))


async def read_risks_of(work: UnitOfWork, uscc: str) -> tuple[Subject, Risks]:
    """Return an enterprise with what it stands at and stood at before, the newest first; that is recorded.

    Raises DeniedError for whoever does not oversee, and where the enterprise is not known.
    """
    demand_overseer(work)
    number, subject = await get_numbered(work, uscc)
    known = (await find_by_numbers(work.session, [number]))[number]
    rows = (await work.session.execute(_OF_ONE, {"subject": number})).all()
    payload = {"view": "subject", "found": len(rows)}
    await work.record("risk.read", payload, subject=subject.subject_id, outcome="read")
    sites = await read_sites_of(work.session, number)
    learned, watches = await find_foretold(work.session, [number]), await _watches(work, rows)
    risks = [_risk(watches[row.version], row, known, learned.get(number)) for row in rows]
    left_open = await find_open(work.session, number)
    return known, Risks(await find_day(work), risks, sites, learned.get(number), left_open)


async def find_day(work: UnitOfWork) -> RiskDay | None:
    """Return the last day on which all were judged."""
    day = (await work.session.execute(_DAY)).scalar_one()
    return await work.session.get(RiskDay, day) if day else None


def in_both_orders(risks: Sequence[Risk]) -> list[Risk]:
    """Return risks in the order of the rules and that of the model by turns; as they are where there is no model. Pure.

    An enterprise comes as early as either has it; of two that come at once the rules' is first.
    """
    if not any(one.learned for one in risks):
        return list(risks)
    first = {risks[at].subject.subject_id: at for at in range(len(risks) - 1, -1, -1)}
    ranked = sorted({one.learned.place for one in risks if one.learned})
    places = {place: at for at, place in enumerate(ranked)}
    late = len(risks)

    def turn(at: int) -> tuple[int, int]:
        one = risks[at]
        by_model = places[one.learned.place] if one.learned else late
        return min(first[one.subject.subject_id], by_model), at

    return [risks[at] for at in sorted(range(len(risks)), key=turn)]


async def _watches(work: UnitOfWork, rows: Sequence[Row[Any]]) -> dict[int, Watch]:
    return {version: await rules_of(work.session, version) for version in {row.version for row in rows}}


def found_points(watch: Watch, kind: str, points: Mapping[str, Any]) -> list[PointFound]:
    """Return points as they are stored, with what their signs say, in the words of the watch they were found by."""
    return [
        PointFound(
            watch.by_id[name], weight,
            [told(watch.by_id[name].signs[place], value) for place, value in points[name]],
        )
        for name, weight in sorted(watch.type_by_id[kind].points.items(), key=lambda one: -one[1])
        if name in points
    ]  # fmt: skip


def _risk(watch: Watch, row: Row[Any], subject: Subject, learned: Foretold | None) -> Risk:
    kind, points = watch.type_by_id[row.type], found_points(watch, row.type, row.points)
    return Risk(subject, kind, row.level, row.before_level, row.score, row.holds_from, row.holds_to, points, learned)

"""What institutions did with answers: reported once, corrected by version, told to the city.

Reports that come while one transaction of them is under way share the next one, with one statement for each table. One
whose answer somebody else is reporting on at that moment goes by itself, and so does each of a group that failed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from audit.events import Event
from connectors.model.calendar import day_of
from gateway.identity.caller import claim_proofs, proof_used
from gateway.identity.tokens.marks import Mark
from gateway.inquiries.obligations import end_reports
from gateway.platforms.outbox import Told, find_receivers, make_deliveries, queue_deliveries
from gateway.platforms.reading import find_sent
from gateway.platforms.tables import Delivery, UsageResult
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.group_commit import RolledBackError
from gateway.runtime.locks import Lock, take_all, try_take_all
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from signing.canonical import canonical_bytes

POINT = "usage.report"
KIND = "usage-results"
_ANSWERED = text("""
    SELECT inquiry_id, institution, subject_id, uscc, product, event_id, settled_at FROM inquiry
    WHERE inquiry_id = ANY(CAST(:ids AS uuid[])) AND state = 'answered'
""")
_NEWEST = text("""
    SELECT DISTINCT ON (inquiry_id) inquiry_id, result_id, version, exchange, content FROM usage_result
    WHERE inquiry_id = ANY(CAST(:ids AS uuid[])) ORDER BY inquiry_id, version DESC
""")
_ADD = text("""
    INSERT INTO usage_result (result_id, version, inquiry_id, account, institution, uscc, content, exchange,
                              recorded_at, event_id)
    SELECT result, version, inquiry, account, institution, uscc, content, exchange, :now, entry
    FROM unnest(CAST(:results AS uuid[]), CAST(:versions AS integer[]), CAST(:inquiries AS uuid[]),
                CAST(:accounts AS text[]), CAST(:institutions AS text[]), CAST(:usccs AS text[]),
                CAST(:contents AS bytea[]), CAST(:exchanges AS uuid[]), CAST(:entries AS uuid[]))
         AS m (result, version, inquiry, account, institution, uscc, content, exchange, entry)
""")


@dataclass(frozen=True)
class Report:
    """A usage result as it is handed in: by whom, for which answer, what was decided when; and the proof that came with
    it, where it is still to be claimed.
    """

    actor: Actor
    inquiry_id: UUID
    decided_on: date
    content: Mapping[str, Any]
    proof: Mark | None = None


@dataclass(frozen=True)
class Reported:
    """A stored usage result, and whether this report made it."""

    result_id: UUID
    version: int
    exchange: UUID
    content: bytes
    new: bool = True


@dataclass(frozen=True)
class _Stored:
    """A version to be stored, of which answer, and who reported it."""

    report: Report
    inquiry: Row[Any]
    reported: Reported


async def hand_in(units: UnitsOfWork, report: Report) -> Reported:
    """Store a usage result together with others that come meanwhile. Raises as `report_usage`, and where the proof was
    used before.
    """
    try:
        outcome = await units.join(POINT, _report_together, report, report.actor)
    except RolledBackError:
        pass  # it may be another member's fault
    else:
        if outcome is not None:
            return outcome
        report = replace(report, proof=None)  # which was claimed with the group
    async with units.begin(POINT, report.actor) as work:
        if report.proof and not (await claim_proofs(work, [report.proof]))[0]:
            raise proof_used()
        return await report_usage(work, report)


async def report_usage(work: UnitOfWork, report: Report) -> Reported:
    """Store a usage result and queue its delivery; the same as before is the same.

    Other content for the same answer is a new version. Raises DeniedError where the institution was given no such
    answer, the day it decided on has not come, or is before that of the answer.
    """
    _check_day(work, report)
    await take_all(work.session, Lock.USAGE_RESULT, [str(report.inquiry_id)])
    [outcome] = await _report_all(work, [report])
    if isinstance(outcome, DeniedError):
        raise outcome
    return outcome


async def _report_together(work: UnitOfWork, reports: Sequence[Report]) -> list[Reported | DeniedError | None]:
    """Report a group; None stands for one that has to wait for somebody else, its proof claimed."""
    outcomes: dict[int, Reported | DeniedError | None] = {}
    proven = [place for place, one in enumerate(reports) if one.proof]
    claimed = await claim_proofs(work, [proof for one in reports if (proof := one.proof)])
    outcomes |= {place: proof_used() for place, own in zip(proven, claimed, strict=True) if not own}
    names = {str(one.inquiry_id) for one in reports}
    free = await try_take_all(work.session, Lock.USAGE_RESULT, names)
    left = []
    for place, one in enumerate(reports):
        if place in outcomes:
            continue
        try:
            _check_day(work, one)
        except DeniedError as fault:
            outcomes[place] = fault
        else:
            left += [place] if str(one.inquiry_id) in free else []
    outcomes |= zip(left, await _report_all(work, [reports[place] for place in left]), strict=True)
    return [outcomes.get(place) for place in range(len(reports))]


async def _report_all(work: UnitOfWork, reports: Sequence[Report]) -> list[Reported | DeniedError]:
    """Store what is new of these reports, whose answers are locked; each as if they came one after another."""
    ids = {"ids": list({one.inquiry_id for one in reports})}
    answered = {row.inquiry_id: row for row in await work.session.execute(_ANSWERED, ids)}
    newest = {
        row.inquiry_id: Reported(row.result_id, row.version, row.exchange, row.content, new=False)
        for row in await work.session.execute(_NEWEST, ids)
    }
    outcomes: list[Reported | DeniedError] = []
    stored = []
    for one in reports:
        inquiry = answered.get(one.inquiry_id)
        if inquiry is None or inquiry.institution != one.actor.institution_id:
            outcomes.append(_not_given())
            continue
        before, content = newest.get(one.inquiry_id), canonical_bytes(dict(one.content))
        if before is not None and before.content == content:
            outcomes.append(replace(before, new=False))
            continue
        # By China's calendar, as banks date what they do; what was stored before this was asked is taken again above.
        if one.decided_on < day_of(inquiry.settled_at):
            outcomes.append(_wrong_day("不能早于应答之日 not earlier than the day of the answer"))
            continue
        made = Reported(before.result_id if before else uuid7(), before.version + 1 if before else 1, uuid7(), content)
        newest[one.inquiry_id] = made
        stored.append(_Stored(one, inquiry, made))
        outcomes.append(made)
    await _store(work, stored)
    return outcomes


async def _store(work: UnitOfWork, stored: Sequence[_Stored]) -> None:
    """Record, store and tell versions, and end what was owed for their answers."""
    if not stored:
        return
    items = [_item(one) for one in stored]
    entries = [(uuid7(), _event(work, one, item), work.now) for one, item in zip(stored, items, strict=True)]
    told = [Told(one.report.actor, [item], one.reported.exchange) for one, item in zip(stored, items, strict=True)]
    deliveries = make_deliveries(work, await find_receivers(work.session, "city"), kind=KIND, told=told)
    await work.recorder.record_all(work.session, [*entries, *(one.entry for one in deliveries)])
    columns = {
        "results": [one.reported.result_id for one in stored], "versions": [one.reported.version for one in stored],
        "inquiries": [one.inquiry.inquiry_id for one in stored],
        "accounts": [one.report.actor.client_id for one in stored],
        "institutions": [one.inquiry.institution for one in stored], "usccs": [one.inquiry.uscc for one in stored],
        "contents": [one.reported.content for one in stored], "exchanges": [one.reported.exchange for one in stored],
        "entries": [entry for entry, *_ in entries],
    }  # fmt: skip
    await work.session.execute(_ADD, {"now": work.now, **columns})
    await end_reports(work.session, [one.inquiry.inquiry_id for one in stored])
    await queue_deliveries(work, KIND, deliveries)


async def read_usage(work: UnitOfWork, result_id: UUID) -> tuple[Sequence[UsageResult], Sequence[Delivery]]:
    """Return every version of a usage result and its deliveries; that they were read is recorded.

    Raises DeniedError where the acting account's institution reported no such result.
    """
    query = select(UsageResult).where(
        col(UsageResult.result_id) == result_id, col(UsageResult.institution) == work.actor.institution_id
    )
    versions = (await work.session.execute(query.order_by(col(UsageResult.version)))).scalars().all()
    if not versions:
        raise DeniedError("usage-result-not-found")
    await work.record(
        "usage.read", {"result": str(result_id)}, institution=work.actor.institution_id, account=work.actor.client_id,
        outcome="read", exchange=versions[-1].exchange,
    )  # fmt: skip
    return versions, await find_sent(work.session, versions)


def _check_day(work: UnitOfWork, report: Report) -> None:
    if report.decided_on > day_of(work.now):
        raise _wrong_day("不能晚于今天 not later than today")


def _wrong_day(reason: str) -> DeniedError:
    return DeniedError("invalid-request", reason, invalid_params=[{"name": "body.decided_on", "reason": reason}])


def _not_given() -> DeniedError:
    return DeniedError("inquiry-not-found", "贵机构没有此应答。Your institution was given no such answer.")


def _item(one: _Stored) -> dict[str, Any]:
    """Return what is told of a version, and recorded of it."""
    inquiry, reported = one.inquiry, one.reported
    return {
        "result": str(reported.result_id), "version": reported.version, "inquiry": str(inquiry.inquiry_id),
        "subject": inquiry.uscc, "institution": inquiry.institution, "product": inquiry.product,
        "entry": str(inquiry.event_id), **orjson.loads(reported.content),
    }  # fmt: skip


def _event(work: UnitOfWork, one: _Stored, item: dict[str, Any]) -> Event:
    actor = one.report.actor
    return replace(work, actor=actor).event(
        "usage.reported", item, institution=one.inquiry.institution, account=actor.client_id,
        subject=one.inquiry.subject_id, outcome=str(item["outcome"]), exchange=one.reported.exchange,
    )  # fmt: skip

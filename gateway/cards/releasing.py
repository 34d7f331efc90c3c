"""A card is put in force, or an earlier one again: each time a release of its own, and none is ever changed.

Who may is the graph's to say (gateway/admin/graph.py): one person asks, with the card's report, another approves.
"""

from dataclasses import dataclass

from sqlmodel import col, select

from gateway.cards.checks import LONGEST_CARD, LONGEST_REPORT, check_report, read_released
from gateway.cards.in_force import LEAD
from gateway.cards.tables import CardRelease
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork
from scoring_adapter.card import load_card
from scoring_adapter.errors import CardError
from scoring_adapter.scorecard import Scorecard
from signing.canonical import sha256_hex


@dataclass(frozen=True)
class Tried:
    """A card as it is put in force, and the report it was tried with; both are "" of the card that is shipped."""

    model: str
    digest: str
    source: str = ""
    report: str = ""


async def release_card(work: UnitOfWork, source: str, report: str, reason: str, approved_by: str | None) -> CardRelease:
    """Put a card in force, LEAD from now. Raises DeniedError for one that is not sound, or that was released before."""
    card = check_card(source, report)
    await take(work.session, Lock.CARD)
    released = await list_releases(work)
    if any(one.model == card.card.model() for one in released):
        raise DeniedError("change-refused", "此卡曾经启用，请恢复那一次。It was released before: return to it.")
    if any(one.model.startswith(f"{card.card.name}/{card.card.version}+") for one in released):
        raise DeniedError("change-refused", f"版本 {card.card.version} 已用过。This version is taken: count it up.")
    tried = Tried(card.card.model(), card.card.digest(), source, report)
    return await _add(work, released, tried, reason, approved_by)


def check_card(source: str, report: str) -> Scorecard:
    """Return a card that may be released with this report. Raises DeniedError."""
    if len(source) > LONGEST_CARD or len(report) > LONGEST_REPORT:
        raise DeniedError(
            "change-refused", f"评分卡最多 {LONGEST_CARD} 字、报告最多 {LONGEST_REPORT} 字。They are too long."
        )
    try:
        card = read_released(source)
        check_report(report, card.card.model())
    except CardError as fault:
        raise DeniedError("change-refused", str(fault)) from fault
    return card


async def return_to(work: UnitOfWork, number: int, reason: str, approved_by: str | None) -> CardRelease:
    """Put the card of an earlier release in force again, 0 being the shipped one, LEAD from now. Raises DeniedError."""
    await take(work.session, Lock.CARD)
    released = await list_releases(work)
    earlier = await get_release(work, number)
    if earlier.model == (released[0] if released else shipped()).model:
        raise DeniedError("change-refused", "此卡已是现行的。This card is in force.")
    if earlier.source:
        check_card(earlier.source, earlier.report)
    return await _add(work, released, earlier, reason, approved_by)


async def list_releases(work: UnitOfWork) -> list[CardRelease]:
    """Return every release that was written, the newest first."""
    query = select(CardRelease).order_by(col(CardRelease.number).desc())
    return list((await work.session.execute(query)).scalars())


async def get_release(work: UnitOfWork, number: int) -> Tried:
    """Return the card of a release, 0 being the shipped one. Raises DeniedError where there is none."""
    if number == 0:
        return shipped()
    row = await work.session.get(CardRelease, number)
    if row is None:
        raise DeniedError("card-not-found")
    return Tried(row.model, row.digest, row.source, row.report)


def shipped() -> Tried:
    """Return the card that the program ships."""
    return Tried(load_card().model(), load_card().digest())


async def _add(
    work: UnitOfWork, released: list[CardRelease], tried: Tried, reason: str, approved_by: str | None
) -> CardRelease:
    demand_reason(reason)
    now, last = await database_now(work.session), released[0] if released else None
    number, since = (last.number + 1, max(now + LEAD, last.in_force_from)) if last else (1, now + LEAD)
    payload = {
        "number": number, "model": tried.model, "digest": tried.digest, "card": sha256_hex(tried.source.encode()),
        "report": sha256_hex(tried.report.encode()), "from": since.isoformat(),
        "before": (last or shipped()).model, "reason": reason.strip(), "approved_by": approved_by,
    }  # fmt: skip
    entry = await work.record("card.released", payload, outcome="released", at=now)
    made = CardRelease(
        number=number, model=tried.model, digest=tried.digest, source=tried.source, report=tried.report,
        reason=reason.strip(), in_force_from=since, recorded_at=now, event_id=entry,
    )  # fmt: skip
    work.session.add(made)
    await work.session.flush()
    return made

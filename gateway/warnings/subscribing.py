"""An institution subscribes to its customers, one or many, and ends a subscription.

Subscribing asks the standing question once, as any other is asked: its consent and the quota decide, it is charged, and
its signed answer says where the enterprise stands now. Subscribed twice, it is the same subscription.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.personal.sealing import Protector
from connectors.store.numbers import find_numbers
from gateway.inquiries.admission import Refusal
from gateway.inquiries.answering import deny
from gateway.inquiries.asking import Question, read_question
from gateway.quota.products import RISK_WATCH
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.warnings.asking import PURPOSE, consent_id_of, look, member_for, stands_at
from gateway.warnings.reading import get_subscription
from gateway.warnings.tables import WarningSubscription

MOST_AT_ONCE = 500
BY_INSTITUTION = "ended-by-institution"


@dataclass(frozen=True)
class Wish:
    """An enterprise to be subscribed to, by its code, with the categories of restricted data that are named."""

    subject: str
    categories: Sequence[str] = ()


@dataclass(frozen=True)
class Subscribed:
    """A subscription, and whether it was there before."""

    row: WarningSubscription
    before: bool


async def subscribe_many(
    units: UnitsOfWork, protector: Protector, actor: Actor, wished: Sequence[Wish]
) -> list[Subscribed | Denial]:
    """Subscribe to each of these enterprises, in their order, each in a transaction of its own: one that is denied
    keeps no other out.
    """
    found: list[Subscribed | Denial] = []
    for wish in wished:
        async with units.begin("warning.subscribe", actor) as work:
            found.append(await subscribe(work, protector, wish))
    return found


async def subscribe(work: UnitOfWork, protector: Protector, wish: Wish) -> Subscribed | Denial:
    """Subscribe the acting account's institution to an enterprise; a denial is recorded as that of a question."""
    actor = work.actor
    question = Question(
        subject=wish.subject, product=RISK_WATCH, purpose=PURPOSE, categories=list(wish.categories), narrow=True
    )  # fmt: skip
    request = read_question(question, protector, actor, by_form=actor.person is not None, of_many=True)
    institution = request.institution
    await take(work.session, Lock.NEW_ID, f"warnings:{institution}:{request.uscc}")
    earlier = await _find_active(work, institution, request.uscc)
    if earlier is not None:
        return Subscribed(earlier, before=True)
    member = member_for(actor, request)
    looked = await look(work, member, free=False)
    if isinstance(looked, Refusal):
        [denial] = await deny(work, [(member, looked)])
        return denial
    given = await looked.tell(work)
    if isinstance(given, Denial):
        return given
    known = looked.admission.subject.subject_id
    number = (await find_numbers(work.session, [known]))[known]
    made, consent = uuid7(), consent_id_of(looked)
    payload = {
        "subscription": str(made), "consent": str(consent), "inquiry": str(given.inquiry_id), "person": actor.person,
        "told": looked.levels,
    }  # fmt: skip
    entry = await work.record(
        "warning.subscribed", payload, institution=institution, account=request.account, subject=known,
        outcome="active", exchange=made, at=looked.admission.now,
    )  # fmt: skip
    row = WarningSubscription(
        subscription_id=made, institution=institution, account=request.account, person=actor.person,
        through=actor.through, intermediary=actor.intermediary, subject_id=known, subject=number, uscc=request.uscc,
        consent_id=consent, categories=sorted(set(wish.categories)), status="active",
        stood=await stands_at(work.session, number), told=looked.levels, created_at=looked.admission.now,
        inquiry_id=given.inquiry_id, event_id=entry,
    )  # fmt: skip
    work.session.add(row)
    await work.session.flush()
    return Subscribed(row, before=False)


async def unsubscribe(work: UnitOfWork, subscription_id: UUID) -> WarningSubscription:
    """End a subscription of the acting institution; ended twice, it is ended. Raises DeniedError for any other."""
    await get_subscription(work, subscription_id)
    row = await work.session.get_one(
        WarningSubscription, subscription_id, with_for_update=True, populate_existing=True
    )  # fmt: skip
    if row.status == "active":
        await end(work, row, BY_INSTITUTION)
    return row


async def end(work: UnitOfWork, row: WarningSubscription, reason: str) -> None:
    """End a subscription that is held, for a reason; the institution is told."""
    payload = {"subscription": str(row.subscription_id), "reason": reason}
    entry = await work.record(
        "warning.ended", payload, institution=row.institution, account=row.account, subject=row.subject_id,
        outcome="ended", exchange=row.subscription_id,
    )  # fmt: skip
    row.status, row.reason, row.ended_at, row.event_id = "ended", reason, work.now, entry
    await work.session.flush()


async def _find_active(work: UnitOfWork, institution: str, uscc: str) -> WarningSubscription | None:
    query = select(WarningSubscription).where(
        col(WarningSubscription.institution) == institution, col(WarningSubscription.uscc) == uscc,
        col(WarningSubscription.status) == "active",
    )  # fmt: skip
    return (await work.session.execute(query)).scalar_one_or_none()

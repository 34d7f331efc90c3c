"""The standing question that a subscription is: put in its account's name, answered as things stand at this moment."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from gateway.identity.clients.scopes import SCOPES
from gateway.inquiries.admission import Admission, Refusal, admit_inquiries
from gateway.inquiries.answering import Given, give_answers
from gateway.inquiries.answers import Answered, Result
from gateway.inquiries.computing import compute_results
from gateway.inquiries.extent import Extent
from gateway.inquiries.granting import limits_of
from gateway.inquiries.outputs.salt import salt_of
from gateway.inquiries.outputs.setting import find_ruling
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.shaping import Shape, shaped
from gateway.inquiries.store import Asked, Member
from gateway.providers.registered import EMBEDDED
from gateway.quota.books import Held
from gateway.quota.products import RISK_WATCH
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from gateway.warnings.change import levels_of
from gateway.warnings.tables import WarningSubscription

PURPOSE = "post_loan"
_STANDS = text("""
    SELECT coalesce(jsonb_object_agg(type, jsonb_build_array(level, holds_from)), '{}') FROM risk_standing
    WHERE subject = :subject AND holds_to IS NULL
""")


@dataclass(frozen=True)
class Looked:
    """A standing question that may be answered: its admission, the answer, and what of it would be told."""

    member: Member
    admission: Admission
    result: Result
    levels: dict[str, Any]

    async def tell(self, work: UnitOfWork) -> Answered | Denial:
        """Give the answer: signed, recorded, counted as a use of the consent."""
        [given] = await give_answers(work, [Given(self.member, self.admission, self.result)])
        return given


def member_of(row: WarningSubscription) -> Member:
    """Return the question of a subscription as the program puts it again: in the account's name, for no person."""
    actor = Actor(
        row.account, "account", row.institution, scopes=SCOPES["account"], through=row.through,
        intermediary=row.intermediary,
    )  # fmt: skip
    extent = Extent(categories=tuple(row.categories), mode="STORE", narrow=True)
    request = InquiryRequest(
        uuid7(), row.account, row.institution, row.uscc, RISK_WATCH, PURPOSE, EMBEDDED, None, row.intermediary,
        extent=extent,
    )  # fmt: skip
    return member_for(actor, request)


def member_for(actor: Actor, request: InquiryRequest) -> Member:
    """Return a question under a key of its own, which no program can use: a blank stands in it."""
    return Member(actor, request, Asked(f"warning {request.inquiry_id}", b"", None))


async def look(work: UnitOfWork, member: Member, *, free: bool) -> Looked | Refusal:
    """Judge a standing question and work out its answer; consent and standing stay locked until the commit."""
    reserved = [Held(day_of(work.now), 0)] if free else ()
    [admission] = await admit_inquiries(work, [member.request], reserved)
    if isinstance(admission, Refusal):
        return admission
    assert admission is not None, "it waits for what is locked"  # noqa: S101
    moment, request = admission.now, member.request
    wanted = (admission.subject.subject_id, request.product, limits_of(admission.grant, moment))
    [result] = await compute_results(work.session, [wanted], moment)
    ruling = await find_ruling(work.session, [(request.institution, request.product)], moment)
    salt = salt_of(work.keys.kek, request.institution)
    shape = Shape(admission.grant.extent, ruling[request.institution, request.product], salt)
    return Looked(member, admission, result, levels_of(shaped(result, shape).details))


async def stands_at(session: AsyncSession, subject: int) -> dict[str, Any]:
    """Return where an enterprise (its number) stands: level and day by type of risk; it stays inside."""
    stands: dict[str, Any] = (await session.execute(_STANDS, {"subject": subject})).scalar_one()
    return stands


def consent_id_of(looked: Looked) -> UUID:
    """Return the consent that a standing question is answered on."""
    consent = looked.admission.consent
    assert consent is not None, "it rests on a consent alone"  # noqa: S101
    return consent.terms.consent_id

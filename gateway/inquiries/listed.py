"""An institution's inquiries for its programs: a page of them, one, and the answer to whom it was given.

An intermediary sees what it passed on, in its own name and where it acts in an account's; an institution what was
asked in its name, through whomever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from connectors.conversion.identifiers import read_identifier
from gateway.inquiries.claiming import give_again
from gateway.inquiries.own_inquiries import ENDINGS, request_of
from gateway.inquiries.tables import Inquiry
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitOfWork


@dataclass(frozen=True)
class ListedFilter:
    """Which inquiries, None meaning any: a half-open period, product, purpose, ending, account, enterprise.

    `passed_on`: those that the institution passed on for others, instead of its own.
    """

    passed_on: bool = False
    since: datetime | None = None
    until: datetime | None = None
    product: str | None = None
    purpose: str | None = None
    ending: str | None = None
    account: str | None = None
    subject: str | None = None


async def list_inquiries_of(
    work: UnitOfWork, wanted: ListedFilter, before: UUID | None, limit: int
) -> Sequence[Inquiry]:
    """Return the acting institution's inquiries with ids below `before`, newest first."""
    whose = col(Inquiry.intermediary) if wanted.passed_on else col(Inquiry.institution)
    conditions = [whose == (work.actor.institution_id or "")]
    conditions += [col(Inquiry.intermediary) == work.actor.intermediary] if work.actor.intermediary else []
    named = {Inquiry.product: wanted.product, Inquiry.purpose: wanted.purpose, Inquiry.account: wanted.account}
    conditions += [col(column) == value for column, value in named.items() if value is not None]
    conditions += [ENDINGS[wanted.ending]] if wanted.ending else []
    conditions += [col(Inquiry.created_at) >= wanted.since] if wanted.since else []
    conditions += [col(Inquiry.created_at) < wanted.until] if wanted.until else []
    conditions += [col(Inquiry.uscc) == read_identifier(wanted.subject).value] if wanted.subject else []
    conditions += [col(Inquiry.inquiry_id) < before] if before else []
    query = select(Inquiry).where(*conditions).order_by(col(Inquiry.inquiry_id).desc()).limit(limit)
    return (await work.session.execute(query)).scalars().all()


async def get_inquiry_of(work: UnitOfWork, inquiry_id: UUID) -> Inquiry:
    """Return an inquiry of the acting institution, or one that it passed on. Raises DeniedError for any other."""
    row = await work.session.get(Inquiry, inquiry_id)
    actor = work.actor
    if row is None or actor.institution_id not in {row.institution, row.intermediary}:
        raise DeniedError("inquiry-not-found")
    if actor.intermediary not in {None, row.intermediary}:  # what others passed on is not its own
        raise DeniedError("inquiry-not-found")
    return row


async def reopen(work: UnitOfWork, row: Inquiry) -> str | Denial:
    """Return an answer again to the account that it was given to, free; or why it is not given now.

    What has ended meanwhile, a consent or a standing, ends this too; that it was asked for is recorded either way.
    """
    if row.account != work.actor.client_id:
        return Denial("answer-not-yours")
    if (answer := row.signed) is None:
        return Denial("inquiry-unanswered")
    return await give_again(work, request_of(row, work.actor.person, by_form=False), row.subject_id, answer)

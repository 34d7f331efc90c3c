"""The inquiries of the acting person's institution: a page of them, one, and an answer that is looked at again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_
from sqlmodel import col, select

from gateway.consents.acquaintances import names_known
from gateway.inquiries.claiming import give_again
from gateway.inquiries.extent import read_extent
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.tables import Inquiry
from gateway.people.reading import names_of_people, people_named
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitOfWork
from signing.jws import payload_of

_FAILED = or_(
    col(Inquiry.state).in_(("expired", "failed")),
    and_(col(Inquiry.state) == "denied", col(Inquiry.outcome).in_(("upstream-unavailable", "upstream-invalid"))),
)
ENDINGS: Mapping[str, ColumnElement[bool]] = {
    "answered": col(Inquiry.state) == "answered",
    "denied": and_(col(Inquiry.state) == "denied", not_(_FAILED)),
    "failed": _FAILED,
    "open": col(Inquiry.state) == "admitted",
}


@dataclass(frozen=True)
class InquiryFilter:
    """Which inquiries, "" and None meaning any: a half-open period, product, purpose, ending, and who asked (a user
    name, or part of a name).
    """

    since: datetime | None = None
    until: datetime | None = None
    product: str = ""
    purpose: str = ""
    ending: str = ""
    person: str = ""


@dataclass(frozen=True)
class OwnInquiries:
    """A page of inquiries, how many there are, the names of the enterprises the institution knows and of who asked."""

    rows: Sequence[Inquiry]
    total: int
    names: Mapping[str, str]
    people: Mapping[str, str]


async def list_own_inquiries(
    work: UnitOfWork, wanted: InquiryFilter, *, limit: int, offset: int = 0, newest_first: bool = True
) -> OwnInquiries:
    """Return a page of the acting institution's inquiries, by time."""
    institution = work.actor.institution_id or ""
    conditions = [col(Inquiry.institution) == institution]
    conditions += [ENDINGS[wanted.ending]] if wanted.ending else []
    conditions += [col(Inquiry.product) == wanted.product] if wanted.product else []
    conditions += [col(Inquiry.purpose) == wanted.purpose] if wanted.purpose else []
    conditions += [col(Inquiry.created_at) >= wanted.since] if wanted.since else []
    conditions += [col(Inquiry.created_at) < wanted.until] if wanted.until else []
    if wanted.person:
        conditions.append(col(Inquiry.person).in_(await people_named(work, institution, wanted.person)))
    total = (await work.session.execute(select(func.count()).select_from(Inquiry).where(*conditions))).scalar_one()
    order = col(Inquiry.inquiry_id).desc() if newest_first else col(Inquiry.inquiry_id)
    query = select(Inquiry).where(*conditions).order_by(order).offset(offset).limit(limit)
    rows = (await work.session.execute(query)).scalars().all()
    names = await names_known(work, sorted({row.uscc for row in rows}))
    return OwnInquiries(rows, total, names, await names_of_people(work, [row.person for row in rows if row.person]))


async def get_own_inquiry(work: UnitOfWork, inquiry_id: UUID) -> Inquiry:
    """Return an inquiry of the acting institution. Raises DeniedError for another's, and for none."""
    row = await work.session.get(Inquiry, inquiry_id)
    if row is None or row.institution != work.actor.institution_id:
        raise DeniedError("inquiry-not-found")
    return row


async def reopen_answer(work: UnitOfWork, inquiry_id: UUID, *, as_file: bool = False) -> str | Denial:
    """Return an answer of the acting account again, free; or why it may not be shown now, or not given `as_file`, to be
    kept. Either is recorded.

    Raises DeniedError where the account was given no such answer: what programs were given stays theirs.
    """
    row = await get_own_inquiry(work, inquiry_id)
    if row.account != work.actor.client_id:
        raise DeniedError("account-not-for-people")
    if (answer := row.signed) is None:
        raise DeniedError("inquiry-not-found")
    request = request_of(row, work.actor.person, by_form=True)
    request = replace(request, extent=request.extent.kept()) if as_file else request
    return await give_again(work, request, row.subject_id, answer)


def request_of(row: Inquiry, person: str | None, *, by_form: bool) -> InquiryRequest:
    """Return what was asked and answered, as somebody looks at its answer again: as much as it holds."""
    answer = row.signed
    extent = read_extent(payload_of(answer).get("scope") if answer else None)
    return InquiryRequest(
        row.inquiry_id, row.account, row.institution, row.uscc, row.product, row.purpose, row.provider,
        row.consent_id, row.intermediary, person=person, by_form=by_form, extent=extent, duty=row.duty,
    )  # fmt: skip

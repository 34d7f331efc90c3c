"""Two answers that an account was given about one enterprise, compared; each is given again for it, and recorded so."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from gateway.inquiries.comparing import compared
from gateway.inquiries.listed import get_inquiry_of, reopen
from gateway.inquiries.own_inquiries import ENDINGS, get_own_inquiry, reopen_answer
from gateway.inquiries.tables import Inquiry
from gateway.quota.products import PRODUCTS
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from signing.jws import payload_of

EARLIER = 5  # answers to compare with that a page offers


async def compare_inquiries(work: UnitOfWork, inquiry_id: UUID, with_id: UUID) -> dict[str, Any] | Denial:
    """Return what changed between two answers of the acting account, or why one of them is not given now.

    Raises DeniedError for an inquiry of another institution.
    """
    rows = [await get_inquiry_of(work, one) for one in (inquiry_id, with_id)]
    return _fault(rows) or _of([await reopen(work, row) for row in rows])


async def look_at_both(work: UnitOfWork, inquiry_id: UUID, with_id: UUID) -> dict[str, Any] | Denial:
    """Return the same for a person who looks at answers of the acting account. Raises DeniedError."""
    rows = [await get_own_inquiry(work, one) for one in (inquiry_id, with_id)]
    return _fault(rows) or _of([await reopen_answer(work, row.inquiry_id) for row in rows])


def _fault(rows: list[Inquiry]) -> Denial | None:
    """Return why two inquiries cannot be compared, whatever they were answered."""
    if rows[0].inquiry_id == rows[1].inquiry_id or len({row.uscc for row in rows}) > 1:
        return Denial("not-comparable", "须为同一企业的两份应答 two answers about one enterprise")
    if any(row.product not in PRODUCTS or PRODUCTS[row.product].listing for row in rows):
        return Denial("not-comparable", "记录没有分数 records have no score")
    return None


def _of(answers: list[str | Denial]) -> dict[str, Any] | Denial:
    for answer in answers:
        if isinstance(answer, Denial):
            return answer
    one, other = (payload_of(str(answer)) for answer in answers)
    return compared(one, other)


async def list_earlier(work: UnitOfWork, row: Inquiry) -> Sequence[Inquiry]:
    """Return the newest answers that the same account was given before about the same enterprise, with a score; none
    for an answer without one, which is compared with nothing.
    """
    if row.product not in PRODUCTS or PRODUCTS[row.product].listing:
        return ()
    scored = [code for code, one in PRODUCTS.items() if not one.listing]
    query = (
        select(Inquiry)
        .where(
            col(Inquiry.uscc) == row.uscc, col(Inquiry.institution) == row.institution,
            col(Inquiry.account) == row.account, col(Inquiry.product).in_(scored), ENDINGS["answered"],
            col(Inquiry.inquiry_id) < row.inquiry_id,
        )
        .order_by(col(Inquiry.inquiry_id).desc())
        .limit(EARLIER)
    )  # fmt: skip
    return (await work.session.execute(query)).scalars().all()
